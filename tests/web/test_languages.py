"""Which language the pages and the mail for subscribers speak, and what that may not tell."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from aggregator.jobs.deliver import deliver
from aggregator.pipeline.tokens import CONFIRM_WITHIN
from tests.frontdesk import EXTRA, READER, URLENCODED, Door, Front, Reply, eventually

LINKS = ("confirm", "unsubscribe", "preferences")
SITE = ("/", "/issues/morning/", "/nowhere", "/subscribe/morning", "/confirm/x", "/unsubscribe/x", "/preferences/x")


def choose(site: Front, language: str, address: str = READER) -> None:
    """Let a confirmed reader choose a language on their page."""
    site.confirmed(address=address)
    site.send(site.link("preferences", address=address), act="save", language=language)


def asked(site: Front) -> EmailMessage:
    """Send the mail that asks into the outbox, and take it from there."""
    deliver(site.app)
    (path,) = (site.desk.root / "storage" / "outbox").glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    path.unlink()
    assert isinstance(mail, EmailMessage)
    return mail


def texts(mail: EmailMessage) -> tuple[str, str]:
    """Give the HTML and the text of a mail."""
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html and text
    return html.get_content(), text.get_content()


def test_everything_speaks_the_language_of_feeds_yaml(tmp_path: Path, opened: Door):
    with opened.front(tmp_path, extra=f"{EXTRA}language: de\n") as site:
        site.subscribe()
        eventually(lambda: site.state() is not None)
        mail = asked(site)
        pages = [site.ask(path) for path in SITE]
        pages += [site.ask(site.link(purpose)) for purpose in LINKS]
        pages += [site.subscribe("somebody@example.org"), site.subscribe("nobody"), site.subscribe("x" * 17_000)]
        old = site.link("confirm")
        site.desk.clock.forward(days=8)
        pages.append(site.ask(old))
        pages.append(site.send(site.link("confirm"), act="confirm"))
        pages.append(site.send(site.link("unsubscribe"), ("List-Unsubscribe", "One-Click")))
    assert {page.language for page in pages} == {("de", "ltr")}
    said = " ".join(page.shown for page in pages)
    assert not re.search(r"[Ss]ubscri|[Cc]onfirm|\b(the|you|issue|mail|Topics?|None)\b", said), said
    assert "Dieser Link ist abgelaufen" in said and "Dieses Formular ist nicht lesbar" in said
    html, text = texts(mail)
    assert mail["Subject"] == "Bitte bestätigen: Morning briefing" and '<html lang="de" dir="ltr">' in html
    assert "bestellt" in text and not re.search(r"\b(the|you|link is)\b", html.partition("<body")[2] + text)


def test_who_chose_a_language_is_spoken_to_in_it(tmp_path: Path, opened: Door):
    """Behind their links, and in the next mail that asks; names of the editor's keep their own language."""
    with opened.front(tmp_path) as site:
        choose(site, "ar")
        pages = [site.ask(site.link(purpose)) for purpose in LINKS]
        site.desk.clock.forward(days=1)
        site.subscribe(digest="evening")
        eventually(lambda: site.state(digest="evening") is not None)
        mail = asked(site)
        left = site.send(site.link("unsubscribe"), ("List-Unsubscribe", "One-Click"))
    html, text = texts(mail)
    for page in (*pages, left):
        assert page.language == ("ar", "rtl") and '<bdi lang="en">Morning briefing</bdi>' in page.text
        assert '<bdi lang="en">Test Desk</bdi>' in page.text
    assert "أُلغي الاشتراك" in left.heading and "لقد أكدت ذلك" in pages[0].shown
    assert mail["Subject"] == "يُرجى التأكيد: Evening post" and '<html lang="ar" dir="rtl">' in html
    assert '<span lang="en" dir="ltr">Evening post</span>' in html and "طلب أحدهم" in text
    assert not re.search("[\u2066-\u2069]", html), "only elements set names apart there"
    assert "\u2068Evening post\u2069" in text and "\u2068Test Desk\u2069" in text


def test_the_answer_to_the_form_does_not_tell_who_chose_a_language(tmp_path: Path, opened: Door):
    """Status, headers and body speak the language of the form, whatever is known of the address."""
    with opened.front(tmp_path) as site:
        choose(site, "ar")
        known, unknown = site.subscribe(READER), site.subscribe("nobody@example.org")
        accepts = {"accept_language": "ar"}
        shown = [site.ask("/subscribe/morning"), site.ask("/subscribe/morning", **accepts)]
    same = [(r.status, r.body, [(k, v) for k, v in r.headers.items() if k != "date"]) for r in (known, unknown)]
    assert same[0] == same[1] and known.language == ("en", "ltr")
    assert shown[0].body == shown[1].body and "accept-language" not in shown[0].headers["vary"].lower()


