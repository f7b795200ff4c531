"""Headers are matched as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.template import COLUMNS, LANGUAGES, OPTIONAL_COLUMNS, find_header, match_header, tab_kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_and_alias_finds_its_column(language: str) -> None:
    for column in COLUMNS + OPTIONAL_COLUMNS:
        for name in column.names[language]:
            assert match_header([name]).columns == {column.key: 1}, name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("责任部门\n/人员", "owner"),
        ("責任部門/人員", "owner"),
        ("责任部门（人员）", "owner"),
        ("ｄｕｅ", "due"),
        (" Due  Date ", "due"),
        ("request id", "id"),
        ("客戶資訊", "customer"),
        ("優先順序", "priority"),
        ("紧急 程度", "urgency"),
        ("【备注】", "notes"),
    ],
)
def test_width_breaks_brackets_and_variants_do_not_matter(text: str, key: str) -> None:
    assert match_header([text]).columns == {key: 1}


def test_a_small_typo_is_asked_back_not_guessed() -> None:
    match = match_header(["需求编号", "紧急程渡", "Descripton"])
    assert match.columns == {"id": 1}
    assert match.near == {2: "urgency", 3: "description"}


def test_a_foreign_column_is_left_alone() -> None:
    match = match_header(["Team colour", "Request ID", "Reopen count", 7, None])
    assert match.columns == {"id": 2}
    assert match.near == {}


def test_two_headers_for_one_column_are_told() -> None:
    assert match_header(["Due", "Due date"]).twice == ("due",)


def test_the_language_is_the_one_whose_words_stand_there() -> None:
    assert match_header(["需求编号", "需求类型", "备注"]).language == "zh-Hans"
    assert match_header(["需求編號", "需求類型", "備註"]).language == "zh-Hant"
    assert match_header(["Request ID", "Type"]).language == "en"


def test_the_header_need_not_be_row_one_and_the_best_row_wins() -> None:
    rows = [
        ["Our log", None],
        [],
        ["Request ID", "Type", "Owner", "x"],
        ["Request ID", "Type", "Owner", "Due", "Notes"],
    ]
    found = find_header(rows)
    assert found is not None and found[0] == 4


def test_prose_is_no_header() -> None:
    assert find_header([["Owner", "of", "this", "sheet"], ["a", "b", "c", "d"]]) is None


def test_a_teams_own_header_comes_from_the_settings() -> None:
    assert match_header(["Kümmerer"], extra_names={"kümmerer": "owner"}).columns == {"owner": 1}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("People", "people"),
        ("檢查結果", "checks"),
        ("Review 2026-10", "review"),
        ("服务复盘 2026-Q3", "review"),
        ("服務檢討2026-W41", "review"),
        ("Review", "review"),
        ("Review 2026", "review"),
        ("Review 2026-10 (2)", "review"),
        ("Review queue", None),
        ("Reviews 2026-10", None),
        ("Review 2026-10 requests", None),
        ("Checks 2026-10", None),
        ("Requests", "log"),
        ("Dashboard", None),
    ],
)
def test_our_own_tabs_are_known_in_every_language(name: str, kind: str | None) -> None:
    assert tab_kind(name) == kind


def test_what_the_settings_map_wins_over_a_header_of_our_own_name() -> None:
    match = match_header(["Owner", "Request ID", "Kümmerer"], extra_names={"Kümmerer": "owner"})
    assert match.columns == {"id": 2, "owner": 3}
    assert match.twice == ()


def test_a_header_without_a_word_of_any_language_is_taken_as_english() -> None:
    assert (
        match_header(["Kümmerer", "Frist"], extra_names={"Kümmerer": "owner", "Frist": "due"}).language
        == "en"
    )


CELLS = st.sampled_from(
    ("Due", "due date", "紧急 程度", "Owner", "责任部门", "备注", "Frist", "it broke", "", "—", None, 7)
)


@given(
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=6),
    extra=st.sampled_from((None, {"Frist": "due", "—": "id"})),
    least=st.integers(1, 4),
)
def test_the_header_is_the_first_row_that_matches_most_columns(
    rows: list[list[object]], extra: dict[str, str] | None, least: int
) -> None:
    counts = [len(match_header(row, extra_names=extra).columns) for row in rows]
    found = find_header(rows, extra, at_least=least)
    if max(counts, default=0) < least:
        assert found is None
    else:
        number = counts.index(max(counts)) + 1
        assert found == (number, match_header(rows[number - 1], extra_names=extra))
