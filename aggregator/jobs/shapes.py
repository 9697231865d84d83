"""The shapes of an issue beside the mail: a page of the archive, text, Markdown, an entry in the digest's own feed."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from aggregator import __version__
from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.errors import NotFoundError
from aggregator.model import Issue, IssueState, Letter
from aggregator.workspace import fingerprint

if TYPE_CHECKING:
    from aggregator.pipeline.outputs import Numbered

LISTED = 20
"""How many issues the feed of a digest holds."""

OTHERS = ("txt", "md", "eml")
"""The files of an issue besides its page; the last of them is written last."""


def feed_name(digest: str) -> str:
    """Name the output that has the issues of a digest."""
    return f"{digest}-issues"


def shown(app: App, digest: str, *, most: int = -1) -> tuple[IssueState, ...]:
    """List the issues of a digest that anybody may see, the latest first: those that were composed and frozen."""
    return app.store.issues.composed(digest, most=most)


def frozen(app: App, digest: DigestConfig, period: str = "") -> tuple[Issue, Letter]:
    """Read an issue as it was frozen, by default the last, and the letter that who stands in `to:` was sent.

    Raises NotFoundError that lists those there are.
    """
    states = shown(app, digest.name)
    for state in states:
        if period in ("", state.period):
            return app.store.issues.issue(state.id), app.store.issues.letter(state.id)
    if not states:
        raise NotFoundError(f"no issue of {digest.name} was made yet; `digest preview {digest.name}` shows the next")
    there = ", ".join(state.period for state in states[:LISTED])
    raise NotFoundError(f"no issue {period} of {digest.name}; there is: {there}")


def archive_links(app: App, digest: DigestConfig, period: str) -> dict[str, str]:
    """Give the addresses that an issue names in the archive; none of them knows who reads."""
    home, links = app.config.home, {}
    if home:
        links["web"] = f"{home}issues/{digest.name}/{period}"
        links["feed"] = f"{home}feeds/{feed_name(digest.name)}.atom"
        links |= {"subscribe": f"{home}subscribe/{form}"} if (form := _form(app, digest)) else {}
    return links


def _form(app: App, digest: DigestConfig) -> str:
    """Name the digest by whose form people subscribe to a mailing, also to what gathers it; empty where nobody may."""
    name, _ = app.config.rhythm(digest.name)
    return next((one.name for one in app.config.digests if one.name == name and one.subscribe), "")


def archive_letter(app: App, digest: DigestConfig, issue: Issue) -> Letter:
    """Write an issue out as a mail to nobody."""
    return app.templates.letter(issue, links=archive_links(app, digest, issue.period))


def page_of(app: App, digest: DigestConfig, issue: Issue, *, periods: Sequence[str] = ()) -> str:
    """Write the page of an issue; ``periods`` are those of all issues, the latest first."""
    links = {**archive_links(app, digest, issue.period), "all": "./", "text": f"{issue.period}.txt"}
    if issue.period in periods:
        place = periods.index(issue.period)
        near = {"next": periods[place - 1 : place], "previous": periods[place + 1 : place + 2]}
        links |= {name: f"{period}.html" for name, found in near.items() for period in found}
    return app.templates.page(issue, links=links)


def try_shapes(app: App, digest: DigestConfig, issue: Issue) -> None:
    """Write an issue out in every shape, to nowhere; raises TemplateError."""
    page_of(app, digest, issue)
    links = archive_links(app, digest, issue.period)
    app.templates.markdown(issue, links=links)
    app.templates.fragment(issue, links=links)


def write_shapes(app: App, digest: DigestConfig, period: str) -> None:
    """Write the files of an issue, and the page of the one before it, which now has a next one; then the digest's feed.

    These are storage/issues/DIGEST/PERIOD.html, .txt, .md and .eml. The same bytes are left alone, and other files of
    issues that were made before, whatever became of the templates since.
    """
    states = shown(app, digest.name)
    periods = [state.period for state in states]
    place = periods.index(period)
    for state in reversed(states[max(place - 1, 0) : place + 2]):  # the .eml of the new one last: see ``unwritten``
        _write_files(app, digest, app.store.issues.issue(state.id), periods, anew=state.period == period)
    publish_issues(app, digest)


def publish_issues(app: App, digest: DigestConfig) -> bool:
    """Write the Atom feed of a digest's issues where it may have changed; tells whether it has."""
    states = shown(app, digest.name, most=LISTED)
    name, stamp = feed_name(digest.name), _stamp(app, digest, states)
    if app.store.meta.get(f"output:{name}") == stamp and app.archive.has_outputs([f"{name}.atom"]):
        return False
    written = app.archive.write_output(f"{name}.atom", issues_feed(app, digest, states))
    app.store.meta[f"output:{name}"] = stamp
    return written


def issues_feed(app: App, digest: DigestConfig, states: Sequence[IssueState]) -> bytes:
    """Write issues as an Atom feed, in the order given."""
    from aggregator.pipeline.outputs import Publication, publish

    name, home = feed_name(digest.name), app.config.home
    what = Publication(
        name=name,
        title=digest.title,
        subtitle=app.config.title,
        home=f"{home}issues/{digest.name}/" if home else "",
        base=f"{home}feeds/" if home else "",
        id=app.feed_id(name),
        language=app.config.language,
        founded=datetime.fromisoformat(app.store.meta["founded"]),
        entries=tuple(_numbered(app, digest, state) for state in states),
    )
    return publish(what, "atom").data


def _numbered(app: App, digest: DigestConfig, state: IssueState) -> "Numbered":
    from aggregator.pipeline.outputs import Numbered

    issue = app.store.issues.issue(state.id)
    links = archive_links(app, digest, issue.period)
    return Numbered(
        uid=uuid5(NAMESPACE_URL, f"{app.store.meta['workspace']}/issue/{digest.name}/{issue.period}").urn,
        url=links.get("web", ""),
        issue=issue,
        html=app.templates.fragment(issue, links=links),
        composed=datetime.fromisoformat(issue.composed),
    )


def _write_files(app: App, digest: DigestConfig, issue: Issue, periods: Sequence[str], *, anew: bool) -> None:
    """Write the page of an issue, and its other files where they are missing, or all ``anew``."""
    from aggregator.jobs.post import generic

    page = page_of(app, digest, issue, periods=periods)
    app.archive.write_issue(issue.digest, f"{issue.period}.html", page.encode())
    if not anew and all(app.archive.issue(issue.digest, f"{issue.period}.{kind}").is_file() for kind in OTHERS):
        return
    letter, links = archive_letter(app, digest, issue), archive_links(app, digest, issue.period)
    files = letter.text.encode(), app.templates.markdown(issue, links=links).encode(), generic(app, issue, letter)
    for kind, data in zip(OTHERS, files, strict=True):
        app.archive.write_issue(issue.digest, f"{issue.period}.{kind}", data)


def _stamp(app: App, digest: DigestConfig, states: Sequence[IssueState]) -> str:
    """Say in one hash all that the feed's bytes depend on; a time zone is frozen with each issue."""
    config = app.config
    facts = (__version__, digest.name, digest.title, _form(app, digest), config.home, config.title, config.language)
    looks = fingerprint(app.workspace.templates)
    return blake2b(
        repr((facts, looks, [(state.id, state.period) for state in states])).encode(), digest_size=16
    ).hexdigest()
