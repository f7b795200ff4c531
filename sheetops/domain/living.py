"""Living tabs: tables in which people and jobs both write, such as Improvements and Follow-ups.

Each has its own template of columns, matched by name in any language as the request log's are. A row is known by its
ID alone, so that people may change, sort, filter and add whatever they like meanwhile. A job writes single cells of
its own columns (`by_job`) and new rows below the last used one; what people wrote in theirs it never touches. A tab
is recognised by its header, whatever it is called by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sheetops.domain.template import TAB_NAMES, Column, Kind, named_choices, tab_kind, template_column

_c = template_column
IMPROVEMENT_COLUMNS: Final[tuple[Column, ...]] = (
    _c("id", Kind.TEXT, "改进编号", "改進編號", "Improvement ID", 12, by_job=True),
    _c("opportunity", Kind.TEXT, "改进机会", "改進機會", "Opportunity", 30, by_job=True),
    _c("kpi", Kind.TEXT, "衡量指标", "衡量指標", "KPI", 18, by_job=True),
    _c("scope", Kind.TEXT, "适用范围", "適用範圍", "Scope", 16, by_job=True),
    _c("evidence", Kind.TEXT, "发现依据", "發現依據", "Evidence", 40, by_job=True),
    _c("baseline", Kind.TEXT, "基准值", "基準值", "Baseline", 10, by_job=True),
    _c("unit", Kind.TEXT, "计量单位", "計量單位", "Unit", 9, by_job=True),
    _c("baseline_n", Kind.TEXT, "基准样本数", "基準樣本數", "Baseline n", 9, by_job=True),
    _c("baseline_period", Kind.TEXT, "基准期间", "基準期間", "Baseline period", 15, by_job=True),
    _c("goal", Kind.TEXT, "目标值", "目標值", "Goal", 9, by_job=True),
    _c("why", Kind.TEXT, "根本原因（5个为什么）", "根本原因（5個為什麼）", "Root cause (5 whys)", 34),
    _c("measure", Kind.TEXT, "改进措施", "改進措施", "Measure", 34),
    _c("action_owner", Kind.TEXT, "措施负责人", "措施負責人", "Measure owner", 17),
    _c("finish_by", Kind.DATE, "计划完成日期", "計劃完成日期|預計完成日期", "Finish by", 13),
    _c("progress", Kind.LIST, "措施进展", "措施進展", "Progress", 11),
    _c("done_on", Kind.DATE, "措施完成日期", "措施完成日期", "Done on", 13, by_job=True),
    _c("review_on", Kind.DATE, "复测日期", "複測日期", "Review on", 13, by_job=True),
    _c("measured", Kind.TEXT, "复测值", "複測值", "Measured", 10, by_job=True),
    _c("measured_n", Kind.TEXT, "复测样本数", "複測樣本數", "Measured n", 9, by_job=True),
    _c("measured_period", Kind.TEXT, "复测期间", "複測期間", "Measured period", 15, by_job=True),
    _c("verdict", Kind.TEXT, "复测结论", "複測結論", "Verdict", 14, by_job=True),
    _c("proof", Kind.TEXT, "判定依据", "判定依據", "How it was judged", 40, by_job=True),
    _c("tests", Kind.TEXT, "已判定次数", "已判定次數", "Times judged", 9, by_job=True),
    _c("remarks", Kind.TEXT, "改进备注", "改進備註", "Improvement notes", 28),
    _c("evidence_rows", Kind.TEXT, "依据明细", "依據明細", "Evidence rows", 16, by_job=True),
    _c("baseline_rows", Kind.TEXT, "基准明细", "基準明細", "Baseline rows", 16, by_job=True),
    _c("measured_rows", Kind.TEXT, "复测明细", "複測明細", "Measured rows", 16, by_job=True),
    _c("key", Kind.TEXT, "系统标识", "系統識別碼", "System key", 30, by_job=True),
)
"""Who owns what: opportunity to scope, goal, done_on and review_on are filled where they are blank, and a person's
own entry wins; the other columns of the job are its alone."""

FOLLOW_UP_COLUMNS: Final[tuple[Column, ...]] = (
    _c("id", Kind.TEXT, "回访编号", "回訪編號", "Follow-up ID", 12, by_job=True),
    _c("reason", Kind.TEXT, "回访原因", "回訪原因", "Reason to follow up", 26, by_job=True),
    _c("request", Kind.TEXT, "关联需求编号", "關聯需求編號", "For request", 13, by_job=True),
    _c("customer", Kind.TEXT, "回访客户", "回訪客戶", "Customer to contact", 20, by_job=True),
    _c("about", Kind.TEXT, "事由摘要", "事由摘要", "About", 34, by_job=True),
    _c("message", Kind.TEXT, "告知内容", "告知內容", "What to say", 36, by_job=True),
    _c("since", Kind.DATE, "起始日期", "起始日期", "Since", 13, by_job=True),
    _c("contact_owner", Kind.TEXT, "回访负责人", "回訪負責人", "Contacted by", 17, by_job=True),
    _c("sent", Kind.TEXT, "是否已联系", "是否已聯絡", "Sent", 9),
    _c("sent_on", Kind.DATE, "联系日期", "聯絡日期", "Sent on", 13),
    _c("confirmed", Kind.TEXT, "客户是否确认", "客戶是否確認", "Confirmed", 11),
    _c("confirmed_on", Kind.DATE, "确认日期", "確認日期", "Confirmed on", 13),
    _c("remarks", Kind.TEXT, "回访备注", "回訪備註", "Follow-up notes", 28),
    _c("state", Kind.TEXT, "当前进度", "目前進度", "Where it stands", 16, by_job=True),
    _c("key", Kind.TEXT, "系统标识", "系統識別碼", "System key", 30, by_job=True),
)


PROGRESS: Final = named_choices(
    ("todo", "未开始|待开始", "未開始|待開始", "Not begun|Not started|Open|To do"),
    ("doing", "进行中", "進行中", "Under way|In progress|Doing"),
    ("done", "已完成|完成", "已完成|完成", "Done|Finished|Completed"),
    ("dropped", "不再进行|放弃|取消", "不再進行|放棄|取消", "Dropped|Cancelled|Canceled|Not wanted"),
)
"""How far a measure is, as people say it; a blank cell is `todo`."""

VERDICTS: Final = named_choices(
    ("effective", "有效", "有效", "Effective"),
    ("not_effective", "未见效", "未見效", "Not effective"),
    ("too_little", "数据不足", "資料不足|數據不足", "Too little data"),
)
"""What a review of a measure came to."""


class Living(NamedTuple):
    """One kind of living tab: its columns, how its IDs begin, and from how many headers it is known."""

    kind: str
    columns: tuple[Column, ...]
    prefix: str
    at_least: int = 6

    @property
    def by_key(self) -> Mapping[str, Column]:
        """The columns by key."""
        return {column.key: column for column in self.columns}

    def tab_name(self, language: str) -> str:
        """What a new tab of this kind is called."""
        return TAB_NAMES[self.kind][language]

    def is_named(self, name: str) -> bool:
        """Whether a tab of this name claims to be one."""
        return tab_kind(name) == self.kind


IMPROVEMENTS: Final = Living("improvements", IMPROVEMENT_COLUMNS, "IMP-")
FOLLOW_UPS: Final = Living("follow_ups", FOLLOW_UP_COLUMNS, "FUP-")
LIVING: Final[tuple[Living, ...]] = (IMPROVEMENTS, FOLLOW_UPS)

LIVING_ROOM: Final = 500
"""The last row that the filter, the drop-downs and the formats of a new tab reach; they grow with the rows below."""

HIDDEN: Final = frozenset(("customer", "about", "message", "contact_owner"))
"""Columns whose words come from people: the ledger keeps no more than their print."""
