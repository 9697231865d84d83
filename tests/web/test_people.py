"""Subscribing, confirming, choosing and leaving, over real sockets and in a real database."""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest

from aggregator.jobs.deliver import deliver
from aggregator.model.returned import Diagnosis
from aggregator.pipeline.bounces import why_suppressed
from aggregator.pipeline.tokens import sign
from tests.frontdesk import EXTRA, READER, URLENCODED, Controls, Door, Front, eventually
from tests.workspaces import desk

LINKS = ("confirm", "unsubscribe", "preferences")
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b'--b0\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b0--\r\n',
    "multipart/form-data; boundary=b0",
)


@pytest.fixture
def site(tmp_path: Path, opened: Door) -> Iterator[Front]:
    with opened.front(tmp_path) as started:
        yield started


def mails(site: Front) -> list[str]:
    """Send what waits into the outbox and read it."""
    deliver(site.app)
    files = sorted((site.desk.root / "storage" / "outbox").glob("*.eml"))
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    for path in files:
        path.unlink()
    return [
        part.get_content() for mail in found for part in mail.iter_parts() if part.get_content_type() == "text/plain"
    ]


def link_in(mail: str) -> str:
    (link,) = [word for word in mail.split() if "/confirm/" in word]
    assert link.startswith("https://desk.example.org/confirm/") and len(link) < 100
    return urlsplit(link).path


def test_the_whole_way_from_the_form_to_the_first_issue_and_out_again(site: Front):
    assert site.subscribe(topic="world", frequency="weekly").heading == "Look into your mail"
    eventually(lambda: site.state() is not None)
    (mail,) = mails(site)
    assert "asked for Morning briefing by Test Desk" in " ".join(mail.split())
    link = link_in(mail)
    page = site.ask(link)
    assert page.facts == ("How often", "Once a week", "Topics", "World") and "r…@example.org" in page.shown
    assert site.state().state == "pending", "a GET does nothing"
    assert site.send(link, act="confirm").heading == "Welcome"
    wish = site.state()
    assert (wish.state, wish.choice.topics, wish.choice.frequency) == ("confirmed", ("world",), "weekly")
    assert site.send(site.link("unsubscribe"), ("List-Unsubscribe", "One-Click")).heading == "Unsubscribed"
    assert site.state().state == "left"
    assert site.send(site.link("unsubscribe"), act="undo").heading == "Welcome back"
    assert site.state().state == "confirmed"


def test_the_record_of_consent_names_the_form_and_keeps_its_text(site: Front):
    site.subscribe()
    eventually(lambda: site.state() is not None)
    consent = site.state().consent
    assert (consent.via, consent.form) == ("form", "https://desk.example.org/subscribe/morning")
    assert consent.asked == site.app.clock()
    kept = (site.desk.root / "storage" / "consent" / f"{consent.wording}.html").read_text()
    assert "By sending this you agree" in kept and kept == site.ask("/subscribe/morning").text


STATES = {
    "new": lambda site, address: None,
    "pending": lambda site, address: site.subscribe(address),
    "confirmed": lambda site, address: site.confirmed(address=address),
    "left": lambda site, address: (site.confirmed(address=address), leave(site, address)),
    "suppressed": lambda site, address: (site.confirmed(address=address), suppress(site, address)),
}


def leave(site: Front, address: str) -> None:
    site.send(site.link("unsubscribe", address=address), ("List-Unsubscribe", "One-Click"))


def suppress(site: Front, address: str) -> None:
    site.app.store.subscribers.suppress(site.app.store.subscribers.by_mailbox(address).id, "5.1.1", site.app.clock())


def test_everybody_gets_the_same_answer(site: Front):
    """New, pending, confirmed, left, suppressed: status, headers, body."""
    seen = set()
    for name, prepare in STATES.items():
        prepare(site, f"{name}@example.org")
        if name != "new":
            eventually(lambda name=name: site.state(address=f"{name}@example.org") is not None)
    for name in STATES:
        reply = site.subscribe(f"{name}@example.org", peer="192.0.2.7")
        headers = {header: value for header, value in reply.headers.items() if header != "date"}
        seen.add((reply.status, reply.body, tuple(sorted(headers.items()))))
    assert len(seen) == 1 and reply.status == 200


