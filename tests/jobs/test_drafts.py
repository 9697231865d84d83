"""Stories of the editor's hand: an issue is drafted, changed, held and sent."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from aggregator import workers
from aggregator.config.sheet import write_sheet
from aggregator.errors import ConfigError, NotFoundError
from aggregator.jobs.compose import digest_named, next_period
from aggregator.jobs.drafting import (
    approve,
    discard,
    draft_of,
    freeze_draft,
    hold,
    take_sheet,
    to_freeze,
)
from aggregator.model import DraftedIssue
from aggregator.schedule import CATCH_UP
from tests.postoffice import Clerk, post_office
from tests.servers import Page, Server, serve
from tests.workspaces import START, Desk, desk, item, rss

DIGEST = (
    "digests: [{name: morning, when: daily 07:00, size: 3, to: [reader@example.org]MORE}]\ncontact: editor@example.org"
)
RULE = DIGEST.replace("MORE", ", approve: required")
FREE = DIGEST.replace("MORE", "")


WORDS = (
    "Harbour cranes idle|Dockers in Port Hale stopped work over a shift plan",
    "Comet seen at dawn|Astronomers photographed a comet above the southern horizon",
    "Bakery wins prize|A rye loaf from a village oven took first place in Lyon",
    "Bridge reopens early|Cyclists crossed the river again after two years of repairs",
    "Rail fares frozen|Passengers will pay no more next year, the ministry decided",
    "Owl returns to park|Rangers counted four breeding pairs in the old beech wood",
    "Chess final drawn|Neither player found a win in the eleventh game of the match",
    "Glacier loses name|Geographers struck a vanished ice field from their newest map",
    "Museum finds sketch|Curators discovered a charcoal portrait behind a wooden frame",
)


def news(*numbers: int, **span: float) -> Page:
    """Serve entries that have nothing to do with each other, the first the newest; ``span`` after the start."""
    at = START + timedelta(**span)
    found = [(n, *WORDS[n].split("|")) for n in numbers]
    return Page(rss(*(item(n, title=title, text=text, at=at - timedelta(minutes=n)) for n, title, text in found)))


@pytest.fixture
def site() -> Iterator[Server]:
    with serve({"/a": news(0, 1, 2, 3, 4, 5)}) as server:
        yield server


def drafted(here: Desk) -> DraftedIssue:
    with here.app() as app:
        return draft_of(app, digest_named(app, "morning"))


def make(here: Desk) -> DraftedIssue | None:
    with here.app() as app:
        digest = digest_named(app, "morning")
        return hold(app, digest, next_period(app, digest, now=app.clock()))


def change(here: Desk, text: str) -> DraftedIssue:
    with here.app() as app:
        return take_sheet(app, draft_of(app, digest_named(app, "morning")), text.encode(), name="sheet")


def send(here: Desk, *, on_time: bool = False) -> None:
    with here.app() as app:
        approve(app, draft_of(app, digest_named(app, "morning")), on_time=on_time)


def told(root: Path, period: str) -> str:
    return (root / f"storage/issues/morning/{period}.txt").read_text(encoding="utf-8")


def headlines(root: Path, period: str) -> list[str]:
    titles = "|".join(re.escape(words.partition("|")[0]) for words in WORDS)
    return re.findall(rf"^({titles})$", told(root, period), re.MULTILINE)


def mails(root: Path) -> dict[str, str]:
    found = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in (root / "storage/outbox").glob("*.eml")]
    return {mail["To"]: mail["Subject"] for mail in found}


def test_where_approval_is_the_rule_nothing_is_sent_and_the_editor_is_mailed_once(tmp_path: Path, site: Server) -> None:
    """At its time the issue is composed and held; the mail shows it and says what to do."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    first = here.sync()
    second = here.sync()
    assert (first.held, first.issues, first.delivered.sent) == ({"morning": "2026-11-22"}, [], 0)
    assert list(first.reminded) == ["morning"] and not second.reminded and second.held
    (mail,) = (tmp_path / "storage/outbox").iterdir()
    read = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert read["To"] == "editor@example.org" and read["Subject"].startswith("To approve: ")
    assert "aggregator digest approve morning" in read.get_content() and "Comet seen" in read.get_content()


