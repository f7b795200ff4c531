"""Departments against the routing of the settings."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import one

_ROUTING = {
    "zh-Hans": {
        "feature": ["技术部", "产品部"],
        "consult": ["客服部"],
        "投诉类": ["客服部"],
        "suggestion": ["产品部"],
    },
    "zh-Hant": {
        "feature": ["技術部", "產品部"],
        "consult": ["客服部"],
        "投訴類": ["客服部"],
        "suggestion": ["產品部"],
    },
    "en": {
        "feature": ["Tech", "Product"],
        "consult": ["Support"],
        "Complaint": ["Support"],
        "suggestion": ["Product"],
    },
}


def _rows(*pairs: tuple[object, object]) -> list[dict[str, object]]:
    return [{"type": kind, "owner": owner} for kind, owner in pairs]


TOLD = {
    "zh-Hans": _rows(
        ("功能需求类", "客服部-赵*"), ("咨询类", "技术部-张*"), ("投诉类", "产品部"), ("建议类", "客服部"), ("咨询", "技术部"), ("諮詢類", "产品部-李*"),
        ("投诉类", "技术部-张*、产品部-李*"), ("Feature", "客服部"), ("咨询类", "技術部-張*"), ("建议类", "技术部/客服部"),
    ),
    "zh-Hant": _rows(
        ("功能需求類", "客服部-趙*"), ("諮詢類", "技術部-張*"), ("投訴類", "產品部"), ("建議類", "客服部"), ("諮詢", "技術部"), ("咨询类", "產品部-李*"),
        ("投訴類", "技術部-張*、產品部-李*"), ("Feature", "客服部"), ("諮詢類", "技术部-张*"), ("建議類", "技術部/客服部"),
    ),
    "en": _rows(
        ("Feature", "Support-Lee*"), ("Consult", "Tech-Z*"), ("Complaint", "Product"), ("Suggestion", "Support"), ("inquiry", "Tech"),
        ("question", "Product-W*"), ("Complaint", "Tech-Z*; Product-W*"), ("feature request", "Support"), ("Consult", "TECH"), ("idea", "Tech; Support"),
    ),
}  # fmt: skip
INNOCENT = {
    "zh-Hans": _rows(
        ("功能需求类", "技术部-张*"), ("功能需求类", "产品部"), ("咨询类", "客服部-赵*"), ("投诉类", "客服部、技术部(牵头)"), ("其他类", "技术部"), (None, "客服部"),
        ("咨询类", None), ("咨询类", "财务部"), ("乱写", "技术部"), ("建议类", "產品部-李*"), ("咨询类", "技术部、财务部"),
    ),
    "zh-Hant": _rows(
        ("功能需求類", "技術部-張*"), ("功能需求類", "產品部"), ("諮詢類", "客服部-趙*"), ("投訴類", "客服部、技術部(牽頭)"), ("其他類", "技術部"), (None, "客服部"),
        ("諮詢類", None), ("諮詢類", "財務部"), ("亂寫", "技術部"), ("建議類", "产品部-李*"),
    ),
    "en": _rows(
        ("Feature", "Tech-Z*"), ("Feature", "Product"), ("Consult", "support - Lee*"), ("Complaint", "Support; Tech (lead)"), ("Other", "Tech"),
        (None, "Support"), ("Consult", None), ("Consult", "Finance"), ("whatever", "Tech"), ("Suggestion", "PRODUCT"),
    ),
}  # fmt: skip


def look(language: str, change: dict[str, object]) -> list[Finding]:
    return one("wrong-department", language, change, routing=_ROUTING[language])
