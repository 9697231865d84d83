"""docs/operation.md: its commands are there, its units are read by systemd, and its copies come back."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from aggregator.app import open_app
from aggregator.cli import ALL_COMMANDS
from tests.program import run
from tests.workspaces import desk

PAGE = (Path(__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")
CALL = re.compile(r"/opt/aggregator/bin/aggregator((?: -q| -C /srv/news)*) ([a-z]+)")


def lines(section: str) -> list[str]:
    """Give the lines to type of a section."""
    return re.findall(r"^    (.+)$", PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0], re.MULTILINE)


def test_each_command_of_the_page_is_there() -> None:
    called = {command for _, command in CALL.findall(PAGE)}
    assert called == {"init", "check", "run", "sync"} <= ALL_COMMANDS


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("needs systemd-analyze (apt-get install systemd)")
    program = tmp_path / "aggregator"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name, unit in zip(
        ("aggregator.service", "aggregator-sync.service", "aggregator-sync.timer"),
        re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL),
        strict=True,
    ):
        (tmp_path / name).write_text(unit.replace("/opt/aggregator/bin/aggregator", str(program)), encoding="utf-8")
    units = [tmp_path / "aggregator.service", tmp_path / "aggregator-sync.timer"]
    done = subprocess.run([verify, "verify", *units], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_copy_comes_back_as_it_was(tmp_path: Path) -> None:
    """The lines of the page, typed while the database is open and has a log beside it."""
    if shutil.which("sqlite3") is None:
        pytest.skip("needs the sqlite3 command (apt-get install sqlite3)")
    root = tmp_path / "news"

    def typed(*commands: str) -> None:
        for command in commands:
            here = re.sub("/srv|/var/backups(?=/)", str(tmp_path), command.replace("/backups/news", "/backups/kept"))
            subprocess.run(["sh", "-ec", here.replace("-o news -g news", "")], check=True)

    desk(root, "file:news.xml")
    (root / "storage" / "consent").mkdir(parents=True)
    (root / "storage" / "consent" / "form.html").write_text("agreed", encoding="utf-8")
    with open_app(root) as app:
        app.store.meta["kept"] = "yes"
        typed(*lines("Keeping a copy"))
        app.store.meta["kept"] = "changed since"
    (root / "feeds.yaml").unlink()
    _, remove, unpack, install, _ = lines("Putting it back")
    typed(remove, unpack, install)
    with open_app(root) as app:
        assert app.store.meta["kept"] == "yes"
    assert (root / "storage" / "consent" / "form.html").is_file()
    assert (root / "storage" / "aggregator.db").stat().st_mode & 0o777 == 0o600
    assert "no mistakes" in run(root, "check").stderr
