"""A local Google Sheets and Drive server for tests, with its state in memory.

    with SheetsServer() as server:
        … requests to server.url + "/v4/spreadsheets/…" …

or from a shell: `python -m tests.sheets_server --port 8765`.
"""

from tests.sheets_server.server import SheetsServer

__all__ = ["SheetsServer"]
