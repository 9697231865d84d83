"""What `aggregator check` says beside mistakes: of who reads the database, of what the next sync mails."""

import os
import stat
from pathlib import Path
from shlex import quote

from aggregator import config
from aggregator.app import App, database_of, find_workspace
from aggregator.cli.terminal import Terminal, moment
from aggregator.config import Config, DigestConfig
from aggregator.config.editing import lines
from aggregator.errors import ConfigError
from aggregator.jobs.compose import next_period, wanted_mailings
from aggregator.jobs.lapses import told
from aggregator.jobs.readiness import not_yet
from aggregator.model import mailbox_of
from aggregator.pipeline.addresses import key
from aggregator.pipeline.wording import counted

NAMED = 3
"""So many recipients of feeds.yaml are named; of more only the number is said."""


def listed_twice(screen: Terminal, settings: Config) -> tuple[str, ...]:
    """Say which feeds are listed under another form of an address before; servers may tell the two apart."""
    file = find_workspace(screen.root).config
    first: dict[str, int] = {}
    told = []
    for line, feed in zip(lines(file.read_bytes()), settings.feeds, strict=True):
        if (place := first.setdefault(key(feed.url), line)) != line:
            told.append(f"{file.name}:{line}: {feed.url}: probably the same feed as in line {place}")
    return tuple(told)


def waiting(screen: Terminal, settings: Config) -> str:
    """Say why topics are not given by meaning yet; empty when they are, or nothing was stored so far."""
    if not database_of(find_workspace(screen.root), settings).exists():
        return ""
    with screen.opened() as app:
        return not_yet(app)


def lapses(screen: Terminal, settings: Config) -> tuple[str, ...]:
    """Say of how many subscribers a choice is no more; nothing when there is no database yet."""
    if not database_of(find_workspace(screen.root), settings).exists():
        return ()
    with screen.opened() as app:
        return told(app.config, app.store.subscribers.all())


def must_be_possible(file: Path, database: Path) -> None:
    """Raise ConfigError for a database that cannot be made where feeds.yaml wants it."""
    there = next(path for path in (database, *database.parents) if os.access(path, os.F_OK))
    if there == database and there.is_dir():
        raise ConfigError((config.placed_in(file, f"database: {database} is a folder; name a file in it"),))
    if there != database and not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        why = "you may not write there" if there.is_dir() else "that is no folder"
        raise ConfigError((config.placed_in(file, f"database: {database} cannot be made in {there}: {why}"),))


def of_the_database(database: Path, *, named: str) -> tuple[str, ...]:
    """Say when others may read a database, or that the folder that feeds.yaml ``named`` for it is still to be made.

    Ours are made for their owner alone, and stay as somebody made them.
    """
    try:
        state = database.stat()
    except OSError:
        unmade = named and not database.parent.exists()
        return (f"database: there is no folder {database.parent} yet; the next sync makes it",) if unmade else ()
    if not state.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return ()
    whole = "every user of this machine may read it: who subscribes, and the secret of their links"
    return (f"{database}: {whole}; if none of them serves it, `chmod 600 {quote(str(database))}*`",)


def next_mail(app: App) -> str:
    """Say which issues are due, and to whom the next sync would send them; empty when none is."""
    now = app.clock()
    due = [(digest, next_period(app, digest, now=now)) for digest in wanted_mailings(app, now=now)]
    said = [
        f"{digest.name} of {moment(period.due, app.config.zone)}, {_to_whom(app, digest)}"
        for digest, period in due
        if period.due <= now
    ]
    return f"the next sync makes what is due, if there is news: {'; '.join(said)}" if said else ""


def _to_whom(app: App, digest: DigestConfig) -> str:
    if digest.approve or app.store.drafts.find(digest.name):
        return "held until you approve it"
    listed = {mailbox_of(address): address for address in digest.to}
    people = app.store.subscribers.of_digest(*app.config.audience(digest.name), app.clock())
    subscribed = {mailbox_of(person.address) for person, _ in people} - listed.keys()  # they are nobody else's business
    names = list(listed.values()) if len(listed) <= NAMED else [counted(len(listed), "recipient")]
    them = names + ([counted(len(subscribed), "subscriber")] if subscribed else [])
    if not them:
        return "kept as files for nobody"
    return f"{'sent' if app.config.mail else 'written to storage/outbox'} to {', '.join(them)}"
