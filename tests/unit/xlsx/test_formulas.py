"""Formulas: what belongs together stays together, and nothing stale is shown as fresh."""

from __future__ import annotations

import pytest

from sheetops.books.xlsx.formulas import WORKBOOK_ORDER
from sheetops.books.xlsx.package import Package
from sheetops.errors import EditRefused
from tests.unit.xlsx.made import MAIN, SHEET, made, patch, rows_after, sheet_xml

SHARED = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2</f><v>2</v></c></row>'
    '<row r="2"><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
    '<row r="3"><c r="B3"><f t="shared" si="0"/><v>6</v></c></row>'
)
ARRAY = (
    '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:A3">_xlfn.SEQUENCE(3)</f><v>1</v></c></row>'
    '<row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c><c r="B3"><v>3</v></c></row>'
)
DATA_TABLE = (
    '<row r="1"><c r="B1"><f t="dataTable" ref="B1:C2" dt2D="1" dtr="1" r1="F1" r2="F2"/><v>1</v></c></row>'
)
CHAIN = '<c r="B1" i="7" l="1"/><c r="B2"/><c r="B3" i="7"/><c r="A1" i="9"/>'


def workbook(files: dict[str, bytes]) -> str:
    return files["xl/workbook.xml"].decode()


def test_a_child_of_a_shared_formula_may_be_overwritten() -> None:
    assert rows_after(made(SHARED), {"B2": 5}) == SHARED.replace('<f t="shared" si="0"/><v>4<', "<v>5<")


def test_the_master_of_a_shared_formula_is_refused_while_others_use_it() -> None:
    with pytest.raises(EditRefused, match=r"^book.xlsx, tab 'Log', cell B1: other cells of B1:B3 share"):
        patch(made(SHARED), {("Log", "B1"): 5})
    alone = SHARED.partition('<row r="2">')[0]
    assert "<f" not in rows_after(made(alone), {"B1": 5})
    assert "<f" not in rows_after(made(alone.replace("B1:B3", "B1")), {"B1": 5})


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("cell", ["A1", "A2", "A3"])
def test_no_cell_of_an_array_or_spilled_formula_is_written(cell: str, quote: str) -> None:
    with pytest.raises(EditRefused, match=r"belongs to an array formula in A1:A3; change the formula"):
        patch(made(ARRAY.replace('"', quote)), {("Log", cell): 5})
    assert rows_after(made(ARRAY), {"B2": 1, "B3": 1})


def test_an_array_formula_of_one_cell_is_refused_too() -> None:
    with pytest.raises(EditRefused, match="belongs to an array formula in A1"):
        patch(made(ARRAY.replace("A1:A3", "A1")), {("Log", "A1"): 5})


@pytest.mark.parametrize("cell", ["B1", "C2"])
def test_no_cell_of_a_data_table_is_written(cell: str) -> None:
    with pytest.raises(EditRefused, match="belongs to a data table in B1:C2"):
        patch(made(DATA_TABLE), {("Log", cell): 5})


def test_the_word_array_in_a_text_is_no_formula() -> None:
    rows = '<row r="1"><c r="A1" t="str"><f>"t=array"</f><v>t="array" ref="A1"</v></c></row>'
    assert rows_after(made(rows), {"A1": 5, "A2": 1})


def test_an_overwritten_formula_leaves_the_chain_and_its_heirs_keep_their_tab() -> None:
    more = '<row r="1"><c r="A1"><f>Log!B1</f><v>2</v></c></row>'
    rows = SHARED.replace(' t="shared" ref="B1:B3" si="0"', "").replace('<f t="shared" si="0"/>', "<f>1</f>")
    files, done = patch(made(rows, second=more, chain=CHAIN), {("Log", "B1"): 5, ("Log", "B3"): None})
    assert (
        files["xl/calcChain.xml"]
        .decode()
        .endswith(f'<calcChain xmlns="{MAIN}"><c r="B2" i="7"/><c r="A1" i="9"/></calcChain>')
    )
    assert done.parts == {SHEET, "xl/calcChain.xml", "xl/workbook.xml"}


def test_an_empty_chain_goes_with_its_relationship_and_content_type() -> None:
    rows = '<row r="1"><c r="A1"><f>1</f><v>1</v></c></row>'
    files, _ = patch(made(rows, chain='<c r="A1" i="7"/>'), {("Log", "A1"): 5})
    assert "xl/calcChain.xml" not in files
    assert b"calcChain" not in files["[Content_Types].xml"] + files["xl/_rels/workbook.xml.rels"]


