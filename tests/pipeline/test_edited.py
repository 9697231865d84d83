"""What an editor makes of an issue."""

from aggregator.model import EditedLine, Edits, Issue
from aggregator.pipeline.compose import DECODED, ENCODED, fit
from aggregator.pipeline.edited import edited, first_edits, taken_out
from aggregator.pipeline.letter import sent_size
from aggregator.templates import Templates
from tests.newsroom import TOPICS, WORDS, digest, issue, news

NAMES = [topic.name for topic in TOPICS]
FRAME = WORDS.frame("en")


def made_of(whole: Issue, edits: Edits) -> Issue:
    return edited(whole, edits, digest(), topics=NAMES, frame=FRAME)


def test_the_first_proposal_is_the_issue_as_it_would_be():
    whole = issue(news(12), size=5)
    assert made_of(whole, first_edits(whole)) == whole and len(whole.offered) == 12


def test_the_order_of_the_sheet_is_that_of_the_issue_and_sections_stay():
    whole = issue(news(8))
    ids = [line.entry for line in whole.lines]
    made = made_of(whole, Edits(tuple(EditedLine(id) for id in reversed(ids))))
    assert [line.entry for line in made.lines] == ids[::-1] and made.lead and made.lead.entry == ids[-1]
    for before, after in zip(whole.sections, made.sections, strict=True):
        assert before.topic == after.topic
        assert {line.entry for line in before.lines} == {line.entry for line in after.lines}
        assert [line.rank for line in after.lines] == sorted(line.rank for line in after.lines)


def test_a_story_of_the_rest_is_told_in_the_section_of_its_topic():
    """Also when that section was not there; what gives way is the rest."""
    whole = issue(news(12), size=1)
    moved = whole.offered[-1]
    made = made_of(whole, Edits((EditedLine(moved.entry),)))
    section = next(part for part in whole.rest if moved in part.lines)
    assert [(part.topic, part.title) for part in made.sections] == [(section.topic, section.title)]
    assert made.left_out == whole.left_out and len(made.offered) == 12
    assert [line.rank for line in made.offered] == list(range(1, 13))


def test_the_editor_s_own_subject_may_name_the_lead():
    whole = issue(news(3))
    made = made_of(whole, Edits(first_edits(whole).stories, subject="Today: {lead} ({count})"))
    assert whole.lead and made.subject == f"Today: {whole.lead.title} (3)"


def test_what_was_offered_and_is_not_told_was_taken_out():
    whole = issue(news(6), size=4)
    before = first_edits(whole)
    kept = before.stories[1:]
    dropped = taken_out(whole, kept, before)
    assert dropped == (before.stories[0].entry,)
    again = first_edits(whole, before=Edits(kept, dropped=dropped))
    assert dropped[0] not in {story.entry for story in again.stories} and len(again.stories) == 4


def test_pinned_stories_stay_when_the_mail_is_too_large():
    """The size budget takes others, also when the pinned one stands last."""
    whole = issue(news(300))
    last = whole.lines[-1].entry
    stories = tuple(EditedLine(line.entry, pin=line.entry == last) for line in whole.lines)
    made = made_of(whole, Edits(stories))
    reduced, letter = fit(made, Templates(None).letter, digest=digest(), frame=FRAME)
    line = next(line for line in reduced.lines if line.entry == last)
    assert not line.brief and any(line.brief for line in reduced.lines)
    assert last in {line.entry for line in reduced.lines}
    assert len(letter.html.encode()) <= DECODED and sent_size(letter.html) <= ENCODED


def test_notes_are_text_in_both_parts_and_never_markup():
    whole = issue(news(2))
    stories = (EditedLine(whole.lines[0].entry, note="<b>bold</b> & plain"), EditedLine(whole.lines[1].entry))
    letter = Templates(None).letter(made_of(whole, Edits(stories, note="One.\n\nTwo <script>x</script>")))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; plain" in letter.html and "<script>" not in letter.html
    assert "| <b>bold</b> & plain" in letter.text and "Two <script>x</script>" in letter.text
