"""Several departments and their lead."""

from __future__ import annotations


def _rows(*owners: object) -> list[dict[str, object]]:
    return [{"owner": owner} for owner in owners]


TOLD = {
    "zh-Hans": [
        *_rows(
            "技术部-张*、产品部-李*",
            "技术部、产品部",
            "技术部/产品部",
            "技术部-张*/产品部-李*",
            "技术部;客服部",
            "技术部；客服部-赵*",
            "技术部-张*\n产品部-李*",
        ),
        *_rows("技术部-张*，产品部-李*", "技术部-张*、产品部-李*、客服部-赵*", "客服部 / 技术部-张*"),
        ({"owner": "技术部-张*(牵头)、产品部-李*（牵头）"}, {"variant": "two"}),
    ],
    "zh-Hant": [
        *_rows(
            "技術部-張*、產品部-李*",
            "技術部、產品部",
            "技術部/產品部",
            "技術部-張*/產品部-李*",
            "技術部;客服部",
            "技術部；客服部-趙*",
            "技術部-張*\n產品部-李*",
        ),
        *_rows("技術部-張*，產品部-李*", "技術部-張*、產品部-李*、客服部-趙*"),
        ({"owner": "技術部-張*(牽頭)、產品部-李*（牽頭）"}, {"variant": "two"}),
    ],
    "en": [
        *_rows(
            "Tech-Z*; Product-W*",
            "Tech; Product",
            "Tech / Product",
            "Tech-Z* / Product-W*",
            "Tech, Inc-A; Support",
            "Tech-Z*\nProduct-W*",
        ),
        *_rows("Tech-Z*, Product-W*", "Tech-Z*;Product-W*;Support-L*", "Group 1-A/Group 2-B"),
        ({"owner": "Tech-Z* (lead); Product-W* (Lead)"}, {"variant": "two"}),
    ],
}
INNOCENT = {
    "zh-Hans": _rows(
        "技术部-张*", "技术部", None, "技术部-张*(牵头)、产品部-李*", "技术部-张*、产品部-李*（牵头）", "客服部-赵*、李*", "客服部/赵*", "客服部-赵*/李*",
        "技术部-张*、技术部-王*", "技術部-張*、技术部-王*", "技术部-张*、", "【牵头】技术部、产品部",
    ),
    "zh-Hant": _rows(
        "技術部-張*", "技術部", None, "技術部-張*(牽頭)、產品部-李*", "技術部-張*、產品部-李*（牽頭）", "客服部-趙*、李*", "客服部/趙*", "客服部-趙*/李*",
        "技術部-張*、技術部-王*", "技術部-張*、",
    ),
    "en": _rows(
        "Tech-Z*", "Tech", None, "Tech-Z* (lead); Product-W*", "Tech-Z*; Product-W* (lead)", "Support-L*; K*", "Support/L*", "Group 24-Resolver 89",
        "Tech-Z*; tech-Y*", "Research, Development", "Tech-Z*;",
    ),
}  # fmt: skip
