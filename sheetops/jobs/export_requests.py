"""One line a request, with what follows from it: the columns are the methods below, their docstrings the dictionary."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cached_property

from sheetops.domain.kpis.breakdown import segment_of
from sheetops.domain.kpis.first_response import has_passed, response_deadline
from sheetops.domain.values import as_date, snoozed_until
from sheetops.jobs.export_fields import column
from sheetops.jobs.export_source import Source

_MINUTE = timedelta(minutes=1)


class RequestLine:
    """One row a request. Moments are in the team's time zone; counts of days and minutes are of working time."""

    def __init__(self, source: Source, index: int) -> None:
        self.source, self.index = source, index
        self._facts = source.facts
        self._row = source.facts.rows[index]
        self._life = source.lives[index]

    # Where it stands

    @column("string")
    def sheet(self) -> str:
        """Name of the sheet, from the settings or the file."""
        return self.source.name

    @column("string")
    def tab(self) -> str:
        """Tab in which the row stands."""
        return self._row.tab

    @column("integer")
    def row(self) -> int:
        """Row number in that tab at the time of the export."""
        return self._row.row

    @column("string", header="id")
    def id(self) -> str | None:
        """Request ID; empty where none was given yet, and not always unique (see the rule duplicate-id)."""
        return self._row.id

    # What people wrote

    @column("string", header="source")
    def source_key(self) -> str | None:
        """Channel as a stable key (phone, chat, email, social, staff, callback), or the team's own word."""
        return self._row.source

    @column("string", header="source")
    def source_name(self) -> str | None:
        """Channel as the sheet calls it."""
        return self.source.listed("source", self._row.source)

    @column("string", confidential=True, header="customer")
    def customer(self) -> str | None:
        """Customer, masked to the first character of the name; two customers may look alike."""
        return self._row.customer

    @column("string", header="customer")
    def segment(self) -> str | None:
        """Segment of the customer: what stands after the first hyphen."""
        return segment_of(self._row.customer)

    @column("string", confidential=True, header="description")
    def description(self) -> str | None:
        """Description; telephone, e-mail, identity-card and bank-card numbers masked."""
        return self._row.description

    @column("string", header="type")
    def type_key(self) -> str | None:
        """Type as a stable key (consult, complaint, suggestion, feature, other), or the team's own word."""
        return self._row.type

    @column("string", header="type")
    def type_name(self) -> str | None:
        """Type as the sheet calls it."""
        return self.source.listed("type", self._row.type)

    @column("string", header="urgency")
    def urgency_key(self) -> str | None:
        """Urgency as a stable key (high, medium, low), or the team's own word."""
        return self._row.urgency

    @column("string", header="urgency")
    def urgency_name(self) -> str | None:
        """Urgency as the sheet calls it."""
        return self.source.listed("urgency", self._row.urgency)

    @column("integer", header="priority")
    def priority(self) -> int | None:
        """Priority from 1 to 5, 5 is highest."""
        return self._row.priority

    @column("string", header="owner")
    def department(self) -> str | None:
        """Department of the lead owner."""
        lead = self._row.lead
        return lead.department if lead else None

    @column("string", confidential=True, header="owner")
    def lead_owner(self) -> str | None:
        """Person who leads, as the owner column has the name."""
        lead = self._row.lead
        return lead.person if lead else None

    @column("integer", header="owner")
    def owners(self) -> int:
        """Number of owners named; each has a row in the table owners."""
        return len(self._row.owners)

    @column("date", header="due")
    def due(self) -> date | None:
        """Due date."""
        return self._row.due

    @column("date", header="resolved")
    def resolved(self) -> date | None:
        """Date of resolution; empty while open."""
        return self._row.resolved

    @column("string", confidential=True, header="result")
    def result(self) -> str | None:
        """Progress while open, outcome once resolved; personal data masked."""
        return self._row.result

    @column("integer", header="feedback")
    def feedback_score(self) -> int | None:
        """Score from 1 to 5 that the customer gave."""
        return self._row.feedback.score if self._row.feedback else None

    @column("string", confidential=True, header="feedback")
    def feedback_words(self) -> str | None:
        """Words of the customer's feedback; personal data masked."""
        return (self._row.feedback.words or None) if self._row.feedback else None

    @column("string", confidential=True, header="notes")
    def notes(self) -> str | None:
        """Notes; personal data masked."""
        return self._row.notes

    @column("string", header="status")
    def status(self) -> str | None:
        """Status column of the sheet, where it has one."""
        return self._row.status

    @column("string", confidential=True, header="cause")
    def cause(self) -> str | None:
        """Cause column of the sheet, where it has one; personal data masked."""
        return self._row.cause

    @column("string", confidential=True, header="compensation")
    def compensation(self) -> str | None:
        """Compensation column of the sheet, where it has one; personal data masked."""
        return self._row.compensation

    @column("string", header="customer_type")
    def customer_type(self) -> str | None:
        """Customer-type column of the sheet, where it has one."""
        return self._row.customer_type

    @column("string", header="industry")
    def industry(self) -> str | None:
        """Industry column of the sheet, where it has one."""
        return self._row.industry

    @column("integer", header="nps")
    def nps(self) -> int | None:
        """Likelihood to recommend, 0 to 10, where the sheet has the column."""
        return self._row.nps

    # What follows from it

    @column("string")
    def state(self) -> str:
        """open; awaiting_feedback: resolved, the customer not heard yet; closed: resolved and heard."""
        if self._row.resolved is None:
            return "open"
        return "closed" if self._row.feedback else "awaiting_feedback"

    @column("date", header="opened")
    def opened(self) -> date | None:
        """Day of opening: the sheet's column, else the day of the first run that saw it; empty where only the
        month or nothing is known."""
        return as_date(self._facts.opened[self.index]) if self._facts.exact[self.index] else None

    @column("datetime", header="opened")
    def opened_at(self) -> datetime | None:
        """Moment of opening, where its time of day is known."""
        moment = self._facts.opened[self.index]
        return moment if isinstance(moment, datetime) and self._facts.exact[self.index] else None

    @column("date")
    def opened_month(self) -> date | None:
        """First day of the month of opening; known from the ID where the day is not."""
        moment = as_date(self._facts.opened[self.index])
        return moment.replace(day=1) if moment else None

    @column("string")
    def opened_from(self) -> str:
        """Where the opening is known from: column, ledger, resolved (it came at the latest then), id (month only),
        unknown."""
        if self._row.opened is not None:
            return "column"
        if self._facts.opened[self.index] is None:
            return "unknown"
        if self._facts.lives[self.index] is None:
            return "id"
        return "ledger" if self._facts.exact[self.index] else "resolved"

    @column("date")
    def counted_opened(self) -> date | None:
        """Day on which the review counts it as opened: the day of opening; where that is not known, that of a
        resolution before the ledger's first sight, or the first of the month in the ID."""
        return as_date(self._facts.opened[self.index])

    @column("date")
    def counted_resolved(self) -> date | None:
        """Day on which the review counts it as resolved: that of resolution, but never before it came."""
        if self._row.resolved is None:
            return None
        return date.fromordinal(self._facts.resolved[self.index])

    @column("date", header="first_response")
    def first_response(self) -> date | None:
        """Day of the first response: the sheet's column, else the first run that saw a result."""
        return as_date(self._facts.responses[self.index])

    @column("datetime", header="first_response")
    def first_response_at(self) -> datetime | None:
        """Moment of the first response, where its time of day is known."""
        moment = self._facts.responses[self.index]
        return moment if isinstance(moment, datetime) else None

    @column("date")
    def response_due(self) -> date | None:
        """Last day for the first response by the target of the urgency; empty where there is no target."""
        return as_date(self._deadline)

    @column("datetime")
    def response_due_at(self) -> datetime | None:
        """Last moment for the first response, where the target is counted in hours."""
        return self._deadline if isinstance(self._deadline, datetime) else None

    @column("boolean")
    def response_in_time(self) -> bool | None:
        """Whether the first response kept its target; false once the target has passed without one."""
        last, answer = self._deadline, self._facts.responses[self.index]
        if last is None:
            return None
        if answer is not None:
            return not has_passed(last, answer)
        known = self._row.first_response is not None or self._facts.has("first_response")
        life = self._facts.lives[self.index]
        known = known or (life is not None and "first_response" not in life.unsure)
        return False if known and has_passed(last, self.source.view.now) else None

    @column("integer")
    def response_working_minutes(self) -> int | None:
        """Working minutes from opening to first response, where both moments are known."""
        return self._minutes(self.opened_at(), self.first_response_at())

    @column("integer")
    def resolution_working_days(self) -> int | None:
        """Working days after the day of opening up to and including that of resolution; 0 is the same day."""
        return self._facts.days_of(self.index)

    @column("integer")
    def resolution_working_minutes(self) -> int | None:
        """Working minutes from opening to the run that first saw it resolved, where that run was on the day of
        resolution: an upper limit, as the sheet holds a date only."""
        seen = self._life.resolved_seen if self._life else None
        same = seen is not None and seen.date() == self._row.resolved
        return self._minutes(self.opened_at(), seen) if same else None

    @column("boolean")
    def on_time(self) -> bool | None:
        """Whether it was resolved on or before its due date; empty while open or without a due date."""
        return self._facts.kept(self.index)

    @column("boolean")
    def overdue(self) -> bool:
        """Open, and its due date has passed."""
        row = self._row
        return row.resolved is None and row.due is not None and row.due < self.source.view.today

    @column("boolean")
    def breach(self) -> bool | None:
        """Resolved after its due date, or open past it; empty without a due date."""
        if self._row.due is None:
            return None
        return self.overdue() if self._row.resolved is None else not self.on_time()

    @column("integer")
    def late_working_days(self) -> int | None:
        """Working days past the due date, until resolution or until now; empty where it is not late."""
        if not self.breach() or self._row.due is None:
            return None
        return self.source.workdays(self._row.due, self._row.resolved or self.source.view.today)

    @column("integer")
    def age_days(self) -> int | None:
        """Calendar days since the day of opening, of open requests whose day is known."""
        opened = self.opened()
        return (self.source.view.today - opened).days if opened and self._row.resolved is None else None

    @column("date", header="notes")
    def snoozed_until(self) -> date | None:
        """Day until which the notes silence reminders."""
        return snoozed_until(self._row.notes, self.source.view.today)

    # What the ledger remembers

    @column("boolean")
    def watched(self) -> bool:
        """Whether the ledger saw it from its start; only then reopenings and moved dates are complete."""
        return self._facts.lives[self.index] is not None

    @column("datetime")
    def first_seen(self) -> datetime | None:
        """First run that saw it."""
        return self._life.first_seen if self._life else None

    @column("integer")
    def reopened(self) -> int | None:
        """How often it was seen open again after it was resolved."""
        return self._life.reopened if self._life else None

    @column("integer")
    def due_changes(self) -> int | None:
        """How often its due date was changed."""
        return self._life.due_changes if self._life else None

    @column("integer")
    def owner_changes(self) -> int | None:
        """How often its owner was changed."""
        return self._life.owner_changes if self._life else None

    @column("datetime")
    def last_progress(self) -> datetime | None:
        """Last run that saw its owner, urgency, due date or result differ."""
        return self._life.last_progress if self._life else None

    @column("integer")
    def errors(self) -> int:
        """Findings of the severity error in its row, those accepted in the Checks tab left out."""
        return self._count("error")

    @column("integer")
    def warnings(self) -> int:
        """Findings of the severity warning in its row."""
        return self._count("warning")

    @column("integer")
    def hints(self) -> int:
        """Findings of the severity hint in its row."""
        return self._count("hint")

    @cached_property
    def _deadline(self) -> date | datetime | None:
        return response_deadline(self._facts, self.index)

    def _count(self, severity: str) -> int:
        return self.source.counts[self._row.tab, self._row.row, severity]

    def _minutes(self, start: datetime | None, end: datetime | None) -> int | None:
        if start is None or end is None or end < start:
            return None
        return self._facts.clock.working_time_between(start, end) // _MINUTE
