"""Ready texts for other schedulers: crontab lines, a systemd service and timer, a Windows task, Kubernetes CronJobs.

Each wakes `sheetops schedule --once` (see wakes.py). Everything that a person chose, a path above all, is quoted as
the reader of that text wants it.
"""

from __future__ import annotations

import io
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from sheetops.errors import UsageError
from sheetops.scheduling import wakes as w
from sheetops.scheduling.wakes import Wake

_MOST_TRIGGERS = 40  # Windows takes 48 for one task
_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"


@dataclass(frozen=True)
class Call:
    """What is started, where, and with what in its environment."""

    program: tuple[str, ...]  # the program and what comes before `schedule`
    settings: str | None  # the settings file over there
    sheets: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)  # to be set as it is
    secrets: Sequence[str] = ()  # names of variables that must be set there
    user: str = ""
    image: str = ""  # for Kubernetes

    @property
    def words(self) -> list[str]:
        """The command, word by word."""
        config = ["--config", self.settings] if self.settings else []
        words = [*self.program, "schedule", "--once", "--quiet", *config, *self.sheets]
        for word in words:
            if any(character in word for character in "\n\r\0"):
                raise UsageError(
                    "a path with a line break cannot be written there", where=repr(word), mend="rename it"
                )
        return words


def crontab(call: Call, found: Sequence[Wake], cron_tz: bool) -> str:
    """Lines for `crontab -e`. With `cron_tz` each zone is named, for crons that know CRON_TZ (not Debian's)."""
    command = " ".join(map(shlex.quote, call.words)).replace("%", r"\%")  # cron reads % as a line break
    lines = [
        "# sheetops: wakes every day when something may be due; what is due, and what was missed, sheetops decides.",
        "# Put these lines into `crontab -e`; print them again when `schedule` in the settings has changed.",
    ]
    if call.secrets:
        lines.append(
            f"# cron has none of your environment: set {', '.join(call.secrets)} here, or use {{file: PATH}}."
        )
    lines += [f'{name}="{value}"' for name, value in call.environment.items()]
    zone = None
    for wake in found:
        if wake.zone != zone:
            zone = wake.zone
            lines.append(
                f"CRON_TZ={zone}" if cron_tz else f"# by the clocks of {zone}, which must be this machine's"
            )
        lines.append(f"{_cron(wake)} * * * {command}")
    lines.append(f"@reboot sleep 60; {command}")
    return "\n".join(lines) + "\n"


def _cron(wake: Wake) -> str:
    return f"{w.field(wake.minutes, 60)} {w.field(wake.hours, 24)}"


