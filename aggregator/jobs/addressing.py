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
from aggregator.model import Addressed, Issue, Letter, Subscriber, Variant, mailbox_of
from aggregator.pipeline.compose import fit
from aggregator.pipeline.letter import message_id
from aggregator.pipeline.narrowing import narrowed
from aggregator.pipeline.packing import pack
from aggregator.pipeline.plain import tidy

EDITOR = '{"editor": true}'
"""The variant of who keeps feeds.yaml."""

Choice = tuple[tuple[str, ...], str, str]
"""Topics that the issue tells of (none: all), language and time zone (empty: as the issue has them)."""


def addressed(app: App, digest: DigestConfig, issue: Issue, letter: Letter) -> tuple[list[Addressed], list[Variant]]:
    """List the deliveries of an issue, and the letters that are not the issue's own.

    Who stands in `to:` gets the issue as it is, also when they subscribed as well. Subscribers with the same choice
    share one letter, and so do those whose choices differ only by what the issue does not tell of, or in whose time
    zones every time in it is the same; a choice of topics of which the issue tells nothing gets none.
    """
    deliveries = [_to(app, issue, address) for address in dict.fromkeys(digest.to)]
    variants = _for_the_editor(app, digest, issue, deliveries, own=letter)
    fixed = {mailbox_of(address) for address in digest.to}
    people = app.store.subscribers.of_digest(*app.config.audience(digest.name), app.clock())
    choices: dict[Choice, str] = {}
    zones = _zones(issue, {person.zone for person, _ in people} - {""})
    offered, there = _topics(app, digest), _topics_there(issue)
    for person, wanted in people:
        chosen = tuple(name for name in offered if name in wanted.choice.topics)
        choice = _choice(app, person, () if len(chosen) == len(offered) else chosen, zones, there)
        if choice is not None and choice not in choices:
            variant = _variant(app, digest, issue, choice, own=letter)
            choices[choice] = variant.key if variant else ""
            variants |= {variant.key: variant} if variant else {}
        key = choices[choice] if choice else None
        if key is not None and person.mailbox not in fixed:
            deliveries.append(replace(_to(app, issue, person.address), subscriber=person.id, variant=key))
    return deliveries, _used(variants, deliveries)


def _for_the_editor(
    app: App, digest: DigestConfig, issue: Issue, deliveries: list[Addressed], *, own: Letter
) -> dict[str, Variant]:
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
    return {EDITOR: Variant(EDITOR, shown.subject, pack(letter, like=own))}


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
    app: App, person: Subscriber, chosen: tuple[str, ...], zones: Mapping[str, str], there: Mapping[str, bool]
) -> Choice | None:
    """Read what somebody chose (no topics: all) as far as it makes a difference; None when nothing of it is told."""
    topics = tuple(name for name in chosen if name in there)
    if chosen and not any(there[name] for name in topics):
        return None
    language = "" if person.language == app.config.language else person.language
    return topics, language, zones.get(person.zone, "")


def _topics_there(issue: Issue) -> dict[str, bool]:
    """List the topics of an issue's stories, and whether a letter of this topic alone would tell one of them.

    Not what the digest's size left out (``narrowed``). Other topics make no difference to any letter.
    """
    told = {line.rank for part in issue.sections for line in part.lines}
    there: dict[str, bool] = {}
    for part in (*issue.sections, *issue.rest):
        for line in part.lines:
            for topic in line.topics or (part.topic,):
                there[topic] = there.get(topic, False) or line.rank in told or line.brief
    return there


def _topics(app: App, digest: DigestConfig) -> dict[str, str]:
    return {topic.name: tidy(topic.title) or topic.name for topic in digest.among(app.config.topics)}


def _variant(app: App, digest: DigestConfig, issue: Issue, choice: Choice, *, own: Letter) -> Variant | None:
    """Write an issue out for a choice; None when that is the issue's ``own`` letter."""
    topics, language, zone = choice
    offered = _topics(app, digest)
    chosen = narrowed(issue, {name: offered[name] for name in topics}) if topics else issue
    assert chosen is not None  # ``_choice`` has seen to it
    links = footer_links(app, digest, issue.period, personal=True)
    shown = app.templates.framed(chosen, language=language, zone=zone, template=digest.subject)
    frame = app.templates.frame(shown.language)
    shown, letter = fit(shown, lambda one: app.templates.letter(one, links=links), digest=digest, frame=frame)
    if (shown.subject, letter) == (issue.subject, own):
        return None
    key = json.dumps({"topics": topics, "language": language, "zone": zone}, sort_keys=True, ensure_ascii=False)
    return Variant(key, shown.subject, pack(letter, like=own))
