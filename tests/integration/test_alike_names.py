"""Two workbooks of one file name: mails, posts and what is printed say which of them is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.domain.addresses import Called
from sheetops.settings.sheet_names import SheetNames
from tests.integration.test_mail_sheets import Desk, mails, workbook

SETTINGS = "ledger: ledger.db\nstate: state\nmail: {outbox: outbox}\n"
NAMED = "sheets: [{name: Alpha, path: x/one.xlsx}, {name: Beta, path: y/one.xlsx}]\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.chdir(tmp_path)
    for folder in "xy":
        (tmp_path / folder).mkdir()
        workbook(tmp_path / folder / "one.xlsx")
    someone = Desk(tmp_path, capsys)
    monkeypatch.setattr("sheetops.cli.edge.utc_now", someone.now)
    monkeypatch.setattr("sheetops.runner.utc_now", someone.now)
    (tmp_path / "sheetops.yaml").write_text(SETTINGS + NAMED, encoding="utf-8")
    return someone


def test_one_mail_calls_them_as_the_settings_do(desk: Desk) -> None:
    desk.run("remind")
    ((name, text),) = mails(desk.folder).items()
    assert name.endswith("2 overdue: Alpha, Beta")
    assert text.index("== Alpha ==") < text.index("== Beta ==")
    assert text.rstrip().endswith("Alpha, Beta")


def test_without_names_as_much_of_the_path_is_told_as_it_needs(desk: Desk) -> None:
    (desk.folder / "sheetops.yaml").write_text(SETTINGS, encoding="utf-8")
    desk.run("remind", "x/one.xlsx", "y/one.xlsx")
    ((name, text),) = mails(desk.folder).items()
    assert name.endswith("2 overdue: x/one.xlsx, y/one.xlsx")
    assert "== x/one.xlsx ==" in text and "== y/one.xlsx ==" in text


def test_a_sheet_that_is_run_alone_is_told_from_its_namesake_of_the_settings(desk: Desk) -> None:
    desk.run("remind", "y/one.xlsx")
    ((name, _),) = mails(desk.folder).items()
    assert name.endswith("1 overdue: Beta")


def test_status_and_the_next_slots_tell_them_apart(desk: Desk) -> None:
    desk.run("remind")
    runs = [line for line in desk.run("status").splitlines() if " remind " in line]
    assert sorted(line.split()[-1] for line in runs) == ["Alpha", "Beta"]
    (desk.folder / "sheetops.yaml").write_text(
        SETTINGS
        + NAMED
        + "team: {timezone: UTC, schedule: {day: {at: 'working days 09:00', jobs: [remind]}}}\n",
        encoding="utf-8",
    )
    said = desk.run("schedule", "--next")
    assert "day Alpha" in said and "day Beta" in said and "one.xlsx" not in said


def test_only_namesakes_are_called_otherwise() -> None:
    names = SheetNames(
        [("/a/x/one.xlsx", ""), ("/b/x/One.xlsx", ""), ("/b/two.xlsx", "Two"), ("/a/x/one.xlsx", "A")]
    )
    assert names.of("/a/x/one.xlsx") == Called("A", needed=True)
    assert names.of("/b/x/One.xlsx") == Called("x/One.xlsx", needed=True)
    assert names.of("/b/two.xlsx") == Called("Two")
    assert names.short("/b/two.xlsx") == "two.xlsx"
    deep = SheetNames([("/a/x/one.xlsx", ""), ("/b/x/one.xlsx", ""), ("/x/one.xlsx", "")])
    assert deep.short("/a/x/one.xlsx") == "a/x/one.xlsx" and deep.short("/x/one.xlsx") == "/x/one.xlsx"
    assert deep.short("/c/one.xlsx") == "c/one.xlsx"


def test_posts_and_the_workbooks_of_reviews_bear_the_name_too() -> None:
    from dataclasses import replace

    from sheetops.messages.chat_post import render_post
    from sheetops.messages.outbox import _book_name
    from tests.integration.test_mail_chat import STYLE, seen

    alone = seen()
    one = replace(alone, snapshot=replace(alone.snapshot, called=Called("y/one.xlsx", needed=True)))
    post = render_post(one, STYLE)
    assert post is not None and "y/one.xlsx" in post.text.splitlines()[0]
    assert _book_name("Review 2026-10", one) == "y-one.xlsx Review 2026-10.xlsx"
    assert _book_name("Review 2026-10", alone) == "Review 2026-10.xlsx"


def test_spreadsheets_of_one_title_are_told_apart_in_one_mail() -> None:
    from dataclasses import replace

    from sheetops.jobs.remind import gather
    from sheetops.messages.render import render_sections, section_of
    from tests.integration.test_mail_chat import STYLE, seen

    given = seen()
    part = section_of(gather(given)[0], given, STYLE)
    parts = [
        replace(part, sheet="Desk", place="https://sheet/1", known_as="north"),
        replace(part, sheet="Desk", place="https://sheet/2"),
        replace(part, sheet="Other", place="https://sheet/3", known_as="south"),
    ]
    mail = render_sections(parts, STYLE)
    heads = [line for line in mail.text.splitlines() if line.startswith("==")]
    assert heads == ["== north ==", "== https://sheet/2 ==", "== Other =="]
