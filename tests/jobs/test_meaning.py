"""Topics by meaning in a workspace: learned in a sync, corrected by a person, rehearsed before feeds.yaml changes."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator import config
from aggregator.errors import NotFoundError
from aggregator.jobs import teaching, training
from aggregator.jobs.readiness import not_yet
from aggregator.jobs.rehearsal import rehearse, summed
from aggregator.model import StoredEntry
from aggregator.pipeline import meaning
from aggregator.pipeline.meaning_features import words_of
from tests.newswords import stories
from tests.servers import Page, Server, serve
from tests.workspaces import START, Desk, desk, item, rss

ABOUT = """
topics:
  sport: {about: "Football matches, goals, players, coaches and the league."}
  space: {about: "Rockets, planets, telescopes and astronauts in orbit."}
outputs: [{name: all}, {name: sport, topics: [sport]}]
"""
NEWS = list(stories(30))


def page(first: int = 0, count: int = 90) -> Page:
    rows = list(enumerate(NEWS))[first : first + count]
    return Page(rss(*(item(n, title=title, text=text, guid=f"{subject}-{n}") for n, (subject, title, text) in rows)))


@pytest.fixture
def site() -> Iterator[Server]:
    with serve({"/a": page()}) as server:
        yield server


def stored(here: Desk) -> list[StoredEntry]:
    with here.app() as app:
        return sorted(app.store.entries.search(limit=1000), key=lambda one: one.id)


def topics(here: Desk) -> dict[str, list[str]]:
    return {one.entry.guid: [tag.topic for tag in one.tags] for one in stored(here)}


def agreement(here: Desk) -> float:
    found = topics(here)
    right = [named == [guid.partition("-")[0]] for guid, named in found.items() if named]
    return sum(right) / len(right)


def test_a_sentence_is_enough_for_a_topic(tmp_path: Path, site: Server) -> None:
    """Without any list of words entries get the topic, mostly rightly, with words and a probability as evidence."""
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    tagged = [tag for one in stored(here) for tag in one.tags]
    assert len(tagged) > 15
    assert agreement(here) > 0.9
    assert {tag.via for tag in tagged} == {"meaning"}
    assert all(tag.evidence.startswith("probability 0.") and "telling words" in tag.evidence for tag in tagged)
    assert all(0.8 <= tag.probability < 1 for tag in tagged)


def test_words_of_a_topic_teach_by_what_they_mean(tmp_path: Path, site: Server) -> None:
    """Of texts without any word of a topic those about it are not all taken for something else."""
    extra = "topics:\n  sport: {words: [football, striker, stadium]}\noutputs: [{name: all}]\n"
    here = desk(tmp_path, site.url("/a"), extra=extra)
    here.sync()
    with here.app() as app:
        entries = app.store.learning.recent(training.SAMPLE)
        examples, _ = training.gather(app, entries)
    plain: dict[str, list[float]] = {}
    for entry, one in zip(entries, examples.plain.tolist(), strict=True):
        if not {"striker", "stadium"} & set(words_of(entry.title, entry.text)):
            plain.setdefault(entry.guid.partition("-")[0], []).append(one)
    shares = {subject: sum(found) / len(found) for subject, found in plain.items()}
    assert shares["sport"] < 0.8
    assert min(shares["money"], shares["space"]) > 0.95


def test_two_workspaces_with_the_same_news_learn_the_same(tmp_path: Path, site: Server) -> None:
    here, there = desk(tmp_path / "a", site.url("/a"), extra=ABOUT), desk(tmp_path / "b", site.url("/a"), extra=ABOUT)
    here.sync()
    there.sync()
    assert topics(here) == topics(there)
    assert here.outputs().keys() == there.outputs().keys()


def test_a_sync_without_news_learns_nothing_and_changes_nothing(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    before = here.outputs()
    report = here.sync(force=True)
    assert (report.placed.entries, report.published.written) == (0, [])
    assert here.outputs() == before


def test_a_workspace_whose_topics_have_no_meaning_loads_no_model(tmp_path: Path, site: Server) -> None:
    extra = "topics: {sport: {words: [match]}}"
    desk(tmp_path, site.url("/a"), extra=extra)
    program = (
        "import sys; from pathlib import Path; from aggregator import workers; from aggregator.app import open_app\n"
        f"with open_app(Path({str(tmp_path)!r})) as app:\n    print(workers.sync(app).placed.entries)\n"
        "print(*(f'aggregator.{name}' in sys.modules for name in ('jobs.guessing', 'pipeline.meaning')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["90", "False", "False"]


@pytest.mark.parametrize(("count", "here_are"), [(9, "9 are here"), (1, "1 is here")])
def test_a_handful_of_entries_is_too_little_to_learn_from(tmp_path: Path, count: int, here_are: str) -> None:
    with serve({"/a": page(count=count)}) as server:
        here = desk(tmp_path, server.url("/a"), extra=ABOUT)
        here.sync()
        with here.app() as app:
            assert training.train(app) is None
            assert f"it takes 50 entries, and {here_are}" in not_yet(app)
            with pytest.raises(NotFoundError, match=f"and {here_are}"):
                teaching.suggest(app)
    assert not any(topics(here).values())


def test_it_is_learned_again_when_a_quarter_more_came(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    with here.app() as app:
        assert not training.due(app)
    site.pages["/a"] = Page(rss(*(item(n) for n in range(1000, 1250))))
    here.sync(force=True)
    with here.app() as app:
        found = app.store.learning.freshness(training.NAME)
        assert found
        assert found[1] == app.store.learning.newest() == 340


def test_a_model_that_another_version_wrote_is_learned_anew(
    tmp_path: Path, site: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be read, so the next sync with news makes one, although few entries came."""
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    monkeypatch.setattr(meaning, "FORMAT", meaning.FORMAT + 1)
    site.pages["/a"] = Page(rss(item(2000)))
    here.sync(force=True)
    with here.app() as app:
        assert training.current(app)
        assert app.store.learning.freshness(training.NAME) == (app.rules.version, 91)


