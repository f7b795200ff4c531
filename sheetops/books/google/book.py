"""A Google spreadsheet as a book: read in two calls, changed under a job lock through marks on its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from sheetops.books.base import Again, Applied, Hold, rehearsed, settled
from sheetops.books.google.access import Access
from sheetops.books.google.helping import helping
from sheetops.books.google.lock import JobLock, delete_anchors
from sheetops.books.google.protect import protecting
from sheetops.books.google.reaching import reach_down
from sheetops.books.google.read import State, read_state, read_values, token_of
from sheetops.books.google.service import Json, Service
from sheetops.books.google.tabs import put_tabs
from sheetops.books.google.write import CellWriter, Outcome, forbids
from sheetops.domain.addresses import google_id
from sheetops.domain.living import LIVING_ROOM
from sheetops.domain.plan import Conflict, Edit, Write, untouched_tabs
from sheetops.domain.table import NEW_ROW, RawSheet, Snapshot, take_snapshot
from sheetops.domain.tabs import Tab
from sheetops.errors import EditRefused, HoldLost, SheetopsError, TabRefused, UsageError
from sheetops.jobs.typing_help import TypingHelp

if TYPE_CHECKING:
    from gspread import Client


class GoogleBook:
    """The spreadsheet at `location`, its address or id."""

    def __init__(self, location: str, access: Access | None = None, client: Client | None = None) -> None:
        """`client` is a gspread client; None makes one from `access` at the first call."""
        found = google_id(location)
        if found is None:
            raise UsageError("this is no address of a Google spreadsheet", where=location)
        self.service = Service(found, access or Access(), client)
        self.location = self.service.location
        self._tab_ids: dict[str, int] = {}
        self._state: State | None = None  # of the last look without a lock

    def read(self) -> RawSheet:
        """Look without locking. Raises SheetNotFound, SheetError (no access) or ServiceUnreachable."""
        self._state = self._noted(read_state(self.service))
        return self._state.raw()

    def rehearse(
        self,
        seen: RawSheet,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """See `Book.rehearse`; the sheet is taken for what it was at the last look."""
        state = self._state or self._noted(read_state(self.service))
        told = rehearsed(seen, edits, tabs, see, again, partial(forbids, state))
        reasons = _closed(state, told.tabs)
        put = tuple(name for name in told.tabs if name not in reasons)
        return told._replace(tabs=put, held=tuple(reasons), reasons=reasons)

    @contextmanager
    def session(self, hold: Hold | None = None) -> Iterator[GoogleSession]:
        """Take the spreadsheet's job lock and read it. Raises SheetInUse while another job has it."""
        lock = JobLock(self.service, hold)
        lock.acquire()
        try:
            state = self._noted(read_state(self.service))
            if any(tab.anchored for tab in state.tabs):
                self.service.batch([delete_anchors()])  # a run that died left them
            yield GoogleSession(self.service, lock, state)
        finally:
            lock.release()

    def fill_new(self, tabs: Sequence[Tab]) -> None:
        """Make a blank spreadsheet a team's workbook. Raises EditRefused where anything stands in it already."""
        with self.session() as session:
            state = session.state
            if any(tab.values for tab in state.tabs):
                raise EditRefused(
                    "something stands in this spreadsheet already, so nothing was changed",
                    where=self.location,
                    mend="give the address of a new, blank one",
                )
            blank = [
                tab for tab in state.tabs if tab.title.casefold() not in {t.name.casefold() for t in tabs}
            ]
            held = session.apply([], tabs, take_snapshot).reasons
            if held:
                raise TabRefused(next(iter(held.values())), where=self.location)
            requests: list[Json] = [{"deleteSheet": {"sheetId": tab.id}} for tab in blank]
            requests += protecting(read_state(self.service))
            if requests:
                self.service.batch(requests)

    def help_typing(self, helps: Sequence[TypingHelp]) -> int:
        """Add help for typing where a log has none; gives how many drop-downs, colours and warnings were added."""
        with self.session() as session:
            requests = list(helping(self.service, session.state, helps))
            if requests:
                self.service.batch(requests)
            return len(requests)

    def row_link(self, tab: str, row: int) -> str:
        """The address that opens a row (from 1) of a tab, as the last look saw the tabs."""
        gid = self._tab_ids.get(tab.casefold())
        return f"{self.location}/edit#gid={gid}&range={row}:{row}" if gid is not None else self.location

    def _noted(self, state: State) -> State:
        self._tab_ids = {tab.title.casefold(): tab.id for tab in state.tabs}
        return state


