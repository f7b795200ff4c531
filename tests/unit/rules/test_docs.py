"""docs/rules.md is made from the rules. After a change, write it anew with:

REFRESH=1 .venv/bin/pytest tests/unit/rules/test_docs.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sheetops.domain.rules import RULES, Rule
from sheetops.settings.files import load_texts, placeholders
from tests.unit.rules.looks import LANGUAGES

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
_HEAD = """# Rules

Made from the rules' docstrings by `tests/unit/rules/test_docs.py`; change them there, then run
`REFRESH=1 .venv/bin/pytest tests/unit/rules/test_docs.py`.

A rule judges and never edits. What it sees is listed in the sheet's Checks tab, in the sheet's language, with a link
to the cell and a way to mend it. Errors make figures wrong, warnings deserve a look, hints are wishes. In the settings
a team switches a rule off, changes its severity or parameters, or keeps it to some tabs:

```yaml
team:
  rules:
    vague-description: off
    due-beyond-target: {severity: hint, parameters: {grace_days: 1}}
    near-duplicate: {tabs: [Requests]}
```
"""


def rules_page() -> str:
    """The whole page."""
    lines = [_HEAD, "| Rule | Severity | |", "|---|---|---|"]
    for rule in RULES:
        lines.append(f"| [`{rule.code}`](#{rule.code}) | {rule.severity} | {_first_sentence(rule)} |")
    for rule in RULES:
        lines += ["", *_section(rule)]
    return "\n".join(lines) + "\n"


def _first_sentence(rule: Rule) -> str:
    return " ".join(rule.page.split("\n\n")[0].split()).replace("|", "\\|")


def _section(rule: Rule) -> list[str]:
    lines = [f"## {rule.code}", "", f"Severity: {rule.severity}" + ("" if rule.on else " · off by default")]
    if rule.parameters:
        defaults = " · ".join(f"`{name}` {value or '(none)'}" for name, value in rule.parameters.items())
        lines[-1] += f" · Defaults: {defaults}"
    entries = load_texts("en").entries
    says = [text for name, text in entries.items() if _is_message(name, rule.code)]
    return [*lines, "", rule.page, "", "It says:", "", *(f"- {_as_many(text)}" for text in says)]


def _as_many(text: str) -> str:
    """`{rows:row|rows}` as a reader expects it: `{rows} rows`."""
    return re.sub(r"\{(\w+):[^{}|]*\|([^{}]*)\}", r"{\1} \2", text)


def _is_message(name: str, code: str) -> bool:
    return name.startswith(f"rule.{code}.") and name.endswith(".message")


def test_the_page_is_what_the_docstrings_give() -> None:
    if os.environ.get("REFRESH"):
        PAGE.write_text(rules_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == rules_page(), "write it anew, see the top of this file"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_has_a_page_that_names_its_parameters(rule: Rule) -> None:
    assert len(rule.page) > 60
    for name in rule.parameters:
        assert f"`{name}`" in rule.page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_speaks_every_language_alike(rule: Rule) -> None:
    spoken = [
        {
            name: placeholders(text)
            for name, text in load_texts(language).entries.items()
            if name.startswith(f"rule.{rule.code}.")
        }
        for language in LANGUAGES
    ]
    assert all(names.keys() == spoken[0].keys() for names in spoken)
    assert f"rule.{rule.code}.name" in spoken[0]
    for name in spoken[0]:
        if name.endswith(".message"):
            assert name.removesuffix("message") + "fix" in spoken[0]


def test_every_module_of_a_rule_is_registered() -> None:
    home = PAGE.parents[1] / "sheetops" / "domain" / "rules"
    modules = {path.stem for path in home.glob("*.py")} - {"__init__", "base", "context"}
    assert modules == {rule.code.replace("-", "_") for rule in RULES}
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_every_text_belongs_to_a_rule() -> None:
    codes = {rule.code for rule in RULES}
    assert {name.split(".")[1] for name in load_texts("en").entries if name.startswith("rule.")} == codes