def test_the_record_of_consent_keeps_the_form_in_its_language(tmp_path: Path, opened: Door):
    wordings = {}
    for language in ("en", "ja", "ar"):
        with opened.front(tmp_path / language, extra=f"{EXTRA}language: {language}\n") as site:
            site.subscribe()
            eventually(lambda site=site: site.state() is not None)
            wording = site.state().consent.wording
            kept = (site.desk.root / "storage" / "consent" / f"{wording}.html").read_text()
            assert kept == site.ask("/subscribe/morning").text and f'<html lang="{language}"' in kept
            wordings[language] = wording
    assert len(set(wordings.values())) == 3


def test_a_language_without_words_is_spoken_to_in_english(tmp_path: Path, opened: Door):
    with opened.front(tmp_path, extra=f"{EXTRA}language: da\n") as site:
        page = site.ask("/subscribe/morning")
    assert page.language == ("en", "ltr") and '<bdi lang="da">Test Desk</bdi>' in page.text


@pytest.mark.parametrize(("language", "turned"), [("he", "rtl"), ("zh-TW", "ltr")])
def test_words_and_templates_of_the_users_come_first(tmp_path: Path, opened: Door, language: str, turned: str):
    """One phrase, one block, and a page of their own in a language that has no words."""
    (tmp_path / "templates" / "words").mkdir(parents=True)
    (tmp_path / "templates" / "words" / f"{language}.toml").write_text('mail_subject = "{title}?"\nfeeds = "☂"\n')
    confirm = '{% extends "default:confirm.html" %}{% block footer %}<p>{{ site }} &amp; you</p>{% endblock %}'
    (tmp_path / "templates" / "confirm.html").write_text(confirm)
    missing = '{% extends "page.html" %}{% block lang %}sv{% endblock %}{% block main %}<h1>Borta</h1>{% endblock %}'
    (tmp_path / "templates" / "missing.html").write_text(missing)
    with opened.front(tmp_path, extra=f"{EXTRA}language: {language}\n") as site:
        site.subscribe()
        eventually(lambda: site.state() is not None)
        mail = asked(site)
        assert site.ask("/").heading == "☂" and site.ask("/").language == (language, turned)
        gone = site.ask("/nowhere")
    assert mail["Subject"] == "Morning briefing?" and "Test Desk &amp; you" in texts(mail)[0]
    assert (gone.heading, gone.headers["content-language"]) == ("Borta", "sv")


def test_what_does_not_work_is_said_in_the_language_too(tmp_path: Path, opened: Door):
    """Also when it is the template that says so which does not work: then in plain English."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "index.html").write_text("{{ nobody }}")
    with opened.front(tmp_path, extra=f"{EXTRA}language: ja\n") as site:
        reply = site.ask("/")
    (tmp_path / "templates" / "done.html").write_text('{% if "unwell" %}{{ nobody }}{% endif %}')
    with opened.front(tmp_path, extra=f"{EXTRA}language: ja\n") as site:
        worse = site.ask("/")
    assert (reply.status, reply.headers["retry-after"], reply.language) == (503, "60", ("ja", "ltr"))
    assert reply.heading == "現在ご利用いただけません"
    assert (worse.status, worse.text) == (503, "This does not work at present. Please try again later.\n")


def test_the_days_that_phrases_name_are_those_that_count():
    """“Seven days” is written out in the words of each language."""
    assert CONFIRM_WITHIN.days == 7


def test_pages_of_issues_name_their_language(tmp_path: Path, opened: Door):
    with opened.front(tmp_path) as site:
        page = tmp_path / "storage" / "issues" / "morning" / "2026-11-23.html"
        page.parent.mkdir(parents=True)
        page.write_text('<!DOCTYPE html>\n<html lang="fa" dir="rtl"><title>t</title>')
        reply: Reply = site.ask("/issues/morning/2026-11-23")
        assert reply.language == ("fa", "rtl")
        page.write_text("<!DOCTYPE html><title>none</title>")
        assert "content-language" not in site.ask("/issues/morning/2026-11-23").headers
        assert '<time datetime="2026-11-23">Monday, 23 November 2026</time>' in site.ask("/issues/morning/").text


def test_a_page_that_cannot_be_written_keeps_the_answer_that_it_stood_for(tmp_path: Path, opened: Door):
    """With a mistake in the user's own templates what is missing is missing still, and a bad form a bad form."""
    (tmp_path / "templates").mkdir()
    for name in ("done.html", "missing.html"):
        (tmp_path / "templates" / name).write_text('{% if "unread" %}{{ nobody }}{% endif %}')
    with opened.front(tmp_path) as site:
        replies = [
            site.ask("/nowhere"),
            site.ask("/subscribe/morning", method="POST", body=b"a" * 300_000, content_type=URLENCODED),
            site.ask("/subscribe/morning", method="POST", body=b"--x", content_type="multipart/form-data; boundary=y"),
        ]
    assert [reply.status for reply in replies] == [404, 413, 400]
    assert all(reply.headers["content-security-policy"] and reply.text.endswith(".\n") for reply in replies)
