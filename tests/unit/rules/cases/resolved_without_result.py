"""Resolved rows without an outcome."""

from __future__ import annotations

from tests.unit.rules.looks import everywhere

TOLD = everywhere(
    ({"result": None}, {"variant": "", "column": "result"}),
    {"result": ""},
    {"result": "  "},
    {"result": "?"},
    {"result": "……"},
    {"result": "-"},
    {"result": "\u3000\n"},
)
TOLD["zh-Hans"] += [
    ({"result": "开发中"}, {"variant": "progress"}),
    {"result": "待测试。"},
    {"result": "处理中……"},
    {"result": "已排查问题原因"},
]
TOLD["zh-Hant"] += [
    ({"result": "處理中"}, {"variant": "progress"}),
    {"result": "待測試"},
    {"result": "開發中。"},
    {"result": "進行中"},
]
TOLD["en"] += [
    ({"result": "In progress"}, {"variant": "progress"}),
    {"result": "pending..."},
    {"result": "ON HOLD"},
    {"result": "Awaiting User Info"},
]
_OPEN = {"resolved": None, "feedback": None}
INNOCENT = everywhere(
    {},
    {**_OPEN, "result": None},
    {**_OPEN, "result": "?"},
    {"result": "code 5"},
    {"result": 5},
    {"result": "OK"},
)
INNOCENT["zh-Hans"] += [
    {**_OPEN, "result": "开发中"},
    {"result": "已修复"},
    {"result": "开发中的版本已修复此问题"},
    {"result": "无法重现,已告知客户"},
    {"result": "客户已撤回"},
]
INNOCENT["zh-Hant"] += [
    {**_OPEN, "result": "開發中"},
    {"result": "已修復"},
    {"result": "處理完畢"},
    {"result": "已寄出說明"},
    {"result": "客戶撤回"},
]
INNOCENT["en"] += [
    {**_OPEN, "result": "in progress"},
    {"result": "Fixed in release 4"},
    {"result": "Testing showed no fault; customer told"},
    {"result": "withdrawn"},
    {"result": "Pending order was cancelled and refunded"},
]
