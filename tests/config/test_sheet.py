"""A draft as YAML and back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.config.sheet import LONGEST, mark, read_sheet, told, write_sheet
from aggregator.errors import ConfigError
from aggregator.model import DraftedIssue, EditedLine, Edits
from tests.newsroom import NOW, issue, news

ISSUE = issue(news(4))
IDS = [line.entry for line in ISSUE.lines]
PRINTED = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff"))
NOTES = st.lists(PRINTED, max_size=4).map("\n".join).map(str.strip)


@settings(max_examples=200, deadline=None)
@given(NOTES, NOTES, PRINTED)
def test_whatever_is_written_is_read_back(top: str, note: str, title: str):
    lines = tuple(replace(line, title=title) for line in ISSUE.lines)
    section = replace(ISSUE.sections[0], lines=lines)
    stories = (EditedLine(IDS[2], pin=True, note=note), EditedLine(IDS[0]))
    draft = DraftedIssue("morning", "2026-11-23", replace(ISSUE, sections=(section,)), Edits(stories, "", top), NOW)
    sheet = read_sheet(write_sheet(draft).encode(), "sheet", entries=IDS)
    assert (sheet.draft, sheet.subject, sheet.note, told(sheet)) == (mark(draft), "", top, stories)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stories: [", "not valid YAML"),
        ("- 1", "sheet:1:1: must be a mapping of keys and values (got a list)"),
        (f"note: {'x' * (LONGEST + 1)}", "sheet:1:7: note: longer than 2000 characters"),
        ("subject: [a]", "sheet:1:10: subject: "),
        (
            "subject: '{lead} and {cout} more'",
            'may say {title}, {date}, {lead}, {count} (got "{cout}"); did you mean `count`?',
        ),
        ("stories: {}", "sheet:1:10: stories: must be a list"),
        ("stories: [{title: a}]", "sheet:1:11: stories[0].id: is missing"),
        ("stories: [{id: true}]", "stories[0].id: must be a whole number"),
        ("", "tells nothing; keep at least one story"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str):
    with pytest.raises(ConfigError) as caught:
        read_sheet(text.encode(), "sheet", entries=IDS)
    assert any(said in problem for problem in caught.value.problems), caught.value.problems
