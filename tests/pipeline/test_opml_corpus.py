"""Real subscription lists, many of them not well-formed."""

import re
from pathlib import Path

import pytest
from lxml import etree

from aggregator.pipeline.opml import read_opml

FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "opml"
LISTS = sorted(FOLDER.glob("*.opml"))

pytestmark = pytest.mark.skipif(not LISTS, reason="no corpus beside the repository: lay it at ../shared/corpus/opml")


def well_formed(data: bytes) -> bool:
    try:
        etree.fromstring(data)
    except etree.XMLSyntaxError:
        return False
    return True


def test_every_address_of_every_list_is_read_or_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As many as a search for the attribute finds, and none of them cut at an ``&``."""
    figures = {"lists": 0, "repaired": 0, "feeds": 0, "left out": 0}
    for path in LISTS:
        data = path.read_bytes()
        found = read_opml(data, name=path.name)
        written = re.findall(r'xmlUrl\s*=\s*"([^"]*)"', data.decode("utf-8", "replace"), re.IGNORECASE)
        assert len(found.feeds) + len(found.left_out) == len(written), path.name
        assert {feed.url for feed in found.feeds} <= {url.replace("&amp;", "&").strip() for url in written}, path.name
        assert found.repaired != well_formed(data)
        figures["lists"] += 1
        figures["repaired"] += found.repaired
        figures["feeds"] += len(found.feeds)
        figures["left out"] += len(found.left_out)
    with capsys.disabled():
        print(f"\n{figures}")
    assert figures["feeds"] > 0
