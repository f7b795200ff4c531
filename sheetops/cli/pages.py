"""Mails as one page that a browser opens."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

_HEAD = """<!doctype html><html><head><meta charset="utf-8"><title>sheetops</title><style>
body { font: 15px/1.5 sans-serif; margin: 16px; color-scheme: light dark; }
iframe { width: 100%; height: 640px; border: 1px solid #9aa5b1; border-radius: 8px; resize: both; }
</style></head><body>
"""


def open_pages(mails: Iterable[tuple[str, str, str]]) -> Path:
    """Write (recipient, subject, HTML) into one page that only this user can read, and open it. Returns its path."""
    import tempfile
    import webbrowser

    page = Path(tempfile.mkdtemp(prefix="sheetops-")) / "mails.html"
    parts = [
        f'<h3>{escape(to)}</h3><p>{escape(subject)}</p><iframe sandbox srcdoc="{escape(html)}"></iframe>\n'
        for to, subject, html in mails
    ]
    page.write_text(_HEAD + "".join(parts) + "</body></html>\n", encoding="utf-8")
    webbrowser.open(page.as_uri())
    return page
