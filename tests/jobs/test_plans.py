"""What a sync asks of the database, as the database plans it: never a walk through all that is stored."""

import sqlite3
from pathlib import Path

from aggregator import workers
from tests.servers import Page, serve
from tests.workspaces import desk, item, rss

EXTRA = """outputs: [{name: all}, {name: events, show: stories}, {name: world, topics: [world], show: stories}]
topics: {world: {words: [headline*]}}
digests: [{name: morning, when: daily 06:30, topics: [world]}, {name: all, when: daily 06:30}]
"""
LARGE = ("entry", "curation", "shelf", "told", "tombstone", "sketch", "story_entry", "story_posting")
"""Tables that grow with the archive."""


def test_no_statement_of_a_sync_walks_through_the_archive(tmp_path: Path) -> None:
    """New, changed and unchanged entries, curated, published and told: each statement finds its rows by an index.

    What outputs show is read off the newest end of an index, not sorted.
    """
    told: list[str] = []
    with serve({"/a": Page(rss(item(1), item(2))), "/b": Page(rss(item(3)))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"), extra=EXTRA)
        here.sync()
        server.pages["/a"] = Page(rss(item(1, text="Another text, which is a change."), item(2), item(4)))
        here.clock.forward(hours=1)
        with here.app() as app:
            for way in (app.store._database.lane.write, app.store._database.lane.read):
                with way() as connection:
                    connection.set_trace_callback(told.append)
            report = workers.sync(app, force=True)
    assert (report.refreshed.new, report.refreshed.updated, report.placed.entries) == (1, 1, 2)
    plans = {}
    with sqlite3.connect(tmp_path / "storage/aggregator.db") as database:
        database.create_function("lower", 1, str.casefold)
        for statement in told:
            if statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
                rows = database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
                plans[statement] = [row[3] for row in rows]
    walks = {s: plan for s, plan in plans.items() if any(f"SCAN {table}" in step for step in plan for table in LARGE)}
    sorts = {s: plan for s, plan in plans.items() if "FROM shelf" in s and any("TEMP B-TREE" in step for step in plan)}
    assert len(report.issues) == 2
    assert len(plans) > 40
    assert walks == {}
    assert sorts == {}
