"""docs/export.md names every column, from the docstrings. After a change, write it anew with:

REFRESH=1 .venv/bin/pytest tests/unit/test_export_docs.py
"""

from __future__ import annotations

import os
from pathlib import Path

from sheetops.jobs.export import export
from tests.sheets import log, view

PAGE = Path(__file__).parents[2] / "docs" / "export.md"
_HEAD = """# Export

Made from the columns' docstrings by `tests/unit/test_export_docs.py`; change them there, then run
`REFRESH=1 .venv/bin/pytest tests/unit/test_export_docs.py`.

```sh
sheetops export our-log.xlsx                              # into our-log-export/
sheetops export desk --period 2026-Q3 --out bi            # what was there in that quarter
pip install 'sheetops[export]'                            # for the Parquet files too
```

The sheet is only read. Four tables come as CSV and (with pyarrow) as Parquet, beside them `dictionary.csv`, one line a
column, and `datapackage.json`, the same as a [Frictionless](https://specs.frictionlessdata.io) data package with the
print of every file. The keys below are the same in every language; names of values come beside them as the sheet has them.

- **CSV** is UTF-8 with a byte-order mark, comma and CRLF (RFC 4180), so that Excel, Power BI and Tableau read it as it
  is. Dates are `2026-11-02`, moments `2026-11-02T09:30:00` in the team's time zone, truth values `true` and `false`. A
  text that a spreadsheet would run as a formula begins with an apostrophe; **Parquet** holds it as it is, with true dates.
- **Masked.** Customers are shown by the first character of their name; telephone, e-mail, identity-card and bank-card
  numbers are masked in every text. Names of owners are shown as the sheet has them. `--unmasked` shows all as the sheet
  has it, says so, and makes the files readable by their owner alone.
- **`--as-of`** counts overdue, ages and targets on that day; what the rows say is what the sheet says now. **`--period`**
  keeps the requests that were there in it: opened by its end, and not resolved before its start.
- **The folder** is written over as long as every file in it is as an export left it; a file of your own, or one that you
  changed, stops it before anything is written (`--force` goes on). Equal sheets give equal bytes.
- The days on which the review counts are `counted_opened` and `counted_resolved`; with them a BI tool comes to the
  review's numbers (a test holds that, with SQL). Where the ledger saw a request reopened, the review counts its earlier
  resolution and its reopening too: they are in `events`.

In pandas: `pd.read_parquet("our-log-export/requests.parquet")`, or
`pd.read_csv("our-log-export/requests.csv", encoding="utf-8-sig", parse_dates=["opened_at"])`.
In Power BI: *Get data › Parquet* or *Text/CSV*; relate `owners`, `findings` and `events` by `sheet` and `id`, or by
`sheet`, `tab` and `row`.
"""


def export_page() -> str:
    """The whole page."""
    lines = [_HEAD.rstrip("\n")]
    for table in export(view(log()), "desk", ()):
        lines += ["", f"## {table.name}", "", table.about, "", "| Column | Type | |", "|---|---|---|"]
        for field in table.fields:
            about = field.about.replace("|", "\\|")
            lines.append(
                f"| `{field.name}` | {field.kind}{', masked' if field.confidential else ''} | {about} |"
            )
    return "\n".join(lines) + "\n"


def test_the_page_is_what_the_docstrings_give() -> None:
    if os.environ.get("REFRESH"):
        PAGE.write_text(export_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == export_page(), "write it anew, see the top of this file"
