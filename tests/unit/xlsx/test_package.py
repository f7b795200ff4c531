"""The package: names, content types, relationships, and the files that are none."""

from __future__ import annotations

import pytest

from sheetops.books.xlsx.package import Package
from sheetops.errors import NotAWorkbook, RefusedWorkbook, SheetError
from tests.shared_inputs import shared
from tests.unit.xlsx.made import PACKAGE, RELS, SHEET, made, members, rels, zipped
from tests.xlsx_oracle.parts import difference

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
TYPE = "application/vnd.example+xml"


def opened(data: bytes | None = None) -> Package:
    return Package.from_bytes(made(ROW) if data is None else data, "book.xlsx")


def test_every_workbook_of_the_corpus_is_opened_or_refused_and_written_to_the_byte() -> None:
    refused = {}
    files = sorted(shared("excel-corpus").glob("*.xls*"))
    assert files
    for path in files:
        data = path.read_bytes()
        try:
            package = Package.from_bytes(data, path.name)
        except RefusedWorkbook as error:
            refused[path.name[:2]] = str(error)
            continue
        assert package.to_bytes() == data
        part = package.workbook_part()
        package.set_part(part, package.part(part) + b"\n")
        changed = difference(data, package.to_bytes())
        assert changed.touched == {part}
        assert not changed.moved
    assert sorted(refused) == ["17", "35"]
    assert "two members named xl/worksheets/sheet1.xml" in refused["17"]
    assert "digitally signed" in refused["35"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("encryptAES.xlsx", "encrypted with a password; save it without a password"),
        ("pass_protected.xlsx", "encrypted with a password"),
        ("54764-2.xlsx", "declares XML entities"),
        ("issue_530.xlsx", r"no workbook part \(its member names are written with backslashes\)"),
        ("invalid-xml.xlsx", "sheet1.xml: its XML is broken"),
        ("missing-bits.xlsx", "no list of content types"),
        ("~$LoadPivotTables.xlsx", "the mark that Excel leaves beside an open workbook"),
    ],
)
def test_files_to_refuse_get_one_clear_line(name: str, why: str) -> None:
    with pytest.raises(SheetError, match=why) as caught:
        Package.from_bytes((shared("excel-refuse") / name).read_bytes(), name)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b"id,name\n1,x\n", "not an .xlsx or .xlsm file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old binary workbook \(.xls\)"),
        (b"PK\3\4 and nothing more", "damaged"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument"),
        (zipped({"a.txt": "x"}), "no list of content types"),
    ],
)
def test_other_files_get_one_clear_line(data: bytes, why: str) -> None:
    with pytest.raises(NotAWorkbook, match=why):
        opened(data)


def retyped(old: str, new: str) -> bytes:
    parts = members(made(ROW))
    return zipped({name: content.replace(old.encode(), new.encode()) for name, content in parts.items()})


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "ms-excel.sheet.binary.macroEnabled.main",
            "binary",
        ),
        (
            "spreadsheetml.sheet.main+xml",
            "wordprocessingml.document.main+xml",
            "main part is no Excel workbook",
        ),
        ("<workbook ", "<document ", "XML is broken"),
        ("<sheet name=", "<other name=", "it has no tab"),
        ('officeDocument" Target', 'other" Target', "no workbook part"),
        ('xl/workbook.xml"/>', 'xl/elsewhere.xml"/>', "no workbook part"),
    ],
)
def test_packages_that_are_no_workbook(old: str, new: str, why: str) -> None:
    with pytest.raises(NotAWorkbook, match=why):
        opened(retyped(old, new))


@pytest.mark.parametrize("kind", ["sheet.macroEnabled", "template.macroEnabled", "addin.macroEnabled"])
def test_macro_workbooks_are_workbooks(kind: str) -> None:
    old = "openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert opened(retyped(old, f"ms-excel.{kind}.main+xml")).sheets()[0].name == "Log"


@pytest.mark.parametrize(
    "extra",
    [
        {"_xmlsignatures/sig1.xml": "<Signature/>"},
        {"package/origin.sigs": ""},
        {"_rels/.rels": rels(("officeDocument", "xl/workbook.xml")).replace(
            "</Relationships>",
            f'<Relationship Id="s" Type="{PACKAGE}/relationships/digital-signature/origin" Target="o.bin"/></Relationships>',
        )},
    ],
)  # fmt: skip
def test_signed_workbooks_are_refused_before_any_tab_is_read(extra: dict[str, str]) -> None:
    broken = {SHEET: "this is no XML"}
    with pytest.raises(RefusedWorkbook, match="digitally signed, and any change would break the signature"):
        opened(made(ROW, parts={**extra, **broken}))


def test_a_content_type_for_signatures_alone_signs_nothing() -> None:
    old = '<Default Extension="xml"'
    new = f'<Default Extension="sigs" ContentType="{PACKAGE}/digital-signature-origin"/>{old}'
    assert opened(retyped(old, new)).names()


@pytest.mark.parametrize("twin", [SHEET, SHEET.upper(), f"/{SHEET}", SHEET.replace("sheet1", "%73heet1")])
def test_two_members_for_one_part_are_refused(twin: str) -> None:
    import io
    import zipfile

    out = io.BytesIO(made(ROW))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns() if twin == SHEET else _quiet():
        archive.writestr(twin, b"<worksheet/>")
    with pytest.raises(RefusedWorkbook, match="it holds two members named"):
        opened(out.getvalue())


