"""Every rule against its tables of cases: at least ten that it tells and ten that it lets pass, in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from sheetops.domain.rules import RULES, Rule
from sheetops.settings.files import load_texts
from tests.unit.rules.looks import LANGUAGES, one

_LEFT_OVER = re.compile(r"[{}]|\bNone\b")


def cases_of(rule: Rule) -> Any:
    """The module of cases of a rule: TOLD and INNOCENT by language, and `look` where a case is no single row."""
    return import_module(f"tests.unit.rules.cases.{rule.code.replace('-', '_')}")


def _all(name: str) -> Iterator[Any]:
    for rule in RULES:
        for language, cases in getattr(cases_of(rule), name).items():
            for number, case in enumerate(cases, 1):
                yield pytest.param(rule, language, case, id=f"{rule.code}-{language}-{number}")


def _look(rule: Rule, language: str, case: Any) -> list[Any]:
    look = getattr(cases_of(rule), "look", None)
    found: list[Any] = look(language, case) if look else one(rule.code, language, case)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_has_ten_cases_of_either_kind_in_each_language(rule: Rule) -> None:
    cases = cases_of(rule)
    for table in (cases.TOLD, cases.INNOCENT):
        assert {language: min(len(table[language]), 10) for language in LANGUAGES} == dict.fromkeys(
            LANGUAGES, 10
        )


@pytest.mark.parametrize(("rule", "language", "case"), list(_all("TOLD")))
def test_told(rule: Rule, language: str, case: Any) -> None:
    case, wanted = case if isinstance(case, tuple) else (case, {})
    findings = _look(rule, language, case)
    assert findings, f"{rule.code} says nothing of {case}"
    for name, value in wanted.items():
        assert value in [getattr(finding, name) for finding in findings], (name, findings)
    texts = load_texts(language)
    for finding in findings:
        for sentence in (finding.message(texts), finding.fix(texts)):
            assert sentence and not _LEFT_OVER.search(sentence), sentence


@pytest.mark.parametrize(("rule", "language", "case"), list(_all("INNOCENT")))
def test_innocent(rule: Rule, language: str, case: Any) -> None:
    findings = _look(rule, language, case)
    assert not findings, [(finding.cell, finding.message(load_texts(language))) for finding in findings]
