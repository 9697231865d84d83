"""What an editor makes of an issue."""

from dataclasses import replace

from aggregator.model import EditedLine, Edits, Issue, Line, Section
from aggregator.pipeline.compose import DECODED, ENCODED, fit, fits
from aggregator.pipeline.edited import edited, first_edits, taken
from aggregator.pipeline.letter import sent_size
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
    edits = taken(whole, before.stories[1:], before)
    assert edits.dropped == before.stories[:1]
    again = first_edits(whole, before=edits)
    assert edits.dropped[0] not in again.stories and len(again.stories) == 4


def test_what_is_taken_out_is_told_nowhere_and_may_go_back_to_the_rest():
    """Neither in the rest nor in its number; `drop` works below `more` too, and is taken back there."""
    whole = issue(news(6), size=4)
    before = first_edits(whole)
    first, spare = whole.lines[0].entry, whole.offered[-1].entry
    edits = taken(whole, before.stories[1:], before, dropped=[spare])
    made = made_of(whole, edits)
    assert len(made.lines) == 3 and made.left_out == 1 and len(made.offered) == 4
    assert not {first, spare} & {line.entry for line in made.offered}
    back = made_of(whole, taken(whole, edits.stories, edits, spared=[first]))
    assert back.left_out == 2 and first in {line.entry for part in back.rest for line in part.lines}


def other_leads(whole: Issue, **changes: int) -> Issue:
    """Compose as if another publisher spoke for each story; by default the one before is named among its texts."""

    def led(line: Line) -> Line:
        texts = ((9000 + line.entry, 9000 + line.text_set), *line.texts)
        return replace(line, entry=9000 + line.entry, text_set=9000 + line.text_set, texts=texts, **changes)

    def parts(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        return tuple(replace(part, lines=tuple(map(led, part.lines))) for part in sections)

    return replace(whole, sections=parts(whole.sections), rest=parts(whole.rest))


def test_edits_find_their_stories_again_whoever_speaks_for_them():
    """Where Curate gave the story another number, its texts tell; where no text is left of it, its number does."""
    whole = issue(news(6), size=4)
    ids = [line.entry for line in whole.lines]
    edits = taken(whole, (EditedLine(ids[2], pin=True, note="mine"), EditedLine(ids[0])), first_edits(whole))
    renumbered = other_leads(whole, story=0)
    forgotten = other_leads(whole)
    cut = replace(
        forgotten,
        sections=tuple(
            replace(part, lines=tuple(replace(line, texts=line.texts[:1]) for line in part.lines))
            for part in forgotten.sections
        ),
    )
    for now in (renumbered, forgotten, cut):
        again = first_edits(now, before=edits)
        assert [story.entry for story in again.stories[:2]] == [9000 + ids[2], 9000 + ids[0]]
        assert (again.stories[0].pin, again.stories[0].note) == (True, "mine")
        assert {story.entry for story in again.dropped} == {9000 + ids[1], 9000 + ids[3]}


def test_two_stories_that_became_one_have_the_notes_of_both():
    whole = issue(news(2))
    one, two = whole.lines
    edits = taken(whole, (EditedLine(one.entry, note="a"), EditedLine(two.entry, True, "b")), first_edits(whole))
    joined = replace(one, texts=(*one.texts, *two.texts))
    (story,) = first_edits(replace(whole, sections=(Section("", "", (joined,)),)), before=edits).stories
    assert (story.entry, story.pin, story.note) == (one.entry, True, "a\n\nb")


def test_pinned_stories_stay_when_the_mail_is_too_large():
    """The size budget takes others, also when the pinned one stands last."""
    whole = issue(news(300))
    last = whole.lines[-1].entry
    stories = tuple(EditedLine(line.entry, pin=line.entry == last) for line in whole.lines)
    made = made_of(whole, Edits(stories))
    reduced, letter = fit(made, WORDS.letter, digest=digest(), frame=FRAME)
    line = next(line for line in reduced.lines if line.entry == last)
    assert not line.brief and any(line.brief for line in reduced.lines)
    assert last in {line.entry for line in reduced.lines}
    assert len(letter.html.encode()) <= DECODED and sent_size(letter.html) <= ENCODED


def test_pinned_stories_are_headlines_when_everything_else_is_out():
    """But for the lead and those with a note, which are told as long as there is room for headlines."""
    whole = issue(news(300))
    pinned = 150
    stories = tuple(EditedLine(line.entry, pin=line.rank <= pinned) for line in whole.lines)
    made = made_of(whole, Edits((replace(stories[0], note="x"), replace(stories[1], note="y"), *stories[2:])))
    reduced, letter = fit(made, WORDS.letter, digest=digest(), frame=FRAME)
    assert fits(letter) and [line.entry for line in reduced.lines] == [story.entry for story in stories[:pinned]]
    assert [line.rank for line in reduced.lines if not line.brief][:2] == [1, 2]
    assert any(line.brief for line in reduced.lines)


def test_notes_are_text_in_both_parts_and_never_markup():
    whole = issue(news(2))
    stories = (EditedLine(whole.lines[0].entry, note="<b>bold</b> & plain"), EditedLine(whole.lines[1].entry))
    letter = WORDS.letter(made_of(whole, Edits(stories, note="One.\n\nTwo <script>x</script>")))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; plain" in letter.html and "<script>" not in letter.html
    assert "| <b>bold</b> & plain" in letter.text and "Two <script>x</script>" in letter.text


def test_a_story_that_says_nothing_new_does_not_fill_the_place_of_one_that_was_taken_out():
    whole = issue(news(6), size=3)
    known = replace(
        whole, rest=tuple(replace(s, lines=tuple(replace(one, score=0.0) for one in s.lines)) for s in whole.rest)
    )
    before = first_edits(known)
    edits = replace(before, stories=before.stories[1:], dropped=before.stories[:1])
    assert first_edits(known, before=edits).stories == edits.stories
    assert len(first_edits(whole, before=edits).stories) == 3
