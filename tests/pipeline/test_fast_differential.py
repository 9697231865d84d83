"""The fast path and feedparser, held together: of no document they take do they give anything that differs."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.pipeline.parse_fast import Declined
from bench.differential import KINDS, answer, difference
from tests.pipeline.feed_documents import documents

HEADERS = st.sampled_from(
    [
        *[{}] * 4,
        {"content_type": "text/xml; charset=UTF-8"},
        {"content_type": "application/rss+xml"},
        {"content_type": "text/xml; charset=iso-8859-1"},
        {"content_language": "pt_BR, en"},
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), HEADERS)
def test_generated_documents(body: bytes, headers: dict[str, str]) -> None:
    """Whatever is taken, of documents with everything feeds have been seen to do, comes out the same both ways."""
    try:
        assert difference(answer(body, **headers)) == ""
    except Declined as declined:
        assert str(declined)


@pytest.mark.parametrize("folder", ["real", "week", "conformance"])
def test_the_corpus(corpus: Path, folder: str) -> None:
    """No captured document differs in anything we store; of the real ones at least four in five are taken."""
    taken: Counter[bool] = Counter()
    differences = {}
    for path in sorted(path for path in (corpus / "feeds" / folder).rglob("*") if path.suffix in KINDS):
        try:
            differences[path.name] = difference(answer(path.read_bytes()))
            taken[True] += 1
        except Declined:
            taken[False] += 1
    assert not {name: where for name, where in differences.items() if where}
    assert taken[True] >= 0.8 * taken.total() or folder == "conformance"
