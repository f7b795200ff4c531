"""A late pattern is the pattern, from its first use on."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest

from sheetops import domain
from sheetops.books import xlsx
from sheetops.domain.patterns import pattern


def test_it_is_compiled_at_the_first_use_and_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    plain = re.compile
    monkeypatch.setattr(re, "compile", lambda *said: (asked.append(said), plain(*said))[1])
    digits = pattern(r"(\d+)x", re.IGNORECASE)
    assert asked == []
    for _ in range(3):
        found = digits.fullmatch("12X")
        assert found is not None and found[1] == "12"
    assert asked == [(r"(\d+)x", re.IGNORECASE)]
    assert digits.sub("-", "1x2X3") == "--3" and digits.groups == 1 and digits.flags & re.IGNORECASE


def test_bytes_too() -> None:
    assert pattern(b"<c r=.*?>").findall(b'<c r="A1"><c r="B1">') == [b'<c r="A1">', b'<c r="B1">']


def test_a_fault_is_told_at_the_first_use() -> None:
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.search("")


def test_every_late_pattern_is_sound() -> None:
    """What no run has needed yet would be told of in a run otherwise."""
    kind = type(pattern(""))
    late = {
        f"{module.name}.{name}": value
        for home in (domain, xlsx)
        for module in walk_packages(home.__path__, f"{home.__name__}.")
        for name, value in vars(import_module(module.name)).items()
        if isinstance(value, kind)
    }
    assert {"sheetops.domain.values._DATE", "sheetops.books.xlsx.read._FORMULA"} <= set(late) and len(
        late
    ) > 80
    for name, one in late.items():
        assert isinstance(one.pattern, (str, bytes)) and one.groups >= 0, name