class GoogleSession:
    """One look at a spreadsheet, and at most one writing to it."""

    def __init__(self, service: Service, lock: JobLock, state: State) -> None:
        self._service = service
        self._lock = lock
        self.state = state
        self.raw = state.raw()

    def apply(
        self,
        edits: Sequence[Edit],
        tabs: Sequence[Tab],
        see: Callable[[RawSheet], Snapshot],
        again: Again | None = None,
    ) -> Applied:
        """Write the cells, then put the tabs, which may count only what was written; see `Session.apply`."""
        if not edits and not tabs:
            return Applied(token=self.raw.token)
        titles = {tab.id: tab.title for tab in self.state.tabs}
        outcome = Outcome()
        foreseen: Sequence[Conflict] = ()
        if edits:
            writer = CellWriter(self._service, self._lock, see)
            look = writer.look()
            edits, tabs, foreseen = settled(edits, tabs, again, lambda some: look.placed(some)[1])
            outcome = writer.write(edits, look)
        longer = {
            write.tab for write in outcome.done if write.row > LIVING_ROOM and write.edit.ref.row == NEW_ROW
        }
        if longer:
            reach_down(self._service, [tab.id for tab in self.state.tabs if tab.title in longer])
        if again is not None and _edits_of(outcome.conflicts) != _edits_of(foreseen):
            _, tabs = again(outcome.conflicts)
        put, held, reasons = self._put(tabs, titles, bool(outcome.done))
        token = self._token(titles) if outcome.done or put else self.raw.token
        put_back = tuple(dict.fromkeys(outcome.put_back))
        done, conflicts = _in_order(outcome, edits)
        return Applied(done, conflicts, put, token, held, reasons=reasons, put_back=put_back)

    def _put(
        self, tabs: Sequence[Tab], titles: dict[int, str], wrote: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
        """Put the tabs and note their `titles`; gives those that stand, those that were held, and why.

        Once cells are written (`wrote`) nothing that goes wrong here ends the run: it must remember these.
        """
        try:
            return self._put_now(tabs, titles) if tabs else ((), (), {})
        except HoldLost:
            raise
        except SheetopsError as error:
            if not wrote:
                raise
            return (), tuple(tab.name for tab in tabs), {tab.name: str(error) for tab in tabs}

    def _put_now(
        self, tabs: Sequence[Tab], titles: dict[int, str]
    ) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
        self.state = read_state(self._service)
        free, held = untouched_tabs(tabs, self.raw, self.state.raw())
        reasons = _closed(self.state, [tab.name for tab in free])
        self._put_some([tab for tab in free if tab.name not in reasons], titles, reasons)
        put = tuple(tab.name for tab in free if tab.name not in reasons)
        return put, (*held, *reasons), reasons

    def _token(self, titles: dict[int, str]) -> str | None:
        """What marks the sheet as it was left; None where Google does not say, for what was written is remembered."""
        try:
            values = read_values(self._service, list(titles))
        except SheetopsError:
            return None
        return token_of([(title, values.get(tab, [])) for tab, title in titles.items()])

    def _put_some(self, tabs: Sequence[Tab], titles: dict[int, str], reasons: dict[str, str]) -> None:
        """Put tabs together; where Google refuses that, one by one, so that one holds up no other."""
        try:
            titles |= put_tabs(self._service, self._lock, self.state, tabs)
        except TabRefused as error:
            if len(tabs) == 1:
                reasons[tabs[0].name] = TabRefused(error.what, mend=error.mend).line()
                return
            for tab in tabs:
                self._put_some([tab], titles, reasons)


def _in_order(outcome: Outcome, edits: Sequence[Edit]) -> tuple[tuple[Write, ...], tuple[Conflict, ...]]:
    """What was written and what was not, in the order in which a rehearsal of the plan tells it: dates go out first."""
    place = {edit: at for at, edit in enumerate(edits)}
    done = sorted(outcome.done, key=lambda write: place[write.edit])
    left = sorted(outcome.conflicts, key=lambda one: (one.reason == "refused", place[one.edit]))
    return tuple(done), tuple(left)


def _closed(state: State, tabs: Sequence[str]) -> dict[str, str]:
    """Which of these tabs the account of the jobs may not write anew, and why."""
    why = (
        "it is protected from the account of the jobs; let it edit the tab (Data › Protect sheets and ranges)"
    )
    return {name: why for name in tabs if (there := state.tab(name)) is not None and there.protected}


def _edits_of(conflicts: Sequence[Conflict]) -> set[Edit]:
    return {conflict.edit for conflict in conflicts}
