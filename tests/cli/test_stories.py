"""`aggregator stories`, and what `explain` says of a story, for people and for programs."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.model.story_traits import nth_story
from tests.program import data, run
from tests.servers import Page, Server, serve
from tests.storyroom import TREATY
from tests.workspaces import START, desk, item, rss

EXTRA = """topics: {world: {title: World, words: [treaty], weight: 2}, sport: {words: [goal]}}
outputs: [{name: events, show: stories}, {name: all}]
digests: [{name: morning, when: daily 00:00, to: [reader@example.org]}]
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    now = utc_now()
    papers = {
        f"/{n}": Page(rss(item(n + 1, title=title, text=text, at=now), title=f"Paper [{n}]"))
        for n, (title, text) in enumerate(TREATY[:3])
    }
    with serve({**papers, "/9": Page(rss(item(9, title="Rain", at=now), title="Weather"))}) as server:
        yield server


@pytest.fixture(scope="module")
def synced(site: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one story of three publishers, and a text that nobody else tells."""
    root = tmp_path_factory.mktemp("workspace")
    papers = [f"{{url: '{site.url(f'/{n}')}', publisher: paper{n}.example.org}}" for n in (0, 1, 2, 9)]
    desk(root, *papers, extra=EXTRA.replace("digests", "# digests"))
    run(root, "sync")
    with sqlite3.connect(root / "storage/aggregator.db") as database:
        ids = [row[0] for row in database.execute("SELECT id FROM entry WHERE title != 'Rain' ORDER BY id")]
        (uid,) = database.execute("SELECT uid FROM entry WHERE id = ?", ids[:1]).fetchone()
        why = json.dumps(["Tarvenia", "Osmere"])
        database.executemany(
            "UPDATE curation SET story = ?, story_uid = ?, story_like = ?, story_score = ?, story_why = ? "
            "WHERE entry_id = ?",
            [(ids[0], uid if n else "", ids[0] if n else 0, 0.62 if n else 0, why if n else "[]", id)
             for n, id in enumerate(ids)],
        )  # fmt: skip
    (root / "feeds.yaml").write_text((root / "feeds.yaml").read_text().replace("# digests", "digests"))
    return root


def story(root: Path) -> dict[str, object]:
    (found,) = data(root, "stories", "--several")["stories"]
    return dict(found)


def test_stories_are_listed_with_those_who_tell_them(synced: Path) -> None:
    head, *rows = (line.split("\t") for line in run(synced, "stories").stdout.splitlines())
    assert head == ["id", "newest (UTC)", "publishers", "entries", "title", "told by"]
    assert sorted(row[2] for row in rows) == ["1", "3"]
    (several,) = (row for row in rows if row[2] == "3")
    assert several[3] == "3" and several[5] == "paper0.example.org, paper1.example.org, paper2.example.org"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["--topic", "world"], 1),
        (["--topic", "sport"], 0),
        (["--since", "2999-01-01"], 0),
        (["--since", "2020-01-01"], 2),
        (["-n", "1"], 1),
        (["--several", "-n", "1"], 1),
    ],
)
def test_stories_by_topic_time_and_number(synced: Path, words: list[str], count: int) -> None:
    assert len(data(synced, "stories", *words)["stories"]) == count


def test_what_there_is_none_of_is_said(synced: Path) -> None:
    assert [data(synced, "stories", "-n", str(number))["more"] for number in (1, 99)] == [True, False]
    assert "the newest 1; `-n 4` shows more" in run(synced, "stories", "-n", "1").stderr
    assert "no story matches" in run(synced, "stories", "--topic", "sport").stderr
    assert "there is: world, sport" in run(synced, "stories", "--topic", "wrld", code=1).stderr
    assert "2026-11-20T07:00" in run(synced, "stories", "--since", "soon", code=2).stderr
    assert "no story “-999”" in run(synced, "stories", "show", "-999", code=1).stderr
    assert "no story “999”" in run(synced, "stories", "show", "999", code=1).stderr


def test_a_story_is_shown_by_its_number_its_id_and_those_of_its_entries(synced: Path) -> None:
    whole = story(synced)
    last = whole["entries"][-1]
    for reference in (whole["id"], whole["uid"], last["id"]):
        (shown,) = data(synced, "stories", "show", str(reference))["stories"]
        assert shown["id"] == whole["id"] and shown["summary"] and shown["coverage"] == 3
        assert shown["newest"].endswith("Z")
    said = run(synced, "stories", "show", str(whole["id"])).stdout
    assert "told by 3 publishers in 3 entries" in said and "Paper [1]: " in said
    assert "\n            " in said and " — paper" in said


def test_the_second_story_that_an_entry_founds_has_a_number_to_type(synced: Path) -> None:
    """It is stored under a number below zero, which nobody is shown."""
    (rain,) = (one["entries"][0]["id"] for one in data(synced, "stories")["stories"] if one["title"] == "Rain")
    with sqlite3.connect(synced / "storage/aggregator.db") as database:
        before = database.execute("SELECT story FROM curation WHERE entry_id = ?", (rain,)).fetchone()
        database.execute("UPDATE curation SET story = ? WHERE entry_id = ?", (nth_story(int(rain), 1), rain))
    again = f"{rain}.2"
    assert {row.split("\t")[0] for row in run(synced, "stories").stdout.splitlines()} >= {again}
    (shown,) = data(synced, "stories", "show", again)["stories"]
    assert shown["id"] == again and [entry["id"] for entry in shown["entries"]] == [rain]
    assert f"{again} Rain" in run(synced, "stories", "show", again).stdout
    assert f"{again} “Rain”" in run(synced, "explain", rain).stdout
    assert [entry["story"] for entry in data(synced, "explain", rain)["entries"]] == [again]
    with sqlite3.connect(synced / "storage/aggregator.db") as database:
        database.execute("UPDATE curation SET story = ? WHERE entry_id = ?", (*before, rain))


def test_explain_tells_the_story_and_the_parts_of_its_score(synced: Path) -> None:
    whole = story(synced)
    last = whole["entries"][-1]["id"]
    said = run(synced, "explain", last).stdout
    assert f"came in by entry {whole['id']} at paper0.example.org, score 0.62" in said
    assert "they share: Tarvenia, Osmere" in said and "adds " in said
    assert "in events, told by its story, which is led by entry" in said or "in events\n" in said
    assert "place 1 of at most 20" in said and "· topic 2: weight of the topic world (feeds.yaml)" in said
    assert "told by 3 publishers in words of their own" in said
    (trace,) = data(synced, "explain", last)["entries"]
    assert trace["story"] == whole["id"] and trace["in_story"]["joined"] == {"entry": whole["id"], "score": 0.62}
    (standing,) = trace["next_issues"]
    product = 1.0
    for part in standing["parts"]:
        product *= part["value"]
    assert (standing["digest"], standing["place"]) == ("morning", 1)
    assert standing["score"] == pytest.approx(product, rel=1e-4)


def test_the_issue_says_the_same_of_its_score(synced: Path) -> None:
    issue = data(synced, "digest", "preview", "morning")["issue"]
    lead = issue["sections"][0]["lines"][0]
    assert lead["rank"] == 1 and {name for name, _, _ in lead["parts"]} >= {"recency", "coverage", "pace", "topic"}
    assert len(lead["covered"]) == 2 and lead["summary"]


def test_a_workspace_without_stories_says_how_to_get_some(tmp_path: Path) -> None:
    desk(tmp_path)
    assert "aggregator sync" in run(tmp_path, "stories").stderr


def test_the_example_in_the_docs_has_the_steps_that_there_are(synced: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/explain.md").read_text(encoding="utf-8")
    shown = re.findall(r"^([a-z][a-z ]*): ", text.partition("```text")[2].partition("```")[0], re.MULTILINE)
    (trace,) = data(synced, "explain", str(story(synced)["id"]))["entries"]
    assert shown == list(trace["trace"])


def test_for_a_person_the_steps_stand_out_and_long_lines_are_wrapped(synced: Path) -> None:
    command = [sys.executable, "-m", "aggregator", "-C", str(synced), "stories", "show", str(story(synced)["id"])]
    env = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "60", "TERM": "xterm"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    assert "\x1b[1msummary:" in done.stdout
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in done.stdout.splitlines()]
    assert max(map(len, lines)) <= 60 and sum(line.startswith(" " * 12) for line in lines) > 5


def test_the_list_is_in_the_order_of_its_newest_entries(tmp_path: Path) -> None:
    """Those that came with one sync as well, in whichever order their feeds stand."""
    names = ("Rain floods cellars", "Whale swims free", "Furnace goes cold", "Opera finds a tenor")
    pages = {f"/{n}": Page(rss(item(90 + n))) for n in range(len(names))}
    with serve(pages) as server:
        here = desk(tmp_path, *(server.url(path) for path in pages))
        here.sync()
        here.clock.forward(hours=9)
        for n, name in enumerate(names):
            hours = (5, 8, 6, 7)[n]
            server.pages[f"/{n}"] = Page(rss(item(n, title=name, text=f"{name}.", at=START + timedelta(hours=hours))))
        here.sync(force=True)
    rows = data(tmp_path, "stories")["stories"]
    whens = [row["newest"] for row in rows]
    assert [row["title"] for row in rows[:4]] == [names[n] for n in (1, 3, 2, 0)]
    assert whens == sorted(whens, reverse=True)