def test_a_mistyped_address_costs_nothing_else_that_was_chosen(site: Front):
    wrong = 'reader "><b>example'
    reply = site.subscribe(wrong, topic="science", frequency="weekly")
    controls = {c.get("value", c["name"]): c for c in Controls(reply.text).controls}
    (field,) = [c for c in Controls(reply.text).controls if c["name"] == "address"]
    assert (reply.status, field["value"], field["aria-invalid"]) == (422, wrong, "true") and "<b>" not in reply.text
    assert f'id="{field["aria-describedby"]}">This is no mail address' in reply.text
    assert {name for name, one in controls.items() if "checked" in one} == {"science", "weekly"}
    none = Controls(site.subscribe("nobody", ("topic", "nowhere"), frequency="hourly").text).controls
    assert [c["value"] for c in none if "checked" in c] == ["each"]
    assert len(site.subscribe("x" * 9000).text) < len(reply.text) + 300
    assert site.app.store.subscribers.all() == ()


def test_the_form_says_what_no_topic_means(site: Front):
    assert "All of them, or none, is everything there is" in site.ask("/subscribe/morning").text


def test_two_hundred_of_each_get_the_same_answer(site: Front):
    site.confirmed()
    seen = {site.subscribe(READER, peer=f"198.51.{n}.1").body for n in range(200)}
    seen |= {site.subscribe(f"unknown{n}@example.org", peer=f"203.0.{n}.1").body for n in range(200)}
    assert len(seen) == 1
    eventually(lambda: len(site.app.store.subscribers.all()) == 201)


@pytest.mark.parametrize("purpose", LINKS)
def test_a_hundred_scanners_change_nothing(site: Front, purpose):
    site.subscribe()
    eventually(lambda: site.state() is not None)
    if purpose != "confirm":
        site.send(site.link("confirm"), act="confirm")
    link, before = site.link(purpose), site.dump()
    assert {site.ask(link, method=method).status for method in ("GET", "HEAD") for _ in range(100)} == {200}
    assert site.dump() == before


def test_a_form_that_is_looked_at_changes_nothing(site: Front):
    before = site.dump()
    for method in ("GET", "HEAD"):
        assert site.ask("/subscribe/morning?address=reader@example.org", method=method).status == 200
        assert site.ask("/unsubscribe/x", method=method).status == 404
    assert site.dump() == before


CLICKS = {
    "urlencoded": (ONE_CLICK, URLENCODED),
    "multipart": MULTIPART,
    "a line end": (ONE_CLICK + b"\r\n", URLENCODED),
    "no type": (ONE_CLICK, None),
    "plain text": (ONE_CLICK + b"\n", "text/plain; charset=utf-8"),
    "a line end in a part": (MULTIPART[0].replace(b"One-Click", b"One-Click\r\n"), MULTIPART[1]),
}


@pytest.mark.parametrize(("body", "kind"), CLICKS.values(), ids=CLICKS)
def test_one_click_without_cookie_or_redirect_as_often_as_one_likes(site: Front, body, kind):
    """RFC 8058: the POST of a mail program."""
    site.confirmed()
    link = site.link("unsubscribe")
    headers = {"content_type": kind} if kind else {}
    replies = [site.ask(link, method="POST", body=body, **headers) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 200] and site.state().state == "left"
    assert len({reply.body for reply in replies}) == 1
    assert not any(name in reply.headers for reply in replies for name in ("set-cookie", "location"))


@pytest.mark.parametrize("purpose", LINKS)
def test_a_post_that_asks_for_nothing_we_know_is_refused(site: Front, purpose):
    """Not 200: a mail program would tell its reader that it is done."""
    site.confirmed()
    before = site.dump()
    for body, kind in ((b"", ""), (b"act=b", URLENCODED), (b"{}", "application/json"), (b"x", "text/plain")):
        assert site.ask(site.link(purpose), method="POST", body=body, content_type=kind).status == 400
    assert site.dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("purpose", LINKS)
