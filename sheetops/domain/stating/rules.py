"""Which rules judge the rows, how serious their findings are, and with which parameters."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.rules import RULES
from sheetops.domain.rules.base import Parameter, Rule, setting_of
from sheetops.domain.stating.base import Statement, listed, source_of
from sheetops.domain.template import BY_KEY
from sheetops.domain.view import View


def rules(view: View) -> Iterator[Statement]:
    """One statement a rule, the ones that are off too."""
    for rule in RULES:
        setting = setting_of(view.policy, rule)
        label = view.texts("policy.say.rule.label", rule=view.texts(f"rule.{rule.code}.name"))
        source = source_of(view, f"rules.{rule.code}")
        if not setting.on:
            text, value = view.texts("policy.say.rule.off"), "off"
        else:
            severity = setting.severity or rule.severity
            parameters = {**rule.parameters, **setting.parameters}
            parts = [view.texts(f"checks.severity.{severity}")]
            parts += [f"{name} = {_shown(view, value)}" for name, value in parameters.items()]
            if setting.tabs:
                parts.append(view.texts("policy.say.rule.tabs", tabs=listed(view, setting.tabs)))
            text = view.texts("policy.semicolon").join(parts)
            value = _value(rule, severity.value, parameters, setting.tabs)
        yield Statement(f"rules.{rule.code}", label, text, value, source)


def _shown(view: View, value: Parameter) -> str:
    """A parameter as people read it: keys of columns by their names."""
    if not isinstance(value, str):
        return f"{value:g}"
    words = [word.strip() for word in value.split(",") if word.strip()]
    return listed(view, (view.texts(f"column.{word}") if word in BY_KEY else word for word in words))


def _value(rule: Rule, severity: str, parameters: dict[str, Parameter], tabs: tuple[str, ...]) -> str:
    parts = [severity, *(f"{name}={value}" for name, value in parameters.items())]
    return " ".join(parts) + (f" tabs={','.join(tabs)}" if tabs else "")
