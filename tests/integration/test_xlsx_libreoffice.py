"""LibreOffice opens what was saved, shows everything else as before, and computes what depends on an edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sheetops.books.xlsx import edit_cells, put_tab
from sheetops.errors import RefusedWorkbook
from tests.xlsx_oracle import corpus, libreoffice, parts, reader, traps
from tests.xlsx_oracle.corpus import TAB, Sample

TEXT = "edited"
pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not on this machine"
)


def changed(sample: Sample, folder: Path) -> tuple[Path, Path] | None:
    """The workbook before and after a cell and a tab, side by side; None if it is refused."""
    before, after = folder / f"before-{sample.name}", folder / f"after-{sample.name}"
    before.write_bytes(sample.path.read_bytes())
    try:
        edit_cells(before, {(sample.tab, sample.cell): TEXT}, save_as=after)
    except RefusedWorkbook:
        return None
    put_tab(after, TAB, corpus.report(1))
    return before, after


@pytest.mark.skipif(not corpus.samples(), reason="../shared/excel-corpus is not on this machine")
def test_every_workbook_looks_as_before(tmp_path: Path) -> None:
    pairs = {sample: pair for sample in corpus.samples() if (pair := changed(sample, tmp_path))}
    shown = libreoffice.convert([path for pair in pairs.values() for path in pair], tmp_path / "out")
    harmed = {}
    for sample, (before, after) in pairs.items():
        if before not in shown:
            continue
        if after not in shown:
            harmed[sample.name] = ["LibreOffice cannot open it any more"]
            continue
        hidden = {sample.tab: [reader.split_ref(sample.cell)]}
        old, new = (shown[path].read_bytes() for path in (before, after))
        found = libreoffice.differences(old, new, hidden, (TAB,))
        if TEXT.encode() not in new or TAB.replace("&", "&amp;").encode() not in new:
            found.append("the cell or the tab is missing")
        if found:
            harmed[sample.name] = found
    assert harmed == {}
    assert len(pairs) == len(corpus.samples()) - len(corpus.MAY_BE_REFUSED)


def test_the_oracle_sees_a_changed_cell_style_and_drawing(tmp_path: Path) -> None:
    """The oracle itself must not be blind."""
    base = {"formulas", "column_styles", "chart", "table"}
    variants = {
        "base": base,
        "style": base - {"column_styles"},
        "chart": base - {"chart"},
        "value": base | {"odd_values"},
    }
    files = []
    for name, chosen in variants.items():
        files.append(tmp_path / f"{name}.xlsx")
        files[-1].write_bytes(traps.build(chosen).data)
    shown = [path.read_bytes() for path in libreoffice.convert(files, tmp_path / "out").values()]
    assert libreoffice.differences(shown[0], shown[0], {}) == []
    for other in shown[1:]:
        assert [line.partition(":")[0] for line in libreoffice.differences(shown[0], other, {})] == ["Log"]


def test_what_depends_on_an_edit_is_computed_anew(tmp_path: Path) -> None:
    path = tmp_path / "team.xlsx"
    path.write_bytes(traps.build({"formulas", "calc_chain"}).data)
    edit_cells(path, {("Log", "D2"): 100})
    assert b'fullCalcOnLoad="1"' in parts.read(path.read_bytes())["xl/workbook.xml"]
    shown = libreoffice.convert([path], tmp_path / "out", recalculate=True)[path].read_text("utf-8")
    assert 'office:value="200"' in shown  # F2 = D2*2
    assert 'office:value="145.5"' in shown  # the other tab's SUM(Log!D2:D9): 46 - 2.5 + 100
