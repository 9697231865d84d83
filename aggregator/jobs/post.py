"""What becomes post of an issue: addresses, message ids, and the finished bytes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.errors import ConfigError, MailError, WorkspaceError
from aggregator.model import DeliveryState, Issue, Letter, Message, Subscriber
from aggregator.pipeline.letter import (
    NOBODY,
    Form,
    fill,
    leave_by_mail,
    marks,
    memo,
    message_id,
    prepare,
)
from aggregator.pipeline.mailpolicy import mailbox
from aggregator.pipeline.packing import unpack
from aggregator.pipeline.tokens import Purpose, sign

if TYPE_CHECKING:
    from aggregator.mail import Smtp


def sender(app: App) -> str:
    """Say who the post is from: ``mail.from``, else the workspace itself."""
    return app.config.mail.sender if app.config.mail else mailbox(app.config.title, f"digest@{host(app)}")


def host(app: App) -> str:
    """Name the host of Message-ID and List-Id: that of ``mail.from``, else of ``home``."""
    if app.config.mail:
        return parseaddr(app.config.mail.sender)[1].rpartition("@")[2]
    name = urlsplit(app.config.home).hostname or ""
    return name if "." in name and ":" not in name else "localhost.invalid"


def footer_links(app: App, digest: DigestConfig, period: str, *, personal: bool = False) -> dict[str, str]:
    """Give the addresses under an issue: the issue on the web, and how to leave.

    A ``personal`` letter has marks for the links of each subscriber; who stands in `to:` asks the editor by mail.
    """
    links = {}
    if app.config.home:
        links["web"] = f"{app.config.home}issues/{digest.name}/{period}"
    if app.config.home and personal:
        links.update(marks(app.secret, digest.name, period).items())
    elif contact := contact_mail(app):
        links["unsubscribe"] = leave_by_mail(contact, digest.name)
    return links


def contact_mail(app: App) -> str:
    """Give the editor's mail address, if ``contact:`` is one."""
    contact = app.config.contact
    return contact if "@" in contact and "/" not in contact else ""


def envelope(app: App, message: Message, delivery: int) -> Message:
    """Put a message into an envelope that comes back to `mail.bounces`, with the number of its delivery."""
    if not (app.config.mail and app.config.mail.bounces and delivery):
        return message
    from aggregator.pipeline.bounces import return_path

    return replace(message, sender=return_path(app.secret, app.config.mail.bounces, delivery))


def form_of(app: App, issue: Issue, own: Letter, letter: int) -> Form:
    """Write all that is the same for everybody who gets this letter of an issue (0: its ``own``)."""
    if not letter:
        return prepared(app, issue, own)
    variant = app.store.issues.variant(letter)
    return prepared(app, replace(issue, subject=variant.subject), unpack(variant.letter, like=own))


def prepared(app: App, issue: Issue, letter: Letter) -> Form:
    """Write an issue out but for its recipient, the same every time."""
    date = datetime.fromisoformat(issue.composed)
    marked = marks(app.secret, issue.digest, issue.period).values()
    return prepare(issue, letter, sender=sender(app), date=date, host=host(app), marks=marked)


def written(app: App, form: Form, delivery: DeliveryState, links: Mapping[Purpose, str]) -> Message:
    """Make the finished bytes of one delivery; ``links`` are those of its subscriber, by page."""
    marked = marks(app.secret, form.digest, form.period)
    mail = fill(
        form,
        recipient=delivery.recipient,
        message_id=delivery.message_id,
        unsubscribe=contact_mail(app),
        one_click=links.get("unsubscribe", ""),
        links={marked[page]: link for page, link in links.items()},
    )
    return envelope(app, mail, delivery.id)


def links_of(app: App, subscriber: Subscriber | None, issue: Issue) -> dict[Purpose, str]:
    """Give the links of one subscriber in the letter of an issue, by page, the same every time.

    None without a `home` to lead to, or for who is no subscriber.
    """
    home = app.config.home or issue.home
    if subscriber is None or not home:
        return {}
    digest, _ = app.config.rhythm(issue.digest)
    written_at = datetime.fromisoformat(issue.composed)
    pages: tuple[Purpose, ...] = ("unsubscribe", "preferences")
    return {page: f"{home}{page}/{sign(app.secret, page, subscriber.uid, digest, written_at)}" for page in pages}


def generic(app: App, issue: Issue, letter: Letter) -> bytes:
    """Make the copy for the archive, addressed to nobody."""
    id = message_id(issue.digest, issue.period, NOBODY, host=host(app))
    return fill(prepared(app, issue, letter), recipient=NOBODY, message_id=id, unsubscribe=contact_mail(app)).data


def editor(app: App) -> str:
    """Give the address at which the editor is reached: ``contact:`` if it is one of mail, else ``mail.from``."""
    return contact_mail(app) or (app.config.mail.sender if app.config.mail else "")


def reminder(app: App, issue: Issue, letter: Letter, trouble: Sequence[tuple[str, str]], *, draft: str) -> Message:
    """Write to the editor that an issue waits for approval, with feeds that failed, and the issue as it would be.

    ``draft`` is the mark of what is shown.
    """
    name = issue.digest
    failed = "".join(f"  {feed}: {reason}\n" for feed, reason in trouble)
    text = (
        f"The issue of {issue.title} for {issue.date} is composed and waits for you.\n\n"
        f"  aggregator digest edit {name}   change the order, drop, pin, add notes\n"
        f"  aggregator digest approve {name} {draft}   send it as it stands below, unless it is changed first\n\n"
        "Nothing is sent until then. If the time of the next issue comes first, that one tells all of this as well.\n\n"
        f"{f'These feeds could not be read:{chr(10) * 2}{failed}{chr(10)}' if failed else ''}"
        f"It would be sent like this:\n\nSubject: {issue.subject}\n\n{letter.text}"
    )
    return memo(
        f"To approve: {issue.subject}",
        Letter("", text),
        sender=sender(app),
        recipient=editor(app),
        message_id=message_id(name, f"{issue.period}.approve", editor(app), host=host(app)),
        date=app.clock(),
    )


def send_one(app: App, message: Message) -> str:
    """Send one message that no delivery stands for, or write it to storage/outbox/; says what became of it."""
    if app.config.mail is None:
        return to_outbox(app, message)
    from aggregator.mail import Smtp

    with Smtp(app.config.mail) as post:
        return post.send(message)


def handed(app: App, message: Message, post: "Smtp | None", *, ready: Callable[[], bool] = lambda: True) -> str:
    """Hand a message to the server, or without one into storage/outbox/; gives the reply, "" when it was not ``ready``.

    Raises MailError, and nothing else that this comes to: what is ours to mend (no password, a full disk) blocks all
    mail, for the next message would fare no better.
    """
    try:
        if post:
            return post.send(message, ready=ready)
    except ConfigError as error:
        raise MailError(message.recipient, 0, str(error), blocked=True) from error
    if not ready():
        return ""
    try:
        return to_outbox(app, message)
    except WorkspaceError as error:
        raise MailError(message.recipient, 0, str(error), blocked=True) from error


def to_outbox(app: App, message: Message) -> str:
    """Write a message into storage/outbox/."""
    name = f"{message.message_id.strip('<>').partition('@')[0]}.eml"
    app.archive.write_outbox(name, message.data)
    return f"written to storage/outbox/{name}"
