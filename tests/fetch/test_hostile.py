"""Servers and documents made to do harm, through a whole sync: bounded, named, at no cost to the feeds beside them."""

from pathlib import Path

import pytest

from bench.attacks import attacks
from tests.servers import Page, serve
from tests.workspaces import desk, item, rss

SAID = {
    "brotli bomb: 39 bytes become 50 MB": "the answer is larger than 5 MB",
    "600 header lines": "the answer's header has more than 500 lines",
    "redirects without an end": "more than 5 redirects",
    "a redirect to the cloud's metadata": "the address 169.254.169.254 is link-local",
    "a redirect to a file": "the scheme 'file'",
    "an external entity: a file": "",
    "an external entity: an address": "",
    "600 kB of nested tags": "more than 500 elements inside each other",
    "an attribute of 8 MB": "the answer is larger than 5 MB",
    "an author of 200 kB with an @": "it took longer than 5 seconds",
    "an entry of 50,000 nested div": "",
    "JSON nested 100,000 deep": "broken JSON",
}
"""What the error of the feed says; "" where the document is read without the harm."""


@pytest.mark.parametrize("name", SAID)
def test_a_hostile_feed_costs_only_itself_and_names_the_bound(name: str, tmp_path: Path) -> None:
    with serve({"/ok": Page(rss(item(1)))}) as well, serve(attacks()[name](), host="127.0.0.9") as bad:
        report = desk(tmp_path, well.url("/ok"), bad.url("/feed")).sync()
        asked = {seen.path.partition("?")[0] for seen in bad.requests}
    failures = report.refreshed.failures
    assert well.url("/ok") not in failures
    assert SAID[name] in failures.get(bad.url("/feed"), "")
    assert (bad.url("/feed") in failures) == bool(SAID[name])
    assert asked == {"/feed"}
    outputs = b"".join(path.read_bytes() for path in (tmp_path / "storage" / "outputs").iterdir())
    assert b"root:" not in outputs
    assert b"secret" not in outputs


def test_the_collected_xml_attacks_are_harmless(corpus: Path, tmp_path: Path) -> None:
    """Each as a feed of its own: some are none, some are read; no file shows, and nothing else is asked for."""
    documents = {f"/{path.name}": path.read_bytes() for path in (corpus / "attacks" / "xml").glob("*.xml")}
    assert len(documents) >= 9
    with serve(documents | {"/ok": rss(item(1))}) as server:
        report = desk(tmp_path, *(server.url(path) for path in server.pages)).sync()
        assert sorted(seen.path for seen in server.requests) == sorted(server.pages)
    assert server.url("/ok") not in report.refreshed.failures
    outputs = b"".join(path.read_bytes() for path in (tmp_path / "storage" / "outputs").iterdir())
    assert b"root:" not in outputs
