"""Named ranges, protected ranges, the basic filter and filter views."""

from __future__ import annotations

import re
from typing import Any

from tests.sheets_server.a1 import LOOKS_LIKE_CELL
from tests.sheets_server.errors import RequestError
from tests.sheets_server.masks import merge, update_tree
from tests.sheets_server.model import Sheet
from tests.sheets_server.requests.registry import bounded_range, full_range, handles
from tests.sheets_server.requests.sorting import sort_box
from tests.sheets_server.spans import box_of
from tests.sheets_server.world import Call
from tests.sheets_server.writing import PROTECTED, may_edit

BAD_NAME = "The name given to this range is invalid"


def find(items: list[dict[str, Any]], key: str, wanted: Any, what: str) -> dict[str, Any]:
    for item in items:
        if item.get(key) == wanted:
            return item
    raise RequestError(f"No {what} with id: {wanted}")


def on_sheets(call: Call, name: str, key: str, wanted: Any, what: str) -> tuple[Sheet, dict[str, Any]]:
    """The item with an id, on whichever tab it is."""
    for sheet in call.book.sheets:
        for item in getattr(sheet, name):
            if item.get(key) == wanted:
                return sheet, item
    raise RequestError(f"No {what} with id: {wanted}")


def fresh_id(call: Call, name: str, key: str, wanted: int | None, what: str) -> int:
    taken = {item.get(key) for sheet in call.book.sheets for item in getattr(sheet, name)}
    if wanted is None:
        return call.world.new_number(lambda n: n in taken)
    if wanted in taken:
        raise RequestError(f"{what} with id {wanted} already exists.")
    return wanted


# Names --------------------------------------------------------------------------------------------


def _check_name(call: Call, name: str, own: str | None = None) -> None:
    valid = re.fullmatch(r"[^\W\d][\w.]{0,249}", name or "") and not LOOKS_LIKE_CELL.match(name)
    if not valid:
        raise RequestError(BAD_NAME)
    for item in call.book.named:
        if item["name"].casefold() == name.casefold() and item["namedRangeId"] != own:
            raise RequestError(f"Cannot add the named range because another one named {name} already exists.")


