"""Personal data in free text. All numbers are made up for the tests; the checksums are right."""

from __future__ import annotations

from sheetops.domain.finding import Finding
from tests.unit.rules.looks import GOOD, grid, rows_like, said, view

_ANY = [
    ({"notes": "13812345678"}, {"variant": "phone"}),
    {"notes": "+86 138-1234-5678"},
    {"notes": 13812345678},
    {"notes": "１３８１２３４５６７８"},
    {"customer": "王*-+852 2345 6789"},
    ({"feedback": "someone@mail.example.com"}, {"variant": "email"}),
    ({"result": "11010519491231002X"}, {"variant": "identity"}),
    {"notes": "A123456789"},
    {"notes": "A123456(3)"},
    ({"description": "4111 1111 1111 1111"}, {"variant": "card"}),
    {"description": "6222020111122220002"},
    {"notes": "0571-88157777"},
]
TOLD = {
    "zh-Hans": [
        *_ANY,
        {"notes": "请回电13912345678,谢谢"},
        {"description": "客户身份证11010519491231002X无法通过"},
        {"notes": "手机号:139 1234 5678"},
        {"notes": "电话是 8815 7777"},
        ({"customer": "王小明-个人客户"}, {"variant": "customer", "fix_value": "王*-个人客户"}),
        {"customer": "李娜-个人客户"},
        {"customer": "张伟"},
        {"customer": "欧阳锋-电商企业"[:2] + "阳-会员"},
    ],
    "zh-Hant": [
        *_ANY,
        {"notes": "請回電0912-345-678"},
        {"notes": "手機:0912345678"},
        {"notes": "(02) 2345-6789"},
        ({"customer": "陳小明-個人客戶"}, {"variant": "customer"}),
        {"customer": "林美-會員"},
    ],
    "en": [
        *_ANY,
        {"notes": "call me at 415-555-2671"},
        {"notes": "Phone: 2345 6789"},
        {"notes": "write to j.doe+shop@example.org"},
        ({"customer": "John Smith-Retail"}, {"variant": "customer"}),
        {"customer": "Mrs Brown-Individual"},
    ],
}
_PASS = [
    {"notes": "20231001"},
    {"notes": "INC0000045"},
    {"notes": "2026-11-01 10:30"},
    {"notes": "20261101123456"},
    {"notes": "SF1381234567890"},
    {"notes": "138,000,000.00"},
    {"notes": "192.168.100.100"},
    {"notes": "138****5678"},
    {"notes": "4111 1111 1111 1112"},
    {"notes": "110105194912310021"},
    {"notes": "ISBN 978-7-111-12345-6"},
    {"notes": "400-820-8820"},
    {"notes": "v1.3.8.12345678"},
    {"notes": "100-200"},
    {"notes": "@home 24/7"},
]
INNOCENT = {
    "zh-Hans": [
        *_PASS,
        {"notes": "电话反馈 20231001 已处理"},
        {"notes": "电话2026-10-04回访"},
        {"notes": "订单138123456789012"},
        {"notes": "王先生要求尽快"},
        {"customer": "华为-企业客户"},
        {"customer": "王府井-零售"},
        {"customer": "某公司-电商企业"},
        {"customer": "康师傅-食品企业"},
        {"customer": "金山公司-企业"},
        {"notes": "联系单号 1234567"},
        {"notes": "客服热线10086"},
    ],
    "zh-Hant": [
        *_PASS,
        {"notes": "電話回饋 20231001 已處理"},
        {"notes": "訂單 138123456789012"},
        {"customer": "王品-餐飲企業"},
        {"customer": "匿名"},
        {"notes": "1999 專線"},
    ],
    "en": [
        *_PASS,
        {"customer": "Acme Trading-Retail"},
        {"customer": "Caller 2403 - Location 143"},
        {"notes": "Order 555-1234"},
        {"notes": "Invoice 2026-0001234"},
        {"notes": "phone call on 2026-11-04"},
    ],
}


def look(language: str, change: dict[str, object]) -> list[Finding]:
    rows = [*rows_like(language, {}, {}, {}), {**GOOD[language], **change}]
    return [f for f in said("personal-data", view(grid(rows, language), language=language)) if f.row == 5]
