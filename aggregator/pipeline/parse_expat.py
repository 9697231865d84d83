"""What feedparser reads well-formed XML with: expat and its own reader, without detours; the result is the same."""

from typing import Any
from xml.sax.expatreader import ExpatParser

import feedparser


class BufferedParser(ExpatParser):
    """Expat that joins the runs of a text before it reports them.

    The parser of the standard library reports a text in pieces, one for every line and entity, and feedparser pays for
    each of them: escaped HTML, the normal case, makes thousands. Joining them saves a fifth of its time.
    """

    _parser: Any

    def reset(self) -> None:
        """Make a new expat parser, and have it join texts."""
        super().reset()
        self._parser.buffer_size = 65536
        self._parser.buffer_text = True


def create_parser() -> ExpatParser:
    """Return a parser; the name is what ``xml.sax.make_parser`` asks for."""
    return BufferedParser()


class Parameters(dict[str, Any]):
    """What is known of the text being read: its type, language and base, in a plain dictionary.

    feedparser asks five times for each element, of a dictionary in Python that knows other names for keys (for none of
    these), and makes a deep copy for each text, of values that cannot change. This saves a fifth of its time.
    """

    def __deepcopy__(self, memo: object) -> Any:
        return feedparser.FeedParserDict(self)


DEEPEST = 500
"""Elements inside each other; real documents have twenty. feedparser's time and memory grow with each of them."""


MOST_TEXT = 5_000_000
"""Characters of all texts and attributes: no document that is read is longer, unless its entities make more of it.

expat has a bound of its own against that, a hundredfold of what was read once it is 8 MB (``billion laughs`` in its
manual), which Python cannot lower; feedparser keeps each text several times.
"""


class TooMuchError(ValueError):
    """A document is more than is read of any."""


class DirectReader(feedparser.api.StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's reader with ``Parameters``, and bounds on nesting and on text: beyond, it raises TooMuchError."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.contentparams = Parameters()
        self._text = 0

    def startElementNS(self, name: Any, qname: Any, attributes: Any) -> None:
        """Begin an element, if there may be one more."""
        if len(self.elementstack) > DEEPEST:
            raise TooMuchError(f"more than {DEEPEST} elements inside each other")
        self._count(sum(map(len, attributes.values())))
        super().startElementNS(name, qname, attributes)

    def characters(self, text: str) -> None:
        """Read a run of text, if there may be more."""
        self._count(len(text))
        super().characters(text)

    def _count(self, more: int) -> None:
        self._text += more
        if self._text > MOST_TEXT:
            raise TooMuchError(f"its entities make more than {MOST_TEXT // 1_000_000} MB of it")

    def push_content(self, *args: Any) -> None:
        """Begin a text."""
        super().push_content(*args)
        self.contentparams = Parameters(self.contentparams)