def test_unknown_links_all_get_the_same_page(site: Front, purpose, method):
    """Not ours, changed, of another purpose, of somebody who was erased: 404, and nothing tells them apart."""
    site.confirmed()
    other = {"confirm": "unsubscribe", "unsubscribe": "preferences", "preferences": "confirm"}[purpose]
    gone = f"/{purpose}/{sign(site.app.secret, purpose, '0' * 12, 'morning', site.app.clock())}"
    no_wish = site.link(purpose, digest="evening")
    bad = [f"/{purpose}/x", site.link(purpose) + "x", site.link(other).replace(other, purpose), gone, no_wish]
    bad += [f"/{purpose}/{'a' * 3000}", f"/{purpose}/%00", f"/{purpose}/%ff", f"/{purpose}/..%2f"]
    before = site.dump()
    body = {"body": ONE_CLICK + b"&act=confirm", "content_type": URLENCODED} if method == "POST" else {}
    replies = [site.ask(link, method=method, **body) for link in bad[:-1]]
    assert {(reply.status, reply.body) for reply in replies} == {(404, replies[0].body)}
    assert replies[0].heading == "This link leads nowhere" and site.dump() == before
    assert site.ask(bad[-1]).status == 404


def test_a_confirmation_expires_in_a_week_and_says_so(site: Front):
    site.subscribe()
    eventually(lambda: site.state() is not None)
    link = site.link("confirm")
    site.desk.clock.forward(days=7, seconds=1)
    reply = site.send(link, act="confirm")
    assert (reply.status, reply.heading) == (410, "This link has expired") and site.state().state == "pending"


def test_confirming_twice_is_no_mistake(site: Front):
    site.confirmed()
    confirmed = site.state().confirmed
    site.desk.clock.forward(hours=1)
    assert site.send(site.link("confirm"), act="confirm").heading == "Welcome"
    assert site.state().confirmed == confirmed


def test_who_left_is_not_brought_back_by_an_old_confirmation(site: Front):
    site.confirmed()
    link = site.link("confirm")
    leave(site, READER)
    assert "You have left" in site.send(link, act="confirm").text and site.state().state == "left"


def test_a_form_that_somebody_else_sends_takes_nothing_from_who_left(site: Front):
    """Undo still works; and the link of that form's own mail shows and confirms what it asked for."""
    site.confirmed()
    leave(site, READER)
    mails(site)
    site.desk.clock.forward(days=2)
    site.subscribe(topic="world", frequency="weekly")
    eventually(lambda: bool(site.app.store.confirmations.waiting(site.app.clock())))
    assert site.state().state == "left"
    (mail,) = mails(site)
    assert site.ask(link_in(mail)).facts == ("How often", "Once a week", "Topics", "World")
    assert site.send(site.link("unsubscribe"), act="undo").heading == "Welcome back"
    assert site.state().choice.frequency == "each"
    leave(site, READER)
    assert "You have left" in site.ask(link_in(mail)).text, "that was asked for before"


def test_undoing_has_its_time(site: Front):
    site.confirmed()
    leave(site, READER)
    site.desk.clock.forward(days=8)
    assert "Undo" not in site.ask(site.link("unsubscribe")).text
    assert site.send(site.link("unsubscribe"), act="undo").heading == "That is too long ago"
    assert site.state().state == "left"


def test_a_second_digest_is_confirmed_with_the_first(site: Front):
    """One mail a day goes to an address; whoever opens it may say yes to what else was asked for."""
    for digest in ("morning", "evening"):
        site.subscribe(digest=digest)
        eventually(lambda digest=digest: site.state(digest=digest) is not None)
    (mail,) = mails(site)
    page = site.ask(link_in(mail))
    assert "Also Evening post" in page.shown and "checked" not in page.text
    site.send(link_in(mail), act="confirm", also="evening")
    assert site.state().state == site.state(digest="evening").state == "confirmed"
    site.desk.clock.forward(days=1)
    assert mails(site) == []


def test_the_second_digest_is_asked_about_the_next_day(site: Front):
    for digest in ("morning", "evening"):
        site.subscribe(digest=digest)
        eventually(lambda digest=digest: site.state(digest=digest) is not None)
    (mail,) = mails(site)
    site.send(link_in(mail), act="confirm")
    assert site.state(digest="evening").state == "pending"
    site.desk.clock.forward(days=1)
    (mail,) = mails(site)
    assert "Evening post" in mail and site.send(link_in(mail), act="confirm").heading == "Welcome"
    assert site.state(digest="evening").state == "confirmed"


