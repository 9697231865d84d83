"""What programs are given: `--json` of every command, in a workspace that has some of everything."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from aggregator.app import open_app, utc_now
from aggregator.cli import commands as cli
from aggregator.pipeline.bounces import return_path
from tests.newswords import stories
from tests.pipeline.returned_mail import PATH, block, dsn
from tests.servers import Page, Server, serve
from tests.workspaces import desk, item, rss

READER, EDITOR = "reader@example.org", "editor@example.org"
EXTRA = f"""topics: {{world: {{words: [treaty, summit]}}, sport: {{about: "Goals, coaches and the league."}}}}
outputs: [{{name: all}}]
digests:
  - {{name: morning, when: daily 00:00, to: [{EDITOR}]}}
  - {{name: evening, when: daily 00:00, approve: required}}
"""
MAIL = "mail: {from: desk@example.org, smtp: 'smtp://127.0.0.1:1', bounces: bounces@desk.example.org}\n"

COMMANDS = """
sync; check; check --online; prune --dry-run; config show; entries; explain ENTRY; stories; stories show STORY
feeds; feeds show FEED; feeds check; feeds export; feeds add OTHER --dry-run; feeds remove FEED --dry-run
feeds import LIST --dry-run; digest list; digest show morning; digest preview morning; digest preview evening
digest draft evening --again; digest edit evening --show; digest edit evening --file SHEET
subscribers add other@example.org --digest morning; subscribers list; subscribers show READER
subscribers pause READER --weeks 2; subscribers release READER; subscribers import CSV --digest morning --confirmed
subscribers remove READER --digest morning; subscribers erase READER --yes; bounces REPORT; bounces
topics train; topics test; topics suggest; topics fix ENTRY +world; rules diff --against BEFORE
"""
"""In this order; words in capitals stand for what the workspace has of it."""

IDS = {"id", "entry", "text_set", "issue_id", "story", "lead", "like", "duplicate_of", "copy_of", "delivery"}
IDS |= {"subscriber", "letter", "issue", "texts", "copies"}  # some have all facts under them in other places
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    now = utc_now()
    words = "Delegates of both sides met in Port Hale and signed the treaty after a long night of talks on the harbour."
    first = [item(1, title="A treaty is signed in Port Hale", text=words, at=now), item(2, title="Rain", at=now)]
    second = [item(3, title="Treaty signed in Port Hale at night", text=f"Others had left. {words}", at=now)]
    second += [item(n, title=title, text=text, at=now) for n, (_, title, text) in enumerate(stories(20), 100)]
    with serve({"/a": Page(rss(*first)), "/b": Page(rss(*second)), "/c": Page(rss(item(5, at=now)))}) as server:
        yield server


def programs(root: Path, words: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli.app, ["-C", str(root), *words.split(), "--json"])
    assert done.stdout.startswith("{"), f"{words}: {done.output} {done.exception!r}"
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def said(site: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each command prints, by its words."""
    cli.register(())
    root = tmp_path_factory.mktemp("workspace")
    feeds = [site.url("/a"), site.url("/b")]
    desk(root, *feeds, extra=EXTRA)
    programs(root, f"subscribers add {READER} --digest morning --confirmed")
    programs(root, "sync")
    desk(root, *feeds, extra=EXTRA + MAIL)
    (root / "before.yaml").write_text((root / "feeds.yaml").read_text("utf-8").replace("[treaty,", "[rain,"), "utf-8")
    (root / "list.opml").write_text(f'<opml><body><outline xmlUrl="{site.url("/c")}"/></body></opml>', "utf-8")
    (root / "list.csv").write_text("address\nthird@example.org\n", "utf-8")
    (root / "report.eml").write_bytes(report(root))
    listed = programs(root, "entries")["entries"]
    sheet = programs(root, "digest edit evening --show")
    chosen = [{"id": story["entry"], "note": "Ours"} for story in sheet["stories"]]
    (root / "sheet.yaml").write_text(json.dumps({"stories": chosen}), "utf-8")
    values = {
        **{"ENTRY": listed[0]["id"], "STORY": next(one["story"] for one in listed if one["story"])},
        **{"FEED": feeds[0], "OTHER": site.url("/c"), "READER": READER, "LIST": str(root / "list.opml")},
        **{"CSV": str(root / "list.csv"), "SHEET": str(root / "sheet.yaml"), "REPORT": str(root / "report.eml")},
        "BEFORE": str(root / "before.yaml"),
    }
    commands = [command.strip() for command in re.split(r"[;\n]", COMMANDS.strip())]
    filled = {command: re.sub(r"\b[A-Z]{3,}\b", lambda word: values[word[0]], command) for command in commands}
    return {command: programs(root, words) for command, words in filled.items()}


def report(root: Path) -> bytes:
    """A report that the mailbox of the subscriber is no more."""
    with open_app(root) as app:
        (state,) = app.store.issues.all("morning")
        number = next(one.id for one in app.store.issues.deliveries(state.id) if one.recipient == READER)
        path = return_path(app.secret, "bounces@desk.example.org", number)
    return dsn(block("failed", "5.2.2", "552 5.2.2 full")).replace(PATH.encode(), path.encode())


def values(found: object, path: str = "") -> Iterator[tuple[str, str, object]]:
    """List all values, with their name and their path."""
    if isinstance(found, dict | list):
        for name, value in found.items() if isinstance(found, dict) else enumerate(found):
            here = f"{path}.{name}"
            yield here, re.sub(r"[.\d]+$", "", here).rpartition(".")[2], value
            yield from values(value, here)


def test_every_command_with_json_is_asked_here(said: dict[str, dict[str, Any]]) -> None:
    """Also one that is added later."""

    def commands(group: Any, name: str = "") -> Iterator[str]:
        if any("--json" in parameter.opts for parameter in group.params):
            yield name.strip()
        for word, command in getattr(group, "commands", {}).items():
            yield from commands(command, f"{name} {word}")

    there = list(commands(get_command(cli.app)))
    missing = [name for name in there if not any(f"{command} ".startswith(f"{name} ") for command in said)]
    assert len(there) > 30 and not missing and {found["schema_version"] for found in said.values()} == {1}


def test_every_id_is_text_and_every_moment_is_utc_with_a_z(said: dict[str, dict[str, Any]]) -> None:
    """In all that every command prints; an id that is none is null; feeds.yaml and words for people are as they are."""
    found = [
        (f"{command}: {path}", name, value)
        for command, printed in said.items()
        for path, name, value in values(printed)
        if command != "config show" and ".trace." not in path
    ]
    ids = [(path, value) for path, name, value in found if name in IDS and not isinstance(value, dict | list)]
    moments = [(path, value) for path, _, value in found if isinstance(value, str) and MOMENT.match(value)]
    is_id = re.compile(r"[1-9]\d*(\.\d+)?")
    wrong = [(path, v) for path, v in ids if v is not None and not (isinstance(v, str) and is_id.fullmatch(v))]
    assert wrong == [] and [one for one in moments if not IN_UTC.fullmatch(one[1])] == []
    assert len([v for _, v in ids if v]) > 100 and len(moments) > 100
