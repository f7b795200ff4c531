"""What is measured: every contender on every size, each in processes of its own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bench.edits import read_edits
from bench.measure import Failed, Took, inside, middle, once, python
from bench.workload import TODAY


class Contender(NamedTuple):
    """One line of the table. `most` is the largest size that it is given, since some take minutes."""

    name: str
    title: str
    group: str  # `peer`, `limit` or `ours`
    most: int = 500_000
    path: str | None = None  # a folder with a library that would take another's name


HELD = "sheetops"  # the folder below the work folder with the state of our own runs
CONTENDERS = (
    Contender("openpyxl_bare", "openpyxl: load, edit 1 %, save", "peer"),
    Contender("openpyxl_checks", "openpyxl: load, simple checks, edit 1 %, save", "peer", 100_000),
    Contender("openpyxl_reading", "openpyxl, read-only: read", "peer", 100_000),
    Contender("pandas_openpyxl", "pandas (openpyxl): read, edit 1 %, write values", "peer", 100_000),
    Contender("pandas_fast", "pandas (calamine, XlsxWriter): read, edit 1 %, write values", "peer"),
    Contender("excelize", "excelize: open, edit 1 %, save", "peer"),
    Contender("wolfxl", "wolfxl: open, edit 1 %, save", "peer", 100_000),
    Contender("paper", "paper-xlsx: load, edit 1 %, save", "peer", 100_000, "paper"),
    Contender("pyopenxlsx", "pyopenxlsx: open, edit 1 %, save", "peer"),
    Contender("raw_limit", "limit: unzip, one pass, deflate the tab", "limit"),
    Contender("calamine_limit", "limit: calamine reads every cell", "limit"),
    Contender("sheetops_edit", "**sheetops** `edit_cells`: edit 1 %, check, save", "ours"),
    Contender("sheetops_read", "**sheetops** look: read all that jobs need", "ours"),
    Contender("first", "**sheetops** validate + fill + save, sheet never seen", "ours"),
    Contender("second", "**sheetops** the same again, 1 % of the rows changed", "ours"),
)
# Days on which the ledger looked at the sheet before: two years of history, once a quarter.
LOOKS = tuple(date(2025 + n // 4, n % 4 * 3 + 1, 1) for n in range(8))
_OURS = (0, 1)  # exit codes of a job that did its work: 1 says that there are findings


class Line(NamedTuple):
    """A measured line."""

    contender: Contender
    rounds: tuple[Took, ...]
    why: str = ""  # it could not be measured

    @property
    def took(self) -> Took | None:
        """The median of each figure; None where it could not be measured."""
        return middle(self.rounds) if self.rounds and not self.why else None


class Task(NamedTuple):
    """How a contender is run: what comes before and after each of its processes is not measured."""

    command: Sequence[str]
    before: Callable[[], object]
    env: Mapping[str, str] | None = None
    fine: Sequence[int] = (0,)
    after: Callable[[], object] = lambda: None

    def took(self) -> Took:
        """Run it once. Raises Failed where it did not do its work."""
        self.before()
        took = once(self.command, self.env, self.fine)
        self.after()
        return took


def compare(
    folder: Path, rows: int, runs: int, wanted: Iterable[str] = (), tell: Callable[[str], None] = print
) -> list[Line]:
    """Measure every contender (or the `wanted`) that takes this many rows.

    They run in rounds, each once a round: where the machine is slow for some minutes, it is so for all of them.
    """
    prepared, names = make_apart(folder, rows), set(wanted)
    chosen = [one for one in CONTENDERS if rows <= one.most and (not names or one.name in names)]
    tasks: dict[Contender, Task] = {}
    taken: dict[Contender, list[Took]] = {one: [] for one in chosen}
    failed: dict[Contender, str] = {}
    for turn in range(runs):
        for contender in chosen:
            if contender in failed:
                continue
            try:
                task = tasks.get(contender) or _task(folder, prepared, contender)
                tasks[contender] = task
                taken[contender].append(task.took())
            except Failed as error:
                failed[contender] = str(error)
            line = Line(contender, tuple(taken[contender]), failed.get(contender, ""))
            if line.why or turn == runs - 1:
                tell(f"{rows:>7} {contender.name:<18}{_said(line)}")
    return [Line(one, tuple(taken[one]), failed.get(one, "")) for one in chosen]


def _said(line: Line) -> str:
    took = line.took
    return f"{took.cpu:8.2f} s {took.wall:8.2f} s {took.memory:7.0f} MB" if took else f" {line.why}"


def make_apart(folder: Path, rows: int, opened: bool = False, until: date | None = None) -> Path:
    """The workbook, made by another process: a measured process begins with the memory of its parent."""
    code = (
        "import sys; from datetime import date; from pathlib import Path; from bench.workload import make;"
        f" made = make(Path(sys.argv[1]), {rows}, {opened}, {f'date{until.timetuple()[:3]}' if until else None})"
    )
    once(python("-c", code, str(folder)))
    return folder / f"log-{rows}{'-opened' if opened else ''}{f'-{until}' if until else ''}.xlsx"


def _task(folder: Path, source: Path, contender: Contender) -> Task:
    out = folder / "out.xlsx"
    if contender.name in ("first", "second"):
        desk = Desk(folder, source)
        if contender.name == "second":
            desk.learn()
        before = desk.fresh if contender.name == "first" else desk.changed
        return desk.task(desk.command("sheetops_jobs"), before)
    file = folder / "in.xlsx"  # a copy: a peer was seen to change the file that it only opened

    def fresh() -> None:
        out.unlink(missing_ok=True)
        shutil.copyfile(source, file)

    command = python("-m", "bench.child", contender.name, str(source), str(file), str(out))
    if not contender.path:
        return Task(command, fresh)
    library = folder / contender.path
    if not library.is_dir():
        raise Failed("not installed")
    command[1:1] = ["-S"]  # without the installed packages, whose name the library takes
    command[command.index(contender.name)] = "openpyxl_bare"
    return Task(command, fresh, {"PYTHONPATH": str(library)})


class Desk:
    """A sheet at one place with the ledger and backups of the runs on it; every measured run finds it the same."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.source = source
        self.here = folder / HELD
        self.kept = folder / f"{HELD}-kept"
        self.file = self.here / "desk.xlsx"
        self.env = {"XDG_STATE_HOME": str(self.here / "state"), "XDG_CONFIG_HOME": str(self.here / "config")}

    def command(self, name: str) -> list[str]:
        """The command that runs a contender of bench.child on the desk's sheet."""
        return python("-m", "bench.child", name, str(self.source), str(self.file), "-")

    def task(self, command: Sequence[str], before: Callable[[], object]) -> Task:
        """A run of our jobs; it fails where they did not do their work: that would look fast."""
        return Task(command, before, self.env, _OURS, self.require_done)

    def require_done(self) -> None:
        """Raises Failed unless the ledger holds the last run as done: an exit code of 1 may be a defect too."""
        ledger = self.here / "state" / "sheetops" / "ledger.db"
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as link:
            outcome = link.execute("SELECT outcome FROM runs ORDER BY number DESC LIMIT 1").fetchone()
        if outcome != ("done",):
            raise Failed(f"the run ended as {outcome[0] if outcome else 'nothing'}")

    def fresh(self) -> None:
        """A sheet that was never seen, and no state."""
        shutil.rmtree(self.here, ignore_errors=True)
        self.here.mkdir(parents=True)
        shutil.copyfile(self.source, self.file)

    def learn(self, looks: Sequence[tuple[date, Path]] = ()) -> None:
        """Run the jobs once, let people change 1 % of the rows, and keep sheet and state as they are then.

        Before that, `looks` at the sheet as it stood on earlier days let the ledger remember them.
        """
        self.fresh()
        for day, stood in looks:
            shutil.copyfile(stood, self.file)
            once(
                python("-m", "sheetops", "validate", "-q", "--as-of", f"{day}", str(self.file)),
                self.env,
                _OURS,
            )
        shutil.copyfile(self.source, self.file)
        once(self.command("sheetops_jobs"), self.env, _OURS)
        cells = [f"M{cell[1:]}" for cell in read_edits(self.source) if cell[0] == "A"]
        code = "import sys; from sheetops.books.xlsx import edit_cells; edit_cells(sys.argv[1], {('需求登记', c): '已回访，客户满意' for c in sys.argv[2:]})"
        once(python("-c", code, str(self.file), *cells), self.env)
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.here, self.kept)

    def changed(self) -> None:
        """The sheet and the state as `learn` left them."""
        shutil.rmtree(self.here, ignore_errors=True)
        shutil.copytree(self.kept, self.here)


