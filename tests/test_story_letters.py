"""How stories stand in a mail: told once, with who else tells them, what they say, and what is new."""

import re
from dataclasses import replace
from datetime import timedelta

from aggregator.model import Cover, Line
from aggregator.pipeline.story import group
from aggregator.pipeline.telling import tellings
from tests.newsroom import NOW, WORDS, news, stored
from tests.storyroom import STORY, TREATY, Told, front_page, issue_of, next_day, telling, treaty
from tests.test_templates import Page

TITLE = TREATY[0][0]
LAST = Told("2026-11-22", NOW - timedelta(hours=1))


def only(line: tuple[Line, ...]) -> Line:
    (found,) = line
    return found


def test_a_story_is_one_line_with_the_others_and_their_headlines_linked():
    line = only(issue_of(telling(*treaty())).lines)
    assert line.title in {entry.entry.title for entry in treaty()} and line.story == 501
    assert len(line.covered) == 4 and line.covered_more == 2
    assert {cover.source for cover in line.covered}.isdisjoint({line.source})
    assert {entry for entry, _ in line.all_texts} == {entry.id for entry in treaty()}


def test_what_several_publishers_say_is_quoted_word_for_word_and_attributed():
    line = only(issue_of(telling(*treaty())).lines)
    whole = " ".join(entry.entry.text for entry in treaty())
    assert 2 <= len(line.summary) <= 3
    assert all(said.sentence in whole for said in line.summary) and line.summary[-1].source
    alone = only(issue_of(telling(treaty()[0])).lines)
    assert (alone.summary, alone.covered) == ((), ()) and alone.excerpt


def test_a_story_that_comes_back_says_when_it_was_told_and_only_what_is_new():
    first, second, *_ = treaty()
    line = only(issue_of(telling(first, second, next_day(), last=LAST)).lines)
    assert (line.told, line.title) == ("Sunday", next_day().entry.title)
    assert line.covered == () and line.summary == ()
    assert [said.sentence for said in line.news] == [
        "It promises 40,000 soldiers within ten days of an attack.",
        "The president of Meridon and the Loft Party called an emergency session of parliament for Saturday.",
    ]
    assert [said.source for said in line.news] == ["", "The Sample Courier"], "named once, at the end"


def test_a_headline_alone_is_news_without_the_words_that_were_told():
    """A live report says the same sentence below each new headline: it is not said to be new, nor said again."""
    same = "The latest on the treaty talks and what they mean for the harbour."
    first = stored(STORY, title="Treaty talks in Port Hale: live", excerpt=same, text=same, story=STORY)
    first = replace(first, first_seen=NOW - timedelta(hours=20))
    second = stored(600, title="Grand Duchy of Vell joins treaty talks", excerpt=same, text=same, story=STORY)
    issue = issue_of(telling(first, second, last=LAST))
    line = only(issue.lines)
    assert (line.told, line.title, line.news, line.excerpt) == ("Sunday", second.entry.title, (), "")
    letter = WORDS.letter(issue)
    markdown = WORDS.markdown(issue, links={"web": "", "subscribe": ""})
    for shown in (letter.html, letter.text, markdown):
        assert "Vell" in shown and "Update" in shown and "New since" not in shown and same not in shown
    other = replace(second, entry=replace(second.entry, excerpt="Vell is a state in the north."))
    assert only(issue_of(telling(first, other, last=LAST)).lines).excerpt == "Vell is a state in the north."


def test_a_headline_that_a_text_begins_with_is_not_quoted():
    first, second, *_ = treaty()
    titled = replace(first.entry, text=f"Featured & Cover {first.entry.title}.\n{first.entry.text}")
    line = only(issue_of(telling(replace(first, entry=titled), second)).lines)
    assert line.summary and not any("Featured" in said.sentence for said in line.summary)


def test_a_bullet_before_a_sentence_is_not_quoted():
    """Some publishers write lists of points as the text of an entry."""
    first, second, *_ = treaty()
    listed = replace(first.entry, text=f"• {first.entry.text}", excerpt=f"• {first.entry.excerpt}")
    said = only(issue_of(telling(replace(first, entry=listed), second)).lines).summary
    assert said and not any(one.sentence.startswith("•") for one in said)
    assert only(issue_of(telling(replace(first, entry=listed))).lines).excerpt.startswith("The president")


def test_page_and_text_carry_the_same_links_and_the_page_is_well_formed():
    issue = front_page()
    letter = WORDS.letter(issue)
    page = Page(letter.html)
    assert page.open == []
    covers = {cover.url for line in issue.lines for cover in line.covered}
    assert covers and page.links() == set(re.findall(r"https?://\S+", letter.text))
    assert page.links() == {issue.home} | {line.url for line in issue.lines} | covers


