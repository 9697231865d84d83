"""Documents made to do harm, through a whole sync: bounded, named, and at no cost to the feeds beside them."""

from pathlib import Path

import pytest

from bench.attacks import attacks
from tests.servers import Page, serve
from tests.workspaces import desk, item, rss

QUICK = (
    "brotli bomb: 39 bytes become 50 MB",
    "redirects without an end",
    "a redirect to the cloud's metadata",
    "a redirect to a file",
    "an external entity: a file",
    "an external entity: an address",
    "an attribute of 8 MB",
    "an entry of 50,000 nested div",
    "JSON nested 100,000 deep",
)


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_feed_costs_only_itself(name: str, tmp_path: Path) -> None:
    with serve({"/ok": Page(rss(item(1)))}) as well, serve(attacks()[name](), host="127.0.0.9") as bad:
        report = desk(tmp_path, well.url("/ok"), bad.url("/feed")).sync()
        asked = {seen.path.partition("?")[0] for seen in bad.requests}
    assert well.url("/ok") not in report.refreshed.failures
    assert report.refreshed.new >= 1
    assert asked == {"/feed"}
    outputs = b"".join(path.read_bytes() for path in (tmp_path / "storage" / "outputs").iterdir())
    assert b"root:" not in outputs
    assert b"secret" not in outputs
