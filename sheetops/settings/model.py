"""The settings file as typed data. Every field has a default, so that a bare sheet needs no settings at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from sheetops.errors import SettingsError
from sheetops.settings.secret import CONFIG, Secret

Language = Literal["zh-Hans", "zh-Hant", "en"]
_OFF = (False, "off", "no", "none")


# Defaults are made by `model_construct`, unchecked: a check of what stands in this very file (a test makes it) would
# build validators, a tenth of a second in every run without settings.
class _Model(BaseModel):
    model_config = CONFIG


class YearDays(_Model):
    """A year that the calendar library does not know yet."""

    off: list[date] = []
    worked: list[date] = []


class CalendarSettings(_Model):
    """The team's working days."""

    country: str | None = Field(
        None, description="two-letter code whose public holidays hold, such as CN; none: no holidays"
    )
    subdivision: str | None = Field(None, description="state or province, where holidays differ")
    week: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = Field(
        None, description="the regular working days"
    )
    closed: list[date] = Field([], description="the team's own days off")
    worked: list[date] = Field([], description="the team's own additional working days")
    years: dict[int, YearDays] = Field(
        {}, description="days off and make-up days of years the library does not know"
    )


class TargetSettings(_Model):
    """Targets of one urgency, such as `24 hours`, `4 working hours`, `3 working days` or `none`."""

    response: str | None = Field(None, description="until the first answer")
    resolution: str | None = Field(None, description="until it is resolved; the due date comes from it")


class PersonSettings(_Model):
    """Somebody who is not (or should not be) in the People tab."""

    department: str
    name: str = ""
    email: str | None = None
    manager: str | None = None
    deputy: str | None = None
    away_until: date | None = None
    active: bool = True
    role: str = ""
    language: Language | None = None
    opt_out: bool = Field(False, description="wants mandatory alerts only")
    timezone: str | None = Field(None, description="default: the team's")
    country: str | None = Field(None, description="whose public holidays hold; default: the team's")
    workdays: str | None = Field(None, description="such as Mon-Thu; default: the team's")


class RuleSettings(_Model):
    """What is changed about one rule."""

    on: bool = True
    severity: Literal["error", "warning", "hint"] | None = None
    tabs: list[str] = []
    parameters: dict[str, int | float | str] = {}


def _rule(value: Any) -> Any:
    if value is True or value == "on":
        return {}
    return {"on": False} if value in _OFF else value


def _assign(value: Any) -> Any:
    return "off" if value in _OFF else value


def _due_time(text: str) -> str:
    from sheetops.domain.times import read_when  # only where a file names due times

    try:
        read_when(text)
    except SettingsError as error:
        raise ValueError(f"{error.what.partition(': ')[2]}; {error.mend}") from None
    return text


def _timetable(value: Any) -> Any:
    if value is True or value == "on":
        return {}
    if isinstance(value, str) and value not in _OFF:
        return {"at": value}
    return {"on": False} if value in _OFF else value


class Timetable(_Model):
    """When which jobs run on a sheet by themselves, and what holds after an outage."""

    on: bool = True
    at: Annotated[
        list[Annotated[str, AfterValidator(_due_time)]],
        BeforeValidator(lambda at: [at] if isinstance(at, str) else at),
    ] = Field(
        ["working days 08:30"],
        min_length=1,
        description="due times in the team's time zone: cron's five fields, or such as `last working day 17:00`",
    )
    jobs: list[Literal["fill", "validate", "improve", "remind", "review"]] = Field(
        ["fill", "validate", "improve", "remind", "review"],
        min_length=1,
        description="what is run, in the order of a day",
    )
    window_minutes: int = Field(
        120,
        ge=1,
        le=1440,
        description="how long after its time a slot still begins as if in time, and is tried again where the sheet "
        "was in use or a service away",
    )
    catch_up: Literal["once", "skip"] = Field(
        "once", description="after an outage: run the newest missed slot, or wait for the next one"
    )
    max_age_days: float = Field(
        7.0, gt=0, le=28, description="a slot that is older than this is never caught up"
    )
    jitter_minutes: int = Field(
        0,
        ge=0,
        le=120,
        description="spreads the starts of many sheets over so many minutes, always in one way",
    )
    ping: Secret | None = Field(
        None, description="where the address of a dead man's switch lies; who knows it can ping"
    )


