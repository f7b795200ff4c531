"""Texts that other programs would run."""

from __future__ import annotations

from tests.unit.rules.looks import everywhere

TOLD = everywhere(
    *(
        {"notes": text}
        for text in (
            "=1+1", "=SUM(A1:A3)", '=HYPERLINK("http://x","y")', "+1+2", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0",
            "=cmd|' /C calc'!A0", "+A1", "-A1*2", "＝1+1", "\t=1+1", "-SUM(B2)", "=A1", "+10/2", "=已解决",
        )
    ),
    ({"customer": "=B2"}, {"column": "customer"}),
)  # fmt: skip
INNOCENT = everywhere(
    *(
        {"notes": text}
        for text in (
            "-5", "-5.5%", "+8", "- item", "-----", "=====", "=> see above", "+1 agreed", "@王* 请跟进", "@Lee please call", "- call (back)",
            "-客户要求电话", "+86 138-1234-5678",
            "+852-2345-6789", "a=b", "1+1=2", "–", "-", "=", "@", "-10 ℃", "+V2 版本已发布", "- 3 items",
        )
    )
)  # fmt: skip