def test_an_approved_draft_is_sent_by_the_next_sync_and_once(tmp_path: Path, site: Server) -> None:
    """The draft becomes the issue of its period, and what it told is not told again."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    send(here)
    report = here.sync()
    assert [issue.period for issue in report.issues] == ["2026-11-22"] and report.delivered.sent == 1
    assert here.sync().issues == []
    here.clock.forward(hours=26)
    assert here.sync().held == {}
    assert "reader@example.org" in mails(tmp_path)


def test_the_sheet_orders_drops_pins_and_notes(tmp_path: Path, site: Server) -> None:
    """What the editor writes is what readers get: the first leads, notes stand in both parts."""
    here = desk(tmp_path, site.url("/a"), extra=FREE)
    sync_without_issue(here)
    draft = make(here)
    assert draft and len(draft.edits.stories) == 3 and len(draft.issue.offered) == 6
    ids = [line.entry for line in draft.issue.offered]
    titles = {line.entry: line.title for line in draft.issue.offered}
    text = (
        'subject: "Today: {lead}"\nnote: "Good morning.\\n\\nTwo things matter."\nstories:\n'
        f"  - {{id: {ids[4]}, pin: true, note: 'Ours follows.'}}\n  - {{id: {ids[0]}}}\n"
        f"  - {{id: {ids[1]}, drop: true}}\n"
    )
    change(here, text)
    send(here)
    here.sync()
    assert headlines(tmp_path, draft.period) == [titles[ids[4]], titles[ids[0]]]
    html = (tmp_path / f"storage/issues/morning/{draft.period}.html").read_text(encoding="utf-8")
    for part in (html, told(tmp_path, draft.period)):
        assert "Good morning." in part and "Two things matter." in part and "Ours follows." in part
    assert mails(tmp_path)["reader@example.org"] == f"Today: {titles[ids[4]]}"


def sync_without_issue(here: Desk) -> None:
    """Read the feeds at a time at which no issue is missing."""
    text = (here.root / "feeds.yaml").read_text(encoding="utf-8")
    (here.root / "feeds.yaml").write_text(
        text.replace("digests:", "later:\n#").replace("later:\n", ""), encoding="utf-8"
    )
    here.sync()
    (here.root / "feeds.yaml").write_text(text, encoding="utf-8")


def test_a_sheet_that_is_taken_as_it_was_written_changes_nothing(tmp_path: Path, site: Server) -> None:
    """Whatever a title or a note holds, YAML gives it back."""
    nasty = 'A "quoted": title # with &amp;lt;signs&amp;gt; — and ünï'
    site.pages["/a"] = Page(rss(item(1, title=nasty), item(2)))
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    before = drafted(here)
    change(here, write_sheet(before).replace('note: ""', "note: |-\n  one: two\n\n  - three # four", 1))
    noted = drafted(here)
    assert noted.edits.note == "one: two\n\n- three # four"
    change(here, write_sheet(noted))
    assert drafted(here).edits == noted.edits and noted.edits.stories == before.edits.stories


def test_all_mistakes_of_a_sheet_are_named_and_nothing_is_changed(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    before = drafted(here)
    id = before.issue.lines[0].entry
    text = f"notes: x\nstories:\n  - {{id: {id}, pin: maybe}}\n  - id: 999\n  - id: {id}\n"
    with pytest.raises(ConfigError) as caught:
        change(here, text)
    assert list(caught.value.problems) == [
        "sheet:1:1: notes: unknown key; did you mean `note`?",
        'sheet:3:18: stories[0].pin: must be true or false (got "maybe")',
        "sheet:4:9: stories[1].id: this draft has no story 999; take an id from `stories` or `more`",
        f"sheet:5:9: stories[2].id: story {id} stands twice",
    ]
    with pytest.raises(ConfigError, match="keep at least one story"):
        change(here, f"stories: [{{id: {id}, drop: true}}]")
    assert drafted(here) == before


def test_a_draft_that_is_approved_on_time_waits_for_its_moment(tmp_path: Path, site: Server) -> None:
    """Drafted and approved at 06:00, it goes out at 07:00; what came between is in the next issue, not lost."""
    here = desk(tmp_path, site.url("/a"), extra=FREE)
    here.sync()  # the issue of the 22nd
    site.pages["/a"] = news(6, 7)
    here.clock.forward(minutes=30)
    here.sync(force=True)
    draft = make(here)
    assert draft and draft.period == "2026-11-23"
    send(here, on_time=True)
    assert here.sync().issues == []
    site.pages["/a"] = news(6, 7, 8)
    here.clock.forward(hours=1)
    assert [issue.period for issue in here.sync(force=True).issues] == ["2026-11-23"]
    assert WORDS[8].partition("|")[0] not in told(tmp_path, "2026-11-23")
    here.clock.forward(days=1)
    here.sync()
    assert WORDS[8].partition("|")[0] in told(tmp_path, "2026-11-24")


def test_an_unapproved_draft_is_overtaken_by_the_next_and_loses_nothing(tmp_path: Path, site: Server) -> None:
    """The new draft tells all since the last issue; what the editor took out stays out, and the editor is told anew."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    before = drafted(here)
    gone, kept = before.edits.stories[0].entry, before.edits.stories[1].entry
    change(here, f"stories: [{{id: {kept}}}]")
    here.clock.forward(hours=26)
    report = here.sync()
    after = drafted(here)
    assert report.held == {"morning": "2026-11-24"} and list(report.reminded) == ["morning"]
    offered = {line.entry for line in after.issue.offered}
    assert {gone, kept} <= offered and gone not in {story.entry for story in after.edits.stories}


