"""Undo after fill gives the bytes back: every workbook of the corpus is given a small log, filled, and taken back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from sheetops.books.xlsx import edit_cells
from sheetops.books.xlsx.book import XlsxBook, XlsxSession
from sheetops.domain.history import History
from sheetops.domain.plan import Edit
from sheetops.domain.table import RawSheet, Snapshot, cell_name, take_snapshot
from sheetops.domain.view import View
from sheetops.errors import RefusedWorkbook, SheetError
from sheetops.jobs.fill import fill
from sheetops.settings.files import load_texts
from sheetops.settings.model import Team
from sheetops.settings.policy import build_policy
from tests.xlsx_oracle import corpus
from tests.xlsx_oracle.corpus import Sample

NOW = datetime(2026, 11, 18, 9)
LOG = (
    ("Request ID", "Customer", "Description", "Type", "Urgency", "Due"),
    (None, "W*-shop", "the export never ends", "Complaint", "High", None),
    (None, "L*-bank", "points are not counted", "Consult", "Low", None),
)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def see(tab: str) -> object:
    def of(raw: RawSheet) -> Snapshot:
        return take_snapshot(raw, (tab,), language="en")

    return of


@contextmanager
def at_work(path: Path, state: Path) -> Iterator[XlsxSession]:
    with XlsxBook(str(path), state=state).session() as session:
        yield session


def filled(path: Path, tab: str, state: Path) -> list[Edit]:
    """Fill the log, and give the edits that take it back."""
    with at_work(path, state) as session:
        snapshot = take_snapshot(session.raw, (tab,), language="en")
        view = View(snapshot, build_policy(Team(), "en", load_texts("en")), History(), NOW)
        applied = session.apply(fill(view).edits, (), see(tab))  # type: ignore[arg-type]
        assert applied.writes and not applied.conflicts
    with at_work(path, state) as session:
        table = take_snapshot(session.raw, (tab,), language="en").tables[0]
        index = {number: at for at, number in enumerate(table.numbers)}
        return [
            Edit(table.ref(index[w.row]), w.edit.column, w.cell, w.edit.new, w.edit.old, "undo")
            for w in applied.writes
        ]


def taken_back(path: Path, tab: str, edits: list[Edit], state: Path) -> None:
    with at_work(path, state) as session:
        applied = session.apply(edits, (), see(tab))  # type: ignore[arg-type]
        assert len(applied.writes) == len(edits) and not applied.conflicts


def with_a_log(sample: Sample, folder: Path) -> Path | None:
    """The workbook with a small log to the right of what its tab holds; None where it takes none."""
    path = corpus.copied(sample.path, folder)
    try:
        raw = XlsxBook(str(path)).read()
        grid = raw.grid(sample.tab)
        left = max((len(cells) for cells in grid.rows), default=0) + 2 if grid else 2
        cells = {
            (sample.tab, cell_name(2 + down, left + right)): value
            for down, values in enumerate(LOG)
            for right, value in enumerate(values)
            if value is not None
        }
        edit_cells(path, cells)
    except SheetError:
        return None
    return path


@pytest.mark.skipif(not corpus.samples(), reason="../shared/excel-corpus is not on this machine")
@pytest.mark.parametrize("sample", corpus.samples(), ids=lambda sample: sample.name)
def test_every_workbook_of_the_corpus_comes_back_byte_for_byte(sample: Sample, tmp_path: Path) -> None:
    path = with_a_log(sample, tmp_path)
    if path is None:
        with pytest.raises((RefusedWorkbook, SheetError)):
            edit_cells(corpus.copied(sample.path, tmp_path), {(sample.tab, "ZZ2"): "x"})
        return
    before, state = path.read_bytes(), tmp_path / "state"
    edits = filled(path, sample.tab, state)
    assert len(edits) == 4 and path.read_bytes() != before
    taken_back(path, sample.tab, edits, state)
    assert members(path.read_bytes()) == members(before)
    assert path.read_bytes() == before
