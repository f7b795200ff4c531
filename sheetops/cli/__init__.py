"""The command line. One command a file; each is imported only when it is asked for."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import click

from sheetops import __version__
from sheetops.cli.signals import Stopped, heard
from sheetops.domain.deferred import own_process
from sheetops.errors import SheetopsError

# In the order of a team's first week.
COMMANDS = {
    "demo": "Write a team's workbook and run a whole day on it",
    "init": "Make a new workbook to work in",
    "adopt": "Take an existing sheet into use",
    "validate": "Check the rows and write the Checks tab",
    "fill": "Fill missing IDs and due dates",
    "normalise": "Write what is understood in its standard form",
    "remind": "Send each owner one digest",
    "preview": "Show mails and sentences with real rows, and send nothing",
    "review": "Write the summary tab of a period",
    "policy": "Write the Policy tab: what is enforced, by whose decision, since when",
    "export": "Write CSV and Parquet files for Power BI, Tableau or pandas",
    "improve": "Propose improvements, and judge what was done",
    "run": "Do all that is due",
    "worker": "Stay and work on the sheets of a fleet",
    "schedule": "Stay, and run each sheet's jobs when they are due",
    "cron": "Print what starts it: crontab, systemd, Windows or Kubernetes",
    "status": "Show the last runs and what needs a person",
    "history": "Show the life of one request",
    "forget": "Delete what the ledger knows of a request",
    "undo": "Put back what a run wrote",
    "doctor": "Check that the jobs can run, and show what holds for a sheet",
}
NEW_OBJECTS = (
    100_000  # between two searches for circular garbage; Python's 700 mean a hundred while a command loads
)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"sheetops.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sheetops")
@click.pass_context
def cli(context: click.Context) -> None:
    """Scheduled jobs around a team's shared sheet. They check rows, fill IDs and due dates, mail owners and
    review the month, and never harm the sheet."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def defect(error: Exception) -> str:
    """One line for what should never happen, and the details in a file that can be sent to us."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="sheetops-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return f"a defect of sheetops stopped it ({type(error).__name__}); please report it with {file.name}"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every error is one line on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):  # a cron job's C locale must not break on a Chinese name
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if arguments is None:
        gc.set_threshold(NEW_OBJECTS)
        own_process()
    try:
        with heard(last=arguments is None):
            code = cli.main(arguments, prog_name="sheetops", standalone_mode=False)
    except SheetopsError as error:
        for one in (error, *error.also):
            click.echo(f"sheetops: {one.line()}", err=True)
        code = error.exit_code
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except click.ClickException as error:
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "sheetops"
        click.echo(f"{path}: {error.format_message().rstrip('.')}; see {path} --help", err=True)
        code = 2
    except (click.Abort, KeyboardInterrupt, Stopped) as stop:
        told = "told to stop (SIGTERM)" if str(stop) == "SIGTERM" else "interrupted"
        click.echo(f"sheetops: {told}; the sheet is as it was or fully written", err=True)
        code = 130
    except BrokenPipeError:
        code = 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(
            f"sheetops: {place}{(error.strerror or str(error)).lower()}; check the place and its rights",
            err=True,
        )
        code = 2
    except Exception as error:
        click.echo(f"sheetops: {defect(error)}", err=True)
        code = 2
    if arguments is None:
        gc.freeze()  # a process that ends need not take apart what it loaded: a fifth of a `status`
    sys.exit(code if isinstance(code, int) else 0)