def test_preferences_are_kept_and_shown(site: Front):
    site.confirmed()
    link, wish = site.link("preferences"), {"act": "save", "frequency": "weekly", "pause": "3", "language": "de"}
    assert site.send(link, ("topic", "science"), zone="Asia/Tokyo", **wish).status == 200
    choice = site.state().choice
    assert (choice.topics, choice.frequency) == (("science",), "weekly")
    assert choice.paused_until == datetime(2026, 12, 14, tzinfo=ZoneInfo("Asia/Tokyo"))
    who = site.app.store.subscribers.by_mailbox(READER)
    assert (who.language, who.zone) == ("de", "Asia/Tokyo")
    page = site.ask(link).text
    assert '<time datetime="2026-12-14">Pause bis 14. Dezember 2026</time>' in page, "in the language that was chosen"
    assert 'value="science" checked' in page and 'value="world">' in page
    assert '<option value="de" lang="de" selected>' in page and '<option value="Asia/Tokyo" selected>' in page
    site.desk.clock.forward(days=1)
    site.send(link, act="save", pause="keep", frequency="each", language="", zone="")
    assert site.state().choice.paused_until == choice.paused_until and site.state().choice.topics == ()
    site.desk.clock.forward(days=21)
    assert "<time" not in site.ask(link).text, "it is over"
    site.send(link, act="save", pause="0")
    assert site.state().choice.paused_until is None


@pytest.mark.parametrize(("had", "shown"), [("Asia/Calcutta", "Asia/Kolkata"), ("Etc/GMT+5", "Etc/GMT+5")])
def test_who_chose_a_zone_that_is_not_offered_any_more_keeps_it(site: Front, had: str, shown: str):
    """By its present name where it has one; a page that was opened before may still send the old one."""
    site.confirmed()
    people = site.app.store.subscribers
    people.settle(people.by_mailbox(READER).id, language="", zone=had)
    page = site.ask(site.link("preferences")).text
    assert page.count(" selected>") >= 1 and f'<option value="{shown}" selected>' in page
    offered = re.findall('<option value="([A-Z][^"]*/[^"]*)"', page)
    assert len(offered) == len(set(offered)) and ("Asia/Calcutta" in offered, "Europe/Oslo" in offered) == (False, True)
    for zone in (shown, had):
        assert site.send(site.link("preferences"), act="save", pause="keep", frequency="each", zone=zone).status == 200
        assert people.by_mailbox(READER).zone == shown


@pytest.mark.parametrize(
    "wrong", [{"pause": "-1"}, {"pause": "²"}, {"pause": "9999"}, {"zone": "../etc/passwd"}, {"language": "xx"}]
)
def test_what_is_not_on_offer_is_not_kept(site: Front, wrong):
    site.confirmed()
    before = site.dump()
    reply = site.send(site.link("preferences"), **{"act": "save", "frequency": "weekly", **wrong})
    assert reply.status == 422 and "Nothing was saved" in reply.text and site.dump() == before


def test_a_topic_or_a_frequency_that_does_not_exist_is_passed_over(site: Front):
    site.confirmed()
    site.send(site.link("preferences"), ("topic", "nowhere"), ("topic", "world"), act="save", frequency="hourly")
    assert site.state().choice.topics == ("world",) and site.state().choice.frequency == "each"


def test_leaving_one_digest_does_not_leave_the_others(site: Front):
    site.confirmed()
    site.confirmed(digest="evening")
    reply = site.send(site.link("preferences"), act="leave")
    assert reply.heading == "Unsubscribed" and "Your other subscriptions stay" in reply.text
    assert (site.state().state, site.state(digest="evening").state) == ("left", "confirmed")
    page = site.ask(site.link("preferences"))
    (other,) = [target for target in Controls(page.text).links if "/" not in target]
    assert "Evening post" in site.ask(f"/preferences/{other}").heading
    assert site.send(site.link("preferences"), act="undo").heading == "Welcome back"


def test_the_trap_catches_programs_without_a_word(site: Front):
    reply = site.subscribe("robot@example.org", website="https://buy.example.com/")
    assert reply.body == site.subscribe().body
    eventually(lambda: site.state() is not None)
    assert site.app.store.subscribers.by_mailbox("robot@example.org") is None


