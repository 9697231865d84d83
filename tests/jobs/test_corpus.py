"""Every captured document, served over loopback and synced: nothing crashes, nothing is lost, nothing repeats."""

from pathlib import Path

import pytest

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.pipeline.parse import parse
from tests.servers import Page, serve
from tests.workspaces import Desk, desk

TYPES = {".json": "application/feed+json", ".html": "text/html"}


def documents(corpus: Path) -> dict[str, Page]:
    """Serve each file under its number, with the media type of its ending."""
    files = sorted(p for p in (corpus / "feeds").rglob("*") if p.suffix in (".xml", ".json", ".atom", ".html", ".rss"))
    pages = {}
    for number, path in enumerate(files):
        body = path.read_bytes()
        headers = {"content-type": TYPES.get(path.suffix, "application/xml")}
        pages[f"/{number}{path.suffix}"] = Page(body, headers=headers, etag=f'"{number}"')
    return pages


@pytest.fixture(scope="module")
def synced(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, dict[str, str], dict[str, Page], object, object]:
    """Sync everything twice; the second time every server answers 304."""
    pages = documents(corpus)
    with serve(pages) as server:
        addresses = {server.url(path): path for path in pages}
        digest = "digests: [{name: all, when: daily 07:00, to: [reader@example.org]}]"
        here = desk(tmp_path_factory.mktemp("corpus"), *addresses, extra=digest)
        return here, addresses, pages, here.sync(), here.sync(force=True)


def test_no_document_crashes_the_sync_and_every_feed_has_an_outcome(synced) -> None:
    """Read, or refused with a reason."""
    _, addresses, _, first, _ = synced
    assert first.due == len(addresses)
    assert first.refreshed.fetched + first.refreshed.failed == len(addresses)
    assert all(first.refreshed.failures.values())


def test_no_entry_is_lost(synced) -> None:
    """Entries in the document = entries stored + named rejects + those beyond the cap, for each document."""
    here, addresses, pages, first, _ = synced
    with here.app() as app:
        stored = {state.url: state.entries for state in app.store.feeds.all()}
    wrong = {}
    for url, path in addresses.items():
        if url in first.refreshed.failures:
            continue
        answer = Fetched(url, url, 200, {"content-type": pages[path].headers["content-type"]}, pages[path].body)
        try:
            parsed = parse(answer)
        except ParseError as error:
            wrong[path] = error.reason
            continue
        there = len(parsed.entries) + len(parsed.rejects)
        rejects = first.refreshed.rejects.get(url, ())
        if there != stored[url] + len(rejects):
            wrong[path] = f"{there} entries, {stored[url]} stored, {len(rejects)} rejected"
    assert not wrong


def test_a_second_sync_has_nothing_new(synced) -> None:
    """0 new, 0 updated, nothing written, nothing mailed."""
    *_, second = synced
    assert (second.refreshed.new, second.refreshed.updated, second.refreshed.fetched) == (0, 0, 0)
    assert (second.published.written, second.issues, second.delivered.sent) == ([], [], 0)
