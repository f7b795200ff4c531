"""Dates: unreadable, impossible, of two readings, of the wrong year."""

from __future__ import annotations

from datetime import date, datetime, time

from tests.unit.rules.looks import everywhere

_OPENED = {"opened": date(2026, 11, 3)}
_ANY = (
    {"due": "soon"},
    {"due": "2026-11"},
    {"due": True},
    {"due": time(9, 30)},
    ({"due": "2026-02-30"}, {"variant": "impossible-date"}),
    ({"resolved": "2026/13/01"}, {"variant": "impossible-date"}),
    ({"due": 20260231}, {"variant": "impossible-date"}),
    ({"due": "10/4/2026"}, {"variant": "ambiguous-date"}),
    ({"due": date(1905, 7, 1)}, {"variant": "wrong-year"}),
    ({"due": 3}, {"variant": "wrong-year"}),
    ({"due": date(2206, 11, 20)}, {"variant": "wrong-year"}),
    ({"due": date(2036, 11, 25)}, {"variant": "year-slip", "fix_value": "2026-11-25"}),
    ({**_OPENED, "due": date(2025, 11, 6)}, {"variant": "year-slip", "fix_value": "2026-11-06"}),
    ({**_OPENED, "resolved": date(2025, 11, 5)}, {"fix_value": "2026-11-05"}),
    ({"due": date(2029, 5, 1)}, {"variant": "wrong-year"}),
    ({"opened": "yesterday"}, {"column": "opened"}),
    ({"first_response": "2026-11-31 10:00"}, {"column": "first_response"}),
)
TOLD = everywhere(*_ANY)
TOLD["zh-Hans"] += [
    {"due": "待定"},
    {"due": "下周五"},
    {"due": "2026年13月1日"},
    {"resolved": "已解决"},
    {"due": "11月31日"},
]
TOLD["zh-Hant"] += [{"due": "待定"}, {"due": "下週五"}, {"resolved": "已結案"}, {"due": "11月31日"}]
TOLD["en"] += [
    {"due": "TBD"},
    {"due": "next Friday"},
    {"resolved": "done"},
    {"due": "31 Feb 2026"},
    {"due": "31/04/2026"},
]
INNOCENT = everywhere(
    {},
    {"due": "2026-11-20"},
    {"due": "2026/11/4"},
    {"due": "26.11.4"},
    {"due": "11月24日"},
    {"due": "2026年11月24日 下午3点"},
    {"due": "２０２６－１１－２４"},
    {"due": 46350},
    {"due": 46350.5},
    {"due": "46350"},
    {"due": 20261124},
    {"due": "20261124"},
    {"due": datetime(2026, 11, 24, 18, 0)},
    {"due": "2026-11-24T18:00:00"},
    {"due": "-"},
    {"due": "#N/A"},  # told as an error value
    {"due": "24/11/2026"},
    {"due": "24 Nov 2026"},
    {"due": "Nov 24, 2026"},
    {"due": date(2027, 1, 15)},
    {"opened": date(2025, 12, 30), "due": date(2026, 1, 4), "resolved": date(2026, 1, 5)},
    {"opened": date(2025, 3, 1), "resolved": date(2026, 2, 1), "id": "20250301"},  # it took long
    {"id": "20251201", "due": date(2026, 11, 20), "resolved": None},  # planned long
    {"id": None, "due": date(2019, 1, 1), "resolved": date(2019, 1, 2)},  # an old sheet
)
INNOCENT["zh-Hans"] += [{"due": "11月24日前"}, {"due": "2026-11-24(周二)"}, {"due": "无"}]
INNOCENT["zh-Hant"] += [{"due": "11月24號"}, {"due": "2026-11-24(星期二)"}, {"due": "無"}]
INNOCENT["en"] += [{"due": "4 November"}, {"due": "n/a"}, {"due": "24th November 2026"}]
