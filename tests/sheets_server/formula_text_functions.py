"""Text functions."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from tests.sheets_server.formula_functions import FUNCTIONS, function
from tests.sheets_server.formula_values import Area, FormulaError, number, scalar, text

FUNCTIONS["LEN"] = lambda context, v: float(len(text(v)))
FUNCTIONS["UPPER"] = lambda context, v: text(v).upper()
FUNCTIONS["LOWER"] = lambda context, v: text(v).lower()
FUNCTIONS["PROPER"] = lambda context, v: text(v).title()
FUNCTIONS["TRIM"] = lambda context, v: re.sub(" +", " ", text(v)).strip()
FUNCTIONS["CLEAN"] = lambda context, v: re.sub(r"[\x00-\x1f]", "", text(v))
FUNCTIONS["LEFT"] = lambda context, v, n=1.0: text(v)[: int(number(n))]
FUNCTIONS["RIGHT"] = lambda context, v, n=1.0: text(v)[-int(number(n)) :] if number(n) else ""
FUNCTIONS["MID"] = lambda context, v, s, n: text(v)[int(number(s)) - 1 : int(number(s)) - 1 + int(number(n))]
FUNCTIONS["REPT"] = lambda context, v, n: text(v) * int(number(n))
FUNCTIONS["CHAR"] = lambda context, v: chr(int(number(v)))
FUNCTIONS["CODE"] = lambda context, v: float(ord(text(v)[0]))
FUNCTIONS["EXACT"] = lambda context, a, b: text(a) == text(b)
FUNCTIONS["CONCAT"] = lambda context, a, b: text(a) + text(b)
FUNCTIONS["ENCODEURL"] = lambda context, v: quote(text(v), safe="")
FUNCTIONS["TO_TEXT"] = lambda context, v: text(v)


def _texts(args: tuple[Any, ...]) -> list[str]:
    out = []
    for arg in args:
        out += [text(item) for item in arg.flat()] if isinstance(arg, Area) else [text(arg)]
    return out


@function("CONCATENATE")
def concatenate(context: Any, *args: Any) -> str:
    return "".join(_texts(args))


@function("JOIN")
def join(context: Any, sign: Any, *args: Any) -> str:
    return text(sign).join(_texts(args))


@function("TEXTJOIN")
def textjoin(context: Any, sign: Any, skip: Any, *args: Any) -> str:
    parts = _texts(args)
    return text(sign).join(p for p in parts if p or not scalar(skip))


@function("SUBSTITUTE")
def substitute(context: Any, value: Any, old: Any, new: Any, which: Any = None) -> str:
    source, wanted = text(value), text(old)
    if not wanted:
        return source
    if which is None:
        return source.replace(wanted, text(new))
    parts = source.split(wanted)
    at = int(number(which))
    if at >= len(parts):
        return source
    return wanted.join(parts[:at]) + text(new) + wanted.join(parts[at:])


@function("FIND")
def find(context: Any, wanted: Any, value: Any, start: Any = 1.0) -> float:
    at = text(value).find(text(wanted), int(number(start)) - 1)
    if at < 0:
        raise FormulaError("#VALUE!", f"In FIND evaluation, cannot find '{text(wanted)}'.")
    return float(at + 1)


@function("SEARCH")
def search(context: Any, wanted: Any, value: Any, start: Any = 1.0) -> float:
    return find(context, text(wanted).lower(), text(value).lower(), start)


@function("REPLACE")
def replace(context: Any, value: Any, start: Any, length: Any, new: Any) -> str:
    source, at = text(value), int(number(start)) - 1
    return source[:at] + text(new) + source[at + int(number(length)) :]


def _regex(pattern: Any) -> re.Pattern[str]:
    try:
        return re.compile(text(pattern))
    except re.error:
        raise FormulaError("#REF!", "Not a valid regular expression.") from None


@function("REGEXMATCH")
def regexmatch(context: Any, value: Any, pattern: Any) -> bool:
    return bool(_regex(pattern).search(text(value)))


@function("REGEXEXTRACT")
def regexextract(context: Any, value: Any, pattern: Any) -> str:
    found = _regex(pattern).search(text(value))
    if not found:
        raise FormulaError("#N/A", "Function REGEXEXTRACT did not match.")
    return found.group(1 if found.groups() else 0)


@function("REGEXREPLACE")
def regexreplace(context: Any, value: Any, pattern: Any, new: Any) -> str:
    return _regex(pattern).sub(re.sub(r"\$(\d)", r"\\\1", text(new)), text(value))


@function("TEXT")
def text_(context: Any, value: Any, pattern: Any) -> str:
    from tests.sheets_server.numbers_out import render

    inner = scalar(value)
    if isinstance(inner, str):
        return inner
    locale = context.evaluator.book.properties.get("locale", "en_US")
    return render(number(inner), {"pattern": text(pattern)}, locale)
