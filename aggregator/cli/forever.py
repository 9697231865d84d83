"""`aggregator run`: the timetable and the web side by side, until a signal ends it."""

import signal
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from types import FrameType

from aggregator import config, workers
from aggregator.app import App
from aggregator.cli.report import tell
from aggregator.cli.terminal import Terminal
from aggregator.errors import AggregatorError, ConfigError
from aggregator.jobs.publish import output_title
from aggregator.schedule import CATCH_UP, Timetable
from aggregator.web import Site, create_app, serving


def site(app: App) -> Site:
    """Make the web of a workspace."""
    return create_app(
        title=app.config.title,
        storage=app.workspace.storage,
        outputs=[(output.name, output_title(app, output), output.formats) for output in app.config.outputs],
        digests=[(digest.name, digest.title) for digest in app.config.digests],
        render=app.templates.render,
        language=app.config.language,
    )


def work_for_ever(screen: Terminal, *, host: str, port: int) -> None:
    """Hold the workspace, tick every minute and serve, until SIGTERM or SIGINT; the work in hand is finished."""
    with ExitStack() as stack:
        app = stack.enter_context(screen.held("run"))
        workers.recover(app)
        work = Work(screen, app)
        timetable = Timetable(work.tick, work.nightly, zone=app.config.timezone)
        address = stack.enter_context(serving(site(app), host=host, port=port))
        screen.say(f"serving {address}, asking feeds as they fall due (stop with Ctrl-C)")
        work.listen()
        timetable.start()
        work.over.wait()
        screen.say("finishing the work in hand")
        timetable.stop()


@dataclass
class Work:
    """What the timetable calls, and the signals that change it."""

    screen: Terminal
    app: App
    over: threading.Event = field(default_factory=threading.Event)
    reload: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the end, SIGHUP as "read feeds.yaml again"."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._reload)

    def tick(self) -> None:
        """Do what is due; an error is told and does not end the timetable."""
        if self.reload.is_set():
            self.reload.clear()
            self._read_again()
        try:
            self._tell(workers.sync(self.app, late=CATCH_UP))
        except AggregatorError as error:
            self.screen.warn(f"error: {error}")

    def nightly(self) -> None:
        """Prune what is too old."""
        try:
            rows = workers.prune(self.app)
        except AggregatorError as error:
            self.screen.warn(f"error: {error}")
            return
        self.screen.say(f"pruned {sum(row.purgeable for row in rows)} entries")

    def _tell(self, report: workers.Report) -> None:
        if report.due or report.issues or report.empty or report.delivered.sent:
            tell(self.screen, self.app, report)

    def _read_again(self) -> None:
        try:
            settings = config.load(self.app.workspace.config)
        except ConfigError as error:
            self.screen.warn(f"feeds.yaml is kept as it was, the new one has mistakes:\n{error}")
            return
        self.app = replace(self.app, config=settings)
        self.screen.say(f"feeds.yaml read again: {len(settings.feeds)} feeds")

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.over.set()

    def _reload(self, number: int, frame: FrameType | None) -> None:
        self.reload.set()