class Team(_Model):
    """What one team has decided; under `team` for all sheets, or with one sheet."""

    language: Language | None = Field(
        None, description="of findings, tabs and mails; default: the sheet's own"
    )
    timezone: str | None = Field(None, description="such as Asia/Shanghai; default: by the sheet's language")
    calendar: CalendarSettings | None = Field(
        None, description="default: CN for zh-Hans, TW for zh-Hant, else Monday to Friday"
    )
    hours: list[str] = Field(["09:00-12:00", "13:00-18:00"], description="shifts of a working day")
    targets: dict[str, TargetSettings] = Field(
        {}, description="by urgency: high, medium, low or the sheet's own word"
    )
    id_pattern: str = Field("{yyyy}{mm}{seq:02}", description="how new requests are numbered")
    routing: dict[str, list[str]] = Field({}, description="request type to responsible departments")
    assign: Annotated[Literal["off", "department", "person"], BeforeValidator(_assign)] = Field(
        "off",
        description="whether fill gives open requests without an owner the department of their type's routing, "
        "or its person with the fewest open requests",
    )
    suggest_priority: bool = Field(
        True, description="whether fill says (and never writes) which priority would fit where there is none"
    )
    people: list[PersonSettings] = Field([], description="people beside those of the People tab")
    team_lead: str | None = Field(None, description="who gets what nobody answers for: a name or an address")
    address_pattern: str | None = Field(
        None,
        description="address of owners whom the People tab does not name, such as {department}@example.com",
    )
    feedback_days: int = Field(
        3, ge=0, description="working days after resolving until the customer is called back"
    )
    due_soon_days: int = Field(
        2, ge=0, description="working days before the due date from which a digest says so"
    )
    high_priority: int = Field(
        4, ge=1, le=5, description="from this priority on progress must change every working day"
    )
    stale_days: int = Field(
        1, ge=1, description="working days without progress that make such a request stale"
    )
    escalate_after: tuple[int, int] = Field(
        (3, 6), description="working days overdue: to the manager, to the director"
    )
    mail_hours: str = Field("07:00-20:00", description="when mails may arrive, by the reader's own clock")
    review_mail: list[str] = Field(
        [],
        description="who is mailed the review once a period: managers (the team lead, the director, whoever the People "
        "tab names as a manager), names or addresses; default: nobody",
    )
    rules: dict[str, Annotated[RuleSettings, BeforeValidator(_rule)]] = Field(
        {}, description="by rule: off, or severity, tabs, parameters"
    )
    goals: dict[str, float] = Field({}, description="goals of the review by figure, such as csat: 90")
    words: list[str] = Field(
        [], description="the team's own words (products, features), which the review's keywords never cut"
    )
    stop_words: list[str] = Field([], description="words that are never a keyword of the review")
    log_tabs: list[str] = Field(
        [], description="the tabs that hold requests; default: every tab with a matching header"
    )
    columns: dict[str, str] = Field({}, description="your header text: column key, where the names differ")
    improve_review_days: int = Field(
        90, ge=7, description="days until an improvement is judged, and again where it did not work"
    )
    improve_alpha: float = Field(
        0.05, gt=0, lt=0.5, description="chance that a measure which does nothing is ever called effective"
    )
    improve_least: int = Field(
        30, ge=10, description="cases before and after without which no improvement is judged"
    )
    brake_share: float = Field(
        0.3, gt=0, le=1, description="rows falling by more than this share stop the run"
    )
    backups: int = Field(5, ge=0, description="older versions of a workbook that are kept")
    schedule: dict[
        Annotated[str, Field(pattern=r"^[\w-]{1,40}$")], Annotated[Timetable, BeforeValidator(_timetable)]
    ] = Field(
        default_factory=lambda: {"day": Timetable.model_construct()},
        description="by a name of your own: when `sheetops schedule` runs what",
    )


class Sheet(Team):
    """One sheet, its name and place, and what it does differently."""

    name: str | None = None
    path: str = Field(
        description="path of the workbook, from the settings file's folder, or address or title of a Google "
        "spreadsheet (`google:` before a title leaves no doubt)"
    )


class SmtpSettings(_Model):
    """The mail server."""

    host: str
    port: int | None = Field(
        None, gt=0, lt=65536, description="default: 587 for starttls, 465 for tls, 25 for none"
    )
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: Secret | None = None
    ca_file: Path | None = Field(
        None, description="certificates to trust, where the server's is the house's own"
    )
    timeout: float = Field(30, gt=0, description="seconds to wait for each answer")

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if self.user and self.password is None:
            raise ValueError("a user needs a password: {env: NAME} or {file: PATH}")
        if self.user and self.security == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("a password is not sent without encryption; choose starttls or tls")
        return self


class ChatSettings(_Model):
    """A group's chat that is told the team's day."""

    name: str = Field(pattern=r"^[\w-]{1,40}$")
    service: Literal["wecom", "dingtalk", "feishu", "slack", "teams", "apprise"]
    url: Secret = Field(description="where its webhook's address lies; who knows it can post")
    secret: Secret | None = Field(None, description="for signing, where DingTalk or Feishu asks for it")


