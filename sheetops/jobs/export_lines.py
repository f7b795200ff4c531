"""The long tables of an export: owners, findings and what the ledger saw happen."""

from __future__ import annotations

from datetime import datetime

from sheetops.domain.finding import Finding
from sheetops.domain.history import Happening
from sheetops.jobs.export_fields import column
from sheetops.jobs.export_source import Source


class OwnerLine:
    """One row an owner of a request; a request of several departments has several."""

    def __init__(self, source: Source, index: int, place: int) -> None:
        self.source = source
        self._row = source.facts.rows[index]
        self._owner = self._row.owners[place]
        self._place = place

    @column("string")
    def sheet(self) -> str:
        """Name of the sheet, from the settings or the file."""
        return self.source.name

    @column("string")
    def tab(self) -> str:
        """Tab in which the request stands."""
        return self._row.tab

    @column("integer")
    def row(self) -> int:
        """Row number of the request."""
        return self._row.row

    @column("string", header="id")
    def id(self) -> str | None:
        """Request ID."""
        return self._row.id

    @column("integer")
    def place(self) -> int:
        """Place of the owner in the cell, from 1."""
        return self._place + 1

    @column("string", header="owner")
    def department(self) -> str:
        """Department."""
        return self._owner.department

    @column("string", confidential=True, header="owner")
    def person(self) -> str | None:
        """Person, as the owner column has the name."""
        return self._owner.person

    @column("boolean")
    def lead(self) -> bool:
        """Whether this owner answers for the request: the one marked as lead, else the first."""
        return self._owner is self._row.lead

    @column("boolean")
    def known(self) -> bool:
        """Whether the People tab names this person, or for a department alone whether it is known."""
        people = self.source.view.people
        if self._owner.person is None:
            return people.knows_department(self._owner.department)
        return people.find(self._owner) is not None


class FindingLine:
    """One row a finding of the rules, as in the Checks tab; accepted ones are left out."""

    def __init__(self, source: Source, finding: Finding) -> None:
        self.source, self._finding = source, finding

    @column("string")
    def sheet(self) -> str:
        """Name of the sheet, from the settings or the file."""
        return self.source.name

    @column("string")
    def tab(self) -> str:
        """Tab in which the cell stands."""
        return self._finding.tab

    @column("integer")
    def row(self) -> int:
        """Row number of the cell; the header's for a finding about a whole tab."""
        return self._finding.row

    @column("string")
    def cell(self) -> str:
        """Cell, such as H12."""
        return self._finding.cell

    @column("string", header="id")
    def id(self) -> str | None:
        """Request ID of the row."""
        return self._finding.id

    @column("string")
    def rule(self) -> str:
        """Rule that found it; each has a page in docs/rules.md."""
        return self._finding.rule

    @column("string")
    def variant(self) -> str | None:
        """Which case of the rule, where it has several."""
        return self._finding.variant or None

    @column("string")
    def severity(self) -> str:
        """error, warning or hint."""
        return self._finding.severity.value

    @column("string")
    def column_key(self) -> str:
        """Column concerned, by its key."""
        return self._finding.column

    @column("string", confidential=True)
    def message(self) -> str:
        """What is wrong, in the sheet's language; personal data masked."""
        return self._finding.message(self.source.view.texts)

    @column("string", confidential=True)
    def fix(self) -> str:
        """How to mend it, in the sheet's language."""
        return self._finding.fix(self.source.view.texts)


class EventLine:
    """One row for each thing that a run saw happen to a request; words of people are not kept, so only that they
    changed is told."""

    def __init__(self, source: Source, happening: Happening) -> None:
        self.source, self._it = source, happening

    @column("string")
    def sheet(self) -> str:
        """Name of the sheet, from the settings or the file."""
        return self.source.name

    @column("integer")
    def request(self) -> int:
        """The ledger's own number of the request, which stays when its ID changes."""
        return self._it.request

    @column("string", header="id")
    def id(self) -> str | None:
        """Request ID as last seen; one that is an e-mail address is kept as its print only."""
        return self._it.id

    @column("datetime")
    def moment(self) -> datetime:
        """When the run began that saw it."""
        return self._it.moment

    @column("string")
    def run(self) -> str:
        """The run that saw it."""
        return self._it.run

    @column("string")
    def event(self) -> str:
        """first_seen, first_response, resolved, reopened, moved (to another tab), gone, back, or changed."""
        return self._it.what

    @column("string")
    def field(self) -> str | None:
        """Column that changed, by its key."""
        return self._it.field

    @column("string")
    def change(self) -> str | None:
        """Of a column: filled, changed or emptied."""
        return self._it.change

    @column("string", confidential=True)
    def before(self) -> str | None:
        """What it was before, where that is kept: dates, numbers and list values."""
        return self._it.old

    @column("string", confidential=True)
    def after(self) -> str | None:
        """What it is afterwards, where that is kept."""
        return self._it.new

    @column("boolean")
    def by_job(self) -> bool:
        """Whether a job wrote it, not a person."""
        return self._it.by_job
