"""A local Google Sheets and Drive server for tests, with its state in memory.

    with SheetsServer() as server:
        ... requests to server.url + "/v4/spreadsheets/..." ...

or from a shell: `python -m tests.sheets_server --port 8765`. One base URL serves /v4/spreadsheets, /drive/v3,
/upload/drive/v3 and v2, /token (OAuth 2) and /admin (the switches, see admin.py).

How it is built: `discovery` and `parsing` read Google's own interface description and check every request
against it; `app` routes, checks rights and runs each writing call wholly or not at all; `values`, `spreadsheets`,
`drive` and `drive_content` hold the REST methods, `requests/` one module for each family of batchUpdate requests;
`model` is the state, `spans` and `dimensions` say what moves along with rows and columns; `numbers_in`,
`numbers_out`, `locales` and `formula_*` are typing, showing and computing; `person` is somebody at the page,
`switches` the disturbances, `replay` the comparison with recorded answers, `clients` gspread and
google-api-python-client pointed here.

Not here: data sources, comments by batchUpdate, pivot tables (kept, not computed), formulas that spill over
several cells, functions outside formula_functions and its two neighbours (#NAME?), PDF and ODS export,
request size and time limits.
"""

from tests.sheets_server.server import SheetsServer

__all__ = ["SheetsServer"]
