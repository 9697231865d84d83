"""The reader without a detour reads what feedparser's own reads."""

import io
import xml.sax
from pathlib import Path
from typing import Any

import pytest

from aggregator.pipeline import parse_reference
from aggregator.pipeline.parse_expat import DirectReader, create_parser

ATOM, SVG, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"
ODD = {
    "a drawing, twice": f'<feed xmlns="{ATOM}"><entry><content type="xhtml"><div xmlns="{XHTML}">'
    f'<svg xmlns="{SVG}"><title>T</title></svg><svg xmlns="{SVG}"/><p>x</p><p>y</p></div></content></entry></feed>',
    "languages and bases": '<rss xml:lang="de"><channel xml:base="http://example.org/"><item><link>a</link></item>'
    '<item xml:lang=""><title>A</title></item><item><title>B</title></item></channel></rss>',
    "contents": f'<feed xmlns="{ATOM}"><entry><content>A</content><content type="html" xml:lang="fr">B</content>'
    '<content type="image/png" src="c.png"/><content mode="base64">QUE=</content></entry></feed>',
    "texts that look like HTML": "<rss><channel><title>A &amp;amp; B</title><item><title>&lt;b>C&lt;/b></title>"
    "<description>D</description><description>E</description></item></channel></rss>",
    "cut short": "<rss><channel><item><title>A</title></item><item><title>B</ti",
}


def read_by(reader: Any, document: bytes) -> tuple[Any, ...]:
    """Read a document with one of feedparser's readers; an error of the document is a result as well."""
    feed = reader("", None, "utf-8")
    feed.resolve_relative_uris = feed.sanitize_html = False
    parser = create_parser()
    parser.setFeature(xml.sax.handler.feature_namespaces, True)
    parser.setContentHandler(feed)
    try:
        parser.parse(io.BytesIO(document))
    except Exception as error:
        return feed.version, feed.feeddata, feed.entries, repr(error)
    return feed.version, feed.feeddata, feed.entries, ""


@pytest.mark.parametrize("document", ODD.values(), ids=ODD.keys())
def test_odd_documents(document: str) -> None:
    """A plain dictionary that is copied flat changes nothing of what is read, nor of the error."""
    ours, theirs = read_by(DirectReader, document.encode()), read_by(DirectReader.__base__, document.encode())
    assert ours == theirs
    assert kinds(ours) == kinds(theirs)


def kinds(value: Any) -> Any:
    """List the types of all values, however deep: feedparser's dictionaries are read by attribute as well."""
    if isinstance(value, dict):
        return type(value), [kinds(one) for one in dict.values(value)]
    return (type(value), [kinds(one) for one in value]) if isinstance(value, list | tuple) else type(value)


def test_the_suite_of_feedparser(corpus: Path) -> None:
    """Every well-formed document of feedparser's own suite is read as feedparser reads it."""
    assert issubclass(parse_reference.feedparser.api.StrictFeedParser, DirectReader)
    documents = sorted((corpus / "feeds" / "conformance" / "feedparser" / "wellformed").rglob("*.xml"))
    assert len(documents) > 500
    for path in documents:
        body = path.read_bytes()
        assert read_by(DirectReader, body) == read_by(DirectReader.__base__, body), path.name
