"""Mails that may not have arrived, sent again because somebody asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from sheetops.cli.common import Wishes, sheets_of
from sheetops.domain.plan import REVIEW
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.ledger.asking import Mail

_GRACE = timedelta(days=1)  # the claim bears the reader's own date
_SHOWN = timedelta(days=31)


def settle(
    wishes: Wishes, keys: Sequence[str], all_unknown: bool, review: bool = False
) -> tuple[Wishes, list[Mail]]:
    """Free the claims of these mails, so that this run sends them again; gives the wishes with their sheets, and them.

    A digest older than a day is settled instead: today's says what it said. Reviews are freed whatever their age.
    Raises UsageError for a key that names no mail.
    """
    if not keys and not all_unknown:
        return wishes, []
    if wishes.dry_run:
        raise UsageError(
            "sending again is a decision, so it cannot be tried out", mend="see `sheetops status`"
        )
    from sheetops.cli.edge import Edge
    from sheetops.ledger.ledger import place_of
    from sheetops.runner import utc_now
    from sheetops.settings.load import load

    loaded = load(wishes.config, beside=wishes.sheets)
    ledger = Edge(loaded, wishes).ledger
    today = wishes.as_of or utc_now().astimezone().date()
    open_ones = [m for m in ledger.mails_to_settle(today - _SHOWN) if m.job.startswith(REVIEW) is review]
    chosen = [_named(key, open_ones) for key in keys]
    if all_unknown:
        places = {place_of(location) for location, _ in sheets_of(wishes.sheets, loaded)}
        chosen += [mail for mail in open_ones if mail.outcome is None and mail.sheet in places]
    again = [mail for mail in chosen if review or mail.day >= today - _GRACE]
    for mail in chosen:
        ledger.mail_outcome(mail.message_id, "failed" if mail in again else "superseded")
    if chosen and not wishes.quiet and not wishes.as_json:
        old = len(chosen) - len(again)
        click.echo(
            f"{len(chosen)} mails are settled: {len(again)} go out again, {old} are older than today's, which says the same"
        )
    if wishes.sheets or not again:
        return wishes, again
    told = dict.fromkeys(
        place for mail in again for place in ledger.sheets_told(mail.message_id) or [mail.sheet]
    )
    return wishes._replace(sheets=tuple(told)), again


def _named(key: str, mails: Sequence[Mail]) -> Mail:
    found = [mail for mail in mails if mail.message_id.strip("<>").startswith(key.strip("<>"))] if key else []
    if len(found) != 1:
        state = (
            "several mails that need somebody begin so"
            if found
            else "no mail that needs somebody has this key"
        )
        raise UsageError(f"{key}: {state}", where="--resend", mend="`sheetops status` lists them")
    return found[0]
