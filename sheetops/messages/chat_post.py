"""What a group's chat is told: the team's day in a few lines, in the sheet's language."""

from __future__ import annotations

from sheetops.domain.personal import masked
from sheetops.domain.view import View
from sheetops.jobs.remind import gather
from sheetops.messages.render import Message, counted, grouped
from sheetops.messages.templates import Style, rendered

_GROUPS = ("overdue", "to_answer", "due_today", "unassigned")  # what a whole group should see
_ROWS = 10  # a group of rows; a chat is no list
_PEOPLE = 30


def render_post(view: View, style: Style) -> Message | None:
    """The post of the day; None on the team's day off, and where there is nothing for the group."""
    if not view.policy.calendar.estimating().is_workday(view.today):
        return None
    texts, people, items = view.texts, [], []
    for digest in gather(view):
        own = [item for item in digest.items if item.group in _GROUPS]
        if own:
            items += own
            name = "-".join(part for part in (digest.person.department, digest.person.name) if part)
            counts = counted(grouped(own, view, texts), texts)
            people.append(texts("mail.chat_person", name=name or texts("mail.nobody"), counts=counts))
    if not items:
        return None
    items.sort(key=lambda item: (_GROUPS.index(item.group), -(item.days or 0)))
    groups = grouped(items, view, texts, _ROWS)
    title = texts(
        "mail.chat_title",
        day=view.today,
        sheet=view.snapshot.name,
        counts=counted(groups, texts),
    )
    title = masked(title)
    facts = {"title": title, "people": people[:_PEOPLE], "groups": groups}
    return Message(title, rendered("chat.txt.j2", facts, style), "")
