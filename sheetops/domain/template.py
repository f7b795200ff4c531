"""The template: the columns of a request log, their names in each language, and how headers are matched.

Source of the columns and names: the team's sheet as the domain describes it (13 columns in this order, and
eight more that a team may have).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final, NamedTuple

from sheetops.domain.patterns import pattern
from sheetops.domain.text import fold, nearest, tidy

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    LIST = "list"
    DATE = "date"
    MOMENT = "moment"  # a date, with a time of day where the team has it
    PRIORITY = "priority"
    OWNER = "owner"
    FEEDBACK = "feedback"
    SCORE = "score"


@dataclass(frozen=True, slots=True, eq=False)  # one object a column: equal only to itself
class Column:
    """One column of a tab: its key in code, its names, what it holds and who writes it."""

    key: str
    kind: Kind
    names: Mapping[str, tuple[str, ...]]  # language → the name, then its aliases
    required: bool = False
    by_job: bool = False  # a job fills it when it is empty
    width: float = 14.0  # in characters, for new tabs

    def name(self, language: str) -> str:
        """The column's header in `language`."""
        return self.names[language][0]


def template_column(
    key: str,
    kind: Kind,
    hans: str,
    hant: str,
    en: str,
    width: float = 14.0,
    required: bool = False,
    by_job: bool = False,
) -> Column:
    """A column of a template; each language's names are parted by `|`, the name first, then its aliases."""
    names = zip(LANGUAGES, (hans, hant, en), strict=True)
    return Column(key, kind, {lang: tuple(n.split("|")) for lang, n in names}, required, by_job, width)


COLUMNS: Final[tuple[Column, ...]] = (
    template_column(
        "id", Kind.TEXT, "需求编号", "需求編號", "Request ID|Ticket ID|ID", 13, True, by_job=True
    ),
    template_column("source", Kind.LIST, "需求来源", "需求來源", "Source|Channel", 13, True),
    template_column("customer", Kind.TEXT, "客户信息", "客戶信息|客戶資訊", "Customer|Client", 20, True),
    template_column("description", Kind.TEXT, "需求描述", "需求描述", "Description", 44, True),
    template_column("type", Kind.LIST, "需求类型", "需求類型", "Type|Request type", 13, True),
    template_column("urgency", Kind.LIST, "紧急程度", "緊急程度", "Urgency", 10, True),
    template_column("priority", Kind.PRIORITY, "优先级", "優先級|優先順序", "Priority", 9, True),
    template_column(
        "owner", Kind.OWNER, "责任部门/人员", "責任部門/人員", "Owner|Department/Owner|Assigned to", 22, True
    ),
    template_column("due", Kind.DATE, "预计解决时间", "預計解決時間", "Due|Due date", 14, False, by_job=True),
    template_column("resolved", Kind.DATE, "实际解决时间", "實際解決時間", "Resolved|Resolved on", 14),
    template_column("result", Kind.TEXT, "处理结果", "處理結果", "Result|Outcome", 32),
    template_column(
        "feedback", Kind.FEEDBACK, "客户反馈", "客戶反饋|客戶回饋", "Feedback|Customer feedback", 32
    ),
    template_column("notes", Kind.TEXT, "备注", "備註|備注", "Notes|Note|Remarks", 30),
)

OPTIONAL_COLUMNS: Final[tuple[Column, ...]] = (
    template_column("opened", Kind.MOMENT, "登记时间", "登記時間", "Opened|Opened at|Created", 17),
    template_column(
        "first_response", Kind.MOMENT, "首次响应时间", "首次響應時間|首次回應時間", "First response", 17
    ),
    template_column("status", Kind.TEXT, "状态", "狀態", "Status", 12),
    template_column("cause", Kind.TEXT, "原因", "原因", "Cause|Root cause", 24),
    template_column("compensation", Kind.TEXT, "补偿", "補償", "Compensation", 16),
    template_column("customer_type", Kind.TEXT, "客户类型", "客戶類型", "Customer type", 12),
    template_column("industry", Kind.TEXT, "行业", "行業", "Industry", 12),
    template_column("nps", Kind.SCORE, "推荐意愿", "推薦意願", "NPS|Likelihood to recommend", 10),
)