def _quiet():  # type: ignore[no-untyped-def]
    import contextlib

    return contextlib.nullcontext()


def test_names_are_matched_in_any_case_and_with_a_leading_slash() -> None:
    parts = members(made(ROW))
    renamed = {
        {SHEET: "XL/Worksheets/Sheet1.XML", "[Content_Types].xml": "[content_types].xml"}.get(n, n): c
        for n, c in parts.items()
    }
    package = opened(zipped(renamed))
    assert package.sheets()[0].part == "XL/Worksheets/Sheet1.XML"
    assert package.part(f"/{SHEET}") == parts[SHEET]
    package.set_part(SHEET, b"<new/>")
    assert package.touched() == {"XL/Worksheets/Sheet1.XML"}
    assert members(package.to_bytes())["XL/Worksheets/Sheet1.XML"] == b"<new/>"


@pytest.mark.parametrize(
    "target", [f"/{SHEET}", "./worksheets/../worksheets/sheet1.xml", "worksheets\\sheet1.xml"]
)
def test_targets_are_resolved(target: str) -> None:
    package = opened(retyped('worksheets/sheet1.xml"/><', f'{target}"/><'))
    assert package.sheets()[0].part == SHEET
    assert package.sheets()[0].kind == "worksheet"


def test_a_part_is_added_with_its_type_and_relationship() -> None:
    package = opened()
    package.set_part("xl/drawings/drawing 1é.xml", b"<d/>", TYPE)
    rel_id = package.add_rel(SHEET, package.rel_type("drawing"), "xl/drawings/drawing 1é.xml")
    again = package.add_rel(SHEET, package.rel_type("hyperlink"), "https://example.com/?a=1&b", external=True)
    reread = Package.from_bytes(package.to_bytes(), "book.xlsx")
    first, second = reread.rels(SHEET)
    assert (first.id, first.kind, first.target, first.part) == (
        rel_id, "drawing", "../drawings/drawing%201%C3%A9.xml", "xl/drawings/drawing 1é.xml",
    )  # fmt: skip
    assert (second.id, second.target, second.mode, second.part) == (
        again, "https://example.com/?a=1&b", "External", None,
    )  # fmt: skip
    assert reread.content_type("xl/drawings/drawing 1é.xml") == TYPE
    assert reread.content_type(
        "xl/worksheets/_rels/sheet1.xml.rels",
    ).endswith("relationships+xml")  # type: ignore[union-attr]
    assert reread.names()[: len(members(made(ROW)))] == list(members(made(ROW)))


def test_ids_are_never_used_twice() -> None:
    package = opened(
        made(
            ROW,
            parts={
                "xl/_rels/workbook.xml.rels": rels(("worksheet", "worksheets/sheet1.xml")).replace(
                    "</R", f'<Relationship Id="RID2" Type="{RELS}/x" Target="y" TargetMode="External"/></R'
                )
            },
        )
    )
    assert package.add_rel("xl/workbook.xml", "t", "xl/a.xml") == "rId3"


def test_a_part_is_removed_with_its_type_and_its_own_relationships() -> None:
    package = opened(made(ROW, parts={"xl/worksheets/_rels/sheet1.xml.rels": rels(("x", "y.xml"))}))
    package.remove_part(SHEET)
    package.remove_rel("xl/workbook.xml", "rId1")
    left = members(package.to_bytes())
    assert not {name for name in left if "sheet1" in name}
    assert b"sheet1" not in left["[Content_Types].xml"] + left["xl/_rels/workbook.xml.rels"]
    assert not package.has(SHEET)
    with pytest.raises(NotAWorkbook, match=r"its part xl/worksheets/sheet1.xml is missing"):
        package.part(SHEET)
    package.set_part(SHEET, b"<w/>", TYPE)
    assert members(package.to_bytes())[SHEET] == b"<w/>"


def test_a_changed_content_type_replaces_the_old_one() -> None:
    package = opened()
    package.set_part(SHEET, package.part(SHEET), TYPE)
    assert package.content_type(SHEET) == TYPE
    assert members(package.to_bytes())["[Content_Types].xml"].count(b"sheet1.xml") == 1


def test_prefixed_and_empty_lists_are_extended() -> None:
    types = members(made(ROW))["[Content_Types].xml"].decode()
    prefixed = types.replace(" xmlns=", " xmlns:t=").replace("</", "</t:").replace("<Types", "<t:Types")
    prefixed = prefixed.replace("<Default", "<t:Default").replace("<Override", "<t:Override")
    empty = f'<Relationships xmlns="{PACKAGE}/relationships"/>'
    package = opened(
        made(ROW, parts={"[Content_Types].xml": prefixed, "xl/worksheets/_rels/sheet1.xml.rels": empty})
    )
    package.set_part("xl/a.bin", b"a", TYPE)
    package.add_rel(SHEET, "t", "xl/a.bin")
    reread = Package.from_bytes(package.to_bytes(), "book.xlsx")
    assert reread.content_type("xl/a.bin") == TYPE
    assert [rel.part for rel in reread.rels(SHEET)] == ["xl/a.bin"]


def test_broken_xml_and_text_that_is_not_what_it_says() -> None:
    with pytest.raises(NotAWorkbook, match=r"xl/styles\.xml: its XML is broken"):
        opened(made(ROW, styles="<styleSheet <"))
    with pytest.raises(NotAWorkbook, match="its text is not valid utf-16-le"):
        opened(made(ROW, parts={"xl/workbook.xml": b"\xff\xfe<\0w"}))
