"""LibreOffice as a reader: does it show everything as before, but for the planned cells and tabs?

LibreOffice opens broken packages too, so it is no judge of validity; it is the judge of what a person
sees. Its flat XML gives automatic names to styles and splits runs of equal cells as it likes, so styles
are compared by what they say and cells one by one.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import pytest
from lxml import etree

SECONDS_A_FILE = 20
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
REPEATS = (f"{TABLE}number-columns-repeated", f"{TABLE}number-rows-repeated")
ALWAYS = (
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
    '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>'
)
FONT_FAMILY = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}font-family"
# What LibreOffice writes anew at every save: numbers of its own, the time of day, names of font entries.
UNSTEADY = frozenset({"id", "z-index", "time-value", "font-name-complex", "font-name-asian"})
VOLATILE = re.compile(rb"RAND\(|RANDBETWEEN\(|NOW\(|TODAY\(")
EMPTY = re.compile(r"\[\w*\]<table-cell ></>")
HIDDEN = "the planned cell"
Places = Mapping[str, Collection[tuple[int, int]]]
Run = tuple[int, str]


def program() -> str:
    """The LibreOffice program; skips the test with a clear word where there is none."""
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("LibreOffice (soffice) is not on this machine")
    return found


def convert(
    files: Sequence[Path], folder: Path, suffix: str = "fods", recalculate: bool = False
) -> dict[Path, Path]:
    """Each workbook as LibreOffice saves it with `suffix`, in `folder`: all in one start of LibreOffice.

    File stems must differ. A file that LibreOffice cannot open is missing from the answer. LibreOffice
    7.4 shows the stored results of formulas and is deaf to `fullCalcOnLoad`, which Excel obeys, unless
    its setting "recalculation on file load" says always: `recalculate`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if recalculate:
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    profile = (folder / "profile").as_uri()
    command = [program(), "--headless", "--norestore", f"-env:UserInstallation={profile}"]
    command += ["--convert-to", suffix, "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, timeout=60 + SECONDS_A_FILE * len(files), capture_output=True, check=True)
    results = {file: folder / f"{file.stem}.{suffix}" for file in files}
    return {file: result for file, result in results.items() if result.exists()}


def differences(before: bytes, after: bytes, cells: Places, tabs: Collection[str] = ()) -> list[str]:
    """What LibreOffice shows otherwise in the second flat XML, but for `cells` (tab to (row, column),
    from 1) and whole new `tabs`; one line each, the first of each tab."""
    old, new = Flat(before), Flat(after)
    known, fresh = old.tabs(cells), new.tabs(cells)
    found = [f"{name}: the tab is gone" for name in known if name not in fresh]
    found += [f"{name}: a tab nobody planned" for name in fresh if name not in known and name not in tabs]
    order = [name for name in fresh if name in known]
    if order != [name for name in known if name in fresh]:
        found.append("the tabs are in another order")
    for name in order:
        if name not in tabs and known[name] != fresh[name]:
            found.append(f"{name}: {_first(known[name], fresh[name])}")
    return found


def _first(old: list[Run], new: list[Run]) -> str:
    for (times, one), (again, other) in zip(old, new, strict=False):
        if (times, one) != (again, other):
            at = next(
                (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
                min(len(one), len(other)),
            )
            start = max(0, at - 120)
            return f"{times} × …{one[start : at + 80]}… became {again} × …{other[start : at + 80]}…"
    return f"{len(old)} runs became {len(new)}"


class Flat:
    """A flat OpenDocument spreadsheet, its tabs as comparable text."""

    def __init__(self, xml: bytes) -> None:
        self.root = etree.fromstring(xml, etree.XMLParser(huge_tree=True, remove_blank_text=True))
        self.scope = Scope(self.root, volatile=VOLATILE.search(xml) is not None)

    @property
    def program(self) -> str:
        """The LibreOffice that wrote it, with its build."""
        return self.root.findtext(f"{OFFICE}meta/{META}generator", "")

    def fingerprint(self, hidden: Places, without: Collection[str] = ()) -> str:
        """The same for documents that show the same in the same order, but for `hidden` cells and some tabs."""
        shown = [item for item in self.tabs(hidden).items() if item[0] not in without]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:24]

    def tabs(self, hidden: Places) -> dict[str, list[Run]]:
        """Tab name to runs of equal rows, after one run for all that is not a row."""
        tables = self.root.iterfind(f"{OFFICE}body/{OFFICE}spreadsheet/{TABLE}table")
        return {
            t.get(f"{TABLE}name", ""): self._tab(t, hidden.get(t.get(f"{TABLE}name", ""), ())) for t in tables
        }

    def _tab(self, table: etree._Element, hidden: Collection[tuple[int, int]]) -> list[Run]:
        columns = _runs(
            (_repeat(c), c.get(f"{TABLE}default-cell-style-name", "")) for c in _grid(table, "table-column")
        )
        widths = _runs(
            (_repeat(c), self.scope.text(c, skip=("default-cell-style-name",)))
            for c in _grid(table, "table-column")
        )
        rest = [self.scope.text(e) for e in table if not _is_grid(e)]
        rows, number = [], 1
        for row in _grid(table, "table-row"):
            count = _repeat(row)
            marked = sorted({r for r, _ in hidden if number <= r < number + count})
            for start, size in _split(number, count, marked):
                spots = {c for r, c in hidden if r == start}
                rows.append((size, self._row(row, columns, spots)))
            number += count
        shown = self.scope.attributes(table)
        filled = _trimmed(_runs(rows), lambda row: row.endswith(" []"))
        return [(1, f"{shown} {widths} {rest}"), *filled]

    def _row(self, row: etree._Element, columns: list[Run], spots: set[int]) -> str:
        cells: list[Run] = []
        column = 1
        for cell in row:
            count = _repeat(cell)
            for start, size, default in _overlap(columns, column, count):
                name = cell.get(f"{TABLE}style-name") or row.get(f"{TABLE}default-cell-style-name") or default
                text = f"[{self.scope.style(name)}]{self.scope.text(cell, skip=('style-name',))}"
                for at, width in _split(start, size, sorted(s for s in spots if start <= s < start + size)):
                    cells.append((width, HIDDEN if at in spots else text))
            column += count
        height = "" if spots else self.scope.attributes(row)
        return f"{height} {_trimmed(_runs(cells), lambda cell: cell == HIDDEN or EMPTY.fullmatch(cell) is not None)}"


class Scope:
    """The named definitions of one document, so that a reference is compared by what it stands for."""

    def __init__(self, document: etree._Element, volatile: bool = False) -> None:
        """`volatile`: the results of formulas and the tables behind charts change by themselves."""
        self.volatile = volatile
        self.named: dict[str, list[etree._Element]] = {}
        for home in ("font-face-decls", "styles", "automatic-styles", "master-styles"):
            for entry in document.iterfind(f"{OFFICE}{home}/*"):
                key = entry.get(f"{STYLE}name") or entry.get(f"{DRAW}name")
                if key:
                    self.named.setdefault(key, []).append(entry)
        for entry in document.iter(f"{TABLE}content-validation"):
            self.named.setdefault(entry.get(f"{TABLE}name", ""), []).append(entry)
        self.own_names = {
            table.get(f"{TABLE}name", ""): [str(e.get(f"{TABLE}name")) for e in named]
            for table in document.iter(f"{TABLE}table")
            for named in table.iterfind(f"{TABLE}named-expressions")
        }
        self.known: dict[str, str] = {}

    def style(self, name: str) -> str:
        """What the definitions of this name say, as a short fingerprint."""
        if name not in self.named:
            return name
        if name not in self.known:
            self.known[name] = name  # a definition that names itself ends here
            says = sorted(self.text(entry, skip=("name", "display-name")) for entry in self.named[name])
            self.known[name] = hashlib.sha256("".join(says).encode()).hexdigest()[:12]
        return self.known[name]

    def family(self, name: str) -> str:
        """The family of the font entry called `name`, or `name` itself where it is a family."""
        faces = [e for e in self.named.get(name, ()) if e.tag == f"{STYLE}font-face"]
        return str(faces[0].get(FONT_FAMILY) if faces else name).strip("'")

    def condition(self, validation: etree._Element) -> str:
        """The condition, each name that belongs to one tab told with its tab.

        LibreOffice leaves the tab away where the cell that it happens to start from lies in it.
        """
        says = validation.get(f"{TABLE}condition", "")
        tab = validation.get(f"{TABLE}base-cell-address", "").rpartition(".")[0].strip("$")
        for name in self.own_names.get(tab.strip("'").replace("''", "'"), ()):
            says = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.(])", lambda found: f"{tab}.{found[0]}", says)
        return says

    def attributes(self, element: etree._Element, skip: Sequence[str] = ()) -> str:
        """The attributes in order of name; references replaced by what they stand for."""
        if element.tag == f"{STYLE}font-face":
            return str(element.get(FONT_FAMILY))
        shown = []
        for key, value in sorted(element.attrib.items()):
            local = etree.QName(key).localname
            if key in REPEATS or local in skip or local in UNSTEADY:
                continue
            if (
                local == "base-cell-address"
            ):  # LibreOffice names some cell of some tab, not always the same one
                continue
            if local == "condition" and element.tag == f"{TABLE}content-validation":
                value = self.condition(element)
            if local in ("font-name", "font-family"):  # a font is told by its entry or directly, as it comes
                shown.append(f"font={self.family(value)}")
                continue
            shown.append(f"{local}={self.style(value) if local.endswith('-name') else value}")
        return " ".join(sorted(shown))

    def text(self, element: etree._Element, skip: Sequence[str] = ()) -> str:
        """The element as text: name, attributes, content; an embedded document by its own definitions."""
        scope = Scope(element, self.volatile) if element.tag == f"{OFFICE}document" else self
        if self.volatile and element.get(f"{TABLE}formula"):
            return f"<computed {element.get(f'{TABLE}formula')}>"
        drawn = (
            element.get(f"{TABLE}name") == "local-table"
            or etree.QName(element).localname == "coordinate-region"
        )
        if self.volatile and drawn:
            return "<behind a chart>"
        inner = [element.text or ""]
        has_object = any(child.tag == f"{DRAW}object" for child in element)
        for child in element.iterchildren(etree.Element):
            local = etree.QName(child).localname
            preview = has_object and child.tag == f"{DRAW}image"  # drawn anew at every save
            if not preview and local not in (
                "automatic-styles",
                "styles",
                "master-styles",
                "font-face-decls",
                "meta",
            ):
                inner += [scope.text(child), child.tail or ""]
        return f"<{etree.QName(element).localname} {self.attributes(element, skip)}>{''.join(inner)}</>"


