"""The plausible log of the tests in other languages: what its Simplified Chinese texts are there."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import opencc

_ENGLISH = {
    "导出": "Exporting ", "查询": "Looking up ", "修改": "Changing ", "打印": "Printing ", "批量上传": "Uploading ",
    "筛选": "Filtering ", "分享": "Sharing ", "月度报表": "the monthly report", "订单列表": "the list of orders",
    "会员积分": "member points", "电子发票": "an invoice", "短信验证码": "the one-time code", "物流轨迹": "a parcel's way",
    "优惠券": "coupons", "退款进度": "a refund", "库存预警": "stock alerts", "客户标签": "labels", "时": ": ", "的候": ", ",
    "页面一直转圈": "the page keeps spinning", "提示权限不足": "it says access denied", "金额与账单不符": "the sum is not the bill's",
    "状态两天没有更新": "nothing new for two days", "按钮点击后没有反应": "the button does nothing",
    "列表只显示前十条": "only ten lines are listed", ",涉及单据": ", document", "号恢复正常": "is fine again", "号": "",
    "功能需求类": "Feature", "咨询类": "Consult", "投诉类": "Complaint", "建议类": "Suggestion",
    "技术部": "Tech", "产品部": "Product", "客服部": "Support", "财务部": "Finance", "技木部": "Tehc",
    "在线客服": "Online chat", "电话反溃": "Phoen call", "电话": "Phone", "邮件": "E-mail", "社交媒体": "Social media", "回访": "Callback",
    "传真": "Fax", "电商企业": "Online shop", "个人客户": "Individual", "制造企业": "Factory", "连锁门店": "Chain store",
    "(牵头)": " (lead)", "、": "; ", "已处理,单据": "Done, document", "已处理": "Done", "排查中": "Looked into", "开发中": "in development",
    "待测试": "to be tested", "已解决": "solved", "……": "...", "不满意": "Dissatisfied ", "满意": "Satisfied ", "处理及时": "quick", "分)": " points)", "分": " points",
    "客户为VIP用户,后续需跟进": "a VIP, look after them", "- 等待仓库回复": "- waiting for the store", "+1 同意": "+1 agreed",
    "特急": "Extreme", "马上": "Now", "投拆类": "Complant", "退货": "Return", "待定": "tbd", "无编号": "no number", "很高": "very likely",
    "不好用": "it does not work", "系统有问题": "the system has problems", "不行": "not working", "见附件": "see attachment",
    "回电": "call ", "发到": "send to", "身份证": "ID ", "卡号": "card ", "暂无": "not yet", "王小明": "John Smith", "人员": "People",
    "部门": "Department", "姓名": "Name", "在职": "Active", "是": "Yes", "紧急程度": "Urgency", "客户类别": "Customer typ",
    "高级": "high", "中级": "medium", "低级": "low", "级": "", "高": "High", "中": "Medium", "低": "Low",
    "王": "W", "李": "L", "张": "Z", "刘": "Q", "陈": "C", "赵": "A", "钱": "B", "孙": "S", "周": "J", "：": ": ", "“": '"', "”": '"',
}  # fmt: skip
_WORDS = re.compile("|".join(sorted(map(re.escape, _ENGLISH), key=len, reverse=True)))
_DATES = re.compile(r"\d{1,2}月\d{1,2}日|\d+[月日]")


@cache
def _in_english(text: str) -> str:
    if _DATES.search(text):
        return text
    return _WORDS.sub(lambda match: _ENGLISH[match[0]], text).strip() if text.strip() == text else text


@cache
def _traditional() -> Any:
    return opencc.OpenCC("s2t")


def speaker(language: str) -> Callable[[Any], Any]:
    """What says a text of the log in `language`; anything but a plain text stays."""

    def say(value: Any) -> Any:
        if type(value) is not str or language == "zh-Hans":
            return value
        return _in_english(value) if language == "en" else _traditional().convert(value)

    return say
