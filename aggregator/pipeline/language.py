"""In which language texts are, where nobody says: by their small words, else by py3langid's model.

The small words of a few languages tell a feed's language in microseconds. The model knows 90 languages, but takes half
a second to load and 0.15 ms a text: it is asked only for what the small words leave open.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from aggregator.pipeline.topics import fold, tokens

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SHORTEST = 25
"""Of fewer letters nothing is told: names and single words are the same in many languages."""

SURE = 0.9
"""A feed has a language from this probability on; a wrong one would be told in its name for good."""

LIKELY = 0.3
"""An entry of a feed that is not sure has one from here on: below, a guess is wrong as often as it is right."""

VOTERS = 5  # entries of a feed that are looked at
LONGEST = 200  # characters of each one's text, after the title

# Words that nearly every sentence of a language has, and no other of these languages and no neighbour of theirs:
# "det", "som", "av" and "eller" are Swedish and Norwegian, "der" and "den" German and Danish, "por", "como", "con" and
# "una" not Spanish alone, "i" is Polish and in all of the north, "na" and "do" Portuguese, "et" and "for" Danish.
_WORDS = {
    "en": "the and of to is that with was this are from which",
    "de": "die und ist nicht eine auf für von zu sich auch wird",
    "fr": "les est une dans pour qui sur avec pas aux cette par",
    "es": "los las y el su más sus fue muy pero está desde",
    "pt": "não uma com pela são foi em pelo também ao seus até",
    "it": "di che della per non sono gli nel più dei delle alla",
    "nl": "het een van niet dat zijn voor met aan te wordt ook",
    "sv": "och att är för inte ett till från också när ska där",
    "pl": "w się nie z że jest przez dla od oraz jako lub",
}
_TELLING = Counter(word for words in _WORDS.values() for word in words.split())
SMALL = {word: language for language, words in _WORDS.items() for word in words.split() if _TELLING[word] == 1}
_FEWEST, _AHEAD = 6, 4  # so many small words, and so many times those of any other language


def language_of_feed(texts: Sequence[tuple[str, str]]) -> str:
    """Tell the language of a feed from (title, text) of some entries; "" where it is not sure."""
    voters = [(title, text[:LONGEST]) for title, text in texts[:VOTERS]]
    sample = " ".join(f"{title}. {text}" for title, text in voters)
    if told := by_small_words(sample):
        return told
    told = by_model(sample, at_least=SURE)
    return told if len(voters) == 1 or _is_agreed(told, voters) else ""


def _is_agreed(told: str, texts: Sequence[tuple[str, str]]) -> bool:
    """Whether most of the texts are in this language: of several languages in one text the model is sure of one."""
    own = Counter(filter(None, (language_of(*text) for text in texts)))
    return bool(told) and 2 * own[told] > own.total()


def language_of(title: str, text: str) -> str:
    """Tell the language of one text as well as can be guessed; "" where there are too few letters, or no guess is good.

    An entry that names none is read as in the language of the output it stands in: to say nothing is a guess, too.
    """
    sample = f"{title}. {text}"[:1000]
    return by_small_words(sample) or by_model(sample, at_least=LIKELY)


def by_small_words(sample: str) -> str:
    """Tell the language whose small words are many and far more than any other's; "" for all else."""
    counts = Counter(SMALL[word] for word in tokens(fold(sample)) if word in SMALL).most_common(2)
    if not counts or counts[0][1] < _FEWEST:
        return ""
    second = counts[1][1] if len(counts) > 1 else 0
    return counts[0][0] if counts[0][1] >= _AHEAD * second else ""


def by_model(sample: str, *, at_least: float = 0.0) -> str:
    """Ask the model; "" for too few letters, and below a probability."""
    letters = sum(map(str.isalpha, sample))
    if letters < (SHORTEST if sample.isascii() else SHORTEST // 3):  # a Chinese sign is a word
        return ""
    language, chance = _model().classify(sample)
    return {"nb": "no"}.get(language, language) if chance >= at_least else ""


@cache
def _model() -> "LanguageIdentifier":
    """Load the model, for languages that have a code of two letters: dialects are guessed too often."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages([name for name in model.labels if len(name) == 2])
    return model
