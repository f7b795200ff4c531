"""Which numbering a sheet follows is learned from its IDs, and never invented."""

from __future__ import annotations

import pytest

from sheetops.domain.ids import IdPattern, learn
from sheetops.jobs.fill import fill
from tests.sheets import log, row, view

WANTED = IdPattern("{yyyy}{mm}{seq:02}")
MONTHS = (9, 10, 11)


@pytest.mark.parametrize(
    ("identifiers", "text"),
    [
        ([f"{n}" for n in range(1, 31)], "{seq}"),
        ([f"REQ-{n}" for n in range(1, 31)], "REQ-{seq}"),
        ([f"T-{n}" for n in range(90, 125)], "T-{seq:02}"),
        ([f"REQ-{n:02}" for n in range(1, 130)], "REQ-{seq:02}"),
        ([f"INC{n:07}" for n in range(40, 50)], "INC{seq:07}"),
        ([f"INC-2026{m:02}-{n:03}" for m in MONTHS for n in range(1, 8)], "INC-{yyyy}{mm}-{seq:03}"),
        ([f"INC-202611-{n:03}" for n in range(1, 8)], "INC-{yyyy}{mm}-{seq:03}"),
        ([f"INC2026{m:02}{n:04}" for m in MONTHS for n in range(1, 40)], "INC{yyyy}{mm}{seq:04}"),
        (
            [f"R2026{m:02}{d:02}{n:02}" for m in MONTHS for d in (4, 28) for n in (1, 2)],
            "R{yyyy}{mm}{dd}{seq:02}",
        ),
        ([f"2026-{m:02}-05-{n}" for m in MONTHS for n in range(8, 12)], "{yyyy}-{mm}-{dd}-{seq}"),
        ([f"CS-2026-{n:04}" for n in range(1, 30)], "CS-{yyyy}-{seq:04}"),
        ([f"T-2{n:03}" for n in range(1, 30)], "T-{seq:04}"),
        ([f"{n:03}/A" for n in range(1, 4)] + [f"X-{n}" for n in range(1, 30)], "X-{seq}"),
    ],
)
def test_forms_that_teams_use(identifiers: list[str], text: str) -> None:
    pattern = learn(identifiers, WANTED)
    assert pattern is not None and pattern.text == text
    assert sum(map(pattern.fits, identifiers)) >= 0.8 * len(identifiers)


def test_a_form_that_is_not_known_is_not_continued_and_the_remark_says_so() -> None:
    letters = [f"2026-{n:03}-{'abcdef'[n]}" for n in range(6)]
    assert learn(letters, WANTED) is None
    rows = [row(id=text, description="a", customer="b") for text in letters]
    new = row(description="c", customer="d")
    plan = fill(view(log(*rows, new)))
    assert plan.edits == () and plan.numbers == ()
    assert "id_pattern" in plan.remarks[0] and letters[-1] in plan.remarks[0]
    assert fill(view(log(*rows))).remarks == (), "nobody needs a number, so nothing is said"
    stated = fill(view(log(*rows, new), id_pattern="N{seq:03}"))
    assert [edit.new for edit in stated.edits] == ["N001"], "what the settings state is done"


def test_ids_of_the_wanted_form_go_on_beside_an_older_one() -> None:
    old = [f"2025/{n}/{'xyz'[n % 3]}" for n in range(20)]
    assert learn([*old, *(f"202611{n:02}" for n in range(1, 6))], WANTED) is WANTED


@pytest.mark.parametrize(
    "text",
    [{"source": "Total: 1 request"}, {"description": "Legend: urgent rows are red"}, {"notes": "printed"}],
)
def test_a_line_under_the_log_gets_no_id(text: dict[str, str]) -> None:
    rows = [row(id="20261101", description="a", customer="b"), row(**text)]  # type: ignore[arg-type]
    assert fill(view(log(*rows))).edits == ()


def test_a_row_is_numbered_once_it_says_two_things_that_every_request_says() -> None:
    begun = view(log(row(description="a", notes="by phone")))
    said = view(log(row(description="a", customer="W*-shop")))
    assert [edit.new for edit in fill(begun).edits] == []
    assert [edit.new for edit in fill(said).edits] == ["20261101"]
    few = ("id", "description", "due", "notes")
    assert len(fill(view(log(row(few, description="a"), keys=few))).edits) == 1, "a log that asks no more"
