"""Feeds that are files: inside the workspace, and nowhere else."""

import os
from pathlib import Path

import pytest

from aggregator.errors import FetchError
from aggregator.fetch import Limits
from aggregator.fetch.files import read_file
from aggregator.model import Fetched, Request, Validators

LIMITS = Limits(body=1000)


def ask(url: str, folder: Path | None, validators: Validators | None = None) -> Fetched | FetchError:
    return read_file(Request(1, url, validators), folder=folder, limits=LIMITS)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    (folder / "feeds").mkdir(parents=True)
    (folder / "feeds" / "own feed.xml").write_bytes(b"<rss/>")
    (tmp_path / "secret.xml").write_bytes(b"secret")
    return folder


def test_an_unchanged_file_answers_like_an_unchanged_page(workspace: Path) -> None:
    url = "file:feeds/own%20feed.xml"
    first = ask(url, workspace)
    assert isinstance(first, Fetched)
    assert (first.status, first.body, first.final_url) == (200, b"<rss/>", url)
    known = Validators(url, first.headers["etag"])
    second = ask(url, workspace, known)
    assert isinstance(second, Fetched)
    assert (second.status, second.body) == (304, b"")
    os.utime(workspace / "feeds" / "own feed.xml", (1, 1))
    third = ask(url, workspace, known)
    assert isinstance(third, Fetched)
    assert third.status == 200


def test_the_whole_path_may_be_written_where_it_lies_inside(workspace: Path) -> None:
    answer = ask((workspace / "feeds" / "own feed.xml").as_uri(), workspace)
    assert isinstance(answer, Fetched)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.xml",
        "feeds/../../secret.xml",
        "%2e%2e/secret.xml",
        "/etc/passwd",
        "//etc/passwd",
        "///etc/passwd",
        "link.xml",
        "away/secret.xml",
    ],
)
def test_nothing_outside_the_workspace_is_read(workspace: Path, path: str) -> None:
    (workspace / "link.xml").symlink_to(workspace.parent / "secret.xml")
    (workspace / "away").symlink_to(workspace.parent)
    answer = ask(f"file:{path}", workspace)
    assert isinstance(answer, FetchError)
    assert answer.permanent
    assert "outside the workspace" in answer.reason or "another machine" in answer.reason


def test_a_pipe_is_not_waited_for(workspace: Path) -> None:
    os.mkfifo(workspace / "pipe.xml")
    answer = ask("file:pipe.xml", workspace)
    assert isinstance(answer, FetchError)
    assert "no such file" in answer.reason


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("none.xml", "no such file"),
        ("feeds", "no such file"),
        ("large.xml", "larger than 1 kB"),
        ("a%00b", "names no file"),
    ],
)
def test_what_cannot_be_read_says_why(workspace: Path, path: str, reason: str) -> None:
    (workspace / "large.xml").write_bytes(b"x" * 1001)
    answer = ask(f"file:{path}", workspace)
    assert isinstance(answer, FetchError)
    assert reason in answer.reason


def test_without_a_workspace_no_file_is_read() -> None:
    answer = ask("file:/etc/passwd", None)
    assert isinstance(answer, FetchError)
