"""What every command shares: where the workspace is, and how to speak to people and to programs."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

from aggregator.cli.streams import dumped
from aggregator.pipeline.plain import plain

if TYPE_CHECKING:
    from rich.console import Console

    from aggregator.app import App
    from aggregator.jobs.refreshed import Progress

SCHEMA_VERSION = 1
USAGE = 2
TRY_AGAIN = 75
"""What tells a mail server to keep a message and come again: EX_TEMPFAIL of sysexits.h."""
NARROW = 110  # columns below which a table would cut its cells, so that rows are written as lines


@dataclass(frozen=True)
class Terminal:
    """The terminal of one command."""

    root: Path
    quiet: bool = False

    @cached_property
    def out(self) -> "Console":
        """Where data goes; titles of feeds are never read as markup."""
        from rich.console import Console

        return Console(markup=False, highlight=False, emoji=False, soft_wrap=True)

    @cached_property
    def err(self) -> "Console":
        """Where everything else goes."""
        from rich.console import Console

        return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def say(self, text: str, style: str | None = None) -> None:
        """Tell people how it goes; silent under ``-q``."""
        if not self.quiet:
            self._tell(text, style)

    def warn(self, text: str) -> None:
        """Tell people what went wrong, also under ``-q``."""
        self._tell(text, "yellow")

    def _tell(self, text: str, style: str | None) -> None:
        if sys.stderr is None:  # closed by who called: nobody listens
            return
        with suppress(OSError):  # a full disk behind it, or a reader who is gone, undoes nothing of what was done
            if _is_bare(sys.stderr):
                print(printable(text), file=sys.stderr, flush=True)
            else:
                self.err.print(printable(text), style=style)

    def show(self, text: str) -> None:
        """Print data for people."""
        if _is_bare(sys.stdout):
            print(printable(text))
        else:
            self.out.print(printable(text))

    def steps(self, steps: Mapping[str, Sequence[str]], *, apart: bool = False) -> None:
        """Print named steps, each of one line or more; for a person the names stand out and long lines are wrapped."""
        if apart:
            self.show("")
        for name, lines in steps.items():
            for number, line in enumerate(lines):
                self._step("" if number else f"{name}:", line)

    def _step(self, name: str, line: str) -> None:
        if self.piped:
            print(f"{name:12}{printable(line)}")
            return
        from rich.table import Table

        row = Table.grid()
        row.add_column(width=12, style="bold")
        row.add_column(overflow="fold")
        row.add_row(name, f"{printable(line)}")
        self.out.print(row, soft_wrap=False)

    def json(self, **values: object) -> None:
        """Print one JSON object with its ``schema_version``; ids are text, times ISO 8601 in UTC (``programs``)."""
        from aggregator.cli.programs import written

        print(dumped({"schema_version": SCHEMA_VERSION, **values}, default=written))

    @property
    def piped(self) -> bool:
        """Whether no person looks at the data: a program or a file takes it."""
        return _is_bare(sys.stdout)

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        wrap: Mapping[str, int] = {},
        narrow: Sequence[int] = (),
    ) -> None:
        """Print a table: in a pipe a line for each row, its cells between tabs.

        In a narrow window only the columns at the positions ``narrow`` are shown, or else lines instead of columns.
        ``wrap`` has the least width of a column.
        """
        if not rows:
            return
        if self.piped:
            for row in (columns, *rows):
                print("\t".join(map(plain, row)))
        elif self.out.width >= NARROW:
            self._columns(columns, rows, wrap)
        elif narrow:
            few = [[row[place] for place in narrow] for row in (columns, *rows)]
            self._columns(few[0], few[1:], wrap)
        else:
            for row in rows:
                self.show(" · ".join(cell for cell in row if cell))

    def _columns(self, columns: Sequence[str], rows: Sequence[Sequence[str]], wrap: Mapping[str, int]) -> None:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold", min_width=wrap.get(column, 0))
        for row in rows:
            table.add_row(*map(printable, row))
        self.out.print(table, soft_wrap=False)

    @contextmanager
    def opened(self, *, writing: bool = False) -> Iterator["App"]:
        """Open the workspace for reading, or for small changes beside whoever works in it."""
        from aggregator.app import open_app

        with open_app(self.root, readonly=not writing) as app:
            yield app

    @contextmanager
    def held(self, command: str) -> Iterator["App"]:
        """Open the workspace for work: nobody else works in it; raises LockedError."""
        with self.locked(command), self.beside() as app:
            yield app

    @contextmanager
    def locked(self, command: str) -> Iterator[None]:
        """Hold the lock of the workspace; raises LockedError."""
        from aggregator.app import find_workspace, utc_now
        from aggregator.store import hold

        workspace = find_workspace(self.root)
        with hold(workspace.storage / "lock", who=f"aggregator {command}", now=utc_now()):
            yield

    @contextmanager
    def beside(self) -> Iterator["App"]:
        """Open the workspace for work that others may do at the same time."""
        from aggregator.app import open_app

        with open_app(self.root) as app:
            yield app

    @contextmanager
    def progress(self, title: str) -> Iterator["Progress"]:
        """Show a progress bar, but only to a person: on a terminal's stderr, not under ``-q`` or in CI."""
        if self.quiet or _is_bare(sys.stderr) or not self.err.is_terminal or os.environ.get("CI"):
            yield lambda done, of: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, of: bar.update(task, completed=done, total=of)


def _is_bare(stream: TextIO | None) -> bool:
    """Tell whether nobody looks at a stream: it takes plain lines then, and loading rich would be for nothing."""
    return stream is None or (not stream.isatty() and not os.environ.get("FORCE_COLOR"))


def called() -> str:
    """Write the program as it was called, for lines that people copy."""
    import shlex
    import shutil

    name, known = Path(sys.argv[0]), shutil.which("aggregator")
    if name.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m aggregator"
    if known and name.exists() and name.samefile(known):
        return "aggregator"
    return shlex.quote(str(name))


def moment(value: datetime | None, zone: ZoneInfo, *, named: bool = True) -> str:
    """Write a moment for people, in the workspace's time zone, which is named there or in the head of its column."""
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z" if named else "%Y-%m-%d %H:%M") if value else "–"


def printable(text: str) -> str:
    """Take out what would steer the terminal: what feeds say may hold escape sequences."""
    return "\n".join(plain(line) for line in text.split("\n"))
