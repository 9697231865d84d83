"""What the bench rests on: equal work for everyone, and no CPU time that escapes the clock."""

import gzip
import io
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from bench.__main__ import Cost, ratios, served
from bench.documents import document

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


@pytest.mark.parametrize(("feed", "version"), [(0, "rss20"), (1, "atom10")])
def test_a_changed_document_has_one_new_entry_on_top_and_is_of_the_stated_size(feed, version):
    first, later = (document(feed, entries=20, version=number, now=NOW) for number in (0, 1))
    assert 50_000 < len(first) < 70_000
    assert first == document(feed, entries=20, version=0, now=NOW)
    before, after = (feedparser.parse(io.BytesIO(body)) for body in (first, later))
    assert (before.version, before.bozo, len(before.entries)) == (version, False, 20)
    assert [entry.id for entry in after.entries[1:]] == [entry.id for entry in before.entries[:-1]]
    assert [entry.summary for entry in after.entries[1:]] == [entry.summary for entry in before.entries[:-1]]


def asked(url: str, etag: str = "") -> tuple[int, str, bytes]:
    request = urllib.request.Request(url, headers={"If-None-Match": etag, "Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.headers["ETag"], gzip.decompress(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], error.read()


def test_the_server_changes_five_per_cent_of_both_formats_and_counts_what_was_asked():
    with served(40, entries=2, hosts=3, latency=0) as server:
        tags = {url: asked(url)[1] for url in server.urls}
        assert server.counts() == {"requests": 40, "200": 40, "connections": 40}
        assert {asked(url, tags[url])[0] for url in server.urls} == {304}
        server.tell("changed")
        changed = [number for number, url in enumerate(server.urls) if asked(url, tags[url])[0] == 200]
        assert changed == [0, 21]
        assert server.counts() == {"requests": 80, "304": 78, "200": 2, "connections": 80}
    assert server.process.returncode is not None


def test_the_cpu_time_of_a_worker_that_outlives_its_parent_is_counted(tmp_path):
    command = [sys.executable, "-c", ORPHAN, str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert float(told.stdout) >= 0.5


def test_ratios_are_medians_of_pairs():
    def cost(number: int, name: str, cpu: float) -> Cost:
        return Cost(number, name, "cold", cpu, cpu, cpu, stored=0, requests=0, full=0, unchanged=0, connections=0)

    pairs = [(1.0, 4.0), (9.0, 10.0), (10.0, 20.0)]
    costs = [
        cost(n, who, c) for n, pair in enumerate(pairs) for who, c in zip(("aggregator", "reader"), pair, strict=True)
    ]
    assert ratios(costs) == {"cold": {"wall": 0.5, "cpu": 0.5, "peak_mb": 0.5}}
