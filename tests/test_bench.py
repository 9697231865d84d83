"""What the bench rests on: equal work for everyone, and no CPU time that escapes the clock."""

import gzip
import io
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest

from bench.__main__ import QUICK, STANDARD, parser
from bench.contenders import Floor, Ours, StoreOnly
from bench.documents import document
from bench.feeds import served
from bench.goals import ratios, speed_tables, verdicts
from bench.growth import PHASES as GROWTH_PHASES
from bench.growth import Grown, growth_tables
from bench.latency import Wait, latency_tables
from bench.parsers import parsers
from bench.peers import PEERS
from bench.server import address
from bench.speed import Cost, oddities
from bench.startup import VERSION, Start, startup_tables

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORPHAN = """
import sys
from pathlib import Path
from bench.measure import adopt_orphans, run
burn = "import time\\nwhile time.process_time() < 0.5: pass"
leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
adopt_orphans()
print(run([sys.executable, "-c", leave], cwd=Path.cwd(), notes=Path(sys.argv[1])).cpu)
"""
SPEED = """
import json, sys
from dataclasses import asdict
from bench.__main__ import OUR_SIDE, PEERS
from bench.feeds import served
from bench.measure import adopt_orphans
from bench.speed import Plan, costs
adopt_orphans()
contenders = [one for one in (*OUR_SIDE.values(), *PEERS.values()) if one.name in sys.argv[1:]]
with served(20, entries=2) as server:
    for cost in costs(server, contenders, Plan(rounds=1)):
        print(json.dumps(asdict(cost)))
"""
GROWTH = """
import json
from dataclasses import asdict
from bench.growth import growth
from bench.measure import adopt_orphans
adopt_orphans()
for grown in growth([300], feeds=10, fresh=2, rounds=1):
    print(json.dumps(asdict(grown)))
"""


@pytest.mark.parametrize(("feed", "version"), [(0, "rss20"), (1, "atom10")])
def test_a_changed_document_has_one_new_entry_on_top_and_is_of_the_stated_size(feed, version):
    first, later = (document(feed, entries=20, version=number, now=NOW) for number in (0, 1))
    assert 50_000 < len(first) < 70_000
    assert first == document(feed, entries=20, version=0, now=NOW)
    before, after = (feedparser.parse(io.BytesIO(body)) for body in (first, later))
    assert (before.version, before.bozo, len(before.entries)) == (version, False, 20)
    assert [entry.id for entry in after.entries[1:]] == [entry.id for entry in before.entries[:-1]]
    assert [entry.summary for entry in after.entries[1:]] == [entry.summary for entry in before.entries[:-1]]


def runs(texts: str) -> tuple[set[str], set[tuple[str, ...]]]:
    """The words of the summaries of two feeds, and the runs of six words that both have."""
    bodies = [document(feed, entries=20, version=0, now=NOW, texts=texts) for feed in (0, 2)]
    told = [[entry.summary.lower().split() for entry in feedparser.parse(io.BytesIO(body)).entries] for body in bodies]
    words = {word for one in told for summary in one for word in summary}
    one, other = ({tuple(words[at : at + 6]) for words in feed for at in range(len(words) - 6)} for feed in told)
    return words, one & other


def test_texts_are_drawn_anew_or_of_few_words_or_share_passages():
    (drawn, none), (few, rare), (_, shared) = map(runs, ("drawn", "few", "mixed"))
    assert len(drawn) > 500 and not none
    assert len(few) < 300 and not rare
    assert len(shared) > 50


def asked(url: str, etag: str = "", encoding: str = "gzip") -> tuple[int, str | None, bytes]:
    request = urllib.request.Request(url, headers={"If-None-Match": etag, "Accept-Encoding": encoding})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            body = reply.read()
            packed = reply.headers["Content-Encoding"] == "gzip"
            return reply.status, reply.headers["ETag"], gzip.decompress(body) if packed else body
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], error.read()


def test_every_feed_has_an_address_of_its_own_and_the_server_counts_who_was_asked():
    assert len({address(feed) for feed in range(50_000)}) == 50_000
    with served(40, entries=2) as server:
        assert len({urlsplit(url).hostname for url in server.urls}) == 40
        for url in server.urls:
            asked(url)
        asked(server.urls[0])
        counts = server.tell()
        assert (counts["requests"], counts["feeds"], counts["200"], counts["connections"]) == (41, 40, 41, 41)
        assert server.tell()["feeds"] == 0
    assert server.process.returncode is not None


def test_the_server_changes_five_per_cent_of_both_formats_again_and_again():
    with served(40, entries=2) as server:
        for _ in range(2):
            tags = {url: asked(url)[1] or "" for url in server.urls}
            assert {asked(url, tags[url])[0] for url in server.urls} == {304}
            server.tell(change=True)
            changed = [number for number, url in enumerate(server.urls) if asked(url, tags[url])[0] == 200]
            assert changed == [0, 21]


def test_a_server_without_validators_heeds_no_condition_and_tells_the_same_bytes():
    with served(2, entries=2) as server:
        _, tag, body = asked(server.urls[0])
        server.tell(bare=True)
        assert asked(server.urls[0], tag or "") == (200, None, body)


