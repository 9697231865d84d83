"""Outputs that show stories: one item an event, with who else covers it, and never the same news twice."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Folded, Format, Story
from aggregator.pipeline.lines import line_of
from aggregator.pipeline.outputs import publish, tell_story
from aggregator.pipeline.outputs.covered import LISTED
from aggregator.pipeline.rank import rank
from aggregator.pipeline.story import group
from aggregator.pipeline.telling import tellings
from tests.example_output import FORMATS, publication
from tests.newsroom import NOW, stored
from tests.storyroom import STORY, next_day, treaty
from tests.validity import FAULTS
from tests.validity.rules import ATOM, tree


def story(*entries: Any) -> Story:
    (found,) = group(map(Folded, entries or treaty()), summaries=False)
    return found


def json_item(one: Story) -> Any:
    (item,) = json.loads(publish(publication(one), "json").data)["items"]
    return item


@pytest.mark.parametrize("format", FORMATS)
def test_a_story_is_one_valid_item_in_every_format(format: Format) -> None:
    published = publish(publication(story(), *group([Folded(stored(1))])), format)
    assert published.left_out == ()
    assert FAULTS[format](published.data) == []


def test_its_content_is_the_text_whose_headline_it_has_and_a_list_of_who_else_covers_it() -> None:
    item = json_item(story())
    lead = next(entry for entry in treaty() if entry.entry.title == item["title"])
    assert item["url"] == lead.entry.url and lead.entry.excerpt[:60] in item["content_html"]
    rows = re.findall(r'<li>(.*?) – <a href="(.*?)">(.*?)</a></li>', item["content_html"])
    others = [entry for entry in treaty() if entry is not lead and entry.id != lead.id]
    assert [name for name, _, _ in rows] == [entry.source.title for entry in others]
    assert [url.replace("&amp;", "&") for _, url, _ in rows] == [entry.entry.url for entry in others]
    assert [place["headline"] for place in item["_aggregator"]["also"]] == [entry.entry.title for entry in others]


def test_who_prints_the_text_of_another_publisher_is_named_with_it() -> None:
    first, *others = treaty()
    copy = replace(others[0], id=777, text_set=others[0].text_set, source=stored(1, by=77).source)
    texts = [Folded(one, (copy,) if one is others[0] else ()) for one in (first, *others)]
    (found,) = group(texts, summaries=False)
    content = json_item(replace(found, title=first.entry.title))["content_html"]
    assert f"{others[0].source.title}, also in {copy.source.title} – <a" in content
    (ranked,) = rank(tellings([found], since=NOW - timedelta(days=9), told={}), now=NOW, size=9).chosen
    _, line = line_of(ranked, rank=1, topics=())
    covers = {(cover.source, cover.also) for cover in (*line.covered, *line.rest)}
    assert (others[0].source.title, (copy.source.title,)) in covers


def test_who_else_covers_it_is_linked_in_atom() -> None:
    entry = tree(publish(publication(story()), "atom").data).find(f"{ATOM}entry")
    related = {link.get("href") for link in entry.iterfind(f"{ATOM}link") if link.get("rel") == "related"}
    own = {link.get("href") for link in entry.iterfind(f"{ATOM}link") if link.get("rel") == "alternate"}
    assert related | own == {entry.entry.url for entry in treaty()}


def test_a_text_that_nobody_else_tells_is_told_as_ever() -> None:
    (alone,) = group([Folded(stored(1))])
    one = publish(publication(alone), "atom").data
    assert b"Also covered by" not in one
    assert one == publish(publication(alone.texts[0]), "atom").data


def test_many_others_are_counted_in_the_content_and_linked_all_the_same() -> None:
    many = [replace(treaty()[0], id=STORY + n, text_set=STORY + n, source=stored(1, by=n).source) for n in range(20)]
    addressed = [replace(e, entry=replace(e.entry, url=f"https://example.net/{e.id}")) for e in many]
    item = json_item(story(*addressed))
    assert item["content_html"].count("<li>") == LISTED + 1 and f"and {19 - LISTED} more" in item["content_html"]
    assert len(item["_aggregator"]["also"]) == 19


def test_a_story_that_grows_keeps_its_id_and_its_date() -> None:
    grown = [json_item(story(*treaty()[: n + 1])) for n in range(7)]
    assert len({item["id"] for item in grown}) == len({item["date_published"] for item in grown}) == 1
    assert grown[0]["id"] == treaty()[0].story_uid


def test_another_publisher_by_itself_does_not_move_its_date_of_change_and_material_news_does() -> None:
    before = [*treaty(hours=40)]
    copycat = replace(before[0], id=550, text_set=550, first_seen=NOW, changed=NOW, source=stored(1, by=30).source)
    modified = [json_item(story(*before, *more))["date_modified"] for more in ((), (copycat,), (next_day(),))]
    assert modified[0] == modified[1] < modified[2] == "2026-11-23T06:00:00Z"


def test_what_a_feed_held_when_it_was_new_came_when_it_was_published() -> None:
    """Read today, for the first time: no item is newer than the document."""
    read = NOW + timedelta(hours=1)
    old = [replace(entry, first_seen=read, changed=entry.entry.published) for entry in (*treaty(), next_day())]
    published = publish(publication(story(*old)), "atom")
    assert FAULTS["atom"](published.data) == []
    assert json_item(story(*old))["date_modified"] <= "2026-11-23T06:00:00Z"


def test_an_edit_of_the_text_that_speaks_for_it_moves_its_date_of_change() -> None:
    first = treaty()[0]
    edited = replace(first, changed=NOW)
    assert json_item(story(edited))["date_modified"] == "2026-11-23T06:00:00Z"
    assert json_item(story(first))["date_modified"] < "2026-11-23"


def test_markup_in_a_headline_is_shown_and_not_obeyed() -> None:
    first, second, *_ = treaty()
    evil = replace(second, entry=replace(second.entry, title='<script>alert("x")</script> & co'))
    html = tell_story(story(first, evil, treaty()[4]), publication()).html
    assert "<script" not in html and "&lt;script&gt;" in html and "&amp; co" in html
    ElementTree.fromstring(f"<x>{html}</x>")


def test_an_item_that_cannot_be_named_costs_no_other() -> None:
    nameless = replace(story(), uid="no iri")
    published = publish(publication(nameless, *group([Folded(stored(1))])), "json")
    assert [reject.name for reject in published.left_out] == ["no iri"]
    assert len(json.loads(published.data)["items"]) == 1


@given(st.permutations(treaty()))
def test_the_bytes_do_not_depend_on_the_order_of_what_comes_in(entries: list[Any]) -> None:
    assert publish(publication(story(*entries)), "atom").data == publish(publication(story()), "atom").data


def test_topics_of_all_its_texts_are_its_own() -> None:
    first, second, *_ = treaty()
    other = replace(second, tags=stored(1, topics=["economy"]).tags)
    assert {"geopolitics", "economy"} <= {tag.lower() for tag in json_item(story(first, other))["tags"]}
    assert json_item(story(first))["date_published"] == "2026-11-22T10:00:00Z"
    assert first.entry.published == NOW - timedelta(hours=20)
