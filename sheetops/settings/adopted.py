"""A sheet written into a settings file: a new file, or one more entry that leaves the rest as it stands."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sheetops.domain.addresses import google_id
from sheetops.errors import SettingsError
from sheetops.settings.load import Loaded, parse
from sheetops.settings.model import Sheet

_HEAD = "# Written by `sheetops adopt`. All there is to set stands in config/example.yaml.\n"


def entry_for(
    location: str, loaded: Loaded, wanted: Mapping[str, Any], known: Sheet | None
) -> dict[str, Any]:
    """The settings of a sheet at `location`: what the file says of it already, and what is `wanted` over it."""
    plain = "desk" if google_id(location) else Path(location).stem
    taken = {sheet.name for sheet in loaded.settings.sheets}
    names = chain([plain], (f"{plain}-{number}" for number in count(2)))
    name = next(name for name in names if name not in taken)
    entry: dict[str, Any] = {"name": name, "path": _relative(location, loaded.folder)}
    if known is not None:
        entry = known.model_dump(mode="json", exclude_unset=True)
    for name, value in wanted.items():
        if isinstance(value, Mapping):
            value = {**entry.get(name, {}), **value}
        if value:
            entry[name] = value
    return entry


def _relative(location: str, folder: Path) -> str:
    if google_id(location):
        return location
    try:
        return Path(os.path.relpath(location, folder)).as_posix()
    except ValueError:  # another drive
        return str(Path(location).absolute())


def known_entry(loaded: Loaded, location: str) -> Sheet | None:
    """The entry of a settings file for this sheet."""
    for sheet in loaded.settings.sheets:
        if os.path.realpath(loaded.place(sheet)) == os.path.realpath(location) or sheet.path == location:
            return sheet
    return None


def with_sheet(text: str | None, entry: Mapping[str, Any], loaded: Loaded, where: str) -> str:
    """The settings file `text` (None: a new one) with `entry` in its sheets; comments and order are kept.

    Raises SettingsError where the result would not be valid settings.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    data: Any = yaml.load(text) if text is not None else None
    if not data:
        data = {}
    known = None
    for number, sheet in enumerate(loaded.settings.sheets):
        if sheet.path == entry["path"]:
            known = number
    sheets = data.setdefault("sheets", [])
    if known is None:
        sheets.append(dict(entry))
    else:
        sheets[known].update({k: v for k, v in entry.items() if sheets[known].get(k) != v})
    stream = io.StringIO()
    yaml.dump(data, stream)
    result = (_HEAD if text is None else "") + stream.getvalue()
    parse(result, where)
    return result


def write_settings(path: Path, text: str) -> None:
    """Put `text` in the place of the settings file in one move. Raises SettingsError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".sheetops-", dir=path.absolute().parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        temp = Path(name)
        temp.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temp.replace(path)
    except OSError as error:
        raise SettingsError(
            f"the settings cannot be written ({error.strerror})",
            where=str(path),
            mend="name another place by --config",
        ) from None
