"""Where the command line meets the world: clock, ledger, mails and books are made here, once a command."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetops.books.open import BACKUPS, open_book
from sheetops.cli.common import Wishes
from sheetops.cli.mailing import own_templates
from sheetops.cli.signals import shielded
from sheetops.domain.policy import Policy
from sheetops.runner import Order, Report, run_order, utc_now
from sheetops.settings.load import Loaded

if TYPE_CHECKING:
    from sheetops.books.base import Hold
    from sheetops.books.google.access import Access
    from sheetops.domain.plan import Delivery, Plan
    from sheetops.domain.view import View
    from sheetops.jobs import Job
    from sheetops.ledger import Ledger
    from sheetops.messages import Outbox
    from sheetops.settings.model import Team
    from sheetops.settings.sheet_names import SheetNames


class Edge:
    """Runs orders with the real clock, ledger and outbox of one settings file."""

    def __init__(self, loaded: Loaded, wishes: Wishes) -> None:
        self.loaded = loaded
        self.wishes = wishes

    @cached_property
    def state(self) -> Path:
        """Where the tool keeps what is its own."""
        from sheetops.books.xlsx.joblock import state_folder

        named = self._file(self.loaded.given.state) if self.loaded.given else None
        return named or state_folder()

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of the settings, else the one in the user's state folder."""
        given = self.loaded.given
        if given is None:
            return self._opened(self.state / "ledger.db", None)
        named = given.ledger
        if named is None and given.fleet is not None:
            from sheetops.cli.fleet import address_of

            place: str | Path = address_of(self.loaded)
        elif named is None:
            place = self.state / "ledger.db"
        else:
            place = named if "://" in named else self.loaded.folder / Path(named).expanduser()
        ledger = self._opened(place, self._file(given.ledger_key))
        if given.keep_days is not None and not self.wishes.dry_run:
            ledger.prune(utc_now().replace(tzinfo=None) - timedelta(days=given.keep_days))
        return ledger

    def _opened(self, place: str | Path, key_file: Path | None) -> Ledger:
        from sheetops.ledger import open_ledger

        ledger = open_ledger(place, key_file=key_file)
        if context := click.get_current_context(silent=True):
            context.call_on_close(ledger.close)  # whoever copies the file then gets all of it
        if ledger.notice:
            click.echo(f"sheetops: {ledger.notice}", err=True)
        return ledger

    @cached_property
    def google(self) -> Access:
        """How to sign in to Google."""
        from sheetops.books.google.access import Access

        if self.loaded.given is None:
            return Access()
        google = self.loaded.given.google
        access = Access(self._file(google.credentials), self._file(google.token), google.api, google.pace)
        fleet = self.loaded.fleet
        if fleet is None:
            return access
        from sheetops.cli.fleet import address_of
        from sheetops.scheduling.fleet.quota import Quota

        account = access.account() or str(access.credentials)
        quota = Quota(address_of(self.loaded), fleet.quotas.model_dump(), account)
        return access._replace(turn=quota.take)

    @cached_property
    def names(self) -> SheetNames:
        """What tells apart the sheets of the settings and of this command."""
        return self.loaded.names([self.loaded.find_place(sheet)[0] for sheet in self.wishes.sheets])

    def _held(self, location: str) -> AbstractContextManager[Hold]:
        from sheetops.cli.fleet import address_of
        from sheetops.scheduling.fleet.attempt import worker_name
        from sheetops.scheduling.fleet.hold import held

        name = f"sheetops run {worker_name()}"
        return held(address_of(self.loaded), self.ledger.number_of(location), location, name)

    def _file(self, path: Path | None) -> Path | None:
        return self.loaded.folder / path.expanduser() if path else None

    @cached_property
    def outbox(self) -> Outbox:
        """Where digests go."""
        from sheetops.cli.mailing import make_outbox

        mail, folder = self.loaded.settings.mail, self.loaded.folder
        return make_outbox(mail, folder, self.state, self.ledger, lambda: utc_now())

    def deliver(self, run: str | None, plan: Plan, view: View) -> tuple[Delivery, ...]:
        """Send what a plan has to say. Most have nothing, and then what renders and sends mails is not loaded."""
        return self.outbox.deliver(run, plan, view) if plan.digests or plan.reviews else ()

    def run(
        self,
        location: str,
        team: Team | None,
        jobs: Sequence[str],
        period: str | None = None,
        own: Mapping[str, Job] | None = None,
        hold: Hold | None = None,
        mail_later: Callable[[str | None, Plan, View], None] | None = None,
        mail_review: bool = False,
    ) -> Report:
        """Run `jobs`, after the command's `own`, on the sheet at `location` (of no team: one that settled nothing).

        `hold` is a worker's; where the settings name a fleet, a run without one takes it first. `mail_later`
        takes its mails, which are left to `runner.mail_together`; `mail_review` mails the review of `period` too.
        """
        if hold is None and self.loaded.fleet is not None and not self.wishes.dry_run:
            with self._held(location) as taken:
                return self.run(location, team, jobs, period, own, taken, mail_review=mail_review)

        def policy_for(language: str) -> Policy:
            from sheetops.settings.files import load_texts  # who only asks the ledger has no use for them
            from sheetops.settings.policy import build_policy

            spoken = (team.language if team else None) or language
            return build_policy(team, spoken, load_texts(spoken))

        order = Order(
            book=open_book(location, team.backups if team else BACKUPS, self.state, self.google),
            jobs=jobs,
            policy_for=policy_for,
            log_tabs=team.log_tabs if team else (),
            column_names=team.columns if team else {},
            language=team.language if team else None,
            called=self.names.of(location),
            as_of=self.wishes.as_of,
            period=period,
            dry_run=self.wishes.dry_run,
            force=self.wishes.force,
            mail_later=mail_later,
            mail_review=mail_review,
            hold=hold,
            own=own or {},
            shield=shielded,
        )
        ledger = self.ledger
        if self.loaded.given is not None:
            own_templates(self.loaded.given.mail, self.loaded.folder)  # told before anything is written
        with uncollected():
            return run_order(order, ledger, self, utc_now)


@contextmanager
def uncollected(last: bool = False) -> Iterator[None]:
    """Leave Python's search for circular garbage out of one run.

    A run builds large structures that live to its end and makes next to no circles, so each search walks through
    all of a large sheet and finds nothing: a fifteenth of the time. A process that stays searches again after it;
    one for which it was the `last` thing to do never searches what is there now.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if last:
            gc.freeze()
        if searching:
            gc.enable()
