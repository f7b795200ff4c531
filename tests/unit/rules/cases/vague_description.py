"""Descriptions that say nothing."""

from __future__ import annotations


def _rows(*texts: object) -> list[dict[str, object]]:
    return [{"description": text} for text in texts]


TOLD = {
    "zh-Hans": [
        *_rows(
            "不好用",
            "有问题",
            "不行",
            "系统有问题",
            "客户反映不好用",
            "产品很难用!",
            "报错",
            "用不了",
            "无法使用。",
            "功能异常",
            "客户要投诉",
            "请尽快处理",
        ),
        *_rows("???", "123", "-", "体验差", "不好用,有问题", " 有 问题 ", "有bug", "测试"),
        ({"description": "同上"}, {"variant": "reference"}),
        ({"description": "见附件"}, {"variant": "reference"}),
    ],
    "zh-Hant": [
        *_rows(
            "不好用",
            "有問題",
            "不行",
            "系統有問題",
            "客戶反映不好用",
            "很難用!",
            "報錯",
            "無法使用。",
            "功能異常",
            "客戶要投訴",
            "請盡快處理",
        ),
        *_rows("??", "體驗差", "沒反應"),
        ({"description": "見附件"}, {"variant": "reference"}),
    ],
    "en": [
        *_rows(
            "Does not work",
            "It doesn't work!",
            "not working",
            "The system has a problem",
            "error",
            "broken",
            "There is an issue",
            "bad",
            "Please help",
        ),
        *_rows("customer complains", "bug", "N/A", "123", "Software is not good", "Test"),
        ({"description": "see attachment"}, {"variant": "reference"}),
        ({"description": "Same as above"}, {"variant": "reference"}),
    ],
}
INNOCENT = {
    "zh-Hans": _rows(
        "支付功能有问题", "登录报错", "退款", "导出月报不好用", "客户原话:“不好用”", "系统很慢", "打印机没反应", "短信收不到", None, "   ",
        "咨询会员积分兑换规则及有效期", "客户要投诉快递员", "报错 E1023", "同上周一样,首页打不开", "附件无法上传", "建议增加深色模式", "测试环境无法登录", "#REF!",
        20231001.5,
    )[:-1],
    "zh-Hant": _rows(
        "付款功能有問題", "登入報錯", "退款", "匯出月報不好用", "客戶原話:「不好用」", "系統很慢", "簡訊收不到", None, "諮詢會員點數兌換規則", "建議增加深色模式",
        "客戶要投訴物流",
    ),
    "en": _rows(
        "Export does not work", "Login error", "Refund", "Customer's own words: “it is bad and slow”", "The printer is broken", "No SMS received",
        None, "Question about points", "Error E1023", "Invoice is wrong", "Category 9 / Subcategory 97 / Symptom 450", "Add a dark mode",
        "Cannot use coupon", "Price issue",
    ),
}  # fmt: skip
