"""The data dictionary: one CSV line a column, and the same as a Frictionless data package that tools read.

Sources: Tabular Data Package and Table Schema (specs.frictionlessdata.io).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sheetops.exports.csv_files import columns_as_csv
from sheetops.jobs.export_fields import Field, Table

NAME: Final = "datapackage.json"
_DIALECT: Final = {
    "delimiter": ",",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
}
_COLUMNS: Final = ("table", "column", "type", "confidential", "sheet_column", "description")


def dictionary_csv(tables: Sequence[Table], headers: Mapping[str, str]) -> bytes:
    """Every column of every table; `headers` says what the sheet calls the columns of its log."""
    rows = [
        (table.name, f.name, f.kind, f.confidential, headers.get(f.header or ""), f.about)
        for table in tables
        for f in table.fields
    ]
    return columns_as_csv(_COLUMNS, list(zip(*rows, strict=True)))


def package(
    tables: Sequence[Table], files: Mapping[str, bytes], headers: Mapping[str, str], about: Mapping[str, Any]
) -> bytes:
    """The package's description; `about` says of what and when, `files` are what lies beside it."""
    whole = {
        "profile": "tabular-data-package",
        "name": "sheetops-export",
        "title": f"Service requests of {about['sheet']}",
        "description": "Made by `sheetops export`; descriptions are the docstrings of the columns.",
        "resources": [_resource(table, files, headers) for table in tables if f"{table.name}.csv" in files],
        "sheetops": {
            **about,
            "files": {name: sha256(data).hexdigest() for name, data in sorted(files.items())},
        },
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(table: Table, files: Mapping[str, bytes], headers: Mapping[str, str]) -> dict[str, Any]:
    path = f"{table.name}.csv"
    schema: dict[str, Any] = {
        "fields": [_field(field, headers) for field in table.fields],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": path,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "bytes": len(files[path]),
        "hash": f"sha256:{sha256(files[path]).hexdigest()}",
        "schema": schema,
    }


def _field(field: Field, headers: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.name, "type": field.kind, "description": field.about}
    if field.kind == "datetime":
        told["format"] = "%Y-%m-%dT%H:%M:%S"
    if field.header is not None:
        told["title"] = headers[field.header]
    if field.confidential:
        told["sheetops:confidential"] = True
    return told