PEOPLE_COLUMNS: Final[tuple[Column, ...]] = (
    template_column("department", Kind.TEXT, "部门", "部門", "Department|Group|Team", 16, True),
    template_column("name", Kind.TEXT, "姓名", "姓名", "Name", 14),
    template_column("email", Kind.TEXT, "邮箱|电子邮箱|邮件", "信箱|電子郵件|郵箱", "E-mail|Email", 28),
    template_column("manager", Kind.TEXT, "上级", "主管|上級", "Manager", 14),
    template_column("deputy", Kind.TEXT, "代理人", "代理人", "Deputy", 14),
    template_column("away_until", Kind.DATE, "外出至|休假至", "外出至|休假至", "Away until", 13),
    template_column("active", Kind.TEXT, "在职", "在職", "Active", 9),
    template_column("role", Kind.TEXT, "角色", "角色", "Role", 14),
    template_column("language", Kind.TEXT, "语言", "語言", "Language", 11),
)

OPTIONAL_PEOPLE_COLUMNS: Final[tuple[Column, ...]] = (
    template_column(
        "opt_out", Kind.TEXT, "不接收提醒|免打扰", "不接收提醒|免打擾", "Opt out|No reminders", 12
    ),
    template_column("timezone", Kind.TEXT, "时区", "時區", "Time zone|Timezone", 16),
    template_column("country", Kind.TEXT, "国家|假期国家", "國家|假期國家", "Country|Holidays of", 10),
    template_column("workdays", Kind.TEXT, "工作日|工作日期", "工作日|上班日", "Working days|Workdays", 14),
)

BY_KEY: Final[Mapping[str, Column]] = {c.key: c for c in COLUMNS + OPTIONAL_COLUMNS}


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One value of a drop-down: its key in code (or the team's own word) and its name in each language."""

    key: str
    names: Mapping[str, tuple[str, ...]]  # language → the name, then other spellings

    def name(self, language: str) -> str:
        """What is written in a sheet of this language."""
        return self.names[language][0]


def named_choices(*rows: tuple[str, str, str, str]) -> tuple[Choice, ...]:
    """The values of a list: key, then its names in each language, parted by `|`."""
    return tuple(
        Choice(key, {lang: tuple(n.split("|")) for lang, n in zip(LANGUAGES, names, strict=True)})
        for key, *names in rows
    )


LISTS: Final[Mapping[str, tuple[Choice, ...]]] = {
    "source": named_choices(
        ("phone", "电话反馈|电话", "電話反饋|電話回饋|電話", "Phone|Call|Telephone"),
        ("chat", "在线客服|在线", "在線客服|線上客服", "Online chat|Chat|Live chat"),
        ("email", "邮件|电子邮件", "郵件|電子郵件", "E-mail|Email|Mail"),
        ("social", "社交媒体", "社交媒體|社群媒體", "Social media|Social"),
        ("staff", "客服主动识别", "客服主動識別", "Staff|Noticed by staff"),
        ("callback", "回访", "回訪", "Callback|Follow-up call"),
    ),
    "type": named_choices(
        ("consult", "咨询类|咨询", "諮詢類|咨詢類|諮詢", "Consult|Inquiry|Question"),
        ("complaint", "投诉类|投诉", "投訴類|投訴", "Complaint"),
        ("suggestion", "建议类|建议", "建議類|建議", "Suggestion|Idea"),
        ("feature", "功能需求类|功能需求", "功能需求類|功能需求", "Feature|Feature request"),
        ("other", "其他类|其他|其它", "其他類|其他", "Other"),
    ),
    "urgency": named_choices(
        ("high", "高|高级|紧急|高优先级", "高|高級|緊急", "High|Urgent"),
        ("medium", "中|中级|中等|一般", "中|中級|中等|一般", "Medium|Normal|Med"),
        ("low", "低|低级|不紧急", "低|低級|不緊急", "Low"),
    ),
}

# Tabs that are the tool's or the team's, never a request log.
TAB_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "log": {"zh-Hans": "需求登记", "zh-Hant": "需求登記", "en": "Requests"},
    "people": {"zh-Hans": "人员", "zh-Hant": "人員", "en": "People"},
    "lists": {"zh-Hans": "选项", "zh-Hant": "選項", "en": "Lists"},
    "guide": {"zh-Hans": "使用说明", "zh-Hant": "使用說明", "en": "Guide"},
    "checks": {"zh-Hans": "检查结果", "zh-Hant": "檢查結果", "en": "Checks"},
    "review": {"zh-Hans": "服务复盘", "zh-Hant": "服務檢討", "en": "Review"},
    "improvements": {"zh-Hans": "改进跟踪", "zh-Hant": "改進追蹤", "en": "Improvements"},
    "follow_ups": {"zh-Hans": "回访清单", "zh-Hant": "回訪清單", "en": "Follow-ups"},
    "policy": {"zh-Hans": "服务规范", "zh-Hant": "服務規範", "en": "Policy"},
}


