"""topics and rules at the command line, as people and programs use them."""

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.newswords import stories
from tests.program import data, run
from tests.servers import Page, serve
from tests.workspaces import START, desk, item, rss

EXTRA = """topics:
  sport: {about: "Football matches, goals, players, coaches and the league."}
  space: {about: "Rockets, planets, telescopes and astronauts in orbit."}
outputs: [{name: sport, topics: [sport]}]
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace that was synced once."""
    root = tmp_path_factory.mktemp("workspace")
    told = [(n, title, text, START - timedelta(days=n // 3)) for n, (_, title, text) in enumerate(stories(25))]
    news = [item(n, title=title, text=text, at=at) for n, title, text, at in told]
    with serve({"/a": Page(rss(*news))}) as server:
        desk(root, f"{{url: {server.url('/a')}, history: all}}", extra=EXTRA)
        run(root, "sync")
    yield root


def test_train_test_and_suggest(workspace: Path) -> None:
    trained = data(workspace, "topics", "train")
    assert (trained["entries"], trained["placed_anew"]) == (75, 75)
    assert trained["offered"] == {"sport": True, "space": True}
    tested = data(workspace, "topics", "test")["topics"]
    assert [topic["topic"] for topic in tested] == ["sport", "space"]
    assert all(topic["examples"] >= 5 for topic in tested)
    (advice,) = data(workspace, "topics", "suggest", "sport")["topics"]
    assert advice["words"] and {"word", "stories", "others"} == set(advice["words"][0])
    assert " stories, others " in run(workspace, "topics", "suggest").stdout
    assert "precision" in run(workspace, "topics", "test").stdout


def test_fix_takes_plus_and_minus_and_explain_says_so(workspace: Path) -> None:
    fixed = data(workspace, "topics", "fix", "https://example.com/3", "+space", "-sport")
    assert (fixed["topics"], fixed["corrected"]) == (["space"], {"space": True, "sport": False})
    shown = run(workspace, "explain", "https://example.com/3").stdout
    assert "space (by correction: a person said so" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("1", "+sprot"), 1, "no topic “sprot” in feeds.yaml; did you mean `sport`?"),
        (("999", "+sport"), 1, "no entry “999”"),
        (("1", "sport"), 2, "write +TOPIC or -TOPIC"),
        (("1", "+sport", "-sport"), 2, "both +sport and -sport"),
    ],
)
def test_fix_refuses_in_words(workspace: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = run(workspace, "topics", "fix", *words, code=code)
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_suggest_knows_its_topics(workspace: Path) -> None:
    assert "did you mean `space`?" in run(workspace, "topics", "suggest", "spase", code=1).stderr


def git(root: Path, *words: str) -> None:
    author = ("-c", "user.name=Desk", "-c", "user.email=desk@example.org")
    subprocess.run(["git", "-C", str(root), *author, *words], check=True, capture_output=True)


def test_rules_diff_against_a_revision_and_a_file(workspace: Path) -> None:
    """What was before comes from git, or from another file; the workspace's own feeds.yaml is what is to be."""
    git(workspace, "init", "-q")
    git(workspace, "add", "feeds.yaml")
    git(workspace, "commit", "-qm", "before")
    path = workspace / "feeds.yaml"
    before = path.read_text(encoding="utf-8")
    assert data(workspace, "rules", "diff")["moves"] == []
    path.write_text(before.replace("  space:", "  money: {words: [dividend]}\n  space:"), encoding="utf-8")
    (workspace / "old.yaml").write_text(before, encoding="utf-8")
    for against in ("HEAD", "old.yaml", os.path.relpath(workspace / "old.yaml")):  # in the workspace, and from here
        found = data(workspace, "rules", "diff", "--against", against)
        (money,) = [row for row in found["summary"] if row["name"] == "money"]
        assert money["gains"] > 0 and money["loses"] == 0
        assert "by words: “dividend”" in found["moves"][0]["why"]
    assert "+money: " in run(workspace, "rules", "diff", "--against", "HEAD").stdout
    assert data(workspace, "rules", "diff", "--against", "HEAD", "-n", "1")["entries"] == 1
    path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("against", ["nowhere", "--upload-pack=x", "x" * 300])
def test_rules_diff_against_nothing(workspace: Path, against: str) -> None:
    done = run(workspace, "rules", "diff", f"--against={against}", code=1)
    assert "neither a file nor a git revision" in done.stderr and "name what was before with --against" in done.stderr


def test_a_young_workspace_is_told_why_nothing_is_given_by_meaning(tmp_path: Path) -> None:
    """By the sync, by `check`, and by the commands that need what was learned; not once there is enough."""
    news = [item(n, title=title, text=text) for n, (_, title, text) in enumerate(stories(25))]
    with serve({"/a": Page(rss(*news[:9]))}) as server:
        desk(tmp_path, server.url("/a"), extra=EXTRA)
        assert "by meaning" not in run(tmp_path, "check").stderr
        said = "nothing is given by meaning (`about:`, `like:`) yet: it takes 50 entries, and 9 are here"
        for words, code in ((("sync",), 0), (("check",), 0), (("topics", "train"), 1), (("topics", "suggest"), 1)):
            done = run(tmp_path, *words, code=code)
            assert said in " ".join((done.stdout + done.stderr).split())
        server.pages["/a"] = Page(rss(*news))
        assert "by meaning" not in run(tmp_path, "sync", "--force").stderr


def test_errors_say_in_which_direction(workspace: Path) -> None:
    from aggregator.cli.topics import _error

    assert (_error(0.93), _error(0.04)) == ("0.93, and is labelled without it", "0.04, and is labelled with it")
    for topic in data(workspace, "topics", "test")["topics"]:
        assert all(error["has"] == (error["probability"] < 0.5) for error in topic["errors"])
