"""Publish: regenerate one output, and write a file only when its bytes change."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator import __version__
from aggregator.app import App
from aggregator.config import OutputConfig
from aggregator.errors import TemplateError
from aggregator.jobs.shapes import feed_name, publish_issues
from aggregator.model import Folded, Format, Reject, Story
from aggregator.model.value import value
from aggregator.pipeline.copies import fold

if TYPE_CHECKING:
    from aggregator.pipeline.outputs import Publication


_ATOM: tuple[Format, ...] = ("atom",)


@value(frozen=False, slots=True)
class Published:
    """Which files were written, which entries no format could hold, and which files stay as they were, and why."""

    written: list[str] = field(default_factory=list)
    left_out: dict[str, tuple[Reject, ...]] = field(default_factory=dict)
    unwritten: dict[str, str] = field(default_factory=dict)


def publish_all(app: App) -> Published:
    """Regenerate every output that what is stored, or feeds.yaml, may have changed."""
    report = Published()
    for output in app.config.outputs:
        stamp = _stamp(app, output)
        names = [f"{output.name}.{format}" for format in output.formats]
        if app.store.meta.get(f"output:{output.name}") == stamp and app.archive.has_outputs(names):
            continue
        _publish(app, output, report)
        app.store.meta[f"output:{output.name}"] = stamp
    for digest in app.config.mailings:
        name = f"{feed_name(digest.name)}.atom"
        try:
            report.written += [name] * publish_issues(app, digest)
        except TemplateError as error:
            report.unwritten[name] = str(error)
    return report


def publication(app: App, output: OutputConfig) -> "Publication":
    """Gather what an output says now: the newest texts, or stories, of its topics, each told once."""
    from aggregator.pipeline.outputs import Publication  # loads feedgen and lxml, which most runs never need

    return Publication(
        name=output.name,
        title=output_title(app, output),
        subtitle=_subtitle(app, output.topics),
        home=app.config.home,
        base=f"{app.config.home}feeds/" if app.config.home else "",
        id=app.feed_id(output.name),
        language=app.config.language,
        founded=datetime.fromisoformat(app.store.meta["founded"]),
        entries=items(app, output),
        topics={topic.name: topic.title for topic in app.config.topics},
    )


def items(app: App, output: OutputConfig) -> "tuple[Folded, ...] | tuple[Story, ...]":
    """Gather what stands in an output, in its order."""
    if output.show == "entries":
        return fold(app.store.entries.latest(topics=output.topics, sets=output.size))
    from aggregator.pipeline.story import group

    return group(fold(app.store.coverage.latest(topics=output.topics, stories=output.size)), summaries=False)


def output_title(app: App, output: OutputConfig) -> str:
    """Name an output for people."""
    if output.title or output.name == "all":
        return output.title or app.config.title
    titles = {topic.name: topic.title for topic in app.config.topics}
    return f"{app.config.title}: {', '.join(titles[t] for t in output.topics) or output.name}"


def named_outputs(app: App) -> list[tuple[str, str, tuple[Format, ...]]]:
    """List every feed that we publish, those of mailings' issues among them: name, title, formats."""
    outputs = [(output.name, output_title(app, output), output.formats) for output in app.config.outputs]
    return [*outputs, *((feed_name(digest.name), digest.title, _ATOM) for digest in app.config.mailings)]


def _publish(app: App, output: OutputConfig, report: Published) -> None:
    from aggregator.pipeline.outputs import publish

    what = publication(app, output)
    for format in output.formats:
        result = publish(what, format)
        name = f"{output.name}.{format}"
        if app.archive.write_output(name, result.data):
            report.written.append(name)
        if result.left_out:
            report.left_out[name] = result.left_out


def _subtitle(app: App, topics: Sequence[str]) -> str:
    abouts = [topic.about for topic in app.config.topics if topic.name in topics and topic.about]
    return " ".join(abouts) or "Every story once, from all the feeds we read."


def _stamp(app: App, output: OutputConfig) -> str:
    """Say in one hash all that the output's bytes depend on."""
    config = app.config
    facts = (__version__, app.store.meta.get("revision", "0"), app.rules.version, output, config.home, config.title)
    more = (config.language, [(t.name, t.title, t.about) for t in config.topics], sorted(app.feeds))
    return blake2b(repr((facts, more)).encode(), digest_size=16).hexdigest()