def test_a_client_that_takes_no_gzip_gets_the_document_as_it_is():
    with served(2, entries=2) as server:
        assert asked(server.urls[1], encoding="identity") == asked(server.urls[1])


def test_a_hanging_feed_never_answers_and_the_others_are_stamped():
    with served(8, entries=1) as server:
        server.tell(hanging=True, latency=0.01)
        begun = time.monotonic()
        assert asked(server.urls[6])[0] == 200
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(server.urls[7], timeout=0.2)
        counts = server.tell()
        assert (counts["200"], counts["left hanging"]) == (1, 1)
        assert begun < counts["last"] < time.monotonic()


def test_every_contender_here_asks_each_feed_once_in_each_phase_and_stores_the_same():
    """The cheap ones: ours, ours up to the store, the floor, and the peers from Debian where they are installed."""
    contenders = [Ours(), StoreOnly(), Floor(), *(PEERS[name] for name in ("newsboat", "sfeed"))]
    here = [contender for contender in contenders if not contender.missing]
    told = run_alone(SPEED, *(contender.name for contender in here))
    found = [Cost(**cost) for cost in told]
    assert oddities(found, 20) == []
    for phase, stored in {"cold": 40, "same": 40, "changed": 41, "bare": 41}.items():
        of = [cost for cost in found if cost.phase == phase]
        assert {(cost.contender, cost.stored) for cost in of} == {(contender.name, stored) for contender in here}
    work = {cost.phase: (cost.full, cost.unchanged) for cost in found if cost.contender == "aggregator"}
    assert work == {"cold": (20, 0), "same": (0, 20), "changed": (1, 19), "bare": (20, 0)}


def test_a_filled_database_is_one_that_the_program_goes_on_with():
    """Clones are nobody's duplicates, nothing of them waits for Curate, and the feeds that are asked stay unchanged."""
    found = [Grown(**grown) for grown in run_alone(GROWTH)]
    assert {(one.phase, one.stored) for one in found} == {(phase, 300) for phase in GROWTH_PHASES}
    curated = {one.phase: one.curated for one in found}
    assert curated == {"idle": 0, "same": 0, "changed": 1, "cold": 20}
    assert "| unchanged" in growth_tables(found)


def run_alone(program: str, *words: str) -> list[dict[str, Any]]:
    """In a process of its own: the bench adopts the orphans of its process."""
    command = [sys.executable, "-c", program, *words]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_the_cpu_time_of_a_worker_that_outlives_its_parent_is_counted(tmp_path):
    command = [sys.executable, "-c", ORPHAN, str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert float(told.stdout) >= 0.5


def cost(number: int, name: str, cpu: float, requests: int = 10) -> Cost:
    return Cost(
        number, name, "cold", cpu, cpu, cpu, server_cpu=0, stored=1, feeds=10, requests=requests, full=0, unchanged=0
    )


def test_ratios_are_taken_pair_by_pair_and_held_against_the_goal():
    pairs = [(1.0, 4.0), (9.0, 10.0), (2.0, 20.0)]
    costs = [
        cost(n, who, c) for n, pair in enumerate(pairs) for who, c in zip(("aggregator", "reader"), pair, strict=True)
    ]
    assert ratios(costs, "aggregator", "reader", phase="cold", what="cpu") == [0.25, 0.9, 0.1]
    verdict = next(iter(verdicts(costs, 10)))
    assert (verdict.goal, verdict.reached, verdict.met) == ("≤ 1/5", "1/4.0 (1.1–10.0)", False)
    assert "| cold: aggregator / reader, CPU" in speed_tables(costs, 10)


def test_a_contender_that_asks_twice_is_named():
    assert oddities([cost(0, "reader", 1.0)], 10) == []
    assert oddities([cost(0, "reader", 1.0, requests=11)], 10) == [
        "**reader in phase cold sent 11 requests to 10 of 10 feeds**"
    ]


def test_latency_and_startup_are_held_against_their_goals():
    waits = [Wait(0, "aggregator", hanging, last, 4.0, 1.0, 50, 49, 1) for hanging, last in ((False, 1.0), (True, 1.5))]
    assert latency_tables(waits).count("**no**") == 2
    starts = [Start(VERSION, 0.1, cpu, 20.0) for cpu in (0.1, 0.12, 9.0)]
    assert "0.12 s" in startup_tables(starts)


def test_the_command_line_knows_every_line_of_the_standard_set():
    for line in (*STANDARD, *QUICK):
        assert parser().parse_args(line.split()).run


def test_the_parsers_that_are_compared_all_read_the_documents():
    for feed in (0, 1):
        body = document(feed, entries=20, version=0, now=datetime(2026, 6, 1, tzinfo=UTC))
        found = {name: parse(body) for name, parse in parsers().items()}
        ours, reference = found["the fast path, whole"], found["feedparser, as we call it"]
        assert [entry.guid for entry in ours.entries] == [entry.guid for entry in reference.entries]
        assert len(ours.entries) == 20 and len(found["lxml, the tree alone"]) > 0
