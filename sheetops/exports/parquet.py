"""Parquet with true types: dates are dates, moments are timestamps, and each column carries its description."""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import Any

from sheetops.errors import SettingsError
from sheetops.jobs.export_fields import Kind, Table


def available() -> bool:
    """Whether the library that writes Parquet is installed."""
    return find_spec("pyarrow") is not None


def parquet_bytes(table: Table) -> bytes:
    """The whole table as one Parquet file; equal tables give equal bytes. Raises SettingsError without pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise SettingsError(
            "Parquet files need pyarrow", mend="install sheetops[export], or export with --format csv"
        ) from None
    schema = pa.schema(
        [
            pa.field(field.name, _type(pa, field.kind), metadata={"description": field.about})
            for field in table.fields
        ],
        metadata={"description": table.about},
    )
    arrays = [pa.array(column, type=field.type) for column, field in zip(table.columns, schema, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()


def _type(pa: Any, kind: Kind) -> Any:
    return {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("ms"),
    }[kind]
