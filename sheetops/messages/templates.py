"""Filling templates: sandboxed, everything masked, a team's own before those that travel with the tool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetops.domain.personal import masked
from sheetops.domain.texts import Texts
from sheetops.errors import SettingsError

if TYPE_CHECKING:
    from jinja2 import Environment  # loaded only where something is rendered, which most runs do not


@dataclass(frozen=True)
class Style:
    """What messages are made with: `find` tells where a template lies, `texts` gives a language's sentences."""

    find: Callable[[str], Path]
    texts: Callable[[str], Texts]


def rendered(name: str, facts: dict[str, Any], style: Style) -> str:
    """A template filled with facts, all of them masked; only `.html` ones escape what people wrote."""
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return _environment(style.find, ".html" in name).get_template(name).render(_discreet(facts))
    except TemplateError as error:
        line = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        where = f"{style.find(f'mail/{name}')}{line}"
        raise SettingsError(f"the template cannot be used ({error.message})", where=where) from None


def _discreet(fact: Any) -> Any:
    """A fact with every piece of personal data in it masked, wherever people put it: a name may hold a number."""
    if isinstance(fact, str):
        return masked(fact)
    if isinstance(fact, dict):
        return {key: value if key == "link" else _discreet(value) for key, value in fact.items()}
    return [_discreet(value) for value in fact] if isinstance(fact, list) else fact


@cache
def _environment(find: Callable[[str], Path], escape: bool) -> Environment:
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def load(template: str) -> tuple[str, str, Callable[[], bool]] | None:
        """A template wherever `find` says it lies; None where there is none."""
        path = find(f"mail/{template}")
        return (path.read_text(encoding="utf-8"), str(path), lambda: True) if path.exists() else None

    return ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def inlined(html: str) -> str:
    """Styles written into the elements too, for mail programs that ignore the head."""
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(html)
