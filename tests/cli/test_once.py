"""`aggregator sync` as timers call it goes a short way, to the same place."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.cli.once import plain_sync
from aggregator.store import hold
from tests.program import called

FEED = "<rss version='2.0'><channel><title>N</title><item><title>One</title><guid>1</guid></item></channel></rss>"


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("sync", "env False False False"),
        ("-q sync", "env True False False"),
        ("-C here sync --force --json", "here False True True"),
        ("-q -C sync sync --json", "sync True False True"),
        ("-C here sync --json --force", "here False True True"),
    ],
)
def test_a_plain_sync_is_read_at_once(words: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGGREGATOR_WORKSPACE", "env")
    found = plain_sync(words.split())
    assert found
    folder, *flags = read.split()
    assert found.screen.root == tmp_path / folder
    assert [str(flag) for flag in (found.screen.quiet, found.force, found.as_json)] == flags


@pytest.mark.parametrize(
    "words",
    ["", "-C", "-C sync", "sync now", "sync --help", "sync -- --json", "run", "-C a -C b sync", "--workspace a sync",
     "-q -q sync", "sync --jason", "--version sync", "sync sync", "sync -C here"],
)  # fmt: skip
def test_whatever_else_is_said_is_left_to_typer(words: str) -> None:
    assert plain_sync(words.split()) is None


def sync(root: Path, *words: str, option: str = "-C") -> tuple[int, str, str]:
    done = called(option, root, "sync", *words)
    return done.returncode, done.stdout, done.stderr


def both(root: Path, *words: str) -> tuple[int, str, str]:
    """Go both ways, and see that they are one."""
    ways = [sync(root, *words, option=option) for option in ("-C", "--workspace")]
    assert ways[0] == ways[1]
    return ways[0]


def test_both_ways_do_the_same(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("title: X\nfeeds: [file:news.xml]\n", encoding="utf-8")
    (tmp_path / "news.xml").write_text(FEED, encoding="utf-8")
    assert sync(tmp_path, "--json")[0] == 0
    code, said, _ = both(tmp_path)
    assert code == 0 and said == ""
    assert both(tmp_path, "-q") == (0, "", "")
    ways = [json.loads(sync(tmp_path, "--force", "--json", option=option)[1]) for option in ("-C", "--workspace")]
    assert ways[0].pop("seconds").keys() == ways[1].pop("seconds").keys()
    assert ways[0] == ways[1]
    (tmp_path / "news.xml").unlink()
    assert both(tmp_path, "--force", "-q")[0] == 3


def test_both_ways_refuse_the_same(tmp_path: Path) -> None:
    assert both(tmp_path)[0] == 2
    (tmp_path / "feeds.yaml").write_text("title: X\nfeds: []\n", encoding="utf-8")
    code, _, said = both(tmp_path)
    assert code == 2 and "feeds.yaml:2:1: feds: unknown key" in said
    (tmp_path / "feeds.yaml").write_text("title: X\n", encoding="utf-8")
    with hold(tmp_path / "storage/lock", who="somebody", now=utc_now()):
        code, _, said = both(tmp_path)
    assert code == 4 and "somebody" in said


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("title: X\n", encoding="utf-8")
    command = [sys.executable, "-m", "aggregator", "sync"]
    subprocess.run(command, env={**os.environ, "AGGREGATOR_WORKSPACE": str(tmp_path)}, check=True)
    assert (tmp_path / "storage/outputs/all.atom").exists()
