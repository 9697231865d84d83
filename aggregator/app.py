"""Everything put together once: workspace, configuration, store, archive, templates, clock.

What a run without news never needs is imported where it is needed: start-up is most of such a run.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from aggregator import __version__, config
from aggregator.config import Config, FeedConfig
from aggregator.config.file import bytes_of
from aggregator.config.kept import kept, recalled
from aggregator.errors import NoWorkspaceError, WorkspaceError
from aggregator.model import FeedState, Listing, Request, mailbox_of
from aggregator.model.value import value
from aggregator.pipeline.topics import Rules, compile_rules
from aggregator.store import Archive, Store
from aggregator.workspace import Workspace

if TYPE_CHECKING:
    from aggregator.fetch import Client
    from aggregator.pipeline.rank_parts import Weights
    from aggregator.templates import Templates
    from aggregator.vectors import Vectors

Clock = Callable[[], datetime]

REFUSED = "refused"
"""The fact of the database that tells with which logins feeds failed; see ``jobs/logins``."""


def utc_now() -> datetime:
    """Read the clock: the only place that does."""
    return datetime.now(UTC)


@value(frozen=True, slots=False)
class App:
    """What every job works with."""

    workspace: Workspace
    config: Config
    store: Store
    archive: Archive
    clock: Clock = field(default=utc_now)

    @cached_property
    def feeds(self) -> dict[str, FeedConfig]:
        """The configured feeds by address."""
        return {feed.url: feed for feed in self.config.feeds}

    @cached_property
    def rules(self) -> Rules:
        """The topics, compiled, with the settings of feeds that change what Curate decides."""
        return rules_of(self.config)

    @property
    def by_meaning(self) -> bool:
        """Whether topics are found by meaning too: one has an `about:` or `like:`, or a person corrected an entry."""
        return any(topic.by_meaning for topic in self.config.topics) or "corrected" in self.store.meta

    @cached_property
    def weights(self) -> "Weights":
        """What feeds and topics weigh when a digest chooses."""
        from aggregator.pipeline.rank_parts import Weights

        feeds = {feed.url: feed.weight for feed in self.config.feeds if feed.weight != 1}
        return Weights(feeds, {topic.name: topic.weight for topic in self.config.topics if topic.weight != 1})

    @cached_property
    def authority(self) -> str:
        """The tagging authority of the permanent ids (RFC 4151 §2.1), or "" without a public address."""
        host = urlsplit(self.config.home).hostname
        return f"{host},{self.store.meta['founded'][:4]}" if host else ""

    def feed_id(self, output: str) -> str:
        """Make the permanent id of an output: a tag URI (RFC 4151) under the public address, else a UUID URN."""
        if self.authority:
            return f"tag:{self.authority}:feed/{output}"
        return uuid5(NAMESPACE_URL, f"{self.store.meta['workspace']}/feed/{output}").urn

    @cached_property
    def secret(self) -> bytes:
        """The key of links, bounce addresses and hashes: 32 random bytes, made when it is first needed."""
        return bytes.fromhex(self.store.meta.once("secret", lambda: os.urandom(32).hex()))

    @cached_property
    def templates(self) -> "Templates":
        """The user's templates and the shipped ones; a run without an issue never loads them."""
        from aggregator.templates import Templates

        return Templates(self.workspace.templates)

    @cached_property
    def vectors(self) -> "Vectors":
        """What texts are about, as numbers; a run without news never loads them."""
        from aggregator.vectors import Vectors

        return Vectors()

    @cached_property
    def user_agent(self) -> str:
        """Who we say we are: version, how to reach whoever runs this, and for how many people we read."""
        contact = f"+{self.config.contact}" if self.config.contact else "feed reader"
        fixed = {mailbox_of(address) for digest in self.config.digests for address in digest.to}
        readers = max(1, len(fixed | self.store.subscribers.readers()))
        return f"aggregator/{__version__} ({contact}; {readers} subscriber{'s' if readers > 1 else ''})"

    def client(self) -> "Client":
        """Make the one client that speaks to the web; a process that asks nobody never loads it.

        It leaves hosts alone that told a feed to come later, whoever asked that feed.
        """
        from aggregator.fetch import Client, Pace

        settings = self.config.fetch
        return Client(
            user_agent=self.user_agent,
            allow_networks=settings.allow_networks,
            folder=self.workspace.root,
            pace=Pace(spacing=settings.spacing),
            waits=self.store.feeds.waits(self.clock()),
        )

    def request(self, feed: FeedState) -> Request:
        """Say how a feed of feeds.yaml is asked, its secrets read from the environment now.

        They are for the origin of the address in feeds.yaml, and do not move with a feed that has moved for good.
        """
        configured = self.feeds.get(feed.url)
        asking = configured.asking() if configured else None
        if asking and feed.adopted and urlsplit(feed.adopted)[:2] != urlsplit(feed.url)[:2]:
            asking = replace(asking, headers=(), username="", password="")
        return Request(feed.id, feed.address, feed.validators, asking, whole=feed.whole)


