"""LibreOffice opens what was saved, shows everything else as before, and computes what depends on an edit."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from lxml import etree

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


NO_CORPUS = pytest.mark.skipif(not corpus.samples(), reason="../shared/excel-corpus is not on this machine")
# How each workbook looked before, as this LibreOffice showed it on a machine with these fonts: its name to a
# fingerprint. Another LibreOffice is asked itself. Made by REFRESH=1 pytest -m slow tests/integration/test_xlsx_libreoffice.py
KNOWN = Path(__file__).parents[1] / "xlsx_oracle" / "libreoffice_shows.json"
# These show a path to the folder that they lie in.
KNOWS_ITS_FOLDER = {"26_ExcelWithAttachments.xlsm", "57_ExternalLink.xlsx"}


def place(sample: Sample) -> libreoffice.Places:
    return {sample.tab: [reader.split_ref(sample.cell)]}


def harm(sample: Sample, before: bytes | None, after: bytes, known: dict[str, str]) -> list[str] | None:
    """What LibreOffice shows otherwise after the save; None if it must be asked how it looked `before`."""
    looks = libreoffice.Flat(after)
    as_known = looks.fingerprint(place(sample), (TAB,)) == known.get(looks.program + " " + sample.name)
    if before is None and not as_known:
        return None
    found = libreoffice.differences(before, after, place(sample), (TAB,)) if before is not None else []
    if TEXT.encode() not in after or TAB.replace("&", "&amp;").encode() not in after:
        found.append("the cell or the tab is missing")
    return found


@NO_CORPUS
def test_every_workbook_looks_as_before(tmp_path: Path) -> None:
    pairs = {sample: pair for sample in corpus.samples() if (pair := changed(sample, tmp_path))}
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    shown = libreoffice.convert([after for _, after in pairs.values()], tmp_path / "after")
    found = {
        s: harm(s, None, shown[after].read_bytes(), known)
        for s, (_, after) in pairs.items()
        if after in shown
    }
    asked = {s: pair for s, pair in pairs.items() if found.get(s) is None}
    earlier = (
        libreoffice.convert([before for before, _ in asked.values()], tmp_path / "before") if asked else {}
    )
    for sample, (before, after) in asked.items():
        if before not in earlier:  # LibreOffice could not open it either
            found[sample] = []
        elif after not in shown:
            found[sample] = ["LibreOffice cannot open it any more"]
        else:
            found[sample] = harm(sample, earlier[before].read_bytes(), shown[after].read_bytes(), known)
    assert {sample.name: lines for sample, lines in found.items() if lines} == {}
    assert len(pairs) == len(corpus.samples()) - len(corpus.MAY_BE_REFUSED)


@NO_CORPUS
@pytest.mark.slow
def test_every_workbook_looked_before_as_is_known(tmp_path: Path) -> None:
    samples = [sample for sample in corpus.samples() if sample.name not in KNOWS_ITS_FOLDER]
    shown = libreoffice.convert([sample.path for sample in samples], tmp_path / "out")
    now = {}
    for sample in samples:
        if sample.path in shown:
            looks = libreoffice.Flat(shown[sample.path].read_bytes())
            now[f"{looks.program} {sample.name}"] = looks.fingerprint(place(sample))
    if "REFRESH" in os.environ:
        KNOWN.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    if not now.keys() & known.keys():
        pytest.skip("another LibreOffice than the one whose looks are kept")
    wrong = [name for name, fingerprint in now.items() if known.get(name) != fingerprint]
    assert len(wrong) in (0, len(now)), wrong  # all of them: other fonts


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


def test_a_drop_down_is_the_same_from_whichever_cell_it_is_told() -> None:
    """LibreOffice starts from a cell of any tab, not always the same one, and leaves that tab's name away."""
    flat = (
        '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">'
        '<table:content-validation table:name="val1" table:condition="of:cell-content-is-in-list({})" '
        'table:base-cell-address="{}.A1"/><table:table table:name="{}"><table:named-expressions>'
        '<table:named-expression table:name="Kinds"/></table:named-expressions></table:table></office:document>'
    )

    def told(condition: str, base: str, tab: str = "Names") -> str:
        return libreoffice.Scope(etree.fromstring(flat.format(condition, base, tab))).style("val1")

    assert told("Kinds", "Names") == told("Names.Kinds", "Log") == told("Names.Kinds", "Names")
    assert told("Kinds", "$'My names'", "My names") == told("'My names'.Kinds", "Log", "My names")
    assert told("Kinds", "Log") != told("Names.Kinds", "Log")
    assert told("Other", "Names") != told("Names.Kinds", "Log")
