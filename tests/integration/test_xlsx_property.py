"""Random edits on workbooks with random traps agree with a plain model, and harm nothing else."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineError, CalamineWorkbook

from sheetops.books.xlsx import edit_cells
from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import graft_tab
from sheetops.errors import EditRefused, SheetError
from tests.examples import costly
from tests.xlsx_oracle import corpus, features, parts, reader, schema, wiring
from tests.xlsx_oracle.reader import Formula, Values, letters, split_ref
from tests.xlsx_oracle.traps import HIDDEN, MAIN, OTHER, TRAPS, Built, build

Edits = dict[tuple[str, str], object]
# No shrinking by default: one example takes a tenth of a second, and a failure names its traps anyway.
SETTINGS = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TRICKY = (
    "=1+1",
    " spaces ",
    "line\nbreak",
    "tab\there",
    "\r\n",
    "_x0041_",
    "]]>",
    "<&>\"'",
    "\x07\ufffe",
    "😀 中文",
    "",
    "'quoted",
    "TRUE",
    "1e5",
)
GROWING = ("xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[content_types].xml", "xl/tables/table1.xml", "xl/calcchain.xml")  # fmt: skip

texts = st.one_of(st.sampled_from(TRICKY), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
numbers = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
days = st.dates(dt.date(1905, 1, 1), dt.date(2099, 12, 31))
moments = st.datetimes(dt.datetime(1905, 1, 1), dt.datetime(2099, 12, 31)).map(
    lambda m: m.replace(microsecond=0)
)
values = st.one_of(texts, st.booleans(), numbers, days, moments, st.none())
rows = st.one_of(st.integers(1, 14), st.sampled_from([100, 1_048_576]))
columns = st.one_of(st.integers(1, 16), st.sampled_from([27, 16_384]))
cells = st.tuples(st.sampled_from([MAIN, MAIN, MAIN, OTHER, HIDDEN]), rows, columns)
batches = st.dictionaries(cells, values, min_size=1, max_size=8)
chosen = st.sets(st.sampled_from(TRAPS), max_size=14).map(frozenset)


def free(built: Built, batch: Mapping[tuple[str, int, int], object]) -> Edits:
    """The edits of the batch that nothing speaks against."""
    return {(t, f"{letters(c)}{r}"): value for (t, r, c), value in batch.items() if built.free(t, r, c)}


def patched(data: bytes, edits: Edits) -> bytes:
    """The workbook with the edits made and checked, as `edit_cells` makes them."""
    package = Package.from_bytes(data, "team.xlsx")
    patch_cells(package, edits)
    new = package.to_bytes()
    check_save(Package.from_bytes(data, "team.xlsx"), new, edits)
    return new


def updated(model: Values, edits: Edits) -> Values:
    """The model: a plain dict in which the edits are made."""
    result = dict(model)
    for key, value in edits.items():
        if value is None or value == "":
            result.pop(key, None)
        elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            result[key] = dt.datetime(value.year, value.month, value.day)
        else:
            result[key] = float(value) if type(value) is int else value  # type: ignore[assignment]
    return result


def disagreements(found: Values, model: Values, early: bool) -> list[object]:
    """The cells in which the file and the model differ; a date is also right as its day number.

    A date in a cell that has a number format of its own keeps that format; a number put back into a cell
    that a date had been in keeps the date's.
    """
    base = dt.datetime(1904, 1, 1) if early else dt.datetime(1899, 12, 30)

    def plain(value: object) -> object:
        if isinstance(value, dt.datetime):
            return round((value - base) / dt.timedelta(days=1), 4)
        if isinstance(value, float) and abs(value) < 3 * 10**6:  # the last day, 9999-12-31, is 2,958,465
            return round(value, 4)
        return value

    wrong = [key for key in found.keys() | model.keys() if found.get(key) != model.get(key)]
    return [(k, found.get(k), model.get(k)) for k in wrong if plain(found.get(k)) != plain(model.get(k)) or type(plain(found.get(k))) is not type(plain(model.get(k)))]  # fmt: skip


def nothing_else(built: Built, before: bytes, after: bytes, edits: Edits) -> None:
    """Assert that other rows keep their bytes, other parts their compressed bytes, and all stays valid."""
    touched = {(tab, split_ref(cell)[0]) for tab, cell in edits}
    held = {name.lower(): data for name, data in parts.read(after).items()}
    for tab, part in built.parts.items():
        place = 0
        for (name, row), raw in sorted(built.raw_rows.items()):
            if name == tab and (tab, row) not in touched:
                place = held[part.lower()].find(raw, place) + len(raw)
                assert place >= len(raw), f"row {row} of {tab} changed"
    found = parts.difference(before, after)
    may_change = {*GROWING, *(built.parts[tab].lower() for tab, _ in edits)}
    assert {name.lower() for name in found.changed} <= may_change and not found.moved
    assert {name.lower() for name in found.removed} <= {"xl/calcchain.xml"}
    assert {name.lower() for name in found.added} <= {"xl/styles.xml", "xl/_rels/workbook.xml.rels"}
    assert schema.newly_invalid(before, after) == {}
    assert wiring.newly_wrong(before, after) == []
    overwritten = sum(isinstance(built.values.get(key), Formula) for key in edits)
    cell_features = ("formula", "formula_cached", "formula_shared", "formula_normal", "cell_filled", "cell_styled", "inline_rich", "calc_chain", "kind:calcChain+xml")  # fmt: skip
    chain = {name: overwritten for name in features.inventory(before) if name.endswith((":c", ":calcChain"))}
    allowed = dict.fromkeys(cell_features, len(edits)) | chain
    assert features.lost_by_part(before, after, allowed) == []


def seen_by_calamine(before: bytes, after: bytes, edits: Edits) -> None:
    """Assert that calamine reads the file if it read it before, and sees plain texts, flags and numbers.

    Not where a cell lies far out: calamine holds the whole rectangle in memory and aborts. Not UTF-16
    either: it takes such a sheet for an empty one. Nor numbers too large for a date: it panics on those.
    """
    held = reader.values(after)
    if any(row > 100 or column > 30 for row, column in (split_ref(cell) for _, cell in held)):
        return
    if any(type(value) is float and abs(value) > 2_958_465 for value in held.values()):
        return
    try:
        old = CalamineWorkbook.from_filelike(io.BytesIO(before))
        for tab in old.sheet_names:
            old.get_sheet_by_name(tab).to_python()
    except CalamineError:
        return
    book = CalamineWorkbook.from_filelike(io.BytesIO(after))
    for (tab, cell), value in edits.items():
        row, column = split_ref(cell)
        if isinstance(value, dt.date) or (isinstance(value, str) and not value.isalnum()):
            continue
        grid = book.get_sheet_by_name(tab).to_python(skip_empty_area=False)
        shown = grid[row - 1][column - 1] if row <= len(grid) and column <= len(grid[row - 1]) else ""
        if not isinstance(shown, dt.date | dt.time | dt.timedelta):
            assert shown == ("" if value is None else value), (tab, cell)


@settings(SETTINGS, max_examples=costly(60, 25))
@given(traps=chosen, first=batches, second=batches)
@example(
    traps=frozenset(TRAPS),
    first={(MAIN, 6, 2): "x", (MAIN, 12, 3): dt.date(2026, 1, 2)},
    second={(OTHER, 3, 1): 1},
)
@example(
    traps=frozenset({"table", "formulas"}), first={(MAIN, 10, 1): "R-0010"}, second={(MAIN, 10, 2): "more"}
)
def test_edits_agree_with_a_plain_model(traps: frozenset[str], first: dict, second: dict) -> None:  # type: ignore[type-arg]
    built = build(traps)
    data, model, made = built.data, built.values, {}
    early = "date1904" in traps
    for batch in (first, second):
        edits = free(built, batch)
        assume(edits)
        before, data = data, patched(data, edits)
        model, made = updated(model, edits), made | edits
        assert disagreements(reader.values(data), model, early) == []
        nothing_else(built, built.data, data, made)
        if "utf16" not in traps:
            seen_by_calamine(before, data, edits)
        again = Package.from_bytes(data, "team.xlsx")
        assert not patch_cells(again, edits).cells and again.to_bytes() == data, (
            "a second time must change nothing"
        )
        assert patched(before, dict(reversed(edits.items()))) == data, "the order of edits must not matter"


@settings(SETTINGS, max_examples=30)
@given(traps=chosen, first=batches, second=batches)
def test_separate_edits_commute_and_undo(traps: frozenset[str], first: dict, second: dict) -> None:  # type: ignore[type-arg]
    built = build(traps)
    early = "date1904" in traps
    one = free(built, first)
    other = {key: value for key, value in free(built, second).items() if key not in one}
    assume(one and other)
    both = patched(patched(built.data, one), other)
    assert (
        disagreements(reader.values(patched(patched(built.data, other), one)), reader.values(both), early)
        == []
    )
    assert disagreements(reader.values(patched(built.data, one | other)), reader.values(both), early) == []
    old = {key: built.values.get(key) for key in one | other}
    plain = {key: value for key, value in old.items() if not isinstance(value, Formula | reader.Fault)}
    undone = reader.values(patched(both, plain))
    assert (
        disagreements(
            {k: v for k, v in undone.items() if k in plain},
            {k: v for k, v in built.values.items() if k in plain},
            early,
        )
        == []
    )


@settings(SETTINGS, max_examples=20)
@given(traps=chosen, batch=batches)
def test_the_file_itself_is_changed_the_same_way(
    traps: frozenset[str], batch: dict, tmp_path_factory: pytest.TempPathFactory
) -> None:  # type: ignore[type-arg]
    built = build(traps)
    edits = free(built, batch)
    assume(edits)
    path: Path = tmp_path_factory.mktemp("team") / "team.xlsx"
    path.write_bytes(built.data)
    edit_cells(path, edits)
    assert path.read_bytes() == patched(built.data, edits)
    when = path.stat().st_mtime_ns
    edit_cells(path, edits)
    assert path.stat().st_mtime_ns == when


@settings(SETTINGS, max_examples=costly(30, 12))
@given(traps=chosen, charts=st.integers(0, 2), again=st.integers(0, 2))
@example(traps=frozenset(TRAPS), charts=1, again=2)
def test_a_tab_comes_and_is_replaced_beside_any_trap(traps: frozenset[str], charts: int, again: int) -> None:
    built = build(traps)
    data = built.data
    for rounds in (charts, again):
        package = Package.from_bytes(data, "team.xlsx")
        graft_tab(package, "Review", corpus.report(rounds))
        data, before = package.to_bytes(), data
        check_save(Package.from_bytes(before, "team.xlsx"), data, {}, ["Review"])
        found = parts.difference(built.data, data)
        may_change = {*GROWING, "docprops/app.xml"} - {"xl/tables/table1.xml", "xl/calcchain.xml"}
        assert (
            {name.lower() for name in found.changed} <= may_change and not found.removed and not found.moved
        )
        assert features.lost_by_part(built.data, data) == []
        assert schema.newly_invalid(built.data, data) == {}
        assert wiring.newly_wrong(built.data, data) == []
        assert list(wiring.sheet_parts(parts.read(data))) == [MAIN, OTHER, HIDDEN, "Review"]
        assert {k: v for k, v in reader.values(data).items() if k[0] != "Review"} == built.values
        assert features.inventory(data)["chart"] - features.inventory(built.data)["chart"] == rounds


@settings(SETTINGS, max_examples=40)
@given(traps=chosen, value=values, data=st.data())
def test_a_refused_cell_refuses_the_whole_edit(
    traps: frozenset[str], value: object, data: st.DataObject
) -> None:
    built = build(traps | {data.draw(st.sampled_from(["shared_formula", "array_formula", "data_table"]))})
    key = data.draw(st.sampled_from(sorted(built.refuses)))
    package = Package.from_bytes(built.data, "team.xlsx")
    with pytest.raises(EditRefused) as caught:
        patch_cells(package, {(MAIN, "A20"): "fine", key: value})
    assert "team.xlsx" in str(caught.value) and key[1] in str(caught.value)
    assert package.to_bytes() == built.data


@settings(SETTINGS, max_examples=60)
@given(traps=chosen, place=st.floats(0, 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_caught_or_harmless(traps: frozenset[str], place: float, bit: int) -> None:
    built = build(traps)
    edits: Edits = {(MAIN, "B3"): "new", (MAIN, "H12"): 5}
    after = patched(built.data, edits)
    at = int(place * (len(after) - 1))
    flipped = after[:at] + bytes([after[at] ^ (1 << bit)]) + after[at + 1 :]
    try:
        check_save(Package.from_bytes(built.data, "team.xlsx"), flipped, edits)
    except SheetError:
        return
    assert parts.read(flipped) == parts.read(after)


@settings(SETTINGS, max_examples=60)
@given(traps=chosen, damage=cells, value=values)
def test_a_cell_that_nobody_planned_is_caught(
    traps: frozenset[str], damage: tuple[str, int, int], value: object
) -> None:
    built = build(traps)
    edits: Edits = {(MAIN, "B3"): "new", (MAIN, "H12"): 5}
    extra = {key: v for key, v in free(built, {damage: value}).items() if key not in edits}
    package = Package.from_bytes(built.data, "team.xlsx")
    done = patch_cells(package, edits | extra)
    assume(extra.keys() & done.cells.keys())
    with pytest.raises(SheetError, match="did not pass its check"):
        check_save(Package.from_bytes(built.data, "team.xlsx"), package.to_bytes(), edits)


def test_the_traps_hold_what_they_say() -> None:
    """The generator itself: each trap alone, and all at once, give a valid workbook with the stated values."""
    for names in [frozenset({trap}) for trap in TRAPS] + [frozenset(TRAPS), frozenset()]:
        built = build(names)
        assert reader.values(built.data) == built.values, names
        assert wiring.wrong(built.data) == [], names
        for name, data in parts.read(built.data).items():
            assert not name.endswith((".xml", ".rels")) or not schema.errors(data), (names, name)
        assert len(names) != 1 or built.data != build(frozenset()).data or names & NEEDS_COMPANY, names


# Traps that show only together with another: a totals row needs a table, a rich text a shared string, …
NEEDS_COMPANY = frozenset({"totals_row", "calc_chain", "iso_dates"})
