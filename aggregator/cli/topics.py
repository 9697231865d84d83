"""topics train, test, suggest, fix: teach the program what an editor means by a topic."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.terminal import Terminal
from aggregator.config.wording import hint
from aggregator.errors import NotFoundError
from aggregator.pipeline.addresses import canonical
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.jobs.teaching import Advice, Checked

commands = typer.Typer(no_args_is_help=True, help="Teach topics by meaning, test them, and correct what is wrong.")
SIGNED = {"ignore_unknown_options": True, "help_option_names": ["--help"]}  # "-sport" is no option


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(commands, name="topics")


@commands.command()
def train(context: typer.Context, as_json: AsJson = False) -> None:
    """Learn topics anew now; a sync does it by itself when there is enough news."""
    from aggregator.jobs import readiness, training
    from aggregator.jobs.curate import curate

    screen = terminal(context)
    with screen.held("topics train") as app:
        done = training.train(app)
        if done is None:
            text = f"too little to learn from: it takes topics in feeds.yaml and {readiness.FEWEST} entries"
            raise NotFoundError(readiness.not_yet(app) or text)
        placed = curate(app)
    if as_json:
        screen.json(**vars(done), placed_anew=placed.entries)
        return
    for address in done.unknown:
        screen.warn(f"like: no entry with the address {address} is stored")
    rows = [(topic, str(n), "yes" if done.offered[topic] else "no") for topic, n in done.examples.items()]
    screen.table(("topic", "examples", "given by meaning"), rows)
    screen.say(f"learned from {counted(done.entries, 'entry', 'entries')}; placed anew: {placed.entries}")


@commands.command()
def test(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell how often topics by meaning are right, on labels that were hidden from the model; and the worst errors."""
    from aggregator.jobs import readiness, teaching

    screen = terminal(context)
    with screen.opened() as app:
        checked, waits = teaching.test(app), readiness.not_yet(app)
    if as_json:
        screen.json(topics=[_score(checked, place) for place in range(len(checked.scores))])
        return
    rows = [(s.topic, str(s.examples), _share(s.precision), _share(s.recall)) for s in checked.scores]
    screen.table(("topic", "examples", "precision", "recall"), rows)
    for score in checked.scores:
        for row, chance in score.wrong:
            if entry := checked.entry(row):
                screen.say(f"{score.topic}: {_error(chance)}: {entry.id} {entry.title}")
    if waits:
        screen.warn(waits)


def _error(chance: float) -> str:
    """Say in which direction a text was wrong: what is listed is more than one half away from its label."""
    return f"{chance:.2f}, and is labelled {'without' if chance > 0.5 else 'with'} it"


def _score(checked: "Checked", place: int) -> dict[str, object]:
    score = checked.scores[place]
    wrong = [(checked.entry(row), chance) for row, chance in score.wrong]
    errors = [
        {"entry": str(one.id), "title": one.title, "probability": chance, "has": chance < 0.5}
        for one, chance in wrong
        if one
    ]
    facts = {"topic": score.topic, "examples": score.examples, "given": score.found, "right": score.right}
    return {**facts, "precision": score.precision, "recall": score.recall, "errors": errors}


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


@commands.command()
def suggest(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(help="A topic of feeds.yaml; all when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Name words that would help a topic, and entries whose topic is unsure: `fix` them to teach most."""
    from aggregator.jobs import teaching

    screen = terminal(context)
    with screen.opened() as app:
        check_topic(app, topic)
        advice = teaching.suggest(app, [topic] if topic else [])
    if as_json:
        screen.json(topics=[_advice(one) for one in advice])
        return
    for one in advice:
        words = ", ".join(f"{word} ({own} stories, others {rest})" for word, own, rest in one.words)
        screen.show(f"{one.topic}: words: {words or 'none'}")
        for entry, chance in one.label:
            screen.show(f"  unsure ({chance:.2f}): {entry.id} {entry.title}")


def _advice(advice: "Advice") -> dict[str, object]:
    words = [{"word": word, "stories": own, "others": rest} for word, own, rest in advice.words]
    label = [{"entry": str(entry.id), "title": entry.title, "probability": chance} for entry, chance in advice.label]
    return {"topic": advice.topic, "words": words, "unsure": label}


@commands.command(context_settings=SIGNED)
def fix(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="ENTRY", help="An entry's id, address or permanent id.")],
    changes: Annotated[list[str], typer.Argument(metavar="+TOPIC -TOPIC…", help="What it has, and has not.")],
    as_json: AsJson = False,
) -> None:
    """Correct an entry's topics: remembered for good, wins over everything, and is learned from."""
    from aggregator.jobs import teaching

    screen = terminal(context)
    with screen.held("topics fix") as app:
        wanted = _wanted(app, changes)
        entry = _entry(app, reference)
        teaching.fix(app, entry, wanted)
        (stored,) = app.store.entries.find(entry)
        topics = [tag.topic for tag in stored.tags]
    if as_json:
        screen.json(entry=str(entry), topics=topics, corrected=wanted)
        return
    _tell(screen, stored.entry.title, topics)


def _tell(screen: Terminal, title: str, topics: list[str]) -> None:
    screen.say(f"{title}: {', '.join(topics) or 'no topic'}")
    screen.say("it is learned from with the next training: `aggregator topics train` does it now")


def _wanted(app: "App", changes: list[str]) -> dict[str, bool]:
    wanted: dict[str, bool] = {}
    for change in changes:
        sign, topic = change[:1], change[1:]
        if sign not in ("+", "-") or not topic:
            raise typer.BadParameter(f"write +TOPIC or -TOPIC (got “{change}”)")
        check_topic(app, topic)
        if wanted.setdefault(topic, sign == "+") != (sign == "+"):
            raise typer.BadParameter(f"both +{topic} and -{topic}")
    return wanted


def check_topic(app: "App", name: str) -> None:
    """Refuse a topic that feeds.yaml does not know; "" is no topic and fine."""
    known = [topic.name for topic in app.config.topics]
    if name and name not in known:
        there = ", ".join(known) or "none"
        raise NotFoundError(f"no topic “{name}” in feeds.yaml{hint(name, known)} (there is: {there})")


def _entry(app: "App", reference: str) -> int:
    found = app.store.entries.find(reference, key=canonical(reference))
    if not found:
        raise NotFoundError(f"no entry “{reference}”: give an id from `aggregator entries`, or an address")
    return found[0].id
