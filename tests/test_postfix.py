"""A real Postfix as the relay: each fate of a mail ends in the right state, from the report that it really writes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.postoffice import Clerk, post_office
from tests.relay import BOUNCES, Relay, postfix
from tests.servers import Page, serve
from tests.subscribed import belong
from tests.workspaces import Desk, desk, item, rss

ANSWERS = {
    "gone": "550 5.1.1 no such user here",
    "full": "552 5.2.2 mailbox is full",
    "slow": "450 4.2.0 try again later",
    "closed": "550 5.7.1 your address is on our list",
}
FATES = {  # state of the delivery, what was reported of it, whether mail stops
    "fine": ("sent", [], False),
    "gone": ("failed", ["permanent 5.1.1"], True),
    "full": ("failed", ["transient 5.2.2"], False),
    "slow": ("failed", ["delayed 4.2.0", "transient 4.2.0"], False),
    "closed": ("failed", ["refused 5.7.1"], False),
}


def address(name: str) -> str:
    return f"{name}@far.example.org"


def test_every_fate_of_a_mail_is_known_from_its_report(tmp_path: Path) -> None:
    """Taken, no such user, mailbox full, put off and given up, refused by policy: over Postfix, back by a Maildir."""
    far = Clerk(rcpt={address(name): answer for name, answer in ANSWERS.items()})
    with post_office(far) as office, postfix(far=office.port) as relay, serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=settings(relay))
        assert here.sync().delivered.sent == len(FATES)
        with here.app() as app:
            belong(app.store, app.workspace.database, *map(address, FATES))
        relay.reports(sum(len(reports) for _, reports, _ in FATES.values()))
        told = taken(here, relay)
        assert [envelope.rcpt_tos for envelope in far.taken] == [[address("fine")]]
        assert not list((relay.maildir / "new").iterdir())
    assert {name: fate(here, name, told) for name in FATES} == FATES


def settings(relay: Relay) -> str:
    to = ", ".join(map(address, FATES))
    server = f"smtp: 'smtp://127.0.0.1:{relay.port}', bounces: {BOUNCES}"
    return f"digests: [{{name: morning, when: daily 07:00, to: [{to}]}}]\nmail: {{from: desk@example.org, {server}}}"


def taken(here: Desk, relay: Relay) -> list[dict[str, Any]]:
    """Read the Maildir with the command that cron runs."""
    command = [sys.executable, "-m", "aggregator", "-C", here.root, "bounces", relay.maildir, "--json"]
    return list(json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)["outcomes"])


def fate(here: Desk, name: str, told: list[dict[str, Any]]) -> tuple[str, list[str], bool]:
    with here.app() as app:
        (issue,) = app.store.issues.all()
        states = {one.recipient: one.state for one in app.store.issues.deliveries(issue.id)}
        reader = app.store.subscribers.by_mailbox(address(name))
    assert reader is not None
    reports = sorted(f"{one['kind']} {one['status']}" for one in told if one["recipient"] == address(name))
    return states[address(name)], reports, bool(reader.suppressed)
