"""Charts as they lie in the saved file: what Excel needs to show them, and what a reader needs to trust them."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from sheetops.books.xlsx.draw import new_workbook
from sheetops.domain.tabs import Cell, Chart, Range, Series, Tab
from sheetops.errors import TabRefused
from tests.xlsx_oracle import schema
from tests.xlsx_oracle.parts import read

SPACES = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
ROWS = (
    ("产品质量", 20, 0.5, 3, -2.5),
    ("物流", 10, 0.75, 2, 1.0),
    ("服务\x07态度", 6, 0.9, 1, 2.0),
    ("价格", 4, 1.0, None, 3.0),
)
NAMES = Range(1, 1, 4, 1)
COUNT, SHARE, FEW, SIGNED = (Range(1, column, 4, column) for column in (2, 3, 4, 5))


def drawn(kind: Any, *series: Series, **more: Any) -> etree._Element:
    tab = Tab(
        "回顾 '10", tuple(tuple(Cell(v) for v in row) for row in ROWS), charts=(chart(kind, *series, **more),)
    )
    parts = read(new_workbook((tab,), "zh-Hans"))
    for name in ("xl/charts/chart1.xml", "xl/drawings/drawing1.xml"):
        assert not schema.errors(parts[name]), name
    return etree.fromstring(parts["xl/charts/chart1.xml"])


def chart(kind: Any, *series: Series, **more: Any) -> Chart:
    return Chart(kind, "投诉 & 原因", NAMES, series, 6, 2, **more)


def at(root: etree._Element, path: str) -> list[Any]:
    found: Any = root.xpath(path, namespaces=SPACES)
    return list(found)


def test_every_axis_is_shown_and_the_frame_is_plain() -> None:
    for kind in ("column", "bar", "line", "stacked"):
        root = drawn(kind, Series("数量", COUNT), Series("少", FEW))
        assert at(root, "//c:catAx/c:delete/@val") == at(root, "//c:valAx/c:delete/@val") == ["0"]
        assert at(root, "c:roundedCorners/@val") == ["0"]
        assert at(root, "//c:title/c:overlay/@val") == ["0"]
        assert at(root, "//c:title//a:t/text()") == ["投诉 & 原因"]
        assert at(root, "//c:legendPos/@val") == ["b"]
        assert set(at(root, "//a:ea/@typeface")) == {"Microsoft YaHei"}
        assert set(at(root, "//a:schemeClr")) == set()  # the look must not depend on the workbook's theme
        assert at(root, "//c:txPr//a:r") == []  # only titles may hold runs of text


def test_numbers_are_referred_to_and_kept_for_viewers() -> None:
    root = drawn("column", Series("少", FEW))
    assert at(root, "//c:val//c:f/text()") == ["'回顾 ''10'!$D$1:$D$4"]
    assert at(root, "//c:cat//c:f/text()") == ["'回顾 ''10'!$A$1:$A$4"]
    assert at(root, "//c:val//c:ptCount/@val") == ["4"]
    assert at(root, "//c:val//c:pt/@idx") == ["0", "1", "2"]  # a blank is a gap, not a nought
    assert at(root, "//c:val//c:v/text()") == ["3", "2", "1"]
    assert at(root, "//c:cat//c:v/text()") == ["产品质量", "物流", "服务␇态度", "价格"]
    assert at(root, "//c:ser/c:tx/c:v/text()") == ["少"]
    assert at(root, "//c:legend") == []


def test_a_range_of_another_tab_is_referred_to_only() -> None:
    there = Series("n", Range(1, 1, 9, 1, "Data"))
    root = drawn("column", there)
    assert at(root, "//c:val//c:f/text()") == ["'Data'!$A$1:$A$9"]
    assert at(root, "//c:numCache") == []


def test_a_pareto_chart_has_a_percent_axis_at_the_right() -> None:
    share = Series("累计", SHARE, line=True, second=True)
    root = drawn("column", Series("数量", COUNT), share, percent=True)
    assert at(root, "//c:barChart/c:axId/@val") == ["10", "100"]
    assert at(root, "//c:lineChart/c:axId/@val") == ["20", "200"]
    right = "//c:valAx[c:axId/@val='200']"
    assert at(root, f"{right}/c:delete/@val") == ["0"]
    assert at(root, f"{right}/c:crosses/@val") == ["max"]
    assert at(root, f"{right}/c:scaling/c:min/@val") == ["0"] and at(
        root, f"{right}/c:scaling/c:max/@val"
    ) == ["1"]
    assert at(root, f"{right}/c:numFmt/@formatCode") == ["0%"]
    assert at(root, f"{right}/c:majorGridlines") == []
    assert at(root, "//c:catAx[c:axId/@val='20']/c:delete/@val") == ["1"]
    left = "//c:valAx[c:axId/@val='100']"
    assert at(root, f"{left}/c:numFmt/@formatCode") == ["General"]
    assert at(root, "//c:ser/c:idx/@val") == ["0", "1"]
    assert at(root, "//c:lineChart//c:smooth/@val") == ["0"]


def test_a_line_over_bars_may_share_their_axis() -> None:
    root = drawn("column", Series("数量", COUNT), Series("目标", FEW, line=True))
    assert at(root, "//c:lineChart/c:axId/@val") == at(root, "//c:barChart/c:axId/@val") == ["10", "100"]
    assert len(at(root, "//c:valAx")) == 1


def test_lying_bars_read_from_the_top() -> None:
    root = drawn("bar", Series("数量", COUNT))
    assert at(root, "//c:barDir/@val") == ["bar"]
    assert at(root, "//c:catAx/c:scaling/c:orientation/@val") == ["maxMin"]
    assert at(root, "//c:valAx/c:crosses/@val") == ["max"]
    with pytest.raises(TabRefused, match="lying bars"):
        drawn("bar", Series("数量", COUNT), Series("x", FEW, line=True))


def test_the_value_axis_fits_its_numbers() -> None:
    assert at(drawn("column", Series("少", FEW)), "//c:valAx/c:majorUnit/@val") == ["1"]
    assert at(drawn("column", Series("数量", COUNT)), "//c:valAx/c:majorUnit/@val") == []
    assert at(drawn("column", Series("±", SIGNED)), "//c:valAx/c:scaling/c:min/@val") == []
    percent = drawn("line", Series("满意度", SHARE), percent=True)
    assert at(percent, "//c:valAx/c:scaling/c:max/@val") == ["1"]
    over = drawn("line", Series("x", COUNT), percent=True)
    assert at(over, "//c:valAx/c:scaling/c:max/@val") == []
    assert at(over, "//c:valAx/c:numFmt/@formatCode") == ["0%"]


def test_stacked_bars_lie_on_each_other_and_single_bars_bear_their_number() -> None:
    stacked = drawn("stacked", Series("数量", COUNT), Series("少", FEW))
    assert at(stacked, "//c:overlap/@val") == ["100"] and at(stacked, "//c:grouping/@val") == ["stacked"]
    assert at(stacked, "//c:dLbls") == []
    single = drawn("column", Series("数量", COUNT))
    assert at(single, "//c:dLbls/c:showVal/@val") == ["1"]
    assert at(single, "//c:dLbls/c:showSerName/@val") == ["0"]
    assert at(single, "//c:dLbls/c:numFmt/@formatCode") == ["#,##0"]
    assert at(drawn("column", Series("比率", SHARE), percent=True), "//c:dLbls/c:numFmt/@formatCode") == [
        "0%"
    ]


def test_colours_and_axis_titles_are_those_asked_for() -> None:
    root = drawn("column", Series("数量", COUNT, colour="ABCDEF"), x_title="原因", y_title="件")
    assert at(root, "//c:ser/c:spPr/a:solidFill/a:srgbClr/@val") == ["ABCDEF"]
    assert at(root, "//c:catAx/c:title//a:t/text()") == ["原因"]
    assert at(root, "//c:valAx/c:title//a:t/text()") == ["件"]