def test_five_an_hour_from_a_network(site: Front):
    site.confirmed()
    for number in range(3):
        assert site.subscribe(f"reader{number}@example.org", peer=f"192.0.2.{number}").status == 200
    for known in (READER, READER):  # whom it is about makes no difference
        assert site.subscribe(known, peer="192.0.2.7").status == 200
    late = [site.subscribe(who, peer="192.0.2.9") for who in (READER, "reader7@example.org", "reader8@example.org")]
    assert {(reply.status, reply.body) for reply in late} == {(429, late[0].body)}
    assert late[0].heading == "Too many forms from your network" and "in an hour" in late[0].shown
    site.subscribe("last@example.org", peer="2001:db8::1")
    eventually(lambda: site.state(address="last@example.org") is not None)
    assert len(site.app.store.subscribers.all()) == 5
    site.desk.clock.forward(hours=1, seconds=1)
    assert site.subscribe("later@example.org", peer="192.0.2.99").status == 200
    eventually(lambda: site.state(address="later@example.org") is not None)
    networks = [row for row in site.dump() if 'INSERT INTO "confirmation"' in row]
    assert networks and not any("192.0.2" in row or "2001:db8" in row for row in networks), "only a hash is kept"


def test_the_mail_that_asks_says_nothing_that_somebody_wrote(site: Front):
    site.subscribe("buy-now.example.com@example.org", topic="<b>free</b> https://evil.example.net/")
    eventually(lambda: site.state(address="buy-now.example.com@example.org") is not None)
    deliver(site.app)
    (path,) = (site.desk.root / "storage" / "outbox").glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["To"] == "buy-now.example.com@example.org" and mail["Subject"] == "Please confirm: Morning briefing"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail if name.lower().startswith("list-") or name.lower() == "precedence"]
    for part in mail.iter_parts():
        assert "buy-now" not in part.get_content() and "evil" not in part.get_content()


@pytest.mark.parametrize(
    "address",
    [
        *("", "reader", "@example.org", "reader@", "a b@c", "a@b\nBcc: c@d", "x" * 300 + "@y"),
        *("reader@gmail", "reader@example..org", "a..b@example.org", "x@-", "ü@xn--.example", "reader@example.org."),
        *("a@example.org, b@example.org", "Reader <reader@example.org>", "reader@[127.0.0.1]", "\ufffd@example.org"),
    ],
)
def test_what_is_no_address_at_all_is_said(site: Front, address):
    reply = site.subscribe(address)
    assert reply.status == 422 and "This is no mail address" in reply.text and 'role="alert"' in reply.text


@pytest.mark.parametrize("digest", ["inside", "nowhere", "morning-weekly", "..", "%2e%2e"])
def test_only_digests_that_take_subscribers_have_a_form(site: Front, digest):
    assert site.ask(f"/subscribe/{digest}").status == 404
    assert site.subscribe(digest=digest).status == 404


