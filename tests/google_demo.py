"""`make demo-google`: a whole day of a team on a Google spreadsheet, on the local Sheets server."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.sheets_server import SheetsServer

_SETTINGS = """\
# The demo's settings: a Google spreadsheet, served by the local server of the tests.
sheets:
  - name: desk
    path: {address}
state: state
mail:
  outbox: outbox
  sender: service-desk@example.com
google:
  api: {api}
  pace: 0
"""


def main(folder: Path, language: str) -> None:
    from sheetops.books.google.access import Access
    from sheetops.books.google.book import GoogleBook
    from sheetops.cli.common import Wishes
    from sheetops.cli.edge import Edge
    from sheetops.domain.period import period_of
    from sheetops.settings.load import load

    with SheetsServer() as server:
        address, today = new_desk(server, language)
        if folder.exists() and (folder / "sheetops.yaml").exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        settings = _SETTINGS.format(address=address, api=server.url)
        (folder / "sheetops.yaml").write_text(settings, encoding="utf-8")
        loaded = load(folder / "sheetops.yaml")
        edge = Edge(loaded, Wishes((), None, today, False, False, False, False, False))
        place, team = loaded.find("desk")
        before = len(server.world.calls)
        first = edge.run(place, team, ["fill", "validate", "remind"])
        calls = len(server.world.calls) - before
        review = edge.run(place, team, ["review"], period_of(today).before().name)
        again = edge.run(place, team, ["fill", "validate", "remind"])
        book = GoogleBook(address, Access(api=server.url, pace=0))
        tabs = ", ".join(f"{grid.name} ({len(grid.rows)} rows)" for grid in book.read().grids)
        sent = sum(delivery.outcome == "sent" for delivery in first.deliveries)
        repeated = len(again.applied.writes) + len(again.applied.tabs)
        repeated += sum(delivery.outcome == "sent" for delivery in again.deliveries)
        print(f"A team's day, {today}, on {address}")
        print(
            f"  filled     {len(first.applied.writes)} cells, {len(first.applied.conflicts)} left to people"
        )
        print(f"  checked    {len(first.plan.findings)} findings")
        print(f"  reminded   {sent} people; the mails lie in {folder / 'outbox'}")
        print(f"  reviewed   {', '.join(review.applied.tabs)}")
        print(f"  run again  {repeated} changes and mails")
        print(f"  API calls  {calls} for the main job, however many rows")
        print(f"  tabs       {tabs}")
        assert not server.world.crashes, server.world.crashes[0]


def new_desk(server: SheetsServer, language: str) -> tuple[str, object]:
    """A team's spreadsheet on `server`, with people, lists and last month's requests; its address and its day."""
    from sheetops.books.google.access import Access
    from sheetops.books.google.book import GoogleBook
    from sheetops.cli.demo_log import demo_tabs
    from sheetops.domain.template import TAB_NAMES
    from sheetops.jobs.layout import team_workbook
    from sheetops.runner import utc_now
    from sheetops.settings.files import load_texts
    from sheetops.settings.model import Team
    from sheetops.settings.policy import build_policy
    from tests.sheets_server.world import DEFAULT_EMAIL, SHEET_MIME

    policy = build_policy(Team(), language, load_texts(language))
    today = policy.calendar.estimating().previous_workday(
        utc_now().astimezone(policy.clock.hours.zone).date()
    )
    tabs = demo_tabs(team_workbook(language, policy.texts, today), policy, language, today)
    made = server.world.add_file(TAB_NAMES["log"][language], SHEET_MIME, DEFAULT_EMAIL)
    book = GoogleBook(made.id, Access(api=server.url, pace=0))
    book.fill_new(tabs)
    return book.location, today


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
