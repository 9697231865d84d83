"""A workspace whose site takes subscribers: a real database, a real server on loopback, and a client for its forms."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette

from aggregator.app import App
from aggregator.cli.forever import site
from aggregator.jobs.reception import Reception
from aggregator.model import Subscription
from aggregator.pipeline.tokens import Purpose, sign
from aggregator.web import Revolving, serving
from tests.workspaces import Desk, desk

READER = "reader@example.org"
EXTRA = """topics: {world: {title: World}, science: {title: "Science & <Nature>"}}
digests:
  - {name: morning, title: Morning briefing, when: mon-fri 07:00, frequency: [each, weekly]}
  - {name: evening, title: Evening post, when: daily 19:00, topics: [world]}
  - {name: inside, when: daily 08:00, subscribe: false}
timezone: Europe/Berlin
contact: desk@example.org
"""
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text)
        assert found, self.text
        return re.sub(r"<[^>]+>", "", found[1])

    @property
    def shown(self) -> str:
        """The words of the page, as they are read out."""
        return " ".join(re.sub(r"<[^>]+>", "", self.text).split())

    @property
    def facts(self) -> tuple[str, ...]:
        """What is listed: names and values in turn."""
        return tuple(re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<d[td]>(.*?)</d[td]>", self.text))

    @property
    def language(self) -> tuple[str, str]:
        """What the page says it speaks, and which way it runs; its header says the same."""
        found = re.search(r'<html lang="(.*?)" dir="(.*?)">', self.text)
        assert found and self.headers["content-language"] == found[1]
        return found[1], found[2]


@dataclass
class Front:
    """The site and the workspace behind it."""

    desk: Desk
    app: App
    address: str
    told: list[str] = field(default_factory=list)

    def ask(self, target: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Reply:
        """Send a request exactly as given."""
        connection = HTTPConnection(self.address.removeprefix("http://").rstrip("/"), timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body=body or None, headers=named)
        reply = connection.getresponse()
        found = Reply(reply.status, reply.headers, reply.read())
        connection.close()
        return found

    def send(self, target: str, *fields: tuple[str, str], peer: str = "", **more: str) -> Reply:
        """Send a form as a browser does; ``peer`` is whom a proxy on this machine says it comes from."""
        headers = {"x-forwarded-for": peer} if peer else {}
        body = urlencode([*fields, *more.items()]).encode()
        return self.ask(target, method="POST", body=body, content_type=URLENCODED, **headers)

    def subscribe(
        self, address: str = READER, *fields: tuple[str, str], digest: str = "morning", peer: str = "", **more: str
    ) -> Reply:
        """Send the form of a digest."""
        return self.send(f"/subscribe/{digest}", ("address", address), *fields, peer=peer, **more)

    def link(self, purpose: Purpose, *, address: str = READER, digest: str = "morning") -> str:
        """Give the path of a link in a subscriber's mail."""
        who = self.app.store.subscribers.by_mailbox(address)
        assert who
        return f"/{purpose}/{sign(self.app.secret, purpose, who.uid, digest, self.app.clock())}"

    def state(self, *, address: str = READER, digest: str = "morning") -> Subscription | None:
        """Read a subscription."""
        who = self.app.store.subscribers.by_mailbox(address)
        wishes = self.app.store.subscribers.subscriptions(who.id) if who else ()
        return next((wish for wish in wishes if wish.digest == digest), None)

    def confirmed(self, *, address: str = READER, digest: str = "morning") -> None:
        """Subscribe somebody, wholly."""
        self.subscribe(address, digest=digest)
        eventually(lambda: self.state(address=address, digest=digest) is not None)
        assert self.send(self.link("confirm", address=address, digest=digest), act="confirm").status == 200

    def dump(self) -> Sequence[str]:
        """Write down all that the database holds."""
        with self.app.store.subscribers._lane.read() as connection:
            return list(connection.iterdump())


@dataclass
class Door:
    """A server that leads to one site after another: its own beginning and end take longer than most tests."""

    site: Revolving
    address: str

    @contextmanager
    def front(self, root: Path, *, extra: str = EXTRA) -> Iterator[Front]:
        """Lead to a workspace as ``aggregator run`` does."""
        here = desk(root, extra=extra)
        told: list[str] = []
        with here.app() as app, Reception(app, tell=told.append, rest=0) as reception:
            self.site.app = site(app, reception)
            yield Front(here, app, self.address, told)
        assert told == []


@contextmanager
def door() -> Iterator[Door]:
    """Open a door, which leads nowhere yet."""
    nowhere = Revolving(Starlette())
    with serving(nowhere, port=0) as address:
        yield Door(nowhere, address)


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is true that another thread does in a moment."""
    last = time.monotonic() + 20
    while not true():
        assert time.monotonic() < last, "it never came true"
        time.sleep(0.005)


class Controls(HTMLParser):
    """Reads the forms of a page: every control with its label, every form with its target."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.controls: list[dict[str, str]] = []
        self.labels: set[str] = set()
        self.links: list[str] = []
        self._within = 0
        self.unlabelled: list[dict[str, str]] = []
        self.feed(page)
        self.unlabelled = [c for c in self.controls if not c["labelled"] and c.get("id") not in self.labels]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(found)
        if tag == "label":
            self._within += 1
            self.labels.add(found.get("for", ""))
        if tag in ("input", "select"):
            self.controls.append({**found, "labelled": "yes" if self._within else ""})
        if tag == "a":
            self.links.append(found["href"])

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag == "label"
