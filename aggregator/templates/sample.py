"""A small issue that has everything, for trying templates on."""

from dataclasses import replace

from aggregator.model import Cover, Issue, Line, Said, Section

_DATE = "2026-01-01T06:00:00Z"
_LINES = tuple(
    Line(number, number, f"Title {number}", "https://example.org/", "Example Net", _DATE, "In short.", rank=number)
    for number in range(1, 7)
)
_COVERED = replace(
    _LINES[1],
    covered=(
        Cover("Other Net", "Title", "https://example.net/", also=("Fourth Net",), also_more=1),
        Cover("Third Net", "Title", ""),
    ),
    covered_more=2,
    rest=(Cover("Fifth Net", "Title", ""), Cover("Fifth Net", "Title", "https://example.com/")),
    summary=(Said("A sentence.", ""), Said("Another.", "Example Net"), Said("A third.", "Other Net")),
)
_AGAIN = replace(_LINES[2], told_on="2025-12-31", news=(Said("What is new.", "Example Net"),))
_BRIEF = replace(_LINES[3], brief=True, also=("Other Net",), also_more=2)
SAMPLE = Issue(
    digest="sample",
    period="2026-01-01",
    title="Sample",
    subject="Sample",
    preheader="",
    language="en",
    date="",
    composed=_DATE,
    since=_DATE,
    until=_DATE,
    sections=(Section("topic", "Topic", (_LINES[0], _COVERED, _AGAIN)), Section("", "", (_BRIEF, *_LINES[4:5]))),
    left_out=1,
    rest=(Section("topic", "Topic", _LINES[5:]),),
)
"""What templates are tried on."""
