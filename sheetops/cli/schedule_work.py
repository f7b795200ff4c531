"""What the local scheduler does in a round: run the sheets that are due, then send what they have to say together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sheetops.cli.common import undelivered
from sheetops.errors import LedgerError, ServiceUnreachable, SheetInUse, SheetNotFound, SheetopsError
from sheetops.scheduling.loop import Outcome

if TYPE_CHECKING:
    from sheetops.domain.plan import Plan
    from sheetops.domain.view import View
    from sheetops.messages import Post
    from sheetops.runner import Report
    from sheetops.scheduling.ping import Event
    from sheetops.scheduling.roster import Roster
    from sheetops.scheduling.slots import Scheduled

# What may go better in a few minutes: somebody has the sheet open, a share or a service is away, a ledger is busy.
_PASSING = (SheetInUse, ServiceUnreachable, SheetNotFound, LedgerError)


class _Waiting(NamedTuple):
    """A run that is done but for its mails."""

    report: Report
    post: Post
    words: list[str]  # what it did


class Work:
    """Runs scheduled jobs with the settings as they are now; their mails leave when the round is finished."""

    def __init__(self, roster: Roster) -> None:
        from sheetops.cli.schedule import quiet_edge

        self._roster = roster
        self._quiet_edge = quiet_edge
        self._edge = quiet_edge(roster.loaded)
        self._waiting: list[_Waiting] = []

    def __call__(self, job: Scheduled) -> Outcome | None:
        """Run a job; None where its mails wait for `finish`."""
        if self._edge.loaded is not self._roster.loaded:
            self._edge = self._quiet_edge(self._roster.loaded)
        edge = self._edge
        posts: list[Post] = []

        def later(run: str | None, plan: Plan, view: View) -> None:
            posts.append(edge.outbox.prepare(run, plan, view))

        # A fleet's hold covers one sheet at a time, so what is mailed under it is mailed at once.
        together = edge.loaded.settings.fleet is None
        try:
            report = edge.run(job.place, job.team, job.table.jobs, mail_later=later if together else None)
        except (SheetopsError, OSError) as error:
            return _failure(error)
        words = _words(report)
        if not together:
            return _judged(report, words)
        report.forget_sheet()
        self._waiting.append(_Waiting(report, posts[0], words))
        return None

    def finish(self) -> Sequence[Outcome]:
        """Send what the runs since the last `finish` have to say, to each person one mail; how each run ended.

        Where that fails, each sheet is tried by itself, so that a fault of one stays its own: nobody is mailed twice,
        as every mail is claimed before it leaves.
        """
        from sheetops.runner import mail_together

        waiting, self._waiting = self._waiting, []
        edge = self._edge
        try:
            mail_together([(one.report, one.post) for one in waiting], edge.ledger, edge.outbox)
        except Exception:  # said by the sheet whose fault it is, below
            return [self._alone(one) for one in waiting]
        ended: list[Outcome] = []
        above: set[int] = set()  # mails that an earlier sheet of the round counts, as they tell of it too
        for one in waiting:
            ended.append(_judged(one.report, one.words, above))
            above |= set(map(id, one.report.deliveries))
        return ended

    def _alone(self, one: _Waiting) -> Outcome:
        from sheetops.runner import mail_together

        try:
            mail_together([(one.report, one.post)], self._edge.ledger, self._edge.outbox)
        except (SheetopsError, OSError) as error:
            return _failure(error)
        except Exception as error:
            return Outcome("failed", f"a defect of sheetops ({type(error).__name__}: {error})")
        return _judged(one.report, one.words)

    def ping(self, job: Scheduled, event: Event) -> str | None:
        """Tell the dead man's switch of a job; why it could not be told."""
        from sheetops.cli.mailing import read_secret
        from sheetops.scheduling.ping import ping

        assert job.table.ping is not None
        return ping(partial(read_secret, job.table.ping, self._roster.loaded.folder), event)


def _failure(error: SheetopsError | OSError) -> Outcome:
    if isinstance(error, SheetopsError):
        return Outcome("retry" if isinstance(error, _PASSING) else "failed", error.line())
    place = f"{error.filename}: " if error.filename else ""
    return Outcome("retry", f"{place}{(error.strerror or str(error)).lower()}")


def _words(report: Report) -> list[str]:
    """What a run did to its sheet, as long as it is known."""
    counts = (
        ("edits", len(report.applied.writes)),
        ("conflicts", len(report.applied.conflicts)),
        ("findings", len(report.plan.findings)),
    )
    return [f"{count} {name}" for name, count in counts if count]


def _judged(report: Report, words: Sequence[str], above: Collection[int] = ()) -> Outcome:
    from sheetops.cli.columns import counted
    from sheetops.cli.show import troubles

    if undelivered(report):  # mails that surely did not leave may be claimed again
        again = any(delivery.outcome == "failed" for delivery in report.deliveries)
        return Outcome("retry" if again else "done", "; ".join(troubles(report)) or "mails did not leave")
    sent = [id(delivery) for delivery in report.deliveries if delivery.outcome == "sent"]
    shared = sum(map(above.__contains__, sent))
    counts = ((len(sent) - shared, "mail", ""), (shared, "mail", " with a sheet above"))
    mails = [counted(number, noun) + more for number, noun, more in counts if number]
    return Outcome("done", ", ".join([*words, *mails]) or "nothing to do")
