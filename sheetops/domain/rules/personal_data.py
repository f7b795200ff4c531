"""Personal data that is not masked: telephone, e-mail, identity-card and bank-card numbers in free text, and full
names in the customer column.

Identity-card and bank-card numbers count only with a right checksum, telephone numbers only in forms that
telephones have, so that order numbers and dates pass. Findings show the data masked, never as it stands.

A name counts as unmasked only where most customers of the sheet are masked (`王*-电商企业`): then `王小明-个人客户`
stands out.

Parameters: `allowed` are texts, separated by commas, that may stand (the team's own hotline, `example.com`);
`masked_share` is the share of masked customers from which a full name stands out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.personal import find_personal, likely_in, suspects
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import Raw
from sheetops.domain.text import tidy

_TEXTS = (
    "customer",
    "description",
    "result",
    "feedback",
    "notes",
    "owner",
    "cause",
    "compensation",
    "industry",
)
_MASK = pattern(r"[*＊×✱●某]|\b[A-Z]\.")
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖蕭田董潘袁蔡蒋蔣余"
    "于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫閻段雷龙龍黎史陶贺賀"
    "毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常汤湯温康施洪牛樊葛邢安齐齊庞龐伍庄莊申欧歐"
)
_PERSON_SEGMENT = pattern(
    r"个人|個人|会员|會員|散户|散戶|消费者|消費者|individual|personal|private", re.IGNORECASE
)
_BRANDS = frozenset(
    re.findall(
        r"\w+",
        "康师傅 周大福 周黑鸭 王府井 马应龙 王老吉 李锦记 江小白 张小泉 谢馥春 王致和 周生生 周大生 方太 ",
    )
)
_COMPANY = pattern(
    r"[司店厂廠团團行院校部网網社局所馆館]$|科技|集团|集團|公司|企业|企業|商贸|貿易|物流|银行|銀行"
)
_HAN_NAME = pattern(r"[\u4e00-\u9fff]{2,3}")
_WESTERN_NAME = pattern(
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )[A-Z][a-z]+(?: [A-Z][a-z]+)?|([A-Z][a-z]+) [A-Z][a-z]+"
)
_GIVEN_NAMES = frozenset(
    re.findall(
        r"\w+",
        "James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony Mark "
        "Paul Steven Andrew Peter Kevin Brian George Edward Eric Jason Ryan Mary Patricia Jennifer Linda "
        "Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Sandra Ashley Emily Kimberly Michelle Amanda "
        "Laura Anna Emma Alice Jane Kate Amy Tom Tony Jack Harry Henry Lucy Grace Helen ",
    )
)


def check(look: Look) -> Iterator[Finding]:
    """Cells of our text columns that hold personal data."""
    allowed = look.words("allowed")
    for key in _TEXTS:
        if not look.log.table.has(key):
            continue
        texts = look.texts(key)
        verdicts: dict[int, tuple[tuple[str, str], ...]] = {}
        for place in likely_in(texts.joined):
            text = texts.texts[place]
            if suspects(text) and (found := _kinds(text, allowed)):
                verdicts[place] = found
        for index, kinds in texts.rows(verdicts):
            for kind, shown in kinds:
                yield look.finding(index, key, kind, shown=shown)
    for index, shown in look.rows_with("customer", _names(look)):
        yield look.finding(index, "customer", "customer", fix=shown, severity=Severity.WARNING, shown=shown)


def _kinds(text: str, allowed: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each kind of personal data in a text once, with all its pieces masked."""
    shown: dict[str, list[str]] = {}
    plain = tidy(text)
    for piece in find_personal(plain):
        if not any(word in plain[piece.start : piece.end] for word in allowed):
            shown.setdefault(piece.kind, []).append(piece.masked)
    return tuple((kind, " ".join(dict.fromkeys(pieces))) for kind, pieces in shown.items())


def _names(look: Look) -> dict[Raw, str]:
    """Customers with a full name, and how they would look masked; none where masking is not this team's way."""
    if not _masks(look):
        return {}
    plain = [raw for raw in look.log.distinct("customer") if isinstance(raw, str) and not _MASK.search(raw)]
    return {raw: shown for raw in plain if (shown := _masked_name(tidy(raw))) is not None}


def _masks(look: Look) -> bool:
    """Whether masking is this team's way: so many customers of the whole table are masked."""
    return look.whole.once(f"masks {look.log.table.tab}", lambda: _mostly_masked(look.whole))


def _mostly_masked(look: Look) -> bool:
    customers = [raw for raw in look.log.distinct("customer") if isinstance(raw, str)]
    masked = sum(_MASK.search(raw) is not None for raw in customers)
    return masked >= look.number("masked_share") * len(customers)


def _masked_name(customer: str) -> str | None:
    name, dash, segment = customer.partition("-")
    name = name.strip()
    if (
        _HAN_NAME.fullmatch(name)
        and name[0] in _SURNAMES
        and name not in _BRANDS
        and not _COMPANY.search(name)
    ):
        personal = not dash or _PERSON_SEGMENT.search(segment) is not None
        return f"{name[0]}*{dash}{segment}" if personal or len(name) == 3 else None
    match = _WESTERN_NAME.fullmatch(name)
    if match and (match[1] is None or match[1] in _GIVEN_NAMES):
        return f"{name.split()[-1][0]}*{dash}{segment}"
    return None


RULE = Rule(
    "personal-data",
    Severity.ERROR,
    check,
    {"allowed": "", "masked_share": 0.6},
    limits={"masked_share": (0, 1)},
    by_row=True,
    grounds=lambda look: "masks" if _masks(look) else "",
)