# A copy that a program makes of a tab is called `Review 2026-10 (2)`.
_OF_PERIOD = pattern(r"(.+?)[\s_-]*\d{4}(?:-(?:Q[1-4]|W\d{1,2}|\d{1,2}))?(?:\s*\(\d+\))?", re.IGNORECASE)


def tab_kind(name: str) -> str | None:
    """Which of the known tabs bears `name` in any language, or None.

    A review is the word alone or with the name of a period behind it: `Review 2026-10`, not `Review queue`.
    """
    folded, of_period = fold(name), _OF_PERIOD.fullmatch(tidy(name))
    review = fold(of_period[1]) if of_period else folded
    for kind, names in TAB_NAMES.items():
        if (review if kind == "review" else folded) in map(fold, names.values()):
            return kind
    return None


class HeaderMatch(NamedTuple):
    """What a header row says: which column (1-based) holds which key, and what was almost understood."""

    columns: Mapping[str, int]
    language: str
    near: Mapping[int, str]  # column → key whose name the header nearly spells; asked back, never guessed
    twice: tuple[str, ...]  # keys that two headers claim


@cache
def _names(columns: tuple[Column, ...]) -> dict[str, tuple[str, str]]:
    """Folded name → (key, language); the first language that has a name keeps it."""
    found: dict[str, tuple[str, str]] = {}
    for language in LANGUAGES:
        for column in columns:
            for name in column.names[language]:
                found.setdefault(fold(name), (column.key, language))
    return found


def match_header(
    cells: Sequence[object],
    columns: tuple[Column, ...] = COLUMNS + OPTIONAL_COLUMNS,
    extra_names: Mapping[str, str] | None = None,
    ask: bool = True,
) -> HeaderMatch:
    """Match one row's texts to `columns`; `extra_names` (header text → key) come from the settings.

    Without `ask` the headers that nearly spell a name are not looked for, which takes most of the time.
    """
    names = _names(columns)
    extra = {fold(text): key for text, key in (extra_names or {}).items()}
    found: dict[str, int] = {}
    twice: list[str] = []
    votes = dict.fromkeys(LANGUAGES, 0)
    unknown: dict[int, str] = {}
    by_key = {column.key: column for column in columns}
    named = {folded for cell in cells if isinstance(cell, str) and (folded := fold(cell)) in extra}
    mapped = {extra[folded] for folded in named}  # what the settings map wins over a header of our own name
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, str) or not (folded := fold(cell)):
            continue
        if folded not in extra and folded in names and names[folded][0] in mapped:
            continue
        key = extra.get(folded) or (names[folded][0] if folded in names else None)
        if key is None:
            unknown[number] = cell
        elif key in found:
            twice.append(key)
        else:
            found[key] = number
            text = cell.strip()
            for language in LANGUAGES:
                votes[language] += text in by_key[key].names[language]
    return HeaderMatch(
        found,
        max(("en", *LANGUAGES), key=votes.__getitem__),
        _near(unknown, names, found) if ask else {},
        tuple(twice),
    )


def _near(
    unknown: Mapping[int, str], names: Mapping[str, tuple[str, str]], found: Mapping[str, int]
) -> dict[int, str]:
    open_names = {folded: key for folded, (key, _) in names.items() if key not in found}
    near = {number: nearest(text, open_names, cutoff=0.74) for number, text in unknown.items()}
    return {number: key for number, key in near.items() if key is not None}


def find_header(
    rows: Iterable[Sequence[object]],
    extra_names: Mapping[str, str] | None = None,
    columns: tuple[Column, ...] = COLUMNS + OPTIONAL_COLUMNS,
    at_least: int = 4,
    within: int = 30,
    ask: bool = True,
) -> tuple[int, HeaderMatch] | None:
    """The best header among the first `within` rows: (row number, match), or None under `at_least` columns.

    `ask` is whether headers that nearly spell a name are looked for in it.
    """
    best: tuple[int, Sequence[object]] | None = None
    most = at_least - 1
    names = {*_names(columns), *map(fold, extra_names or ())}
    for number, row in enumerate(rows, 1):
        if number > within:
            break
        if not _more_names(row, names, most):
            continue
        known = len(match_header(row, columns, extra_names, ask=False).columns)
        if known > most:
            best, most = (number, row), known
    return (best[0], match_header(best[1], columns, extra_names, ask)) if best else None


def _more_names(row: Sequence[object], names: AbstractSet[str], most: int) -> bool:
    """Whether more than `most` cells of a row are names; a row of data shows by its first texts that not."""
    left = sum(isinstance(cell, str) for cell in row)
    for cell in row:
        if left <= most:
            return False
        left -= isinstance(cell, str) and fold(cell) not in names
    return left > most