def rules_of(config: Config) -> Rules:
    """Compile the topics of a feeds.yaml; its version covers the settings of feeds that a tag depends on."""
    settings = [(f.url, f.topics, f.keep, f.drop) for f in config.feeds if f.topics or f.keep or f.drop]
    return compile_rules(config.topics, feeds=settings)


def find_workspace(root: Path) -> Workspace:
    """Name the workspace in a folder; raises NoWorkspaceError where there is none."""
    workspace = Workspace(root)
    if not workspace.config.is_file():
        raise NoWorkspaceError(f"no feeds.yaml in {root}: make one with `aggregator init`, or name the folder with -C")
    return workspace


def settings_of(workspace: Workspace, *, keep: bool = False) -> Config:
    """Say what feeds.yaml comes to: it is read only when it changed since that was last kept. Raises ConfigError."""
    archive, folder = Archive(workspace.storage), workspace.config.parent
    data = bytes_of(workspace.config)
    if known := recalled(archive.read_config(), data, folder=folder):
        return known
    settings = config.read(data, workspace.config.name, folder=folder)
    if keep:
        with suppress(WorkspaceError):  # a full disk, a folder that cannot be written: it is read again next time
            archive.write_config(kept(settings, data, folder=folder))
    return settings


@contextmanager
def open_app(root: Path, *, clock: Clock = utc_now, readonly: bool = False) -> Iterator[App]:
    """Open the workspace in ``root``, perhaps only for reading; raises WorkspaceError or ConfigError."""
    workspace = find_workspace(root)
    settings = settings_of(workspace, keep=not readonly)
    with Store.open(database_of(workspace, settings), now=clock(), readonly=readonly) as store:
        app = App(workspace, settings, store, Archive(workspace.storage), clock)
        yield app


def list_feeds(app: App) -> None:
    """Tell the store which feeds feeds.yaml names, and how often they are asked, when that has changed.

    When it says anew how feeds are asked (logins, proxies, networks), those that failed are due at once.
    """
    stamp = _stamp([(f.url, f.title, f.publisher, f.every and f.every.total_seconds()) for f in app.config.feeds])
    wishes = [(feed.url, feed.wishes) for feed in app.config.feeds if feed.wishes]
    asked = _stamp((app.config.fetch, wishes))
    if app.store.meta.get("asked", asked) != asked:
        app.store.feeds.retry()
    if app.store.meta.get("asked") != asked:
        app.store.meta["asked"] = asked
    if app.store.meta.get("listed") == stamp:
        return
    from aggregator.pipeline.addresses import publisher_of

    listings = [Listing(f.url, f.title, f.publisher or publisher_of(f.url)) for f in app.config.feeds]
    app.store.feeds.list(listings, now=app.clock())
    app.store.feeds.reschedule({feed.url: feed.every for feed in app.config.feeds})
    app.store.meta["listed"] = stamp


def _stamp(facts: object) -> str:
    return blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def database_of(workspace: Workspace, settings: Config) -> Path:
    """Say where the database lies: ``database:`` in feeds.yaml, else storage/aggregator.db."""
    path = settings.database.removeprefix("sqlite:///")
    return workspace.root / path if path else workspace.database