def test_without_a_public_address_nobody_can_subscribe(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    config = tmp_path / "feeds.yaml"
    config.write_text(config.read_text().replace("home: https://desk.example.org/\n", ""))
    with here.app() as app:
        from aggregator.jobs.subscribing import offers

        assert offers(app) == ()


BAD_BODIES = [
    (b"a=" + b"b" * 17_000, URLENCODED, 413),
    (b"&".join(b"a=1" for _ in range(700)), URLENCODED, 400),
    ("address=ü".encode(), URLENCODED, 400),
    (b"nonsense", "multipart/form-data; boundary=b0", 400),
    (b"nonsense", "multipart/form-data", 400),
    (MULTIPART[0].replace(b"form-data; ", b'form-data; filename="x"; '), MULTIPART[1], 400),
    (MULTIPART[0], "multipart/form-data; boundary=b0; charset=hex", 200),
    (MULTIPART[0], "multipart/form-data; boundary=b0; charset=none-such", 200),
]


@pytest.mark.parametrize(("body", "kind", "status"), BAD_BODIES)
@pytest.mark.parametrize("target", ["subscribe", "unsubscribe"])
def test_a_body_that_is_too_large_or_cannot_be_read_costs_nothing(site: Front, target, body, kind, status):
    site.confirmed()
    before = site.dump()
    link = "/subscribe/morning" if target == "subscribe" else site.link("unsubscribe")
    reply = site.ask(link, method="POST", body=body, content_type=kind)
    assert reply.status == (422 if (status, target) == (200, "subscribe") else status)
    assert status == 200 or site.dump() == before


def test_no_page_for_people_is_kept_or_told_of_and_forms_lead_home_only(site: Front):
    site.confirmed()
    for link in ("/subscribe/morning", *(site.link(purpose) for purpose in LINKS), "/confirm/x"):
        for reply in (site.ask(link), site.send(link)):
            assert reply.headers["cache-control"] == "no-store"
            assert reply.headers["referrer-policy"] == "no-referrer"
            assert reply.headers["x-robots-tag"] == "noindex"
            policy = reply.headers["content-security-policy"].split("; ")
            assert policy[:2] == ["default-src 'none'", "base-uri 'none'"] and policy[3] == "frame-ancestors 'none'"
            assert policy[2] == "form-action 'self'" and "script" not in reply.headers["content-security-policy"]
            assert "set-cookie" not in reply.headers and "<script" not in reply.text


@pytest.mark.parametrize(
    "query", ["?next=//evil.example.net", "?next=/\\evil.example.net", "?r=https:evil.example.net"]
)
def test_nobody_is_led_elsewhere(site: Front, query):
    site.confirmed()
    for purpose in LINKS:
        link = site.link(purpose)
        for reply in (
            site.ask(link + query, host="evil.example.net", x_forwarded_host="evil.example.net"),
            site.send(link + query, act="save"),
        ):
            assert reply.status in (200, 400) and "location" not in reply.headers
            assert "evil.example" not in reply.text + str(reply.headers)


def test_every_link_of_every_page_leads_somewhere_and_forms_go_back_to_their_page(site: Front):
    site.confirmed()
    site.confirmed(digest="evening")
    pages = ["/", "/subscribe/morning", *(site.link(purpose) for purpose in LINKS)]
    for path in pages:
        found = Controls(site.ask(path).text)
        assert all(form == {"method": "post"} for form in found.forms)
        for target in found.links:
            if not target.startswith("./feeds"):  # nothing was published yet
                assert site.ask(urljoin(path, target)).status == 200, (path, target)
    assert "./subscribe/morning" in Controls(site.ask("/").text).links
    assert not any("inside" in target and "subscribe" in target for target in Controls(site.ask("/").text).links)


def test_every_control_has_a_label_and_a_page_one_heading(site: Front):
    site.confirmed()
    for path in ("/subscribe/morning", *(site.link(purpose) for purpose in LINKS)):
        page = site.ask(path).text
        assert Controls(page).unlabelled == [] and page.count("<h1") == 1 and 'lang="en"' in page


def test_titles_are_words_never_markup(site: Front):
    page = site.ask("/subscribe/morning").text
    assert "Science &amp; &lt;Nature&gt;" in page and "<Nature>" not in page


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(site: Front, method):
    reply = site.ask("/subscribe/morning", method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST")


def test_who_complained_is_not_told_that_mail_came_back(site: Front):
    site.confirmed()
    who = site.app.store.subscribers.by_mailbox(READER)
    reason = why_suppressed(Diagnosis("complaint", diagnostic="abuse"), 0)
    site.app.store.subscribers.suppress(who.id, reason, site.app.clock())
    page = site.ask(site.link("preferences")).text
    assert "was reported as unwanted" in page and "came back" not in page


def test_a_suppressed_reader_is_told_why_nothing_comes(site: Front):
    """On each page that would say what comes, also when a link from before is followed."""
    site.subscribe()
    eventually(lambda: site.state() is not None)
    suppress(site, READER)
    confirm = site.link("confirm")
    pages = [
        site.send(confirm, ("act", "confirm")).text,
        site.ask(confirm).text,
        site.ask(site.link("preferences")).text,
    ]
    site.send(site.link("unsubscribe"), ("List-Unsubscribe", "One-Click"))
    pages.append(site.send(site.link("preferences"), ("act", "undo")).text)
    assert all("came back" in page and "You will get" not in page and "as before" not in page for page in pages)


def test_a_digest_that_is_no_longer_published_can_still_be_left(tmp_path: Path, opened: Door):
    with opened.front(tmp_path) as site:
        site.confirmed(digest="evening")
        link = site.link("unsubscribe", digest="evening")
    with opened.front(tmp_path, extra=EXTRA.replace("name: evening", "name: night")) as site:
        assert site.ask(link).status == 200
        assert site.send(link, ("List-Unsubscribe", "One-Click")).heading == "Unsubscribed"
        assert site.state(digest="evening").state == "left"
