"""What customers of an invented shop write in, as a desk notes it down, and what a reader says it is about."""

from __future__ import annotations

from typing import Final

import pytest

QUESTIONS: Final = [
    "账号无法导出月度数据，影响财务对账", "昨天导出月度数据失败了，提示超时", "请问导出月度数据的方法", "月度数据导出后缺少两列",
    "积分兑换规则是什么", "咨询会员积分兑换规则及有效期", "会员积分过期了没有提醒", "积分兑换的商品一直没发货",
    "快递显示签收但没收到货", "物流三天没更新，想知道快递到哪里了", "快递员把货放在门口，没收到货", "退款一直没到账",
    "申请退款五天了还没到账", "退款没到账，客服电话打不通", "客服电话一直打不通", "打了三次客服电话都打不通",
    "短信验证码收不到，无法登录", "登录时收不到验证码", "验证码收不到", "APP登录后闪退，重装也不行", "APP更新后闪退",
    "安卓手机打开APP就闪退", "发票抬头开错了，要求重开", "电子发票抬头写错，请重开", "希望增加批量打印发票的功能",
    "优惠券过期无法使用", "优惠券无法使用，提示不满足条件", "建议增加夜间模式", "商品与描述不符，要求退货",
]  # fmt: skip

ABOUT: Final = {
    "月度数据": 4, "导出月度数据": 3, "积分兑换": 3, "客服电话": 3, "打不通": 3, "没到账": 3, "退款": 3, "验证码": 3,
    "收不到": 3, "闪退": 3, "登录": 3,
}  # fmt: skip
"""Piece → in how many of the questions a reader finds it."""

CUT_WRONGLY: Final = ("没收", "到货", "没到", "不通", "月度", "度数", "服电", "分兑", "证码", "不到")
"""What no reader would call a word of these questions."""


def without_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the optional package is not installed."""
    monkeypatch.setattr("sheetops.settings.policy.segmenter", lambda: None)