def test_other_cells_leave_the_chain_alone() -> None:
    _, done = patch(made(SHARED, chain=CHAIN), {("Log", "A1"): 5})
    assert done.parts == {SHEET, "xl/workbook.xml"}


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("", '<calcPr fullCalcOnLoad="1"/>'),
        ('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
        ('<calcPr fullCalcOnLoad="0" calcMode="manual"/>', '<calcPr fullCalcOnLoad="1" calcMode="manual"/>'),
        ("<calcPr calcId='5'></calcPr>", "<calcPr calcId='5' fullCalcOnLoad=\"1\"></calcPr>"),
        ('<calcPr fullCalcOnLoad="true"/>', '<calcPr fullCalcOnLoad="true"/>'),
    ],
)
def test_the_workbook_is_marked_for_recalculation(found: str, wanted: str) -> None:
    names = '<definedNames><definedName name="N">Log!$A$1</definedName></definedNames>'
    after = '<oleSize ref="A1"/><extLst/>'
    files, done = patch(made(SHARED, workbook=names + found + after), {("Log", "A1"): 5})
    assert names + wanted + after + "</workbook>" in workbook(files)
    assert ("xl/workbook.xml" in done.parts) is (found != wanted)


def test_the_mark_stands_where_the_schema_wants_it() -> None:
    at = WORKBOOK_ORDER.index("calcPr")
    assert (WORKBOOK_ORDER[at - 1], WORKBOOK_ORDER[at + 1]) == ("definedNames", "oleSize")
    files, _ = patch(made(SHARED, workbook="<pivotCaches/>"), {("Log", "A1"): 5})
    assert '</sheets><calcPr fullCalcOnLoad="1"/><pivotCaches/>' in workbook(files)


@pytest.mark.parametrize("formula", ["<f>Log!A1</f>", '<f t="shared" si="0"/>', "<f/>", "<f\n>1</f>"])
def test_a_formula_on_any_tab_counts(formula: str) -> None:
    more = f'<row r="1"><c r="A1">{formula}<v>2</v></c></row>'
    files, _ = patch(made('<row r="1"/>', second=more), {("Log", "A1"): 5})
    assert 'fullCalcOnLoad="1"' in workbook(files)


def test_a_prefixed_formula_on_another_tab_counts() -> None:
    text = sheet_xml('<row r="1"><c r="A1"><f>1</f></c></row>').replace(" xmlns=", " xmlns:x=")
    for tag in ("worksheet", "sheetData", "row", "c", "f"):
        text = (
            text.replace(f"<{tag}>", f"<x:{tag}>")
            .replace(f"<{tag} ", f"<x:{tag} ")
            .replace(f"</{tag}>", f"</x:{tag}>")
        )
    data = made('<row r="1"/>', second="<row r='1'/>", parts={"xl/worksheets/sheet2.xml": text})
    assert 'fullCalcOnLoad="1"' in workbook(patch(data, {("Log", "A1"): 5})[0])


def test_without_formulas_the_workbook_part_is_not_touched() -> None:
    rule = (
        '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>A1</formula></cfRule>'
        '</conditionalFormatting><extLst><ext uri="u" xmlns:xm="urn:xm"><xm:f>Log!A1</xm:f></ext></extLst>'
    )
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&lt;f&gt;</t></is></c></row>'
    _, done = patch(made(rows, after=rule, second=rows), {("Log", "A1"): 5})
    assert done.parts == {SHEET}


def test_the_last_result_of_a_dependent_formula_is_kept() -> None:
    assert '<f t="shared" ref="B1:B3" si="0">A1*2</f><v>2</v>' in rows_after(made(SHARED), {"A1": 50})


def test_a_value_replaces_the_formula_that_gave_the_same_value() -> None:
    assert rows_after(made(SHARED), {"B2": 4}) == SHARED.replace('<f t="shared" si="0"/><v>4<', "<v>4<")


def test_a_chain_can_be_read_back_from_the_package() -> None:
    package = Package.from_bytes(made(SHARED, chain=CHAIN), "b.xlsx")
    assert package.related(package.workbook_part(), "calcChain") == "xl/calcChain.xml"
