"""A date of two readings: the fix names both days, so that nobody takes an example for an order."""

from __future__ import annotations

from datetime import date

import pytest

from sheetops.domain.values import readings
from sheetops.jobs.validate import findings
from sheetops.settings.files import load_texts
from tests.sheets import log, row, view

FIXES = {
    "en": "Write 2026-04-10 or 2026-10-04, whichever is meant",
    "zh-Hans": "请写明是 2026-04-10 还是 2026-10-04",
    "zh-Hant": "請寫明是 2026-04-10 還是 2026-10-04",
}


@pytest.mark.parametrize("language", FIXES)
def test_the_fix_names_both_days(language: str) -> None:
    seen = view(log(row(id="20261101", due="10/4/2026"), row(id="20261102", due="soon"), language="en"))
    found = {finding.variant: finding for finding in findings(seen) if finding.rule == "date"}
    assert found["ambiguous-date"].fix(load_texts(language)) == FIXES[language]
    if language == "en":
        assert "for example 2026-03-01" in found["not-a-date"].fix(load_texts("en"))


def test_a_year_that_cannot_be_is_told_as_that() -> None:
    seen = view(log(row(id="20261101", due="10/4/1026"), language="en"))
    assert [finding.variant for finding in findings(seen) if finding.rule == "date"] == ["wrong-year"]


def test_the_readings_of_every_form() -> None:
    assert readings("10.4.2026") == (date(2026, 4, 10), date(2026, 10, 4))
    assert readings("30.11.26") == (date(2026, 11, 30), date(2030, 11, 26))
    assert readings("10/4/1026") == readings("soon") == readings(None) == ()
