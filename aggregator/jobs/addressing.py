"""Who gets an issue, and how it reads for each: fixed when the issue is frozen."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.jobs.post import contact_mail, footer_links, host
from aggregator.jobs.trouble import trouble
from aggregator.model import Addressed, Issue, Letter, Subscriber, Subscription, Variant
from aggregator.pipeline.compose import fit
from aggregator.pipeline.letter import message_id
from aggregator.pipeline.narrowing import narrowed
from aggregator.pipeline.plain import tidy
from aggregator.store.subscribers import mailbox_of

EDITOR = '{"editor": true}'
"""The variant of who keeps feeds.yaml."""

Choice = tuple[tuple[str, ...], str, str]
"""Topics (none: all), language and time zone (empty: as the issue has them)."""


def addressed(app: App, digest: DigestConfig, issue: Issue, letter: Letter) -> tuple[list[Addressed], list[Variant]]:
    """List the deliveries of an issue, and the letters that are not the issue's own.

    Who stands in `to:` gets the issue as it is, also when they subscribed as well. Subscribers with the same choice
    share one letter, and so do those in whose time zones every time in it is the same; a choice of topics of which the
    issue tells nothing gets none.
    """
    deliveries = [_to(app, issue, address) for address in dict.fromkeys(digest.to)]
    variants = _for_the_editor(app, digest, issue, deliveries)
    fixed = {mailbox_of(address) for address in digest.to}
    people = app.store.subscribers.of_digest(*app.config.audience(digest.name), app.clock())
    choices: dict[Choice, str | None] = {}
    zones = _zones(issue, {person.zone for person, _ in people} - {""})
    for person, wanted in people:
        choice = _choice(app, digest, person, wanted, zones)
        if choice not in choices:
            variant = _variant(app, digest, issue, choice)
            own = variant is not None and (variant.subject, variant.letter) == (issue.subject, letter)
            choices[choice] = None if variant is None else "" if own else variant.key
            if variant and not own:
                variants[variant.key] = variant
        key = choices[choice]
        if key is not None and person.mailbox not in fixed:
            deliveries.append(replace(_to(app, issue, person.address), subscriber=person.id, variant=key))
    return deliveries, _used(variants, deliveries)


def _for_the_editor(app: App, digest: DigestConfig, issue: Issue, deliveries: list[Addressed]) -> dict[str, Variant]:
    """Give the editor, who stands in `to:` under the address of `contact:`, a letter that names feeds that failed."""
    contact = contact_mail(app)
    place = next(
        (n for n, to in enumerate(deliveries) if contact and mailbox_of(to.recipient) == mailbox_of(contact)), -1
    )
    failed = trouble(app) if place >= 0 else ()
    if not failed:
        return {}
    links, frame = footer_links(app, digest, issue.period), app.templates.frame(issue.language)
    shown, letter = fit(
        issue, lambda one: app.templates.letter(one, links=links, trouble=failed), digest=digest, frame=frame
    )
    deliveries[place] = replace(deliveries[place], variant=EDITOR)
    return {EDITOR: Variant(EDITOR, shown.subject, letter)}


def _used(variants: dict[str, Variant], deliveries: Iterable[Addressed]) -> list[Variant]:
    named = {to.variant for to in deliveries}
    return [variant for key, variant in variants.items() if key in named]


def _to(app: App, issue: Issue, address: str) -> Addressed:
    return Addressed(address, message_id(issue.digest, issue.period, address, host=host(app)))


def _zones(issue: Issue, zones: Iterable[str]) -> dict[str, str]:
    """Give for each zone the first that has the same times in this issue; empty: those of the issue itself."""
    lines = [line for section in (*issue.sections, *issue.rest) for line in section.lines]
    moments = sorted({datetime.fromisoformat(line.published) for line in lines})

    def offsets(zone: str) -> tuple[timedelta | None, ...]:
        return tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments)

    first = {offsets(issue.zone): ""}
    return {zone: first.setdefault(offsets(zone), zone) for zone in sorted(zones)}


def _choice(
    app: App, digest: DigestConfig, person: Subscriber, wanted: Subscription, zones: Mapping[str, str]
) -> Choice:
    """Read what somebody chose; topics that are no more are passed over, and all of them are none."""
    offered = _topics(app, digest)
    chosen = tuple(name for name in offered if name in wanted.choice.topics)
    language = "" if person.language == app.config.language else person.language
    return (() if len(chosen) == len(offered) else chosen), language, zones.get(person.zone, "")


def _topics(app: App, digest: DigestConfig) -> dict[str, str]:
    return {topic.name: tidy(topic.title) or topic.name for topic in digest.among(app.config.topics)}


def _variant(app: App, digest: DigestConfig, issue: Issue, choice: Choice) -> Variant | None:
    """Write an issue out for a choice; None when nothing of it is wanted."""
    topics, language, zone = choice
    offered = _topics(app, digest)
    chosen = narrowed(issue, {name: offered[name] for name in topics}) if topics else issue
    if chosen is None:
        return None
    links = footer_links(app, digest, issue.period, personal=True)
    shown = app.templates.framed(chosen, language=language, zone=zone, template=digest.subject)
    frame = app.templates.frame(shown.language)
    shown, letter = fit(shown, lambda one: app.templates.letter(one, links=links), digest=digest, frame=frame)
    key = json.dumps({"topics": topics, "language": language, "zone": zone}, sort_keys=True, ensure_ascii=False)
    return Variant(key, shown.subject, letter)
