"""What was said of an event so far, and what an entry adds to it: sentences, names, numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from aggregator.model import Entry, News, StoredEntry
from aggregator.pipeline.terms import names, numbers, sentences, term, terms, words

_KNOWN = 0.7  # a sentence that has this part of its terms from one that was told is not new, only edited
_TELLING = 4  # terms that a sentence needs to be news

UNHEARD = 0.5
"""A new sentence without a new name or number is material when so much of its terms was never said of the event."""

_SHORTEST = 40  # characters of a sentence without a number that can be material: a byline is shorter …
_LEAST_SAID = 3  # … or has fewer terms, or nothing but names
_LEAST_TERMS = 3  # of one with a number: “Page 2” has fewer


class Heard:
    """Listens to entries in their order; each is read once, however many come after it."""

    def __init__(self, entries: Iterable[StoredEntry] = ()) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)  # the sentences that have a term
        self._numbers: set[str] = set()
        self._heard: list[frozenset[str]] = []  # the terms of each sentence
        for entry in entries:
            self.hear(entry)

    def hear(self, entry: StoredEntry) -> None:
        """Take in what an entry says."""
        self._take(_read(entry.entry), entry.entry)

    def news(self, entry: StoredEntry) -> News:
        """Say what an entry tells that was not heard.

        A sentence that was only edited is not new: nearly all of its terms stand together in one that was heard.
        """
        return self._news(_read(entry.entry))

    def material(self, entry: StoredEntry) -> tuple[str, ...]:
        """List the sentences of an entry that are material news, and take it in.

        Those with a number or a name that was not heard, also where the rest of the sentence is known (“The fire
        killed 14”, after 12), and new ones that are mostly of terms never heard: the same matter in other words is
        none. The headline counts where it alone has the name or number, or where there is nothing else.
        """
        read = _read(entry.entry)
        news = self._news(read)
        titled = bool(entry.entry.title) and len(read) > 1
        found = [said for said, own in read[titled:] if self._is_material(said, own, news)] if news else []
        if news and titled and self._is_material(*read[0], _only(news, entry.entry)):
            found.insert(0, read[0][0])
        self._take(read, entry.entry)
        return tuple(dict.fromkeys(found))

    def _take(self, read: Sequence[tuple[str, frozenset[str]]], entry: Entry) -> None:
        for number, (_, own) in enumerate(read, start=len(self._heard)):
            for one in own:
                self._places[one].append(number)
            self._heard.append(own)
        self._numbers.update(numbers(f"{entry.title}\n{entry.text}"))

    def _news(self, read: Sequence[tuple[str, frozenset[str]]]) -> News:
        new = [said for said, own in read if len(own) >= _TELLING and not self._was_told(own)]
        fresh = [name for said, _ in read for name in names(said) if not self._is_known(name)]
        amounts = [number for said, _ in read for number in numbers(said) if number not in self._numbers]
        return News(tuple(dict.fromkeys(new)), tuple(dict.fromkeys(fresh)), tuple(dict.fromkeys(amounts)))

    def _was_told(self, own: frozenset[str]) -> bool:
        """Tell whether a sentence that was heard has nearly all of a sentence's terms.

        It would have one of the rarest of them, all but so many: few have those, whatever all the others are about.
        """
        places = sorted((self._places.get(one, []) for one in own), key=len)
        rarest = places[: len(own) - int(_KNOWN * len(own)) + 1]
        near = dict.fromkeys(n for those in rarest for n in those)
        return any(len(own & self._heard[n]) / len(own) >= _KNOWN for n in near)

    def _is_known(self, name: str) -> bool:
        return all(not (one := term(word)) or one in self._places for word in words(name))

    def _is_material(self, said: str, own: frozenset[str], news: News) -> bool:
        if set(news.numbers).intersection(numbers(said)):
            return len(own) >= _LEAST_TERMS
        if len(said) < _SHORTEST and not _says_something(said, own):
            return False
        unheard = sum(one not in self._places for one in own) >= UNHEARD * len(own)
        return (said in news.sentences and unheard) or bool(set(news.names).intersection(names(said)))


def _read(entry: Entry) -> list[tuple[str, frozenset[str]]]:
    """Cut an entry into sentences, its title first, each with its terms."""
    return [(said, frozenset(terms(said))) for said in (entry.title, *sentences(entry.text)) if said]


def _only(news: News, entry: Entry) -> News:
    """Leave of the news the names and numbers that an entry has in its headline alone."""
    low, counted = entry.text.casefold(), frozenset(numbers(entry.text))
    names = tuple(name for name in news.names if name.casefold() not in low)
    return News((), names, tuple(number for number in news.numbers if number not in counted))


def _says_something(said: str, own: frozenset[str]) -> bool:
    """Tell a short sentence ("Tellmark Rail stopped on Saturday.") from a byline ("By Quay Desk in Rome")."""
    return len(own) >= _LEAST_SAID and any(word.islower() and term(word) for word in words(said))
