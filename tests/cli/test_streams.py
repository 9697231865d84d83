"""A terminal that cannot show everything: no command ends for it, and JSON loses nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from aggregator import cli
from aggregator.app import utc_now
from aggregator.cli import commands as known
from tests.newswords import stories
from tests.servers import Page, Server, serve
from tests.workspaces import desk, item, rss

TITLE = "Zürich → 東京: “naïve” – ½"
EXTRA = """language: de
topics: {welt: {title: Wörter – 世界, words: [naïve, match]}, sport: {about: "Goals, coaches and the league."}}
outputs: [{name: all}]
digests:
  - {name: morning, title: “Früh” 朝, when: daily 00:00, to: [reader@example.org]}
  - {name: evening, title: Spät, when: daily 00:00, approve: required}
"""
COMMANDS = """
sync; sync --force; check; check --online; prune --dry-run; config show; config schema; docs; docs feeds; docs editor
entries -n 100 --json; entries; explain ENTRY; stories; stories show ENTRY; feeds; feeds show FEED; feeds check
feeds export; feeds export --opml; feeds add OTHER --dry-run --yes; feeds remove FEED --dry-run
feeds import LIST --dry-run; digest list; digest show morning; digest show morning --html
digest show morning --markdown; digest preview morning; digest draft evening --again; digest edit evening --show
digest approve evening; digest discard evening; digest send morning; digest deliver morning
digest resend morning --to reader@example.org; subscribers add jürgen@example.org --digest morning
subscribers add jurgen@example.org --digest morning --confirmed; subscribers list; subscribers export
subscribers show jurgen@example.org; subscribers pause jurgen@example.org --weeks 2
subscribers release jurgen@example.org; subscribers import NEW --digest morning; subscribers show ü
subscribers remove jurgen@example.org --digest morning; subscribers erase jurgen@example.org --yes; bounces
topics train; topics test; topics suggest; topics fix ENTRY +welt; rules diff --against BEFORE; feeds show ü; init NEW
nothing
"""
"""As people call them; words in capitals stand for what the workspace has of it. A mistake is told, too."""


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    now = utc_now()
    news = [item(n, title=f"{title} – ö", text=text, at=now) for n, (_, title, text) in enumerate(stories(20), 100)]
    first = rss(
        item(1, title=TITLE, text=f"{TITLE}: noch ein Satz, 第二, über das Match.", at=now), title="“Bote” 新聞"
    )
    with serve({"/a": Page(first), "/b": Page(rss(*news)), "/c": Page(rss(title="Dritte – Ö"))}) as server:
        yield server


@pytest.fixture(scope="module")
def root(site: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    known.register(())
    here = tmp_path_factory.mktemp("wörk")
    desk(here, site.url("/a"), site.url("/b"), extra=EXTRA)
    (here / "list.opml").write_text(f'<opml><body><outline text="Ü" xmlUrl="{site.url("/c")}"/></body></opml>', "utf-8")
    before = (here / "feeds.yaml").read_text("utf-8").replace("[naïve, match]", "[süß]")
    (here / "before.yaml").write_text(before, "utf-8")
    return here


@pytest.fixture(scope="module")
def told(site: Server, root: Path) -> dict[str, tuple[str, str]]:
    """What each command writes to a stdout and a stderr that take ASCII alone, by its words."""
    values = {
        "FEED": site.url("/a"),
        "OTHER": site.url("/c"),
        "LIST": str(root / "list.opml"),
        "BEFORE": str(root / "before.yaml"),
        "NEW": str(root / "nëw"),
    }
    found = {}
    for command in filter(None, map(str.strip, re.split(r"[;\n]", COMMANDS))):
        words = re.sub(r"\b[A-Z]{3,}\b", lambda word: values[word[0]], command)
        found[command] = written(root, words)
        if command == "entries -n 100 --json":
            values["ENTRY"] = next(
                one["id"] for one in json.loads(found[command][0])["entries"] if one["title"] == TITLE
            )
    return found


def written(root: Path, words: str) -> tuple[str, str]:
    out, err = BytesIO(), BytesIO()
    streams = [TextIOWrapper(stream, encoding="ascii", write_through=True) for stream in (out, err)]
    with pytest.MonkeyPatch.context() as process, suppress(SystemExit):
        process.setattr(sys, "argv", ["aggregator", "-C", str(root), *words.split()])
        process.setattr(sys, "stdout", streams[0])
        process.setattr(sys, "stderr", streams[1])
        cli.main()
    return out.getvalue().decode(), err.getvalue().decode()


def test_no_command_ends_at_a_letter(told: dict[str, tuple[str, str]]) -> None:
    """A UnicodeEncodeError would have come through."""
    silent = [command for command, (out, err) in told.items() if not out and not err]
    assert len(told) > 50 and len(silent) < 5, silent
    assert any('Zurich > ??: "naive" - 1?2' in out for out, _ in told.values())


def test_json_loses_nothing(told: dict[str, tuple[str, str]]) -> None:
    (title,) = {one["title"] for one in json.loads(told["entries -n 100 --json"][0])["entries"]} & {TITLE}
    assert title.isascii() is False and told["entries -n 100 --json"][0].isascii()
    assert "\\u" in told["config schema"][0] and json.loads(told["config schema"][0])


def test_what_is_a_file_is_written_as_one(told: dict[str, tuple[str, str]]) -> None:
    """Its own encoding is told in it, or it comes back."""
    for command in ("digest show morning --html", "digest edit evening --show", "feeds export --opml"):
        assert {"ö", "ü", "新"} & {*told[command][0]}, command


def test_every_command_that_prints_is_asked_here() -> None:
    """Also one that is added later; but for those that work for ever, and the demo, which says what sync says."""

    def commands(group: Any, name: str = "") -> Iterator[str]:
        there = getattr(group, "commands", {})
        if not there:
            yield name.strip()
        for word, command in there.items():
            yield from commands(command, f"{name} {word}")

    asked = [f"{command.strip()} " for command in re.split(r"[;\n]", COMMANDS)]
    missing = {
        name for name in commands(get_command(known.app)) if not any(one.startswith(f"{name} ") for one in asked)
    }
    assert missing == {"run", "serve", "demo"}


@pytest.mark.parametrize(
    "words",
    ["docs feeds", "digest show morning", "entries --json", "--help", "feeds shöw", "docs ö", "topics -h", "rules -h"],
)
def test_the_program_itself_writes_for_such_a_terminal(told: object, root: Path, words: str) -> None:
    command = [sys.executable, "-m", "aggregator", "-C", str(root), *words.split()]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert (done.stdout + done.stderr).isascii() and (done.stdout or done.stderr)
    assert b"Traceback" not in done.stderr and b"\\u20" not in done.stderr
    assert (done.returncode == 0) is ("ö" not in words)