def test_composing_anew_keeps_what_the_editor_did(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    ids = [story.entry for story in drafted(here).edits.stories]
    change(here, f"note: Hello.\nstories: [{{id: {ids[1]}, note: mine, pin: true}}, {{id: {ids[0]}}}]")
    site.pages["/a"] = news(1, 2, 3, 4, 5, 6, 7)
    here.clock.forward(minutes=20)
    here.sync(force=True)
    make(here)
    edits = drafted(here).edits
    assert [story.entry for story in edits.stories[:2]] == [ids[1], ids[0]]
    assert [story.entry for story in edits.dropped] == [ids[2]]
    assert (edits.stories[0].note, edits.stories[0].pin, edits.note) == ("mine", True, "Hello.")
    assert ids[2] not in {story.entry for story in edits.stories} and len(edits.stories) == 3


def test_a_draft_by_hand_whose_time_has_passed_gives_way_to_the_next_issue(tmp_path: Path, site: Server) -> None:
    """Without the rule, a forgotten draft holds its own issue only."""
    here = desk(tmp_path, site.url("/a"), extra=FREE)
    sync_without_issue(here)
    make(here)
    assert here.sync().held == {"morning": "2026-11-22"}
    here.clock.forward(hours=26)
    report = here.sync()
    assert [issue.period for issue in report.issues] == ["2026-11-24"] and len(headlines(tmp_path, "2026-11-24")) == 3
    with pytest.raises(NotFoundError, match="digest draft morning"):
        drafted(here)


def test_changes_of_a_draft_that_was_sent_in_the_meantime_are_refused(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    old = drafted(here)
    send(here)
    here.sync()
    with here.app() as app, pytest.raises(NotFoundError, match="is gone"):
        take_sheet(app, old, write_sheet(old).encode(), name="sheet")


def test_a_reminder_that_the_server_refuses_is_tried_again(tmp_path: Path, site: Server) -> None:
    with post_office(Clerk(rcpt={"editor@example.org": "450 4.2.1 busy"})) as office:
        mail = f"\nmail: {{from: desk@example.org, smtp: 'smtp://127.0.0.1:{office.port}'}}"
        here = desk(tmp_path, site.url("/a"), extra=RULE + mail)
        assert "busy" in here.sync().reminded["morning"]
        for minutes in (1, 2):  # not at every tick: after 5 minutes, then 30
            here.clock.forward(minutes=minutes)
            quiet = here.sync()
            assert quiet.reminded == {} and "busy" in quiet.unreminded["morning"]
        here.clock.forward(minutes=2)
        assert "busy" in here.sync().reminded["morning"]
        here.clock.forward(minutes=29)
        assert here.sync().reminded == {}
        here.clock.forward(minutes=1)
        office.clerk.rcpt.clear()
        assert here.sync().reminded["morning"].startswith("250")
        assert here.sync().reminded == {}
        assert [envelope.rcpt_tos for envelope in office.clerk.taken] == [["editor@example.org"]]


@pytest.mark.parametrize("trouble", ["password", "outbox"])
def test_a_reminder_that_cannot_leave_this_machine_costs_no_other_digest_its_issue(
    tmp_path: Path, site: Server, trouble: str
) -> None:
    """A password that is not set, a full disk: said, and tried again like what a server refuses for now."""
    two = RULE.replace("}]", "}, {name: other, when: daily 06:30}]")
    login = "\nmail: {from: desk@example.org, smtp: 'smtp://me@127.0.0.1:1', password_env: NEVER_SET}"
    here = desk(tmp_path, site.url("/a"), extra=two + login * (trouble == "password"))
    (tmp_path / "storage").mkdir(exist_ok=True)
    blocked = tmp_path / "storage" / "outbox"
    blocked.write_text("in the way", encoding="utf-8")
    report = here.sync()
    reason = "NEVER_SET is not set" if trouble == "password" else "cannot be written"
    assert report.reminded["morning"].startswith("not sent: ") and reason in report.reminded["morning"]
    assert report.held == {"morning": "2026-11-22"} and [one.digest for one in report.issues] == ["other"]
    assert here.sync().reminded == {}
    here.clock.forward(minutes=5)
    assert reason in here.sync().reminded["morning"]


def test_feeds_that_failed_are_named_to_the_editor_alone(tmp_path: Path, site: Server) -> None:
    """In the mail that asks for approval, and below the issue for who is `contact` and stands in `to`."""
    site.pages["/b"] = Page(b"gone", status=500)
    both = RULE.replace("to: [reader@example.org]", "to: [reader@example.org, editor@example.org]")
    here = desk(tmp_path, site.url("/a"), site.url("/b"), extra=both)
    here.sync()
    (reminder,) = (tmp_path / "storage/outbox").iterdir()
    assert "could not be read" in reminder.read_text("utf-8")
    reminder.unlink()
    send(here)
    here.sync()
    mails = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in (tmp_path / "storage/outbox").iterdir()]
    bodies = {mail["To"]: [part.get_content() for part in mail.iter_parts()] for mail in mails}
    for part in bodies["editor@example.org"]:
        assert "could not be read" in part and "/b" in part and "500" in part
    assert not any("could not be read" in part for part in bodies["reader@example.org"])
    page = (tmp_path / "storage/issues/morning/2026-11-22.html").read_text(encoding="utf-8")
    assert "could not be read" not in page


def test_a_feed_cannot_put_lines_of_its_own_into_the_mail_to_the_editor(tmp_path: Path, site: Server) -> None:
    """Its name is one line, and a short one, whatever it calls itself."""
    site.pages["/b"] = Page(rss(item(9), title="Odd\n\nAll is approved: nothing to do.\u202e" + "x" * 9000))
    here = desk(tmp_path, site.url("/a"), site.url("/b"), extra=RULE.replace("daily 07:00", "daily 06:30"))
    here.clock.forward(minutes=1)
    sync_without_issue(here)
    site.pages["/b"] = Page(b"gone", status=500)
    here.clock.forward(hours=1)
    here.sync(force=True)
    (reminder,) = (tmp_path / "storage/outbox").iterdir()
    text = message_from_bytes(reminder.read_bytes(), policy=policy.default).get_content()
    (named,) = (line for line in text.splitlines() if "500" in line)
    assert named.startswith("  Odd All is approved") and len(named) < 200 and "\u202e" not in named


def test_a_reminder_that_is_refused_for_good_is_not_sent_again(tmp_path: Path, site: Server) -> None:
    """The report goes on to say so; composed anew, or for the next issue, it is tried again."""
    with post_office(Clerk(rcpt={"editor@example.org": "550 5.1.1 no such user"})) as office:
        mail = f"\nmail: {{from: desk@example.org, smtp: 'smtp://127.0.0.1:{office.port}'}}"
        here = desk(tmp_path, site.url("/a"), extra=RULE + mail)
        assert here.sync().reminded["morning"].endswith("no such user; not tried again")
        here.clock.forward(minutes=50)
        report = here.sync()
        assert report.reminded == {} and "not tried again" in report.unreminded["morning"]
        office.clerk.rcpt.clear()
        make(here)
        assert here.sync().reminded["morning"].startswith("250")


def test_what_the_editor_took_out_is_nowhere_in_the_issue(tmp_path: Path, site: Server) -> None:
    """Not on its page, not in Markdown, and not in the number of stories that are on the web."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    draft = drafted(here)
    titles = [line.title for line in draft.issue.offered]
    first, second, *_ = (line.entry for line in draft.issue.offered)
    change(here, f"stories: [{{id: {second}}}, {{id: {first}, drop: true}}]")
    text = write_sheet(drafted(here))
    assert f"id: {first}\n" in text.partition("\nmore:")[2] and text.count("    drop: true\n") == 2
    change(here, text)  # as it is written: nothing changes
    send(here)
    here.sync()
    files = {path.suffix: path.read_text("utf-8") for path in (tmp_path / "storage/issues/morning").iterdir()}
    assert all(titles[0] not in text and titles[2] not in text and titles[1] in text for text in files.values())
    assert titles[3] in files[".html"] and titles[3] in files[".md"] and "3 more on the web" in files[".txt"]


def test_a_sheet_of_another_draft_is_refused(tmp_path: Path, site: Server) -> None:
    """Two editors have it open, or it was composed anew: who comes second is told, and nothing is overwritten."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    old = drafted(here)
    change(here, write_sheet(old).replace('note: ""', 'note: "written by the other"', 1))
    assert drafted(here).edits.note == "written by the other"
    with here.app() as app, pytest.raises(NotFoundError, match="changed or composed anew in the meantime"):
        take_sheet(app, old, write_sheet(old).encode(), name="sheet")
    with pytest.raises(NotFoundError, match="this sheet is not of the draft as it is now"):
        change(here, write_sheet(old))
    with here.app() as app, pytest.raises(NotFoundError, match="changed or composed anew in the meantime"):
        approve(app, old)
    with here.app() as app, pytest.raises(NotFoundError, match="changed or composed anew in the meantime"):
        discard(app, old)
    assert drafted(here).edits.note == "written by the other" and drafted(here).state == "held"
    change(here, re.sub("^draft:.*\n", "", write_sheet(old), flags=re.MULTILINE))  # on purpose
    assert drafted(here).edits == old.edits


def test_a_draft_that_tells_nothing_is_not_approved(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    empty = drafted(here)
    with here.app() as app:
        app.store.drafts.edit(empty, replace(empty.edits, stories=()))
    with pytest.raises(NotFoundError, match="tells nothing"):
        send(here)


def test_nobody_changes_a_draft_while_it_becomes_an_issue(tmp_path: Path, site: Server) -> None:
    """Claimed is claimed: an edit, an approval, a new draft and throwing away are refused; one before stops it."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    send(here)
    seen = drafted(here)
    text = write_sheet(seen).replace('note: ""', "note: wait", 1)
    with here.app() as app:
        digest = digest_named(app, "morning")
        assert app.store.drafts.claim(seen)
        for attempt in (
            lambda: take_sheet(app, seen, text.encode(), name="sheet"),
            lambda: approve(app, seen),
            lambda: discard(app, seen),
            lambda: hold(app, digest, next_period(app, digest, now=app.clock())),
        ):
            with pytest.raises(NotFoundError, match="is being sent"):
                attempt()
        app.store.drafts.release(seen, "approved")
        ((_, listed),) = to_freeze(app)
        take_sheet(app, seen, text.encode(), name="sheet")  # between the list and the claim
        assert freeze_draft(app, digest, listed) is None
    assert drafted(here).state == "held" and drafted(here).edits.note == "wait"
    assert here.sync().issues == []


@pytest.mark.parametrize("frozen", [False, True], ids=["before", "after"])
def test_a_process_that_dies_while_freezing_leaves_it_to_the_next(tmp_path: Path, site: Server, frozen: bool) -> None:
    """Before there was an issue or after: it is sent once, and the draft is gone."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    send(here)
    seen = drafted(here)
    with here.app() as app:
        if frozen:
            freeze_draft(app, digest_named(app, "morning"), seen)
            app.store.drafts.put(seen)
            app.store.drafts.approve(seen, "approved")
        assert app.store.drafts.claim(seen)
    report = here.sync()
    assert [issue.period for issue in report.issues] == [seen.period] and report.delivered.sent == 1
    with pytest.raises(NotFoundError, match="there is no draft"):
        drafted(here)
    assert here.sync().issues == []


def test_a_draft_of_the_next_issue_outlives_the_sending_of_the_last(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    seen = drafted(here)
    later = replace(seen, period="2026-11-23")
    with here.app() as app:
        assert app.store.drafts.put(later, before=seen)
        assert not app.store.drafts.remove(seen) and not app.store.drafts.remove(seen, frozen=True)
    assert drafted(here).period == "2026-11-23"


def test_after_an_issue_that_went_out_early_the_one_after_it_is_drafted(tmp_path: Path, site: Server) -> None:
    """It is still before the time of the issue that was sent: a second draft of that one could never be sent."""
    here = desk(tmp_path, site.url("/a"), extra=FREE)
    here.sync()
    periods = []
    for number in (6, 7):
        site.pages["/a"] = news(number)
        here.clock.forward(minutes=20)
        here.sync(force=True)
        assert make(here)
        send(here)
        periods += [issue.period for issue in here.sync().issues]
    assert periods == ["2026-11-23", "2026-11-24"] and headlines(tmp_path, periods[1]) == ["Glacier loses name"]


def test_an_issue_on_time_goes_out_also_when_its_time_was_missed_by_long(tmp_path: Path, site: Server) -> None:
    """`run` was down for seven hours: what the editor approved is not thrown away."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    send(here)
    here.sync()
    site.pages["/a"] = news(6, 7)
    here.clock.forward(minutes=30)
    here.sync(force=True)
    make(here)
    change(here, write_sheet(drafted(here)).replace('note: ""', 'note: "my words"', 1))
    send(here, on_time=True)
    here.clock.forward(hours=8)
    with here.app() as app:
        report = workers.sync(app, late=CATCH_UP)
    assert [issue.period for issue in report.issues] == ["2026-11-23"] and "my words" in told(tmp_path, "2026-11-23")


def test_on_time_is_refused_when_that_time_has_passed(tmp_path: Path, site: Server) -> None:
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    with pytest.raises(NotFoundError, match=r"the time of morning 2026-11-22 \(daily 07:00\) has passed"):
        send(here, on_time=True)
    assert drafted(here).state == "held"


def test_an_issue_that_went_out_without_the_draft_is_not_said_to_be_the_editor_s(tmp_path: Path, site: Server) -> None:
    """`run` froze it while the draft was being composed: the draft is kept, and says so."""
    here = desk(tmp_path, site.url("/a"), extra=FREE)
    sync_without_issue(here)
    late = make(here)
    assert late
    with here.app() as app:
        discard(app, late)
    here.sync()
    with here.app() as app:
        app.store.drafts.put(late)
    with pytest.raises(NotFoundError, match="2026-11-22 was sent already without this draft; the draft is kept"):
        send(here)
    with here.app() as app:
        app.store.drafts.approve(late, "approved")  # it was sent just after the approval
        assert freeze_draft(app, digest_named(app, "morning"), drafted(here)) is None
    assert drafted(here).state == "held" and here.sync().issues == []


def test_a_draft_is_sent_by_feeds_yaml_as_it_is_when_it_is_approved(tmp_path: Path, site: Server) -> None:
    """Title, topic, language, time zone, address and recipients were changed since: the stories are the draft's."""
    topics = "topics: {work: {title: Work, words: [dockers]}, river: {title: River, words: [river]}}\n"
    here = desk(tmp_path, site.url("/a"), extra=topics + RULE.replace("size: 3", "title: Morgen, size: 9"))
    here.sync()
    settings = tmp_path / "feeds.yaml"
    text = settings.read_text(encoding="utf-8")
    changes = {
        "title: Morgen": "title: Neuer Name",
        "title: Work": "title: Arbeit",
        ", river: {title: River, words: [river]}": "",
        "reader@example.org": "another@example.org",
        "https://desk.example.org/": "https://news.example.org/",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    settings.write_text(f"{text}\nlanguage: de\ntimezone: Asia/Tokyo\n", encoding="utf-8")
    send(here)
    assert here.sync().delivered.sent == 1
    (mail,) = (p for p in (tmp_path / "storage/outbox").iterdir() if b"To: another@" in p.read_bytes())
    sent = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
    assert sent.index("RIVER") < sent.index("AUSSERDEM")
    for words in ("Neuer Name", "ARBEIT", "Sonntag, 22. November 2026", "Tokio", "14:59"):
        assert words in sent, sent
    assert "https://news.example.org/issues/morning/2026-11-22" in sent and "desk.example.org" not in sent


def test_a_draft_that_cannot_be_frozen_costs_no_other_digest_its_issue(tmp_path: Path, site: Server) -> None:
    """It is named, stays approved, and may be changed."""
    two = RULE.replace("}]", "}, {name: other, when: daily 06:30, to: [o@example.org]}]")
    here = desk(tmp_path, site.url("/a"), extra=two)
    here.sync()
    send(here)
    refuse = "BEFORE INSERT ON issue WHEN new.digest = 'morning' BEGIN SELECT raise(ABORT, 'no'); END"
    with sqlite3.connect(tmp_path / "storage/aggregator.db") as database:
        database.execute(f"CREATE TRIGGER no {refuse}")
    site.pages["/a"] = news(6, 7)
    here.clock.forward(minutes=40)
    report = here.sync(force=True)
    assert list(report.uncomposed) == ["morning 2026-11-22"] and [one.digest for one in report.issues] == ["other"]
    assert report.delivered.sent == 1 and drafted(here).state == "approved"
    here.clock.forward(days=1)
    here.sync()
    assert (drafted(here).period, drafted(here).state) == ("2026-11-22", "approved")
    change(here, write_sheet(drafted(here)))
    here.sync()
    assert (drafted(here).period, drafted(here).state) == ("2026-11-23", "held")


def test_all_stories_there_are_may_be_told_by_id_and_tabs_are_blanks(tmp_path: Path, site: Server) -> None:
    """`more` has fifty, and says how many there are besides."""
    words = [f"Unrelated{n} zebra{n * 7} quux{n * 13}" for n in range(60)]
    entries = (item(n, title=words[n], text=f"alpha{n} beta{n * 3} gamma{n * 5} moved{n * 11}") for n in range(60))
    site.pages["/a"] = Page(rss(*entries))
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    draft = drafted(here)
    text = write_sheet(draft)
    last = draft.issue.offered[-1]
    assert text.partition("\nmore:")[2].count("- id:") == 50 and "There are 7 more;" in text
    assert f"id: {last.entry}\n" not in text
    change(here, f'note: "a\tb"\nstories: [{{id: {last.entry}}}]')
    assert [story.entry for story in drafted(here).edits.stories] == [last.entry] and drafted(here).edits.note == "a b"


def test_edits_stay_with_their_story_when_another_publisher_comes_to_speak_for_it(tmp_path: Path, site: Server) -> None:
    """A bare headline first, then a paper that says more: note and pin are there, and what was taken out is not."""
    titles = [words.partition("|")[0] for words in WORDS[:2]]
    more = " There is more to say of it by people who had been there all night, and the whole of it is longer."
    told_fully = [item(20 + n, title=titles[n], text=WORDS[n].partition("|")[2] + more) for n in (0, 1)]
    site.pages["/a"] = Page(rss(*(item(n, title=titles[n], text=titles[n]) for n in (0, 1))))
    site.pages["/b"] = Page(rss(title="Second Paper"))
    here = desk(tmp_path, site.url("/a"), site.url("/b"), extra=RULE)
    here.sync()
    before = {line.title: line.entry for line in drafted(here).issue.offered}
    kept, gone = (before[title] for title in titles)
    change(here, f"stories: [{{id: {kept}, pin: true, note: mine}}, {{id: {gone}, drop: true}}]")
    site.pages["/b"] = Page(rss(*told_fully, title="Second Paper"))
    here.clock.forward(minutes=20)
    here.sync(force=True)
    make(here)
    after = drafted(here)
    assert not {kept, gone} & {line.entry for line in after.issue.offered} and len(after.issue.offered) == 2
    (story,) = after.edits.stories
    assert (story.pin, story.note) == (True, "mine") and len(after.edits.dropped) == 1


def test_the_mail_bears_the_date_on_which_it_was_approved(tmp_path: Path, site: Server) -> None:
    """A draft that waited over a weekend does not arrive as an old mail."""
    here = desk(tmp_path, site.url("/a"), extra=RULE)
    here.sync()
    here.clock.forward(hours=20)
    send(here)
    here.sync()
    (mail,) = (p for p in (tmp_path / "storage/outbox").iterdir() if b"To: reader@" in p.read_bytes())
    read = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert read["Date"].datetime == here.clock.now
