"""Days of the week as people write them."""

from __future__ import annotations

import re

from sheetops.domain.patterns import pattern
from sheetops.domain.text import simplified, tidy

_DAYS = {
    name: number
    for number, names in enumerate(
        ("mon 一 1", "tue 二 2", "wed 三 3", "thu 四 4", "fri 五 5", "sat 六 6", "sun 日 天 7")
    )
    for name in names.split()
}
_TOKEN = pattern(r"\s*(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*|[一二三四五六日天1-7]|[-–—~至到])\s*")


def read_weekdays(text: str) -> frozenset[int] | None:
    """`Mon-Thu`, `周一至周四`, `1-4`, `一三五` or `Mon, Wed` as weekdays (0 = Monday); None for anything else."""
    plain = re.sub(r"星期|礼拜|周|[\s,，、;；/.]|\band\b|和", " ", simplified(tidy(text)).casefold())
    days: list[int] = []
    until, at = False, 0
    while at < len(plain):
        token = _TOKEN.match(plain, at)
        if token is None:
            return None
        at = token.end()
        word = token[1] or token[0].strip()
        if word not in _DAYS:
            if not days or until:
                return None
            until = True
            continue
        day = _DAYS[word]
        if until:
            first = days[-1]
            days += [(first + step) % 7 for step in range(1, (day - first) % 7 + 1)]
            until = False
        else:
            days.append(day)
    return frozenset(days) if days and not until else None