@handles("addNamedRange")
def add_named_range(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    given = request.get("namedRange", {})
    _check_name(call, given.get("name", ""))
    named_id = given.get("namedRangeId")
    if named_id is None:
        taken = {item["namedRangeId"] for item in call.book.named}
        named_id = str(call.world.new_number(lambda n: str(n) in taken))
    elif any(item["namedRangeId"] == named_id for item in call.book.named):
        raise RequestError(f"Named range with id {named_id} already exists.")
    made = {"namedRangeId": named_id, "name": given["name"], "range": full_range(given.get("range"), call)}
    call.book.named.append(made)
    return {"namedRange": made}


@handles("updateNamedRange")
def update_named_range(call: Call, request: dict[str, Any]) -> None:
    given = request.get("namedRange", {})
    item = find(call.book.named, "namedRangeId", given.get("namedRangeId"), "named range")
    tree = update_tree(request.get("fields"), "NamedRange", "namedRange")
    if "range" in given:
        given = {**given, "range": full_range({**item["range"], **given["range"]}, call)}
    merged = merge(item, given, tree)
    merged["namedRangeId"] = item["namedRangeId"]
    _check_name(call, merged.get("name", ""), item["namedRangeId"])
    if "range" not in merged:
        raise RequestError("range is required.")
    call.book.named[call.book.named.index(item)] = merged


@handles("deleteNamedRange")
def delete_named_range(call: Call, request: dict[str, Any]) -> None:
    call.book.named.remove(find(call.book.named, "namedRangeId", request.get("namedRangeId"), "named range"))


# Protection ---------------------------------------------------------------------------------------


def _checked_protection(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    out = {k: v for k, v in given.items() if k not in ("requestingUserCanEdit",)}
    if out.get("warningOnly") and out.get("editors", {}).get("users"):
        raise RequestError("ProtectedRange is warningOnly. Editors cannot be set on it.")
    if "namedRangeId" in out:
        item = find(call.book.named, "namedRangeId", out["namedRangeId"], "named range")
        out["range"] = item["range"]
    out["range"] = full_range(out.get("range"), call)
    if "unprotectedRanges" in out:
        out["unprotectedRanges"] = [full_range(each, call) for each in out["unprotectedRanges"]]
    return out


@handles("addProtectedRange")
def add_protected_range(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    """The answer shows the editors as asked for; a later read also lists the creator."""
    given = request.get("protectedRange", {})
    made = _checked_protection(call, given)
    wanted = given.get("protectedRangeId")
    made["protectedRangeId"] = fresh_id(call, "protected", "protectedRangeId", wanted, "Protected range")
    answer = {**made, "requestingUserCanEdit": True}
    if not made.get("warningOnly"):
        editors = made.get("editors", {})
        users = list(dict.fromkeys([*editors.get("users", []), call.user.email]))
        made = {**made, "editors": {**editors, "users": users}}
    call.book.grid(made["range"]["sheetId"]).protected.append(made)
    return {"protectedRange": answer}


def _may_change(call: Call, rule: dict[str, Any]) -> None:
    if not call.as_owner and not may_edit(rule, call.user.email, call.owner):
        raise RequestError(PROTECTED)


@handles("updateProtectedRange")
def update_protected_range(call: Call, request: dict[str, Any]) -> None:
    given = request.get("protectedRange", {})
    sheet, item = on_sheets(
        call, "protected", "protectedRangeId", given.get("protectedRangeId"), "protected range"
    )
    _may_change(call, item)
    tree = update_tree(request.get("fields"), "ProtectedRange", "protectedRange")
    merged = _checked_protection(call, merge(item, given, tree))
    merged["protectedRangeId"] = item["protectedRangeId"]
    sheet.protected.remove(item)
    call.book.grid(merged["range"]["sheetId"]).protected.append(merged)


@handles("deleteProtectedRange")
def delete_protected_range(call: Call, request: dict[str, Any]) -> None:
    wanted = request.get("protectedRangeId", 0)
    sheet, item = on_sheets(call, "protected", "protectedRangeId", wanted, "protected range")
    _may_change(call, item)
    sheet.protected.remove(item)


# Filters ------------------------------------------------------------------------------------------


def _both_forms(given: dict[str, Any]) -> dict[str, Any]:
    """criteria (old) and filterSpecs (new) say the same; both are kept in step."""
    out = dict(given)
    if out.get("filterSpecs"):
        out["criteria"] = {
            str(s.get("columnIndex", 0)): s.get("filterCriteria", {}) for s in out["filterSpecs"]
        }
    elif out.get("criteria"):
        out["filterSpecs"] = [
            {"columnIndex": int(key), "filterCriteria": rule} for key, rule in out["criteria"].items()
        ]
    return out


@handles("setBasicFilter")
def set_basic_filter(call: Call, request: dict[str, Any]) -> None:
    given = _both_forms(request.get("filter", {}))
    given["range"] = bounded_range(given.get("range"), call)
    sheet = call.book.grid(given["range"]["sheetId"])
    sheet.basic_filter = given
    if given.get("sortSpecs"):
        box = box_of(given["range"], sheet.row_count, sheet.column_count)
        sort_box(call, sheet, (box[0] + 1, *box[1:]), given["sortSpecs"])


@handles("clearBasicFilter")
def clear_basic_filter(call: Call, request: dict[str, Any]) -> None:
    call.book.grid(request.get("sheetId", 0)).basic_filter = None


def _view_title(sheet: Sheet) -> str:
    taken = {view.get("title") for view in sheet.filter_views}
    at = 1
    while f"Filter {at}" in taken:
        at += 1
    return f"Filter {at}"


@handles("addFilterView")
def add_filter_view(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    given = _both_forms(request.get("filter", {}))
    given["range"] = bounded_range(given.get("range"), call)
    sheet = call.book.grid(given["range"]["sheetId"])
    given["filterViewId"] = fresh_id(
        call, "filter_views", "filterViewId", given.get("filterViewId"), "Filter view"
    )
    given.setdefault("title", _view_title(sheet))
    if any(view.get("title") == given["title"] for view in sheet.filter_views):
        raise RequestError(f"A filter view with the name {given['title']} already exists.")
    sheet.filter_views.append(given)
    return {"filter": given}


@handles("updateFilterView")
def update_filter_view(call: Call, request: dict[str, Any]) -> None:
    given = request.get("filter", {})
    sheet, item = on_sheets(call, "filter_views", "filterViewId", given.get("filterViewId"), "filter view")
    tree = update_tree(request.get("fields"), "FilterView", "filter")
    if "criteria" in tree or "filterSpecs" in tree:
        item = {k: v for k, v in item.items() if k not in ("criteria", "filterSpecs")}
        tree = {**tree, "criteria": {}, "filterSpecs": {}}
        given = _both_forms(given)
    merged = merge(item, given, tree)
    merged["filterViewId"] = item["filterViewId"]
    merged["range"] = bounded_range(merged.get("range"), call)
    sheet.filter_views = [
        merged if v["filterViewId"] == merged["filterViewId"] else v for v in sheet.filter_views
    ]


@handles("duplicateFilterView")
def duplicate_filter_view(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    sheet, item = on_sheets(call, "filter_views", "filterViewId", request.get("filterId", 0), "filter view")
    made = {**item, "filterViewId": fresh_id(call, "filter_views", "filterViewId", None, "Filter view")}
    made["title"] = f"Copy of {item.get('title', '')}"
    sheet.filter_views.append(made)
    return {"filter": made}


@handles("deleteFilterView")
def delete_filter_view(call: Call, request: dict[str, Any]) -> None:
    sheet, item = on_sheets(call, "filter_views", "filterViewId", request.get("filterId", 0), "filter view")
    sheet.filter_views.remove(item)
