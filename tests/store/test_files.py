"""The files of storage/ and its lock: whole or not at all, and one process at a time."""

import fcntl
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from threading import Event

import pytest

from aggregator.errors import LockedError, WorkspaceError
from aggregator.store import Archive, hold
from tests.store.things import NOW, Desk, document, entry

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from aggregator.store import Archive
archive = Archive(Path({folder!r}))
for n in range(1_000_000):
    archive.write_output("all.atom", str(n % 10).encode() * 3_000_000)
    print(n, flush=True)
"""

HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {root!r})
from aggregator.store import hold
with hold(Path({path!r}), who="aggregator sync", now=datetime(2026, 11, 23, 12, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_file_is_written_only_when_its_bytes_differ(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "storage")
    assert archive.write_output("all.atom", b"one")
    stamp = archive.output("all.atom").stat().st_mtime_ns
    assert not archive.write_output("all.atom", b"one")
    assert archive.output("all.atom").stat().st_mtime_ns == stamp
    assert archive.write_output("all.atom", b"two")
    assert (tmp_path / "storage" / "outputs" / "all.atom").read_bytes() == b"two"


def test_everything_lies_where_the_readme_says(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_output("world.json", b"{}")
    archive.write_issue("morning", "2026-11-23.html", b"<p>")
    archive.write_outbox("d.morning.2026-11-23.0a.eml", b"From: a")
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["issues/morning/2026-11-23.html", "outbox/d.morning.2026-11-23.0a.eml", "outputs/world.json"]
    assert archive.write_preview("morning.html", b"<p>") == tmp_path / "previews" / "morning.html"
    assert archive.has_outputs(["world.json"])
    assert not archive.has_outputs(["world.json", "world.rss"])


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "/etc/passwd", ".hidden", "a\0b", "a\nb", "ä", "a" * 201]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    archive = Archive(tmp_path / "storage")
    for writing in (archive.write_output, archive.write_outbox, lambda n, data: archive.write_issue(n, "a.html", data)):
        with pytest.raises(WorkspaceError, match="cannot be the name of a file"):
            writing(name, b"")
    assert list(tmp_path.iterdir()) == []


def test_a_writer_killed_in_the_middle_leaves_a_whole_file(tmp_path: Path) -> None:
    """kill -9 again and again: the output is always one digit, three million times."""
    archive = Archive(tmp_path)
    program = WRITER.format(root=str(ROOT), folder=str(tmp_path))
    for lines in (1, 2, 3, 5):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for _ in range(lines):
                process.stdout.readline()
            process.send_signal(SIGKILL)
        data = archive.output("all.atom").read_bytes()
        assert data == data[:1] * 3_000_000
    (tmp_path / "outputs" / ".unfinished-1-all.atom").write_bytes(b"half")
    assert archive.clean() >= 1
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["all.atom"]
    assert archive.clean() == 0


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let the kernel refuse to make files larger, as a full disk or a quota would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_is_done_though_a_sync_cleans_up_meanwhile(tmp_path: Path) -> None:
    """A form that is kept by `serve` while `sync` removes what killed writes left, here over and over."""
    archive, over = Archive(tmp_path), Event()

    def clean() -> None:
        while not over.is_set():
            archive.clean()

    with ThreadPoolExecutor(1) as pool:
        cleaner = pool.submit(clean)
        try:
            assert all(archive.write_consent(f"{number}.html", b"a form") for number in range(200))
        finally:
            over.set()
        cleaner.result()
    assert len(list((tmp_path / "consent").iterdir())) == 200


def test_what_somebody_is_writing_is_left_alone_until_its_writer_is_killed(tmp_path: Path) -> None:
    archive, unfinished = Archive(tmp_path), tmp_path / ".unfinished-1-1-all.atom"
    with unfinished.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert archive.clean() == 0
        assert unfinished.exists()
    assert archive.clean() == 1
    assert not unfinished.exists()


def test_a_disk_that_takes_no_more_keeps_the_old_file_and_names_the_path(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_output("all.atom", b"old")
    refusal = pytest.raises(WorkspaceError, match=r"outputs/all\.atom: cannot be written: File too large")
    with files_no_larger_than(10_000), refusal:
        archive.write_output("all.atom", b"new" * 10_000)
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["all.atom"]
    assert archive.output("all.atom").read_bytes() == b"old"


def test_a_disk_that_takes_no_more_keeps_the_database_as_it_was(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    visit = desk.visit("a", intake=document([entry("2", html="x" * 3_000_000)]))
    refusal = pytest.raises(WorkspaceError, match=r"aggregator\.db: the disk")
    with files_no_larger_than(2_000_000), refusal:
        desk.save(visit)
    assert desk.guids() == ["1"]
    assert desk.save(visit)[0].new == 1


def test_what_stands_in_the_way_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "outputs" / "all.atom").mkdir(parents=True)
    with pytest.raises(WorkspaceError, match=r"outputs/all\.atom: cannot be written: Is a directory"):
        Archive(tmp_path).write_output("all.atom", b"data")
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["all.atom"]


def test_a_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "storage" / "lock"
    program = HOLDER.format(root=str(ROOT), path=str(path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(LockedError) as refused, hold(path, who="aggregator prune", now=NOW):
            raise AssertionError("two held one lock")
        process.send_signal(SIGKILL)
    assert refused.value.holder == f"process {process.pid}, aggregator sync, since 2026-11-23 12:00:00 UTC"
    assert refused.value.exit_code == 4
    with hold(path, who="aggregator prune", now=NOW):  # the kernel let go of it when the holder died
        assert "aggregator prune" in path.read_text()


def test_the_lock_is_free_again_when_the_work_fails(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(ValueError, match="broken"), hold(path, who="one", now=NOW):
        raise ValueError("broken")
    with hold(path, who="two", now=NOW), pytest.raises(LockedError, match="two"), hold(path, who="three", now=NOW):
        raise AssertionError("two held one lock")


def test_a_disk_that_is_full_has_room_for_the_lock_but_not_for_a_name(tmp_path: Path) -> None:
    """What is said next names the file that matters; whoever comes second is told that somebody is there."""
    path = tmp_path / "lock"
    with hold(path, who="one", now=NOW):
        pass
    with files_no_larger_than(0), hold(path, who="two", now=NOW):
        refused = pytest.raises(LockedError, match="in use by another process")
        with refused, hold(path, who="three", now=NOW):
            raise AssertionError("two held one lock")


def test_a_lock_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(WorkspaceError, match="lock cannot be opened"), hold(tmp_path / "lock", who="one", now=NOW):
        raise AssertionError("held a folder")