class Mail(_Model):
    """How digests leave the house."""

    outbox: Path | None = Field(None, description="folder into which digests are written as .eml files")
    sender: str = Field("sheetops@localhost", description="address in From")
    sender_name: str = Field("", description="name in From")
    reply_to: str | None = Field(None, description="who gets the answers")
    smtp: SmtpSettings | None = Field(None, description="the mail server; default: .eml files in the outbox")
    retry_after: list[Annotated[float, Field(gt=0, le=3600)]] = Field(
        [5.0, 30.0, 120.0], description="seconds to wait before each new try after a passing error"
    )
    chat: list[ChatSettings] = Field([], description="groups that are told the team's day")
    templates: Path | None = Field(
        None,
        description="folder with your own digest.html.j2, digest.txt.j2, review.html.j2, review.txt.j2 or chat.txt.j2",
    )


class Google(_Model):
    """How to sign in to Google, for sheets that are Google spreadsheets."""

    credentials: Path | None = Field(
        None,
        description="key file of a service account, or client file of an OAuth app; default: this machine's account",
    )
    token: Path | None = Field(
        None, description="where the consent to an OAuth app is kept; default: google-token.json beside it"
    )
    api: str | None = Field(None, description="address of a local stand-in for Google, for tests and demos")
    pace: float = Field(1.0, ge=0, le=60, description="least seconds between two calls")

    @property
    def is_set(self) -> bool:
        """Whether a way to Google is named, so that a name which is no file may be a spreadsheet's title."""
        return self.credentials is not None or self.api is not None


class Quotas(_Model):
    """Calls a minute to Google's Sheets API, which all processes of the fleet share."""

    reads: int = Field(300, ge=1, description="of the cloud project")
    writes: int = Field(300, ge=1, description="of the cloud project")
    user_reads: int = Field(60, ge=1, description="of the account")
    user_writes: int = Field(60, ge=1, description="of the account")


class Fleet(_Model):
    """Many workers, perhaps on many machines, that share hundreds of sheets through a PostgreSQL database."""

    database: Secret | str = Field(
        description="its address, such as postgresql://sheetops@db.example/sheetops; with a password in it: where it lies"
    )
    concurrency: int = Field(
        1,
        ge=1,
        le=32,
        description="sheets that one worker works on at once; more than one helps with Google sheets",
    )
    stalled_after: float = Field(
        120,
        ge=1,
        description="seconds of silence after which a worker is given up on, and its work given to another",
    )
    retry_after: list[Annotated[float, Field(ge=0, le=86400)]] = Field(
        [60, 300, 900, 3600], description="seconds before each new try after a passing error"
    )
    folders: list[str] = Field(
        [], description="patterns of workbooks beside `sheets`, looked up anew at each due time"
    )
    drive_folders: list[str] = Field(
        [], description="addresses of Google Drive folders whose spreadsheets belong to the fleet"
    )
    quotas: Quotas = Field(default_factory=Quotas.model_construct)
    keep_days: int = Field(90, ge=1, description="days for which the fleet's orders are remembered")


class Settings(_Model):
    """The whole file."""

    team: Team = Field(default_factory=Team.model_construct)
    sheets: list[Sheet] = []
    state: Path | None = Field(
        None,
        description="folder of ledger, locks, backups and outbox; default: the user's state folder of this machine",
    )
    ledger: str | None = Field(
        None, description="path of the ledger file; default: the fleet's database, else a file in `state`"
    )
    ledger_key: Path | None = Field(
        None,
        description="file of the secret behind the ledger's fingerprints, the same on every machine that shares the ledger; "
        "default: beside the ledger file, for a database in the state folder of this account",
    )
    keep_days: int | None = Field(
        None, ge=31, description="days of history that the ledger keeps of what left the sheet; default: all"
    )
    mail: Mail = Field(default_factory=Mail.model_construct)
    google: Google = Field(default_factory=Google.model_construct)
    fleet: Fleet | None = None

    def team_of(self, sheet: Sheet | None) -> Team:
        """What holds for a sheet: the team's settings, overlaid by the sheet's own (mappings key by key)."""
        if sheet is None:
            return self.team
        merged: dict[str, Any] = {}
        for name in sheet.model_fields_set & Team.model_fields.keys():
            value = getattr(sheet, name)
            if get_origin(Team.model_fields[name].annotation) is dict:
                value = {**getattr(self.team, name), **value}
            merged[name] = value
        return self.team.model_copy(update=merged)
