"""A draft written out as it would be sent: the editor's hand, and feeds.yaml and the templates as they are now."""

from dataclasses import replace

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.jobs.compose import fitted
from aggregator.model import DraftedIssue, Issue, Letter, Section
from aggregator.pipeline.edited import edited, edited_digest
from aggregator.pipeline.plain import tidy


def as_edited(app: App, digest: DigestConfig, draft: DraftedIssue) -> tuple[Issue, Letter]:
    """Write a draft out as it would be sent.

    What feeds.yaml says of digest, topics, language, time zone and public address may have changed since it was
    composed; its stories are those that were found then. Raises TemplateError.
    """
    topics = [topic.name for topic in app.config.topics]
    frame = app.templates.frame(app.config.language)
    issue = edited(_as_named(app, digest, draft.issue), draft.edits, digest, topics=topics, frame=frame)
    return fitted(app, edited_digest(digest, draft.edits), issue)


def _as_named(app: App, digest: DigestConfig, issue: Issue) -> Issue:
    """Give an issue the names that feeds.yaml has now; a topic that is no more keeps the title it had."""
    titles = {topic.name: tidy(topic.title) or topic.name for topic in app.config.topics}

    def named(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        return tuple(replace(one, title=titles.get(one.topic, one.title)) for one in sections)

    title = tidy(digest.title) or digest.name
    renamed = replace(issue, title=title, sections=named(issue.sections), rest=named(issue.rest))
    return replace(renamed, home=app.config.home, zone=app.config.zone.key)