def _is_grid(element: etree._Element) -> bool:
    return etree.QName(element).localname.startswith(("table-row", "table-column", "table-header"))


def _grid(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The tab's own rows or columns, also grouped ones; not those of the tables behind its charts."""
    for child in parent.iterchildren(etree.Element):
        if child.tag == f"{TABLE}{name}":
            yield child
        elif _is_grid(child):
            yield from _grid(child, name)


def _repeat(element: etree._Element) -> int:
    return int(element.get(REPEATS[0]) or element.get(REPEATS[1]) or 1)


def _runs(runs: Iterator[Run] | Sequence[Run]) -> list[Run]:
    """The runs with equal neighbours joined."""
    return [(sum(count for count, _ in group), text) for text, group in groupby(runs, key=lambda run: run[1])]


def _trimmed(runs: list[Run], is_empty: Callable[[str], bool]) -> list[Run]:
    """The runs without the empty ones at the end: how far those go depends on what lies elsewhere."""
    while runs and is_empty(runs[-1][1]):
        runs = runs[:-1]
    return runs


def _split(start: int, count: int, marked: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The stretch as (start, size) pieces, each marked place alone."""
    end = start + count
    for mark in marked:
        if mark > start:
            yield start, mark - start
        yield mark, 1
        start = mark + 1
    if start < end:
        yield start, end - start


def _overlap(columns: list[Run], start: int, count: int) -> Iterator[tuple[int, int, str]]:
    """The stretch of columns, cut where the default style changes: (start, size, style name)."""
    place = 1
    for size, name in columns:
        low, high = max(place, start), min(place + size, start + count)
        if low < high:
            yield low, high - low, name
        place += size
    if start + count > place:
        yield max(place, start), start + count - max(place, start), ""
