"""Topics by meaning: what is learned from labels, from words, from a sentence; and how sure it is."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from aggregator.config import TopicConfig
from aggregator.model import Candidate
from aggregator.pipeline import meaning
from aggregator.pipeline.meaning import SURE, Model, packed, probabilities, telling, text_of, unpacked
from aggregator.pipeline.meaning_check import scores, telling_words, unseen, unsure
from aggregator.pipeline.meaning_features import SIZE, features, place, words_of
from aggregator.pipeline.meaning_learn import Examples, learn
from aggregator.pipeline.meaning_signs import labels, nearness, nothing, votes
from aggregator.pipeline.topics import compile_rules, pattern
from aggregator.vectors import Vectors
from tests.newswords import stories

TOPICS = ("money", "sport")
NEWS = list(stories(40))
TEXTS = [(title, text) for _, title, text in NEWS]
GOLD = np.array([[subject == topic for topic in TOPICS] for subject, _, _ in NEWS])
VECTORS = Vectors().embed([text_of(*text) for text in TEXTS])


def examples(known: np.ndarray, plain: np.ndarray | None = None) -> Examples:
    zeros = np.zeros(len(TEXTS), np.float32)
    return Examples(TEXTS, VECTORS, known.astype(np.float32), zeros + 1, zeros if plain is None else plain, zeros + 1)


def taught(each: int) -> Examples:
    """Labels for the first few of each topic; a few of anything else have no sign of either."""
    known = np.full(GOLD.shape, np.nan)
    known[: 3 * each] = np.where(GOLD[: 3 * each].any(axis=1, keepdims=True), GOLD[: 3 * each], np.nan)
    plain = (~GOLD.any(axis=1) & (np.arange(len(GOLD)) < 3 * each)).astype(np.float32)
    return examples(known, plain)


@pytest.fixture(scope="module")
def model() -> Model:
    return learn(taught(15), TOPICS, version="v", until=7)


def test_what_was_not_labelled_is_told_by_what_was(model: Model) -> None:
    """Three quarters of the texts had no label; what belongs to no topic gets none."""
    chances = probabilities(model, TEXTS, VECTORS)
    assert ((chances >= SURE) == GOLD).mean() > 0.95


def test_the_same_examples_make_the_same_model(model: Model) -> None:
    assert packed(learn(taught(15), TOPICS, version="v", until=7)) == packed(model)


def test_a_model_is_read_back_as_it_was_kept(model: Model) -> None:
    again = unpacked(packed(model))
    assert again
    assert (again.version, again.topics, again.until, again.examples) == ("v", TOPICS, 7, model.examples)
    assert probabilities(again, TEXTS, VECTORS) == pytest.approx(probabilities(model, TEXTS, VECTORS), abs=0.02)
    assert len(packed(model)) < 600_000


def test_a_model_of_another_format_is_not_read(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(model)
    monkeypatch.setattr(meaning, "FORMAT", meaning.FORMAT + 1)
    assert unpacked(data) is None


def test_the_evidence_is_words_of_the_entry(model: Model) -> None:
    found = telling(model, "sport", "The striker said", "that the goal of the telescope is unclear")
    assert set(found[:2]) == {"striker", "goal"}
    assert "telescope" not in found


def test_no_text_has_no_probability(model: Model) -> None:
    assert probabilities(model, [], VECTORS[:0]).shape == (0, 2)


def test_texts_without_any_word_are_nothing_of_which_one_could_be_sure(model: Model) -> None:
    empty = [("", ""), ("!!!", "…")]
    assert (probabilities(model, empty, Vectors().embed(["", ""])) < SURE).all()


def test_what_a_person_denied_is_not_guessed_back() -> None:
    """An entry that is said not to be sport does not teach what sport is."""
    known = taught(5).known.copy()
    denied = next(row for row in range(60, 120) if GOLD[row, 1])
    known[denied, 1] = 0
    chances = probabilities(learn(examples(known), TOPICS), TEXTS, VECTORS)
    assert np.isfinite(chances).all()


def test_words_vote_and_a_veto_silences_them() -> None:
    topics = [TopicConfig(name="sport", words=("match", "goal"), excludes=("trade fair",))]
    rules = compile_rules(topics)
    assert votes(rules, "A match", "with a goal and a goal") == [3.0]
    assert votes(rules, "A match", "at the trade fair") == [0.0]


def test_words_vote_where_a_long_text_says_what_it_is_about() -> None:
    """A veto counts wherever it stands."""
    rules = compile_rules([TopicConfig(name="sport", words=("goal",), excludes=("trade fair",))])
    far = "the council met and spoke of roads " * 20
    assert votes(rules, "", f"a goal {far}") == [1.0]
    assert votes(rules, "", f"{far} a goal") == [0.0]
    assert votes(rules, "A goal", f"{far} trade fair") == [0.0]


def test_only_a_topic_that_stands_out_labels_a_text() -> None:
    said = np.array([[3, 0], [2, 1], [1, 1], [0, 0]], np.float32)
    found = labels(said, np.zeros_like(said), [True, True])
    assert found[0].tolist() == [1, 0]
    assert np.isnan(found[1:]).all()


def test_words_speak_with_what_they_mean() -> None:
    """One word and nearness make an example; three words of a text that is far from all of them together do not."""
    said = np.array([[1, 0], [3, 0], [3, 0], [1, 0]], np.float32)
    near = np.array([[1.2, 0], [-0.5, 0], [0.1, 0], [0.1, 0]], np.float32)
    found = labels(said, near, [True, True])
    assert np.isnan(found).any(axis=1).tolist() == [False, True, False, True]
    assert nothing(said, near, [True, True]).tolist() == [False, False, False, True]


def test_nothing_speaks_for_a_topic_without_words_that_is_not_near() -> None:
    near = np.array([[0.9], [1.1]], np.float32)
    assert nothing(np.zeros_like(near), near, [False]).tolist() == [True, False]


def test_the_likelier_of_two_topics_is_so_for_texts_that_are_far_from_both() -> None:
    """One slope for all topics, although the labels of one are often wrong and those of the other never."""
    known = taught(15).known.copy()
    known[:9] = known[:9, ::-1]
    slopes = learn(examples(known), TOPICS).slopes
    assert slopes[0] == slopes[1] != 1


def test_few_labels_do_not_make_it_sure_of_itself() -> None:
    """Three of each topic are guessed rightly by a model that learned from their likes: that says little."""
    assert learn(taught(3), TOPICS).slopes.max() < 0.9


def test_what_it_was_made_from_does_not_make_it_surer(model: Model) -> None:
    """A text and the guess about it taught the model, which then finds itself confirmed."""
    assert 0.1 <= model.memory < 0.9
    kept = unpacked(packed(model))
    assert kept and kept.memory == model.memory
    seen, strange = probabilities(kept, TEXTS, VECTORS), probabilities(replace(kept, memory=1), TEXTS, VECTORS)
    assert (np.abs(seen - 0.5) < np.abs(strange - 0.5)).mean() > 0.9
    other = (
        [("Keeper saves a penalty", "the crowd sings on in the rain")],
        Vectors().embed(["Keeper saves a penalty. "]),
    )
    assert (probabilities(kept, *other) == probabilities(replace(kept, memory=1), *other)).all()


def test_a_sentence_is_near_to_what_it_is_about() -> None:
    anchors = Vectors().embed(["Football matches, goals, players and coaches.", ""])
    near = nearness(VECTORS, anchors)
    assert near[GOLD[:, 1], 0].mean() > near[~GOLD[:, 1], 0].mean() + 1
    assert (near[:, 1] == 0).all()


def test_hidden_labels_are_found_again_and_counted() -> None:
    found = taught(15)
    chances = unseen(found, TOPICS)
    money, sport = scores(found.known, chances, TOPICS)
    assert (money.examples, sport.examples) == (15, 15)
    assert money.precision is not None and money.precision > 0.9
    assert sport.recall is not None and sport.recall > 0.6


def entries(story: Callable[[int], int], day: Callable[[int], int]) -> list[Candidate]:
    """The texts as entries, each of a story and of a day that its number gives."""
    first = datetime(2026, 11, 23, tzinfo=UTC)
    dated = [first + timedelta(days=day(n)) for n in range(len(TEXTS))]
    facts = zip(TEXTS, dated, strict=True)
    return [Candidate(n, f"{n}", 1, "", *text, (), "", "", at, story=story(n)) for n, (text, at) in enumerate(facts, 1)]


def test_words_that_no_rule_names_are_suggested() -> None:
    told = entries(lambda n: n, lambda n: n // 9)
    found = telling_words(told, GOLD[:, 1].tolist(), [pattern("goal"), pattern("match*")])
    words = [word for word, _, _ in found]
    assert "striker" in words
    assert not {"goal", "match"} & set(words)


@pytest.mark.parametrize(
    ("story", "day"),
    [(lambda n: 1 + n % 3, lambda n: n), (lambda n: n, lambda n: 0), (lambda n: n, lambda n: n % 2)],
    ids=["one event told for weeks", "one day", "two days"],
)
def test_the_words_of_one_event_or_of_a_day_or_two_are_not(
    story: Callable[[int], int], day: Callable[[int], int]
) -> None:
    assert telling_words(entries(story, day), GOLD[:, 1].tolist(), []) == ()


def test_words_are_counted_by_stories() -> None:
    """However often one of them is told."""
    told = entries(lambda n: 1 + n % 3 + 3 * (n // 30), lambda n: n // 9)
    found = {word: (own, rest) for word, own, rest in telling_words(told, GOLD[:, 1].tolist(), [], most=50)}
    assert found["striker"] == (4, 0)


def test_a_word_of_one_column_or_of_more_others_or_a_number_is_not_suggested() -> None:
    told = entries(lambda n: n, lambda n: n // 9)
    for row, entry in enumerate(told):
        feed = 1 + row // 12 % 2
        told[row] = replace(entry, feed=feed, title=f"{'Goal' if row % 3 else 'Column'} 2026 by feed {feed * 'x'}")
    words = {word for word, _, _ in telling_words(told, GOLD[:, 1].tolist(), [], most=50)}
    assert {"column", "coach"} <= words
    assert not {"goal", "xx", "2026"} & words


def test_the_unsure_come_first_where_labels_are_wanted() -> None:
    chances = np.array([[0.99], [0.45], [0.7], [0.01]], np.float32)
    assert [row for row, _ in unsure(chances, 0)] == [1, 2]


def test_words_have_the_same_place_in_every_process() -> None:
    program = "from aggregator.pipeline.meaning_features import place; print(place('striker'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) == place("striker") < SIZE


def test_words_and_pairs_are_counted() -> None:
    assert words_of("The Big match", "of a season") == ["big", "match", "season"]
    counted = features([("match match", ""), ("", "")])
    assert counted.count == 2
    assert set(counted.columns.tolist()) == {place("match"), place("match match")}