def test_everything_is_told_in_both():
    issue = front_page()
    letter = WORDS.letter(issue)
    flowing = re.sub(r"\s+", "", letter.text)
    quotes = [said for line in issue.lines for said in (*line.summary, *line.news)]
    assert quotes and any(line.told for line in issue.lines)
    for said in quotes:
        assert said.sentence in letter.html and re.sub(r"\s+", "", said.sentence) in flowing
    for shown in (letter.html, letter.text):
        assert "New since Sunday:" in shown and "6 more reports" in shown and "and 2 more" in shown
        assert re.search(r"11 stories from \d+ sources", shown)
    assert not re.search(r"[ \t]$", letter.text, re.MULTILINE) and "\n\n\n\n" not in letter.text


def test_a_headline_of_another_publisher_is_shown_and_never_obeyed():
    line = only(issue_of(telling(*treaty())).lines)
    hostile = Cover("<b>Evil</b>", '"><script>alert(1)</script>', 'https://example.org/"onmouseover="x')
    issue = issue_of(telling(*treaty()))
    section = replace(issue.sections[0], lines=(replace(line, covered=(hostile,)),))
    page = Page(WORDS.letter(replace(issue, sections=(section,))).html)
    assert page.open == [] and "script" not in {tag for tag, _ in page.tags}
    assert hostile.url in page.links()


def test_the_number_of_sources_counts_those_that_cover_it():
    letter = WORDS.letter(issue_of(telling(*treaty()[:3])))
    assert "1 story from 3 sources" in letter.html and "1 story from 3 sources" in letter.text


def test_the_number_of_sources_counts_those_that_are_not_named_too():
    letter = WORDS.letter(issue_of(telling(*treaty())))
    assert "and 2 more" in letter.text and "1 story from 7 sources" in letter.text


def test_what_a_mail_has_no_room_for_is_on_the_page_and_does_not_count_as_told():
    issue = issue_of(telling(*treaty()))
    line = only(issue.lines)
    letter, page = WORDS.letter(issue), WORDS.page(issue, links={})
    shown = [entry for entry in treaty() if entry.entry.url in letter.text]
    quoted = [entry for entry in treaty() if any(said.sentence in entry.entry.text for said in line.summary)]
    assert len(shown) == 5 and {id for id, _ in line.told_texts} == {entry.id for entry in (*shown, *quoted)}
    markdown = WORDS.markdown(issue, links={"web": "", "subscribe": ""})
    for url in (entry.entry.url for entry in treaty()):
        assert url in markdown and url in Page(page).links()
    assert "and 2 more" in letter.text and "and 2 more" not in page + markdown


def test_further_reports_of_the_publisher_that_leads_are_named_the_newest_first():
    first, second, *_ = treaty()
    own = [replace(next_day(), id=700 + n, text_set=700 + n, source=first.source) for n in range(2)]
    own = [
        replace(one, entry=replace(one.entry, title=f"Report {n}", published=NOW - n * timedelta(hours=1)))
        for n, one in enumerate(own)
    ]
    lines = issue_of(telling(first, *own)).lines
    assert (only(lines).title, [cover.title for cover in only(lines).covered]) == ("Report 1", ["Report 0", TITLE])
    several = only(issue_of(telling(first, second, *own)).lines)
    names = {entry.entry.title: entry.source.title for entry in (first, second, *own)}
    assert names[several.title] == several.source
    assert {(cover.title, cover.source) for cover in several.covered} == names.items() - {
        (several.title, several.source)
    }


def test_a_report_without_any_words_is_named_by_its_address():
    first, second, *_ = treaty()
    mute = replace(second, entry=replace(second.entry, title="", text="", excerpt=""))
    (cover,) = only(issue_of(telling(first, mute)).lines).covered
    assert cover.title == cover.url == second.entry.url


def test_a_story_that_is_told_by_its_headline_alone_has_told_that_one():
    line = only(issue_of(telling(*treaty())).lines)
    assert replace(line, brief=True).told_texts == ((line.entry, line.text_set),)


def test_more_stories_have_all_their_reports_on_the_page():
    issue = issue_of((*telling(*treaty()), *tellings(group(news(3)), since=NOW - timedelta(days=9), told={})))
    left = replace(issue, sections=issue.sections[1:], rest=issue.sections[:1], left_out=1)
    page = WORDS.page(left, links={})
    assert Page(page).open == [] and {entry.entry.url for entry in treaty()} <= Page(page).links()
    assert all(entry.entry.url in WORDS.markdown(left, links={"web": "", "subscribe": ""}) for entry in treaty())