def systemd(call: Call, found: Sequence[Wake]) -> str:
    """A service and its timer, each under the name of its file."""
    service = [
        "# /etc/systemd/system/sheetops.service",
        "[Unit]",
        "Description=Run what is due on the team's sheets",
        "Wants=network-online.target",
        "After=network-online.target time-sync.target",
        "",
        "[Service]",
        "Type=oneshot",
        *([f"User={call.user}"] if call.user else []),
        *(f"Environment={_unit_word(f'{name}={value}')}" for name, value in call.environment.items()),
        *(
            [
                f"# {', '.join(call.secrets)} stand in this file, as NAME=value",
                "EnvironmentFile=/etc/sheetops.env",
            ]
            if call.secrets
            else []
        ),
        "ExecStart=" + " ".join(_unit_word(word) for word in call.words),
        "# a sheet that is in use is tried again as long as its window lasts",
        "TimeoutStartSec=infinity",
        "# SIGTERM lets the running sheet end",
        "TimeoutStopSec=120",
    ]
    timer = [
        "# /etc/systemd/system/sheetops.timer; then: systemctl daemon-reload && systemctl enable --now sheetops.timer",
        "[Unit]",
        "Description=Wake sheetops when something may be due",
        "",
        "[Timer]",
        *(f"OnCalendar={_on_calendar(wake)}" for wake in found),
        "# what was missed while the machine was off is looked at when it starts",
        "Persistent=true",
        "AccuracySec=1s",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join([*service, "", *timer]) + "\n"


def _on_calendar(wake: Wake) -> str:
    hours = ",".join(f"{hour:02}" for hour in wake.hours) if len(wake.hours) < 24 else "*"
    minutes = ",".join(f"{minute:02}" for minute in wake.minutes) if len(wake.minutes) < 60 else "*"
    return f"*-*-* {hours}:{minutes}:00 {wake.zone}"


def _unit_word(word: str) -> str:
    r"""A word as systemd reads it: in quotes, with \, ", % and $ taken as they are."""
    for character, written in (("\\", r"\\"), ('"', r"\""), ("%", "%%"), ("$", "$$")):
        word = word.replace(character, written)
    return f'"{word}"'


def windows(call: Call, found: Sequence[Wake], now: datetime) -> str:
    """A task for the Windows Task Scheduler, by the clocks of that machine."""
    ElementTree.register_namespace("", _TASK)
    task = ElementTree.Element(f"{{{_TASK}}}Task", {"version": "1.2"})

    def add(
        parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
    ) -> ElementTree.Element:
        made = ElementTree.SubElement(parent, f"{{{_TASK}}}{name}", attributes)
        made.text = text
        return made

    about = add(task, "RegistrationInfo")
    add(about, "Description", "Wakes sheetops every day when something may be due; sheetops decides what is.")
    triggers = add(task, "Triggers")
    boot = add(triggers, "BootTrigger")
    add(boot, "Delay", "PT2M")
    _windows_times(triggers, add, found, now)
    settings = add(task, "Settings")
    for name, value in (
        ("MultipleInstancesPolicy", "Parallel"),  # the ledger keeps them apart
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("StartWhenAvailable", "true"),
        ("RunOnlyIfNetworkAvailable", "false"),
        ("ExecutionTimeLimit", "PT12H"),
    ):
        add(settings, name, value)
    actions = add(task, "Actions")
    run = add(actions, "Exec")
    program, *words = call.words
    add(run, "Command", program)
    add(run, "Arguments", " ".join(map(_windows_word, words)))
    ElementTree.indent(task)
    note = (
        "<!-- sheetops. Save this as sheetops.xml, then: schtasks /Create /TN sheetops /XML sheetops.xml /RU ACCOUNT /RP *"
        f"{''.join(f'{chr(10)}     The account needs the variable {name}.' for name in call.secrets)} -->"
    )
    return f'<?xml version="1.0"?>\n{note}\n{ElementTree.tostring(task, encoding="unicode")}\n'


def _windows_times(triggers: ElementTree.Element, add: Any, found: Sequence[Wake], now: datetime) -> None:
    """A trigger a day for each time; where they are too many, one that is repeated all day."""
    times = sorted({time for wake in found for time in wake.times})
    pace = None
    if len(times) > _MOST_TRIGGERS:
        pace = min(w.minutes_between(wake) for wake in found)
        times = [(0, 0)]
    for hour, minute in times:
        trigger = add(triggers, "CalendarTrigger")
        if pace is not None:
            repetition = add(trigger, "Repetition")
            add(repetition, "Interval", f"PT{pace}M")
            add(repetition, "Duration", "P1D")
        add(trigger, "StartBoundary", f"{now:%Y-%m-%d}T{hour:02}:{minute:02}:00")
        add(add(trigger, "ScheduleByDay"), "DaysInterval", "1")


def _windows_word(word: str) -> str:
    """A word as Windows programs split their command line."""
    from subprocess import list2cmdline

    return list2cmdline([word])


def kubernetes(call: Call, found: Sequence[Wake]) -> str:
    """A CronJob for each wake. What they mount must be made before: a ConfigMap, a Secret and a volume claim."""
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

    yaml, out = YAML(), io.StringIO()
    yaml.explicit_start, yaml.width = True, 110
    out.write(
        "# kubectl create configmap sheetops --from-file=sheetops.yaml\n"
        + ("# kubectl create secret generic sheetops " if call.secrets else "")
        + " ".join(f"--from-literal={name}=…" for name in call.secrets)
        + ("\n" if call.secrets else "")
        + "# the volume claim sheetops-data holds the ledger (and, if they are files, the sheets), at /var/lib/sheetops\n"
    )
    for number, wake in enumerate(found, 1):
        document = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": f"sheetops-{number}", "labels": {"app.kubernetes.io/name": "sheetops"}},
            "spec": {
                "schedule": Quoted(f"{_cron(wake)} * * *"),
                "timeZone": wake.zone,
                "concurrencyPolicy": "Allow",  # the ledger keeps them apart
                "startingDeadlineSeconds": 3600,
                "successfulJobsHistoryLimit": 1,
                "failedJobsHistoryLimit": 3,
                "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": _pod(call)}}},
            },
        }
        yaml.dump(document, out)
    return out.getvalue()


def _pod(call: Call) -> dict[str, object]:
    """What each run of the CronJob starts."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

    container = {
        "name": "sheetops",
        "image": call.image,
        "command": [Quoted(word) for word in call.words],
        "env": [
            {"name": "XDG_STATE_HOME", "value": "/var/lib/sheetops"},
            *(
                {"name": name, "valueFrom": {"secretKeyRef": {"name": "sheetops", "key": name}}}
                for name in call.secrets
            ),
        ],
        "volumeMounts": [
            {"name": "settings", "mountPath": "/etc/sheetops", "readOnly": True},
            {"name": "data", "mountPath": "/var/lib/sheetops"},
        ],
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True},
    }
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 120,  # SIGTERM lets the running sheet end
        "containers": [container],
        "volumes": [
            {"name": "settings", "configMap": {"name": "sheetops"}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "sheetops-data"}},
        ],
    }
