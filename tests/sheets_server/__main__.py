"""`python -m tests.sheets_server --port 8765`: serves until interrupted."""

from __future__ import annotations

import argparse
import time

from tests.sheets_server.server import SheetsServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sheets_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free port")
    parser.add_argument("--quota", action="store_true", help="count calls as Google does and answer 429")
    parser.add_argument("--require-auth", action="store_true", help="answer 401 without a bearer token")
    parser.add_argument(
        "--private-file", action="append", default=[], metavar="ID", help="a spreadsheet that answers 403"
    )
    options = parser.parse_args()
    server = SheetsServer(options.port, options.host)
    if options.quota:
        server.quota()
    server.world.switches.require_auth = options.require_auth
    for file_id in options.private_file:
        server.private_file(file_id)
    print(f"Sheets server at {server.url}", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
