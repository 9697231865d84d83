"""An issue of a digest, from composing to finished bytes."""

from aggregator.model.value import value


@value(frozen=True, slots=True)
class Said:
    """A sentence, word for word, and the name of who wrote it; empty when the next one is by the same."""

    sentence: str
    source: str


@value(frozen=True, slots=True)
class Cover:
    """A further report of the same event."""

    source: str
    title: str
    url: str  # may be empty
    also: tuple[str, ...] = ()  # who else carries the same words
    also_more: int = 0  # so many besides
    text: tuple[int, int] = (0, 0)  # its entry and text set


@value(frozen=True, slots=True)
class Line:
    """One story in an issue: plain text only, so that no markup of a feed ever reaches a mail."""

    entry: int
    text_set: int
    title: str
    url: str
    source: str
    published: str  # ISO 8601, UTC
    excerpt: str = ""
    author: str = ""
    also: tuple[str, ...] = ()  # who else carries the same text
    also_more: int = 0  # so many besides
    language: str = ""
    why: str = ""  # why it stands where it stands
    rank: int = 0  # its place in the whole issue: 1 is the lead
    when: str = ""  # its date for people, in the issue's time zone
    seen: bool = False  # the date is only when we saw it
    story: int = 0
    texts: tuple[tuple[int, int], ...] = ()  # (entry, text set) of all that is told with it, the lead's first
    covered: tuple[Cover, ...] = ()  # the other reports of it
    covered_more: int = 0  # so many besides
    rest: tuple[Cover, ...] = ()  # these: no mail has them, the web page does
    sources: tuple[str, ...] = ()  # all publishers that tell it in words of their own, shown or not
    summary: tuple[Said, ...] = ()  # what several publishers say of it, when there are several
    news: tuple[Said, ...] = ()  # of a story that was told before: what is new
    told: str = ""  # when it was told before, for people; empty when it was not
    told_on: str = ""  # the same as a date, YYYY-MM-DD
    minutes: int = 0  # how long the text takes to read; 0 when it is short, or only a teaser
    image: str = ""  # an https address; only the lead of a digest with pictures has one
    brief: bool = False  # told by its headline alone, for want of room
    score: float = 0.0
    parts: tuple[tuple[str, float, str], ...] = ()  # of the score: name, factor, reason
    topics: tuple[str, ...] = ()  # all that it has of the digest's
    note: str = ""  # the editor's, in paragraphs
    pinned: bool = False  # the editor wants it told, however large the issue is

    @property
    def told_texts(self) -> tuple[tuple[int, int], ...]:
        """(entry, text set) of what a mail names: of a line that is told by its headline alone, that one."""
        texts = self.texts or ((self.entry, self.text_set),)
        return texts[:1] if self.brief else texts

    @property
    def all_texts(self) -> tuple[tuple[int, int], ...]:
        """(entry, text set) of what is told with it, and of what only the web page names."""
        return (*(self.texts or ((self.entry, self.text_set),)), *(cover.text for cover in self.rest))


@value(frozen=True, slots=True)
class Section:
    """The part of an issue that belongs to one topic; ``topic`` is empty for what has none."""

    topic: str
    title: str
    lines: tuple[Line, ...]


@value(frozen=True, slots=True)
class Issue:
    """One dated number of a digest: composed once, then frozen. JSON-able through ``dataclasses.asdict``."""

    digest: str
    period: str  # local date of its time, YYYY-MM-DD
    title: str
    subject: str
    preheader: str
    language: str
    date: str  # for people, in the issue's language
    composed: str  # ISO 8601, UTC
    since: str
    until: str
    sections: tuple[Section, ...]
    left_out: int = 0  # stories that the size did not allow
    home: str = ""
    zone: str = "UTC"  # the time zone of every ``when``
    rest: tuple[Section, ...] = ()  # the best of those that were left out: no mail has them, the web page does
    note: str = ""  # the editor's, in paragraphs, at the top

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, best first."""
        return tuple(sorted((line for section in self.sections for line in section.lines), key=lambda line: line.rank))

    @property
    def offered(self) -> tuple[Line, ...]:
        """All that an editor may choose from, best first: every line, and those of the rest."""
        lines = (line for section in (*self.sections, *self.rest) for line in section.lines)
        return tuple(sorted(lines, key=lambda line: line.rank))

    @property
    def lead(self) -> Line | None:
        """The line that stands first; none in an empty issue."""
        return next(iter(self.lines), None)


@value(frozen=True, slots=True)
class Letter:
    """An issue written out: HTML and plain text, the same links in both."""

    html: str
    text: str


@value(frozen=True, slots=True)
class Message:
    """Finished bytes for one address: never serialised again."""

    sender: str
    recipient: str
    message_id: str
    data: bytes
