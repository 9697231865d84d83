"""Numbered → Item: what the feed of a digest's issues says of one of them."""

from aggregator.model import Category
from aggregator.pipeline.outputs import legal
from aggregator.pipeline.outputs.item import Item, Origin, permanent
from aggregator.pipeline.outputs.publication import Numbered, Publication

_OURS = Origin("", "", "", "", "")


def tell_issue(numbered: Numbered, publication: Publication) -> Item:
    """Decide what is said of an issue: subject, preheader and body, as frozen. Raises as ``item.tell`` does."""
    issue, composed = numbered.issue, legal.moment(numbered.composed)
    named = {section.topic: section.title for section in issue.sections if section.topic}
    return Item(
        id=permanent(numbered.uid),
        url=legal.address(numbered.url),
        title=legal.plain(issue.subject),
        author=publication.heading,
        excerpt=legal.plain(issue.preheader),
        whole=False,
        html=legal.markup(numbered.html).strip(),
        language="",
        published=composed,
        updated=composed,
        categories=tuple(Category(topic, publication.scheme, legal.plain(title)) for topic, title in named.items()),
        enclosures=(),
        image="",
        source=_OURS,
        also=(),
    )
