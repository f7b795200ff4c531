"""The files of an export: readable by others, equal for equal tables, and never over somebody's own."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheetops.errors import SheetError, SheetopsError
from sheetops.exports import parquet
from sheetops.exports.csv_files import cell, columns_as_csv, csv_bytes
from sheetops.exports.dictionary import NAME, dictionary_csv, package
from sheetops.exports.folder import write_folder
from sheetops.exports.parquet import parquet_bytes
from sheetops.jobs.export_fields import Field, Kind, Table, Value

KINDS: tuple[Kind, ...] = ("string", "integer", "number", "boolean", "date", "datetime")
SAMPLES: tuple[tuple[Value, ...], ...] = (
    ("plain", 1, 1.5, True, date(2026, 11, 2), datetime(2026, 11, 2, 9, 30)),
    ('a "quoted", text\nin two lines', -7, -0.25, False, date(1999, 1, 1), datetime(2026, 12, 31, 23, 59, 59)),
    (None, None, None, None, None, None),
    ("=cmd|'/c calc'!A0", 0, 0.0, True, date(2026, 2, 28), datetime(2026, 2, 28)),
    ("客户原话：“不满意”", 2**40, 1e-9, False, date(2030, 5, 6), datetime(2030, 5, 6, 1, 2, 3)),
)  # fmt: skip


def table(rows: tuple[tuple[Value, ...], ...] = SAMPLES, name: str = "sample") -> Table:
    fields = tuple(Field(f"c_{kind}", kind, f"A {kind}.", lambda line: None) for kind in KINDS)
    return Table(name, "A table of samples.", fields, (), list(zip(*rows, strict=True)) or [()] * len(KINDS))


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_csv_file_is_what_excel_and_rfc_4180_want() -> None:
    data = csv_bytes(table())
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == 6 and data.endswith(b"\r\n")
    assert read(data)[2] == [
        'a "quoted", text\nin two lines',
        "-7",
        "-0.25",
        "false",
        "1999-01-01",
        "2026-12-31T23:59:59",
    ]
    assert read(data)[3] == [""] * 6
    assert read(data)[4][0] == "'=cmd|'/c calc'!A0"


@given(st.lists(st.text() | st.text("=+-@＝ \t\r\n\x0c\ufeffa1", max_size=4), min_size=1, max_size=20))
def test_no_text_runs_as_a_formula_and_none_is_lost(texts: list[str]) -> None:
    wide = Table(
        "t", "T.", (Field("a", "string", "A.", lambda line: None),) * 2, (), [texts, ["x"] * len(texts)]
    )
    found = [cells[0] for cells in read(csv_bytes(wide))[1:]]
    assert len(found) == len(texts)
    for text, shown in zip(texts, found, strict=True):
        assert shown.strip("\ufeff\u200b").lstrip()[:1] not in tuple("=+-@＝＋－＠") or not shown.strip()
        plain = text.replace("\x00", "").encode("utf-8", "replace").decode()
        assert shown in (plain, f"'{plain}")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from((0.0, -0.0, 1.0, 2.5, 1e300)),
    st.sampled_from((date(2026, 11, 2), datetime(2026, 11, 2), datetime(2026, 11, 2, 9, 30))),
    st.sampled_from(("", "plain", "=1", "\x00=1", "a\x00b", " -x", "客户", 'a "b", c', "\ud800")),
)  # fmt: skip


@example(1, [0.0, -0.0], True)
@given(st.integers(1, 3), st.lists(VALUES, max_size=6), st.booleans())
def test_a_column_is_written_as_its_cells_are(width: int, values: list[Value], one_kind: bool) -> None:
    if one_kind:
        values = [value for value in values if value is None or type(value) is type(values[0])]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([["a"] * width, *([cell(value)] * width for value in values)])
    told = columns_as_csv(["a"] * width, [values] * width)
    assert told == b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def test_parquet_has_true_types_and_reads_back_as_it_was() -> None:
    found = pq.read_table(io.BytesIO(parquet_bytes(table())))
    assert [str(field.type) for field in found.schema] == [
        "string",
        "int64",
        "double",
        "bool",
        "date32[day]",
        "timestamp[ms]",
    ]
    assert [tuple(line.values()) for line in found.to_pylist()] == list(SAMPLES)
    assert found.schema.field("c_date").metadata[b"description"] == b"A date."


def test_both_files_say_the_same_to_pandas_and_duckdb(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(csv_bytes(table()))
    (tmp_path / "t.parquet").write_bytes(parquet_bytes(table()))
    times = ["c_date", "c_datetime"]
    text = pd.read_csv(tmp_path / "t.csv", encoding="utf-8-sig", parse_dates=times)
    exact = pd.read_parquet(tmp_path / "t.parquet")
    assert text["c_integer"].tolist()[:2] == [1, -7] and text["c_number"].sum() == exact["c_number"].sum()
    assert pd.to_datetime(exact["c_date"]).equals(
        text["c_date"].astype("datetime64[ms]").astype(pd.to_datetime(exact["c_date"]).dtype)
    )
    counted = "select count(*), sum(c_integer), max(c_datetime), count(c_boolean), min(c_date) from '{}'"
    asked = [duckdb.sql(counted.format(tmp_path / name)).fetchall()[0] for name in ("t.csv", "t.parquet")]
    assert asked[0] == asked[1] and asked[0][0] == 5 and asked[0][2] == datetime(2030, 5, 6, 1, 2, 3)


def test_equal_tables_give_equal_bytes_and_empty_ones_keep_their_types() -> None:
    assert csv_bytes(table()) == csv_bytes(table()) and parquet_bytes(table()) == parquet_bytes(table())
    empty = pq.read_table(io.BytesIO(parquet_bytes(table(()))))
    assert empty.num_rows == 0 and str(empty.schema.field("c_date").type) == "date32[day]"


def test_without_pyarrow_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SheetopsError, match="sheetops\\[export\\]"):
        parquet.parquet_bytes(table())


def about(**more: object) -> dict[str, object]:
    return {"sheet": "desk", "as_of": "2026-11-18", "period": None, "masked": True, **more}


def test_the_package_describes_every_column_and_file() -> None:
    files = {"sample.csv": csv_bytes(table()), "dictionary.csv": b"x"}
    told = json.loads(package([table()], files, {}, about()))
    (resource,) = told["resources"]
    assert resource["bytes"] == len(files["sample.csv"])
    assert resource["hash"] == f"sha256:{sha256(files['sample.csv']).hexdigest()}"
    assert [f["type"] for f in resource["schema"]["fields"]] == list(KINDS)
    assert told["sheetops"]["files"].keys() == files.keys()
    lines = read(dictionary_csv([table()], {}))
    assert lines[1] == ["sample", "c_string", "string", "false", "", "A string."]


def folder_of(where: Path, text: bytes, force: bool = False) -> list[str]:
    files = {"a.csv": text}
    return write_folder(where, {**files, NAME: package([], files, {}, about())}, private=False, force=force)


def test_an_export_is_written_over_and_somebodys_own_file_is_not(tmp_path: Path) -> None:
    where = tmp_path / "out"
    assert folder_of(where, b"one") == ["a.csv", NAME]
    assert folder_of(where, b"one") == []
    assert folder_of(where, b"two") == ["a.csv", NAME] and (where / "a.csv").read_bytes() == b"two"
    (where / "a.csv").write_bytes(b"mine")
    with pytest.raises(SheetError, match=r"a\.csv is not as an export left it"):
        folder_of(where, b"three")
    assert (where / "a.csv").read_bytes() == b"mine"
    assert folder_of(where, b"three", force=True) == ["a.csv", NAME]


@pytest.mark.parametrize("name", ["a.csv", NAME])
def test_a_folder_that_holds_such_a_name_of_a_persons_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(SheetError):
        folder_of(tmp_path, b"one")
    assert [path.name for path in tmp_path.iterdir()] == [name] and (tmp_path / name).read_bytes() == b"{}"


def test_unmasked_files_are_the_owners_alone(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.csv": b"one"}, private=False)
    write_folder(tmp_path, {"a.csv": b"one"}, private=True)
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0