def test_another_feeds_yaml_is_learned_anew(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    desk(tmp_path, site.url("/a"), extra=ABOUT.replace("sport", "games"))
    here.sync()
    assert {topic for named in topics(here).values() for topic in named} <= {"games", "space"}


def test_examples_by_their_address_speak_for_a_topic(tmp_path: Path, site: Server) -> None:
    liked = [n for n, (subject, _, _) in enumerate(NEWS) if subject == "money"][:8]
    addresses = ", ".join(f"https://example.com/{n}" for n in liked)
    extra = f"topics: {{money: {{like: [{addresses}, 'https://example.com/nowhere']}}}}"
    here = desk(tmp_path, site.url("/a"), extra=extra)
    here.sync()
    with here.app() as app:
        done = training.train(app)
    assert done
    assert done.unknown == ("https://example.com/nowhere",)
    assert done.examples["money"] >= 8
    assert agreement(here) > 0.8


def test_what_a_person_says_wins_and_outlives_the_next_training(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    one = next(one for one in stored(here) if [tag.topic for tag in one.tags] == ["sport"])
    with here.app() as app:
        teaching.fix(app, one.id, {"sport": False, "space": True})
        (changed,) = app.store.entries.find(one.id)
        assert [(tag.topic, tag.via) for tag in changed.tags] == [("space", "correction")]
        training.train(app)
    here.sync()
    (again,) = [two for two in stored(here) if two.id == one.id]
    assert [(tag.topic, tag.via) for tag in again.tags] == [("space", "correction")]


def test_a_correction_of_no_entry_is_refused(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    with here.app() as app, pytest.raises(NotFoundError, match="no entry 12345"):
        teaching.fix(app, 12345, {"sport": True})


def test_a_correction_in_a_workspace_of_words_alone(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra="topics: {sport: {words: [match]}}")
    here.sync()
    one = next(one for one in stored(here) if one.tags)
    with here.app() as app:
        teaching.fix(app, one.id, {"sport": False})
    assert topics(here)[one.entry.guid] == []


def test_the_test_finds_labels_again(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=ABOUT)
    here.sync()
    with here.app() as app:
        checked = teaching.test(app)
    assert [score.topic for score in checked.scores] == ["sport", "space"]
    assert all(score.precision is None or score.precision > 0.7 for score in checked.scores)


def test_suggestions_are_words_of_the_topic_and_not_of_one_of_its_events(tmp_path: Path, site: Server) -> None:
    """A league that plays for a month, and a club that is in the news of one afternoon, in a dozen reports."""
    said = "Striker and coach of Quayside met in Quayside, said report {} of the match and the goal."
    news = [
        item(n, title=title, text=text, at=START - timedelta(days=n // 3)) for n, (_, title, text) in enumerate(NEWS)
    ]
    news += [item(100 + n, title=f"Quayside celebrates the league {n}", text=said.format(n)) for n in range(12)]
    site.pages["/a"] = Page(rss(*news))
    here = desk(tmp_path, site.url("/a"), extra=ABOUT + "defaults: {history: all}\n")
    here.sync()
    with here.app() as app:
        advice = teaching.suggest(app, ["sport"])
    assert [one.topic for one in advice] == ["sport"]
    words = {word for word, _, _ in advice[0].words}
    assert words & {"striker", "goal", "season", "penalty", "keeper", "coach"}
    assert "quayside" not in words


def test_before_anything_was_learned_there_is_nothing_to_suggest(tmp_path: Path) -> None:
    here = desk(tmp_path, extra=ABOUT)
    with here.app() as app:
        with pytest.raises(NotFoundError, match="and 0 are here"):
            teaching.suggest(app)
        with pytest.raises(NotFoundError, match="nothing to test"):
            teaching.test(app)


def test_a_change_of_rules_is_rehearsed_on_what_is_stored(tmp_path: Path, site: Server) -> None:
    """Who would gain or lose a topic or a place in an output; nothing is written."""
    extra = "topics: {sport: {words: [striker]}}\noutputs: [{name: sport, topics: [sport]}]"
    here = desk(tmp_path, site.url("/a"), extra=extra)
    here.sync()
    before = config.load(tmp_path / "feeds.yaml")
    desk(tmp_path, site.url("/a"), extra=extra.replace("striker", "keeper"))
    written = dict(here.outputs())
    with here.app() as app:
        looked_at, moves = rehearse(app, before, since=None, limit=1000)
        revision = app.store.meta["revision"]
    sums = summed(moves)
    assert looked_at == 90
    gained, lost = sums["topic", "sport"]
    assert gained > 0 and lost > 0
    assert sums["output", "sport"] == (gained, lost)
    assert all("keeper" in move.why for move in moves if move.gains)
    placed = [move.why for move in moves if move.kind == "output"]
    assert {why for why in placed if why.startswith("now")} == {"now it has none of its topics"}
    assert sum(why.startswith("sport by words: “keeper”") for why in placed) == gained
    assert all(why.endswith("before, it has none of its topics") for why in placed if not why.startswith("now"))
    with here.app() as app:
        assert app.store.meta["revision"] == revision
    assert here.outputs() == written


def test_what_a_feed_drops_is_the_reason_in_a_rehearsal(tmp_path: Path, site: Server) -> None:
    outputs = "outputs: [{name: all}, {name: gone}]"
    here = desk(tmp_path, site.url("/a"), extra=outputs)
    here.sync()
    before = config.load(tmp_path / "feeds.yaml")
    desk(tmp_path, f"{{url: '{site.url('/a')}', drop: {{words: [striker]}}}}", extra=outputs.replace("gone", "new"))
    with here.app() as app:
        _, moves = rehearse(app, before, since=None, limit=1000)
    why = {(move.name, move.gains, move.why.partition(":")[0]) for move in moves}
    assert why == {
        ("all", False, "now drop"),
        ("gone", False, "now there is no such output"),
        ("new", True, "it takes every topic; before, there is no such output"),
    }
