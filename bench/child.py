"""One contender at work, in a process of its own: `python -m bench.child NAME FILE`.

Each function opens `file`, does its work, and saves it as `out` where it writes. `edits` are the cells to change.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

Edits = Mapping[str, int | date]
TAB = "需求登记"


def openpyxl_bare(file: Path, out: Path, edits: Edits) -> None:
    """Load, change the cells, save."""
    from openpyxl import load_workbook

    book = load_workbook(file)
    sheet = book[TAB]
    for cell, value in edits.items():
        sheet[cell].value = value
    book.save(out)


def openpyxl_checks(file: Path, out: Path, edits: Edits) -> None:
    """Load, check every row, change the cells, save."""
    from openpyxl import load_workbook

    from bench.by_hand import check

    book = load_workbook(file)
    sheet = book[TAB]
    check(sheet.iter_rows(min_row=2, values_only=True))
    for cell, value in edits.items():
        sheet[cell].value = value
    book.save(out)


def openpyxl_reading(file: Path, out: Path, edits: Edits) -> None:
    """Read every cell in read-only mode."""
    from openpyxl import load_workbook

    for _ in load_workbook(file, read_only=True)[TAB].iter_rows(values_only=True):
        pass


def pandas_openpyxl(file: Path, out: Path, edits: Edits) -> None:
    """Read, change the cells, write: pandas as it comes."""
    _pandas(file, out, edits, "openpyxl", "openpyxl")


def pandas_fast(file: Path, out: Path, edits: Edits) -> None:
    """Read by calamine, change the cells, write by XlsxWriter: pandas at its best."""
    _pandas(file, out, edits, "calamine", "xlsxwriter")


def _pandas(file: Path, out: Path, edits: Edits, reader: str, writer: str) -> None:
    import pandas

    frame = pandas.read_excel(file, sheet_name=TAB, engine=reader, dtype=object)  # type: ignore[call-overload]
    for cell, value in edits.items():
        frame.iat[int(cell[1:]) - 2, ord(cell[0]) - ord("A")] = value
    frame.to_excel(out, sheet_name=TAB, index=False, engine=writer)


def excelize(file: Path, out: Path, edits: Edits) -> None:
    """Open, set the cells, save."""
    import excelize as library

    book = library.open_file(str(file))
    for cell, value in edits.items():
        book.set_cell_value(TAB, cell, value)
    book.save_as(str(out))
    book.close()


def wolfxl(file: Path, out: Path, edits: Edits) -> None:
    """Open in modify mode, set the cells, save."""
    from wolfxl import load_workbook

    book = load_workbook(str(file), modify=True)
    sheet = book[TAB]
    for cell, value in edits.items():
        sheet[cell].value = value
    book.save(str(out))


def pyopenxlsx(file: Path, out: Path, edits: Edits) -> None:
    """Open, set the cells, save."""
    from pyopenxlsx import load_workbook

    book = load_workbook(str(file))
    sheet = book[TAB]
    for cell, value in edits.items():
        sheet[cell].value = value
    book.save(str(out))
    book.close()


def raw_limit(file: Path, out: Path, edits: Edits) -> None:
    """Unzip, one pass over the bytes of the rows, deflate the touched part by isal: no less work can change a file."""
    import re
    import zipfile

    from isal import isal_zlib

    with zipfile.ZipFile(file) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
        archive.read("xl/sharedStrings.xml")
    places = [match.start() for match in re.finditer(b"<row ", xml)]
    assert places
    packer = isal_zlib.compressobj(2, 8, -15)
    out.write_bytes(packer.compress(xml) + packer.flush())


def calamine_limit(file: Path, out: Path, edits: Edits) -> None:
    """Read every cell by calamine, in Rust."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(str(file)).get_sheet_by_name(TAB).to_python()


def sheetops_edit(file: Path, out: Path, edits: Edits) -> None:
    """`sheetops.books.xlsx.edit_cells`: change the cells, check the new file, save."""
    from sheetops.books.xlsx import edit_cells

    edit_cells(file, {(TAB, cell): value for cell, value in edits.items()}, save_as=out)


def sheetops_read(file: Path, out: Path, edits: Edits) -> None:
    """Look at the sheet as a job does: values, formulas, errors, hidden rows, merged cells."""
    from sheetops.books.xlsx.read import read_workbook

    read_workbook(file.read_bytes(), str(file))


def sheetops_jobs(file: Path, out: Path, edits: Edits) -> None:
    """Fill and validate with all rules, and save: what `sheetops fill` and `sheetops validate` do, in one run."""
    from sheetops.cli.common import Wishes, run_jobs
    from sheetops.domain.deferred import own_process

    own_process()  # as the command line says before all else
    run_jobs(
        ("fill", "validate"), Wishes((str(file),), None, date(2026, 10, 30), False, False, True, False, False)
    )


def sheetops_review(file: Path, out: Path, edits: Edits) -> None:
    """The job of `sheetops review` alone, on a sheet and a history that were read: tells its seconds of CPU."""
    from sheetops.cli.common import Wishes, run_jobs
    from sheetops.domain.plan import Plan
    from sheetops.domain.view import View
    from sheetops.jobs.review import review_when_due

    def measured(view: View) -> Plan:
        began = time.process_time()
        plan = review_when_due(view)
        print(time.process_time() - began, flush=True)
        return plan

    wishes = Wishes((str(file),), None, date(2026, 10, 30), False, False, True, False, False)
    run_jobs((), wishes, "2026-09", {"review": measured})


def pandas_review(file: Path, out: Path, edits: Edits) -> None:
    """Read by pandas, and the figures of a month's review: tells the seconds of CPU of the figures alone."""
    from bench.pandas_review import read, review

    table = read(file)
    began = time.process_time()
    review(table)
    print(time.process_time() - began, flush=True)


def main() -> None:
    """Run the contender that the command line names."""
    from bench.edits import read_edits

    name, source, file, out = sys.argv[1:]
    work: Callable[[Path, Path, Edits], None] = globals()[name]
    with _as_a_command() if name in ("sheetops_jobs", "sheetops_review") else nullcontext():
        work(Path(file), Path(out), read_edits(Path(source)))


@contextmanager
def _as_a_command() -> Iterator[None]:
    """Collect garbage as seldom as the command line does, and end without taking apart what was loaded."""
    from sheetops.cli import NEW_OBJECTS

    gc.set_threshold(NEW_OBJECTS)
    try:
        yield
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
