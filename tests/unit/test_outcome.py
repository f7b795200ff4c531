"""What doctor shows: which word holds, where it comes from, and what is doubtful."""

from __future__ import annotations

from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.jobs.outcome import doubts, what_holds
from sheetops.jobs.remind import odd_cells, remind
from tests.sheets import header, log, policy, row, view

LISTS = Grid("Lists", [["Urgency", "Resolve within"], ["High", "2 working days"], ["Low", "soon"]])
PEOPLE = Grid(
    "People",
    [["Department", "Name", "E-mail"], ["Support", "Ada L*", "ada@example.com"], ["Support", "Ben K*", None]],
)


def facts(seen: View) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (fact.about, fact.name): (fact.value, fact.source) for fact in what_holds(seen, policy(seen.language))
    }


def said(seen: View) -> list[tuple[str, str]]:
    return [(doubt.about, doubt.where) for doubt in doubts(seen)]


def test_every_fact_names_its_source() -> None:
    seen = view(
        log(row(description="a")), LISTS, PEOPLE,
        targets={"low": {"resolution": "7 working days"}}, routing={"complaint": ["Support"]}, assign="person", hours=["10:00-16:00"],
    )  # fmt: skip
    found = facts(seen)
    assert found["target", "High, resolution"] == ("2 working days", "Lists")
    assert found["target", "High, response"] == ("24 hours", "default")
    assert found["target", "Low, resolution"] == ("7 working days", "settings")
    assert found["target", "Low, response"] == ("none", "default")
    assert found["list", "urgency"] == ("High, Low", "Lists")
    assert found["list", "type"][1] == "default"
    assert found["routing", "Complaint"] == ("Support", "settings")
    assert found["people", ""] == ("2 active, 1 with an address", "People")
    assert found["assign", ""] == ("person", "settings")
    assert found["hours", seen.policy.clock.hours.zone.key] == ("10:00-16:00", "settings")
    assert found["column", "due"] == ("Due", "Requests!I1")
    assert found["log tab", "Requests"] == ("1 request", "header in row 1")


def test_what_is_doubtful_is_told_with_its_place() -> None:
    titles: list[Raw] = [*header()[:11], "Feedbak", "notes", "Note"]
    seen = view(Grid("Requests", [titles, row(description="a")]), LISTS, PEOPLE)
    assert said(seen) == [
        ("header", "Requests!L1"),
        ("header", "Requests!M1"),
        ("target", "Lists!B3"),
        ("people", "People"),
    ]
    assert said(view(Grid("Requests", [titles[:10]]), PEOPLE, address_pattern="{person}@example.com")) == [
        ("column", "Requests")
    ]
    assert said(view(log(row(description="a")))) == []


def test_twelve_months_are_told_once() -> None:
    months = [Grid(f"Month {n}", [header()[:10], row(description="a")]) for n in range(1, 13)]
    seen = view(*months)
    told = [fact for fact in what_holds(seen, policy("en")) if fact.about in ("log tab", "column")]
    assert len(told) == 12 + 10 and told[-1].source == "header in row 1, columns as in Month 1"
    (doubt,) = doubts(seen)
    assert doubt.where.startswith("Month 1, Month 2") and doubt.what == "no column Result, Feedback, Notes"


def test_names_that_the_sheet_does_not_know_are_doubted() -> None:
    seen = view(
        log(row(description="a")), PEOPLE,
        targets={"Urgentt": {"resolution": "2 hours"}, "low": {"resolution": "2 days"}},
        routing={"Complaint": ["Suport"], "Refund": ["Support"]}, team_lead="Ada K*",
    )  # fmt: skip
    told = {(doubt.about, doubt.where): (doubt.what, doubt.mend) for doubt in doubts(seen)}
    assert told["target", "settings, targets"] == ("the sheet has no urgency Urgentt", "did you mean High?")
    assert told["routing", "settings, routing"][1] == "did you mean Support?"
    assert told["people", "settings, team_lead"][1] == "did you mean Ada L*?"
    assert sum(about == "routing" for about, _ in said(seen)) == 2  # a type and a department
    assert [about for about, _ in said(view(log(row(description="a")), PEOPLE, team_lead="Ada L*"))] == [
        "people"
    ]


def test_odd_cells_of_the_people_tab_are_told_with_their_place() -> None:
    title: list[Raw] = [
        "Department",
        "Name",
        "E-mail",
        "Manager",
        "Deputy",
        "Away until",
        "Active",
        "Time zone",
    ]
    people = Grid(
        "People",
        [
            title,
            ["Support", "Ada L*", "ada@example.com", None, "Ben K*", "2026-12-01", "Yes", "Europe/Berlin"],
            ["Support", "Ben K*", "ben@example", "Ada LL*", "Zoe", "soon", "maybe", "Mars/Base"],
            [None, None, "not a person", "x", "y", "z", "q", "r"],
            ["Tech", "Cy M*", "a@x.cn; b@x.cn", "Tech-Cy M*", None, 46357, "✗", None],
        ],
    )
    seen = view(log(row(description="a")), people, language="en")
    cells = {where: (what, mend) for about, what, where, mend in doubts(seen) if about == "people"}
    assert set(cells) == {f"People!{cell}" for cell in ("C3", "D3", "E3", "F3", "G3", "H3", "C5", "D5")}
    assert cells["People!D3"][1] == "did you mean Ada L*?"
    remarks = odd_cells(seen)
    assert "People: People!F3 “soon” is not understood as Away until" in remarks
    assert len(remarks) == 7 and set(remarks) <= set(
        remind(seen).remarks
    )  # time zones are told when they matter
    for language in ("zh-Hans", "zh-Hant"):
        assert all(
            "People!" in line
            for line in odd_cells(view(log(row(description="a")), people, language=language))
        )


def test_a_tab_that_a_rule_names_and_the_sheet_has_not_is_doubted() -> None:
    rules = {"near-duplicate": {"tabs": ["Nope"]}, "required": {"tabs": ["Requests", "request"]}}
    seen = view(log(row(description="a")), rules=rules)
    assert [(doubt.about, doubt.what, doubt.mend) for doubt in doubts(seen)] == [
        ("rule", "the rule near-duplicate is set for the tab Nope, which is no log tab of this sheet", "there are Requests"),
        ("rule", "the rule required is set for the tab request, which is no log tab of this sheet", "did you mean Requests?"),
    ]  # fmt: skip
    assert not list(doubts(view(log(row(description="a")), rules={"required": {"tabs": ["Requests"]}})))
