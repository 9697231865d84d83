"""`aggregator run`: the timetable and the web side by side, until a signal ends it."""

import os
import signal
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue

from aggregator import config, workers
from aggregator.app import App, database_of, find_workspace, settings_of
from aggregator.cli.report import tell
from aggregator.cli.terminal import Terminal
from aggregator.errors import AggregatorError, ConfigError
from aggregator.jobs.publish import named_outputs
from aggregator.jobs.reception import Reception
from aggregator.pipeline.wording import counted
from aggregator.schedule import CATCH_UP, Timetable
from aggregator.web import Revolving, Site, create_app, serve, serving

MAIL_SECONDS = 50.0
"""For so long mail is sent in one tick; a large issue goes out over several, and feeds are asked in between."""


def site(app: App, reception: Reception | None = None) -> Site:
    """Make the web of a workspace; without a reception nobody can subscribe."""
    return create_app(
        title=app.config.title,
        storage=app.workspace.storage,
        outputs=named_outputs(app),
        digests=[(digest.name, digest.title) for digest in app.config.digests],
        render=app.templates.render,
        speak=app.templates.frame,
        language=app.config.language,
        mailings=[
            (one.name, one.title, app.config.rhythm(one.name)[0])
            for one in app.config.mailings
            if one not in app.config.digests
        ],
        reception=reception,
    )


def serve_only(screen: Terminal, *, host: str, port: int) -> None:
    """Serve what is there until SIGTERM or SIGINT, beside any sync; where nothing can be written, only to read."""
    with ExitStack() as stack:
        writing = _may_write(screen)
        app = stack.enter_context(screen.opened(writing=writing))
        receiving = writing and app.config.home
        reception = stack.enter_context(Reception(app, tell=screen.warn)) if receiving else None
        if app.config.home and app.config.digests and not writing:
            screen.warn(f"{app.workspace.storage}, or the database, cannot be written: nobody can subscribe here")
        serve(
            site(app, reception),
            host=host,
            port=port,
            announce=lambda address: screen.say(f"serving {address} (Ctrl-C stops)"),
        )


def _may_write(screen: Terminal) -> bool:
    """Tell whether there is a database that can be written; where people may subscribe, also one that is to be made."""
    workspace = find_workspace(screen.root)
    settings = settings_of(workspace)
    database = database_of(workspace, settings)
    paths = [_standing(path) for path in (database, database.parent, workspace.storage)]
    return bool(settings.home or database.exists()) and all(os.access(path, os.W_OK) for path in paths)


def _standing(path: Path) -> Path:
    """Give a path, or what of it there is."""
    return next(part for part in (path, *path.parents) if part.exists())


def work_for_ever(screen: Terminal, *, host: str, port: int) -> None:
    """Hold the workspace, tick every minute and serve, until SIGTERM or SIGINT; the work in hand is finished."""
    with ExitStack() as stack:
        app = stack.enter_context(screen.held("run"))
        workers.recover(app)
        work = Work(screen, app)
        stack.enter_context(work.reception)
        work.listen()
        timetable = Timetable(work.tick, work.nightly, zone=app.config.timezone)
        address = stack.enter_context(serving(work.site, host=host, port=port))
        screen.say(f"serving {address}, asking feeds as they fall due (stop with Ctrl-C)")
        timetable.start()
        work.wait()
        screen.say("finishing the work in hand")
        timetable.stop()


@dataclass
class Work:
    """What the timetable calls, and the signals that change it."""

    screen: Terminal
    app: App
    site: Revolving = field(init=False)
    reception: Reception = field(init=False)
    signals: SimpleQueue[int] = field(default_factory=SimpleQueue)
    troubles: tuple[object, ...] = ()  # what stands in the way of issues, as it was told last

    def __post_init__(self) -> None:
        self.reception = Reception(self.app, tell=self.screen.warn)
        self.site = Revolving(site(self.app, self.reception))

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the end, SIGHUP as "read feeds.yaml again"."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, frame: self.signals.put(number))

    def wait(self) -> None:
        """Wait for the end; read feeds.yaml again as often as someone asks for it."""
        while self.signals.get() == signal.SIGHUP:
            self._read_again()

    def tick(self) -> None:
        """Do what is due; an error is told and does not end the timetable."""
        try:
            self._tell(workers.sync(self.app, late=CATCH_UP, spread=True, patience=MAIL_SECONDS))
        except AggregatorError as error:
            self.screen.warn(f"error: {error}")

    def nightly(self) -> None:
        """Prune what is too old."""
        try:
            rows = workers.prune(self.app)
        except AggregatorError as error:
            self.screen.warn(f"error: {error}")
            return
        self.screen.say(f"pruned {counted(sum(row.purgeable for row in rows), 'entry', 'entries')}")

    def _tell(self, report: workers.Report) -> None:
        troubles = tuple(filter(None, (report.templates, report.published.unwritten, report.uncomposed)))
        made = report.issues or report.empty or report.reminded or troubles != self.troubles
        self.troubles = troubles
        if report.due or made or report.delivered.eventful or report.delivered.asked:
            tell(self.screen, self.app, report, again="`aggregator feeds` says when each is asked")

    def _read_again(self) -> None:
        try:
            settings = config.load(self.app.workspace.config)
        except ConfigError as error:
            self.screen.warn(f"feeds.yaml is kept as it was, the new one has mistakes:\n{error}")
            return
        self.app = replace(self.app, config=settings)
        self.reception.app = self.app
        self.site.app = site(self.app, self.reception)
        self.screen.say(
            f"feeds.yaml read again: {counted(len(settings.feeds), 'feed')} (a new `database:` needs a restart)"
        )
