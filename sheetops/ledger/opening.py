"""Open a ledger: the file or database, its key, its schema; every trouble becomes one clear line."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from sheetops.errors import LedgerError
from sheetops.ledger import tables as t

if TYPE_CHECKING:
    from sheetops.ledger.ledger import Ledger

# Whatever cuts a connection off is told in one line, by `told` or by the command; SQLAlchemy's log, with its tracebacks,
# is for whoever asks for one.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())

LOST = "what is lost is the history before today; the sheet itself is enough to go on"
_AWAY = f"move it away and the next run begins a new one ({LOST})"
_KEY_BYTES = 32
_MIGRATION_LOCK = 0x5EE7095  # any number that other programs on the same PostgreSQL do not use


def open_engine(place: str | Path, key_file: Path | None, wait: float) -> Ledger:
    """See `sheetops.ledger.open_ledger`."""
    from sheetops.ledger.ledger import Ledger

    url, file = _parse(place)
    key_file = key_file or (_beside(file) if file else _key_of_database(url))
    label = str(file) if file else _label(url)
    with told(label):
        new_file = _make_file(file) if file else False
        engine = _engine(url, wait)
        try:
            notice = _deleted(label) if new_file and key_file.exists() else None
            _migrate(engine, label, key_file)
            key = _read_key(key_file)
            _check_key(engine, key, key_file, label)
        except BaseException:
            engine.dispose()
            raise
    return Ledger(engine, key, label, notice)


def _label(url: URL) -> str:
    """The address for messages, without what follows its `?`: a password may stand there too."""
    return url.set(query={}).render_as_string(hide_password=True)


def _deleted(label: str) -> str:
    return f"{label}: the ledger that was here is gone and a new one begins; {LOST}"


def _parse(place: str | Path) -> tuple[URL, Path | None]:
    if isinstance(place, str) and "://" in place:
        try:
            url = make_url(place)
        except (
            ArgumentError,
            ValueError,
        ):  # of the port: what follows the last colon, a piece of a password too
            raise LedgerError(
                "this is no address of a database",
                where=place.partition("://")[0] + "://…",
                mend="write postgresql://user@host/database, or the path of a file",
            ) from None
        if url.get_backend_name() == "postgresql":
            return url.set(drivername="postgresql+psycopg"), None
        if url.get_backend_name() == "sqlite" and url.database:
            return _parse(Path(url.database))
        raise LedgerError(
            "the ledger is a file or a PostgreSQL database",
            where=_label(url),
            mend="write a path, or postgresql://user@host/database",
        )
    file = Path(place).expanduser().absolute()
    return URL.create("sqlite", database=str(file)), file


def _beside(file: Path) -> Path:
    return file.with_name(file.name + ".key")


def _key_of_database(url: URL) -> Path:
    from platformdirs import user_state_path

    named = f"{url.host}/{url.port}/{url.database}"
    return user_state_path("sheetops") / f"ledger-{sha256(named.encode()).hexdigest()[:12]}.key"


def _make_file(file: Path) -> bool:
    """Make sure the file is there and the owner's alone. Returns whether it was made now."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            return True
        if not file.is_file():
            raise LedgerError("this is no file", where=str(file), mend="name a file for the ledger")
        if os.name == "posix" and file.stat().st_mode & 0o077 and file.stat().st_uid == os.geteuid():
            file.chmod(0o600)
    except OSError as error:
        raise LedgerError(
            f"the ledger cannot be opened ({error.strerror})",
            where=str(file),
            mend="check the folder's rights, or name another place under `ledger` in the settings",
        ) from None
    return False


def _engine(url: URL, wait: float) -> Engine:
    if url.get_backend_name() == "postgresql":
        milliseconds = int(wait * 1000)
        # A process that was stopped in the middle of a transaction must not keep all others waiting for it.
        options = f"-c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout={2 * milliseconds}"
        try:
            return create_engine(
                url,
                pool_pre_ping=True,
                connect_args={"connect_timeout": max(2, int(wait)), "options": options},
            )
        except (ImportError, NoSuchModuleError):
            raise LedgerError(
                "PostgreSQL needs psycopg", where=str(url.host), mend="install sheetops[scale]"
            ) from None
    engine = create_engine(url, connect_args={"timeout": wait})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # this module begins transactions itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(link: Connection) -> None:
        reading = link.get_execution_options().get("reading", False)
        # Taking the write lock at the start is what keeps two runs from both reading before either writes.
        link.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _migrate(engine: Engine, label: str, key_file: Path) -> None:
    """Bring the schema up to this program's; a ledger that begins gets its key in the same transaction."""
    with engine.connect().execution_options(reading=True) as link:
        if _version(link, label) == t.VERSIONS[-1]:
            return
    with engine.begin() as link:
        _lock(link)
        version = _version(link, label)
        if version is None:
            _make_key(key_file)
            _create(link)
        elif version != t.VERSIONS[-1]:
            _upgrade(link)
            _retell(link)


