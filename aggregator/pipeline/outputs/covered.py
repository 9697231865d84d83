"""Story → Item: the text that speaks for a story, and who else tells it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import escape

from aggregator.model import Folded, StoredEntry, Story
from aggregator.pipeline.carriers import with_carriers
from aggregator.pipeline.heard import Heard
from aggregator.pipeline.outputs import legal
from aggregator.pipeline.outputs.item import Item, Place, categories, origin, permanent, tell, updated
from aggregator.pipeline.outputs.publication import Publication
from aggregator.pipeline.telling import lead_of

LISTED = 12
"""So many other publishers are listed in the content; the structured links have them all."""


def tell_story(story: Story, publication: Publication) -> Item:
    """Decide what is said of a story: the text whose headline it has, and a list of who else covers it.

    Its id is that of the entry that founded it and its date that entry's, so that a story which grows is no new item
    in a reader. ``updated`` moves when the text that speaks for it is edited, or when another brings material news
    (``heard``): another publisher by itself does not move it. Raises as ``item.tell`` does.
    """
    lead = lead_of(story, story.texts)
    item = tell(replace(lead, uid=story.uid), publication)
    covered = tuple(_covered(story, lead, item))
    copied = [place for place in item.also if place.publisher not in {other.publisher for other in covered}]
    tags = [tag for text in story.texts for member in text.members for tag in member.tags]
    return replace(
        item,
        id=permanent(story.uid),
        html=_content(item, covered),
        whole=item.whole and not covered,
        published=legal.moment(_founding(story).entry.published),
        updated=_updated(story, lead),
        categories=categories(lead.lead, tags, publication),
        also=(*covered, *copied),
    )


def _covered(story: Story, lead: Folded, item: Item) -> Iterator[Place]:
    """Name each other publisher with words of its own once, by the latest of its texts."""
    latest = {origin(text.lead.source).publisher: text for text in story.texts if text is not lead}
    for publisher, text in latest.items():
        url = legal.address(text.lead.entry.url)
        if publisher != item.source.publisher and url and url != item.url:
            headline = legal.plain(text.lead.entry.title) or legal.plain(text.lead.entry.excerpt)
            yield Place(url, with_carriers(text, _name), publisher, headline)


def _name(member: StoredEntry) -> str:
    return origin(member.source).title


def _content(item: Item, covered: tuple[Place, ...]) -> str:
    """Add the list to the text; both are markup by now, so nothing of a headline is read as such."""
    if not covered:
        return item.html
    own = item.html or f"<p>{escape(item.excerpt, quote=False)}</p>" * bool(item.excerpt)
    rows = "".join(
        f'<li>{escape(place.title)} – <a href="{escape(place.url)}">{escape(place.headline)}</a></li>'
        for place in covered[:LISTED]
    )
    more = f"<li>and {len(covered) - LISTED} more</li>" if len(covered) > LISTED else ""
    return f"{own}<p>Also covered by:</p><ul>{rows}{more}</ul>"


def _founding(story: Story) -> StoredEntry:
    """Find the entry that founded a story; when it has left, the first of those that are there."""
    members = [member for text in story.texts for member in text.members]
    return min(members, key=lambda member: (member.uid != story.uid, member.id))


def _came(member: StoredEntry) -> datetime:
    """Say when it came; of what its feed held when it was new, when that was published."""
    return min(member.first_seen, member.changed)


def _updated(story: Story, lead: Folded) -> datetime:
    """The founding text's own date, the last edit of the lead, and when each piece of material news came."""
    founding = _founding(story)
    first, *others = sorted(story.texts, key=lambda text: founding not in text.members)
    moments = [updated(first)]
    if lead.lead.changed > lead.lead.first_seen:
        moments.append(legal.moment(lead.lead.changed))
    heard = Heard([first.lead])
    for text in others:
        if heard.material(text.lead):
            moments.append(legal.moment(min(map(_came, text.members))))
    return max(moments)
