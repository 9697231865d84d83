"""`aggregator demo`: what a new user runs first, without a network."""

import json
from pathlib import Path

import feedparser
import pytest

from tests.program import called


def demo(folder: Path, *, code: int = 0) -> str:
    """Run it; give what it said on stderr."""
    done = called("demo", folder)
    assert done.returncode == code, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace that the demo made, and what it said."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return folder, demo(folder)


def test_it_syncs_twice_and_the_second_time_nothing_has_changed(shown: tuple[Path, str]) -> None:
    """All six formats are read; copies are folded; the second sync writes nothing."""
    first, second = (line for line in shown[1].splitlines() if "feeds due" in line)
    assert first.startswith("6 of 6 feeds due: 6 read, 0 unchanged, 0 failed; 46 new entries")
    assert "3 duplicates folded" in first
    assert second.startswith("6 of 6 feeds due: 0 read, 6 unchanged, 0 failed; 0 new entries")
    assert "outputs: 0 written, nothing changed" in shown[1]


def test_outputs_digest_and_mail_are_there(shown: tuple[Path, str]) -> None:
    """The syndicated text stands once in the output, in all three formats, and in the mail."""
    storage = shown[0] / "storage"
    read = feedparser.parse((storage / "outputs/all.atom").read_bytes())
    titles = [entry.title for entry in read.entries]
    items = json.loads((storage / "outputs/all.json").read_text(encoding="utf-8"))["items"]
    assert len(titles) == len(set(titles)) == len(items) == 43
    assert len(list(storage.glob("issues/morning/*"))) == 4 and len(list(storage.glob("outbox/*.eml"))) == 1


def test_it_makes_its_own_workspace_anew_and_touches_no_other_folder(shown: tuple[Path, str], tmp_path: Path) -> None:
    """A second demo in the same place is fine; a folder with something else in it is refused."""
    demo(shown[0])
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    assert "name another folder" in demo(tmp_path, code=1)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
