"""What a mail says: masked, escaped, in the reader's language, short enough for a phone, and where to click."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from html.parser import HTMLParser

import pytest

from sheetops.domain.people import Person
from sheetops.domain.plan import Digest
from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.jobs.remind import gather
from sheetops.messages import Message, Style, render_digest
from sheetops.messages.chat_post import render_post
from sheetops.messages.render import render_sections, section_of
from sheetops.settings.files import find, load_texts
from tests.sheets import log, row, view

STYLE = Style(partial(find, "templates"), load_texts)
PERSONAL = (
    "13812345678",
    "+86 138-1234-5678",
    "0912-345-678",
    "zhang.san@firm.cn",
    "11010519491231002X",
    "6222021234567890128",
    "010-62345678",
    "１３８１２３４５６７８",
)
NOW = datetime(2026, 11, 18, 9, 30)


def seen(*rows: list[Raw], language: str = "zh-Hans", people: Grid | None = None, **team: object) -> View:
    grids = [log(*rows, language=language), *([people] if people else [])]
    return view(*grids, now=NOW, address_pattern="{department}@house.internal", **team)


def case(number: int = 1, **cells: Raw) -> list[Raw]:
    given = {
        "id": f"202611{number:02}",
        "source": "电话反馈",
        "customer": "王*-电商企业",
        "description": f"第{number}台标签打印机重复打印",
        "type": "投诉类",
        "urgency": "高",
        "priority": 4,
        "owner": "技术部-张*",
        "due": date(2026, 11, 16),
    }
    return row(**{**given, **cells})


def mails(given: View) -> list[Message]:
    return [render_digest(digest, given, STYLE) for digest in gather(given)]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.words.append(str(attrs))


def words(html: str) -> _Words:
    parser = _Words()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("secret", PERSONAL)
@pytest.mark.parametrize(
    "column", ["id", "description", "owner", "type", "urgency", "due", "feedback", "result"]
)
@pytest.mark.parametrize(
    "before",
    ["", "客户请我们回电，他今天下午三点以后才在办公室，之前不方便接听，谢谢，也可以联系他的同事，号码是 "],
)
def test_no_mail_and_no_post_carries_unmasked_personal_data(secret: str, column: str, before: str) -> None:
    given = seen(
        case(1),
        case(2, **{column: f"{before}{secret} 联系"}),
        case(3, resolved=date(2026, 11, 2), **{column: f"{before}{secret}"}),
    )
    post = render_post(given, STYLE)
    said = [post.subject + post.text] if post else []
    said += [mail.subject + mail.text + mail.html + "".join(words(mail.html).words) for mail in mails(given)]
    assert said
    half = secret[: len(secret) * 2 // 3]
    assert not [text for text in said if secret in text or half in text]


def test_customers_are_not_named() -> None:
    (mail,) = mails(seen(case(customer="王小明-电商企业")))
    assert "王小明" not in mail.text + mail.html


def test_what_people_write_is_text_and_stays_one_line() -> None:
    (mail,) = mails(seen(case(description='<script>alert("x")</script>\r\nBcc: &amp; {{ 7*7 }}')))
    found = words(mail.html)
    assert "script" not in found.tags and '<script>alert("x")</script> Bcc' in "".join(found.words)
    assert '<script>alert("x")</script> Bcc' not in mail.html and "{{ 7*7 }}" in mail.text
    assert "\n" not in mail.subject and "\r" not in mail.text
    (mail,) = mails(seen(case(owner="技术部-张*\nBcc: x@house.internal", id="1\r\nX: y")))
    assert "\n" not in mail.subject


def test_the_subject_says_the_numbers_and_rows_say_id_days_and_cell() -> None:
    (mail,) = mails(
        seen(case(1), case(2, due=date(2026, 11, 18)), case(3, due=date(2026, 11, 18), urgency="中"))
    )
    assert mail.subject.startswith("已逾期 1 条、今天到期 2 条：desk.xlsx")
    assert (
        "- 20261101  第1台标签打印机重复打印\n  已超期 2 个工作日，应于 2026-11-16 解决，紧急程度：高  [Requests 表 I2 单元格]"
        in mail.text
    )


def test_of_many_rows_a_phone_shows_the_first_and_the_ids_of_the_rest() -> None:
    (mail,) = mails(seen(*(case(n, id=f"2026{n:04}") for n in range(1, 61))))
    assert mail.text.count("[Requests") == 25 and "另有 35 条" in mail.text
    assert all(f"2026{n:04}" in mail.text and f"2026{n:04}" in mail.html for n in range(1, 61))


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("zh-Hant", "zh-Hant"),
        ("繁體中文", "zh-Hant"),
        ("English", "en"),
        ("英文", "en"),
        ("zh-TW", "zh-Hant"),
        ("", "zh-Hans"),
        ("Klingon", "zh-Hans"),
        (None, "zh-Hans"),
    ],
)
def test_each_reader_gets_their_own_language(written: str | None, language: str) -> None:
    given = seen(case())
    (digest,) = gather(given)
    mail = render_digest(digest._replace(person=replace(digest.person, language=written)), given, STYLE)
    said = {"zh-Hans": "个工作日", "zh-Hant": "個工作天", "en": "working days over"}
    assert [name for name, words in said.items() if words in mail.text] == [language]
    assert f'lang="{language}"' in mail.html
    urgency = {"en": "urgency High", "zh-Hans": "紧急程度：高", "zh-Hant": "緊急程度：高"}[language]
    assert urgency in mail.text


def test_a_mail_needs_no_images_nothing_from_elsewhere_and_knows_dark_and_small_screens() -> None:
    (mail,) = mails(seen(case()))
    found = words(mail.html)
    assert not {"img", "script", "link", "iframe"} & set(found.tags) and "http" not in mail.html
    assert "prefers-color-scheme: dark" in mail.html and "width=device-width" in mail.html
    assert 'style="' in mail.html  # for mail programs that ignore the head


def test_a_google_row_is_one_click_away_and_a_file_has_no_link() -> None:
    given = seen(case(1), case(2))
    assert "href" not in mails(given)[0].html
    address = "https://docs.google.com/spreadsheets/d/1aB_c-D/edit?usp=sharing#gid=0"
    raw = replace(given.snapshot.raw, location=address)
    google = replace(given, snapshot=replace(given.snapshot, raw=raw))
    mail = mails(google)[0]
    assert "https://docs.google.com/spreadsheets/d/1aB_c-D/edit" in mail.html and "<a href=" in mail.html
    named = replace(raw, grids=tuple(replace(grid, gid=77) for grid in raw.grids))
    tables = tuple(
        type(t)(g, t.header_row, t.match) for t, g in zip(given.snapshot.tables, named.grids, strict=True)
    )
    mail = mails(replace(given, snapshot=replace(given.snapshot, raw=named, tables=tables)))[0]
    assert "https://docs.google.com/spreadsheets/d/1aB_c-D/edit#gid=77&range=I2" in mail.text
    assert "edit#gid=77&amp;range=I3" in mail.html


def test_the_picture_of_the_team_is_bars_without_images() -> None:
    people = Grid(
        "人员",
        [
            ["部门", "姓名", "邮箱", "角色"],
            ["客服部", "李*", "li@house.internal", "团队负责人"],
            ["技术部", "张*", "zhang@house.internal", None],
        ],
    )
    given = seen(
        case(1), case(2, owner=None), case(3, owner="客服部-李*", due=date(2026, 11, 18)), people=people
    )
    lead = next(mail for digest, mail in zip(gather(given), mails(given), strict=True) if digest.picture)
    assert "团队今日概况" in lead.html and "part_overdue" in lead.html and "img" not in words(lead.html).tags
    assert "技术部：未解决 1 条，已逾期 1 条，今天到期 0 条" in lead.text and "无人负责: 1" in lead.text


def test_a_digest_of_a_picture_alone_reads_well() -> None:
    people = Grid(
        "人员",
        [
            ["部门", "姓名", "邮箱", "角色"],
            ["客服部", "李*", "li@house.internal", "团队负责人"],
            ["技术部", "主*", "m@house.internal", "负责人"],
            ["技术部", "张*", "zhang@house.internal", None],
        ],
    )
    given = seen(case(1, due=date(2026, 11, 12)), people=people)
    (digest,) = [d for d in gather(given) if d.picture]
    assert digest.items == ()
    assert render_digest(digest, given, STYLE).subject == "团队今日概况：desk.xlsx"


def test_a_person_without_a_name_is_greeted_by_department() -> None:
    given = seen(case())
    digest = Digest(Person("技术部", "", "t@house.internal"), NOW.date(), gather(given)[0].items)
    assert render_digest(digest, given, STYLE).text.startswith("技术部，您好：")


def test_the_subject_of_sheets_in_two_languages_is_in_one() -> None:
    given = [seen(case(1)), seen(case(2, due=NOW.date(), owner="技术部-张*"), case(3), language="en")]
    digests = [(next(d for d in gather(one) if d.items), one) for one in given]
    mail = render_sections([section_of(digest, one, STYLE) for digest, one in digests], STYLE)
    assert mail.subject == "已逾期 2 条、今天到期 1 条：desk.xlsx"
    assert "Due today" in mail.text, "each sheet's part is in its own language"