class Extra(NamedTuple):
    """A figure that is not compared with openpyxl."""

    title: str
    took: Took | None
    beside: str
    other: Took | None


def extras(folder: Path, rows: int, runs: int) -> Sequence[Extra]:
    """Start-up beside a bare Python, and the review alone beside the same figures in pandas."""
    idle, helped = _in_turn(
        [Task(python(*words), lambda: None) for words in (("-c", "pass"), ("-m", "sheetops", "--help"))],
        max(runs, 7),
    )
    source = make_apart(folder, rows, opened=True)
    desk = Desk(folder, source)
    desk.learn([(day, make_apart(folder, rows, True, day)) for day in LOOKS])
    period = f"{TODAY.year}-{TODAY.month - 1:02}"
    command = python(
        "-m", "sheetops", "review", "-q", "--as-of", f"{TODAY}", "--period", period, str(desk.file)
    )
    pandas = python("-m", "bench.child", "pandas_review", str(source), str(source), "-")
    ours, theirs = _in_turn([desk.task(command, desk.changed), Task(pandas, lambda: None)], runs)
    alone = inside(desk.command("sheetops_review"), desk.changed, desk.env)
    return (
        Extra("`sheetops --help`", helped, "`python -c pass`", idle),
        Extra(
            f"`sheetops review`, {rows:,} rows: read, review, write the tab",
            ours,
            "pandas: read, the same figures",
            theirs,
        ),
        Extra(
            "the job of the review alone, of two years that were read and remembered",
            alone,
            "the same figures in pandas, reading not counted",
            inside(pandas, lambda: None),
        ),
    )


def _in_turn(tasks: Sequence[Task], runs: int) -> list[Took]:
    """The medians of tasks that are run one after the other, again and again."""
    rounds = [[task.took() for task in tasks] for _ in range(runs)]
    return [middle(of_task) for of_task in zip(*rounds, strict=True)]