def _lock(link: Connection) -> None:
    """One process at a time; on SQLite that is so already."""
    if link.dialect.name == "postgresql":
        link.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def _version(link: Connection, label: str) -> str | None:
    names = set(inspect(link).get_table_names())
    if "alembic_version" not in names:
        if "runs" in names or (names and link.dialect.name == "sqlite"):
            raise LedgerError(
                "this is not a ledger of sheetops", where=label, mend="name another place for it"
            )
        return None
    version = link.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version is not None and version not in t.VERSIONS:
        raise LedgerError(
            f"this ledger was written by a newer sheetops (its version is {version}, this program knows up to"
            f" {t.VERSIONS[-1]})",
            where=label,
            mend="update sheetops",
        )
    return str(version) if version is not None else None


def _create(link: Connection) -> None:
    """Make the tables of a ledger that begins, as the migrations would, without the quarter second of loading Alembic."""
    t.metadata.create_all(link, checkfirst=False)
    link.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS alembic_version"
        " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    link.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": t.VERSIONS[-1]})


def _upgrade(link: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = link
    command.upgrade(config, "head")


def _retell(link: Connection) -> None:
    """Derive the requests anew, so that columns which an older program did not fill are filled."""
    from sheetops.ledger.upkeep import rebuild

    rebuild(link)


def _make_key(file: Path) -> None:
    """Make the secret behind the fingerprints: 32 bytes, the owner's alone. The caller holds the ledger's lock."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file.exists() and file.stat().st_size != _KEY_BYTES:
            file.unlink()  # from a process that died while making it
        with suppress(FileExistsError):
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(_KEY_BYTES))
                out.flush()
                os.fsync(out.fileno())
    except OSError as error:
        raise LedgerError(
            f"the ledger's key cannot be made ({error.strerror})", where=str(file), mend="check the folder"
        ) from None


def _read_key(file: Path) -> bytes:
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        raise LedgerError(
            "the ledger's key is gone, so its fingerprints mean nothing",
            where=str(file),
            mend=f"put it back, or move the ledger away too and the next run begins a new one ({LOST})",
        ) from None
    except OSError as error:
        raise LedgerError(
            f"the ledger's key cannot be read ({error.strerror})", where=str(file), mend="check its rights"
        ) from None
    if len(key) != _KEY_BYTES:
        raise LedgerError(
            "the ledger's key is damaged", where=str(file), mend="put back the copy from a backup"
        )
    return key


def _check_key(engine: Engine, key: bytes, file: Path, label: str) -> None:
    """A ledger remembers which key it was made with, so that two machines never print with two keys."""
    mark = blake2b(b"which key", key=key, digest_size=12).hexdigest()
    wanted = select(t.about.c.value).where(t.about.c.name == "key")
    with engine.connect().execution_options(reading=True) as link:
        known = link.execute(wanted).scalar()
    if known is None:
        with engine.begin() as link:
            _lock(link)
            known = link.execute(wanted).scalar()
            if known is None:
                link.execute(insert(t.about).values(name="key", value=mark))
                return
    if known != mark:
        raise LedgerError(
            f"{label} was made with another key than this one",
            where=str(file),
            mend="copy the key file from the machine that made the ledger",
        )


@contextmanager
def told(label: str, but: type[SQLAlchemyError] | tuple[()] = ()) -> Iterator[None]:
    """Turn what a database says, `but` this, into one line for people."""
    try:
        yield
    except but:
        raise
    except SQLAlchemyError as error:
        said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        raise _translated(label, said.strip()) from None


def _translated(label: str, said: str) -> LedgerError:
    low = said.casefold()
    if "locked" in low or "lock timeout" in low or "busy" in low:
        return LedgerError("another run keeps the ledger locked", where=label, mend="try again in a minute")
    if any(
        word in low
        for word in ("malformed", "not a database", "corrupt", "no such table", "no such column", "relation ")
    ):
        return LedgerError(f"the ledger is damaged ({_first_line(said)})", where=label, mend=_AWAY)
    if (
        "readonly" in low
        or "read-only" in low
        or "unable to open" in low
        or "disk i/o" in low
        or "is full" in low
    ):
        return LedgerError(
            f"the ledger cannot be written ({_first_line(said)})",
            where=label,
            mend="check the disk and its rights",
        )
    if "connection" in low or "password" in low or "does not exist" in low:
        return LedgerError(
            f"the database cannot be reached ({_first_line(said)})",
            where=label,
            mend="check `ledger` in the settings",
        )
    return LedgerError(f"the ledger cannot be used ({_first_line(said)})", where=label)


def _first_line(said: str) -> str:
    return said.splitlines()[0] if said else "no reason given"
