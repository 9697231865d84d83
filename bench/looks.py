"""How an issue looks, and what checkers say of it: pages for a browser, axe-core, html-validate."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from aggregator.config import TopicConfig
from aggregator.model import Folded, Issue, Letter
from aggregator.pipeline.compose import compose, fit
from aggregator.pipeline.letter import sent_size
from aggregator.pipeline.rank import rank
from aggregator.pipeline.telling import summed_up
from aggregator.templates import Templates
from tests.newsroom import ARABIC, BERLIN, ENGLISH, JAPANESE, NOW, RUSSIAN, digest, news, stories
from tests.storyroom import treaty

COUNTS = (3, 30, 300)
WIDTHS = (600, 360)
SCHEMES = {"light": 1, "dark": 0}
"""What Blink calls them."""

HOME = "https://news.example.org/"
LINKS = {
    "web": f"{HOME}issues/morning/2026-11-23",
    "unsubscribe": f"{HOME}unsubscribe/dG9rZW4tb2YtYS1yZWFkZXI",
    "preferences": f"{HOME}preferences/dG9rZW4tb2YtYS1yZWFkZXI",
}
EDITIONS: Mapping[str, tuple[Any, str, tuple[str, ...]]] = {
    "en": (ENGLISH, "Morning briefing", ("Geopolitics", "Economy", "Science & Nature")),
    "ar": (ARABIC, "موجز الصباح", ("السياسة الدولية", "الاقتصاد", "العلوم والطبيعة")),
    "ja": (JAPANESE, "朝のまとめ", ("国際", "経済", "科学と自然")),
    "ru": (RUSSIAN, "Утренний выпуск", ("Политика", "Экономика", "Наука и природа")),
}
TOPICS = ("geopolitics", "economy", "science")
AXE = """
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(found => {
  const told = rows => rows.map(row => [row.id, row.nodes.length, row.nodes[0].html.slice(0, 160)]);
  document.documentElement.setAttribute("data-found", JSON.stringify({
    violations: told(found.violations), unsure: told(found.incomplete), passes: found.passes.length}));
});
"""


@dataclass(frozen=True)
class Mail:
    """One issue as it would be sent."""

    language: str
    count: int
    issue: Issue
    letter: Letter

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.language}-{self.count}"


@dataclass(frozen=True)
class Verdict:
    """What checkers say of one mail."""

    mail: str
    told: int
    brief: int
    left_out: int
    decoded: int
    sent: int
    axe: Mapping[str, list[list[Any]]]  # by scheme
    html: list[str]


def mails(languages: tuple[str, ...] = tuple(EDITIONS)) -> Iterator[Mail]:
    """Compose issues of three sizes in each language, made to fit as jobs do it."""
    templates = Templates(None)
    for language in languages:
        texts, title, topics = EDITIONS[language]
        named = [TopicConfig.model_validate({"(name)": t, "title": s}) for t, s in zip(TOPICS, topics, strict=True)]
        for count in COUNTS:
            told = news(count, texts=texts, language=language)
            if language == "en":
                told = [*map(Folded, treaty(hours=9)), *told[: count - 1]]
            chosen = digest(title=title, size=500)
            issue = compose(
                chosen,
                summed_up(rank(stories(told), now=NOW, size=500)),
                topics=named,
                period="2026-11-23",
                since=NOW,
                until=NOW,
                now=NOW,
                frame=templates.frame(language),
                zone=BERLIN,
                home=HOME,
            )
            issue, letter = fit(
                issue,
                lambda shown: templates.letter(shown, links=LINKS),
                digest=chosen,
                frame=templates.frame(language),
            )
            yield Mail(language, count, issue, letter)


def chromium() -> str:
    """Find the browser; ends the program with what to install when there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or sys.exit("looks: needs chromium in the PATH")


def browse(page: Path, *options: str, scheme: str, profile: Path) -> str:
    """Open a page without a window; gives what the browser prints."""
    command = [
        chromium(),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--allow-file-access-from-files",
        f"--user-data-dir={profile}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


def pictures(page: Path, folder: Path, *, height: int, profile: Path) -> Iterator[Path]:
    """Photograph a page at each width, in each scheme."""
    for scheme in SCHEMES:
        frames = "".join(
            f'<iframe src="{page.name}" width="{width}" height="{height}" style="border:0;margin:0 8px"></iframe>'
            for width in WIDTHS
        )
        sheet = page.with_name(f"{page.stem}.sheet.html")
        meta = '<meta name="color-scheme" content="light dark">'
        sheet.write_text(f'<!doctype html>{meta}<body style="margin:0;white-space:nowrap">{frames}', encoding="utf-8")
        target = folder / f"{page.stem}-{scheme}.png"
        size = f"--window-size={sum(WIDTHS) + 16 * len(WIDTHS)},{height}"
        browse(sheet, f"--screenshot={target}", size, scheme=scheme, profile=profile)
        yield target


def axe(page: Path, packages: Path, *, scheme: str, profile: Path) -> list[list[Any]]:
    """List what axe-core finds in a page: rule, how often, where first."""
    script = (packages / "axe-core" / "axe.min.js").as_uri()
    tested = page.with_name(f"{page.stem}.axe.html")
    added = f'<script src="{script}"></script><script>{AXE}</script></body>'
    tested.write_text(page.read_text(encoding="utf-8").replace("</body>", added), encoding="utf-8")
    options = ("--dump-dom", "--virtual-time-budget=60000", "--window-size=700,2000")
    dumped = browse(tested, *options, scheme=scheme, profile=profile)
    found = re.search(r'data-found="([^"]*)"', dumped)
    if not found:
        return [["axe-core did not answer", 1, ""]]
    result = json.loads(unescape(found[1]))
    return [*result["violations"], *([] if result["passes"] else [["nothing was tested", 1, ""]])]


def html_validate(pages: list[Path], packages: Path) -> dict[str, list[str]]:
    """List what html-validate finds, by page."""
    rules, told = (pages[0].with_name(name) for name in ("rules.json", "found.json"))
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    tool = packages / "html-validate" / "bin" / "html-validate.mjs"
    command = ["node", str(tool), "--config", str(rules), "--formatter", "json", *map(str, pages)]
    with told.open("wb") as output:  # a pipe loses what node has not written when it ends
        ran = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, timeout=300, check=False)
    if ran.returncode not in (0, 1):
        sys.exit(f"looks: html-validate: {ran.stderr.strip()}")
    return {
        Path(file["filePath"]).stem: [f"{m['line']}: {m['ruleId']}: {m['message']}" for m in file["messages"]]
        for file in json.loads(told.read_text(encoding="utf-8") or "[]")
    }


RULES = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "no-inline-style": "off",  # mail programs drop style sheets
        "no-deprecated-attr": "off",  # border, cellpadding and align are for Word, which draws Outlook's mail
        "no-conditional-comment": "off",  # the same
        "prefer-native-element": "off",  # some drop <main>, none a role
        "no-trailing-whitespace": "off",
        "long-title": "off",  # the title is the subject
        "attribute-boolean-style": "off",
        "doctype-style": "off",
    },
}


def verdicts(packages: Path, pictured: Path | None) -> Iterator[Verdict]:
    """Have every mail looked at by axe-core in both schemes and by html-validate; keep pictures if asked."""
    with tempfile.TemporaryDirectory(prefix="looks-") as scratch:
        folder, profile = Path(scratch), Path(scratch) / "profile"
        written = {mail.name: mail for mail in mails()}
        pages = {name: folder / f"{name}.html" for name in written}
        for name, page in pages.items():
            page.write_text(written[name].letter.html, encoding="utf-8")
        found = html_validate(list(pages.values()), packages)
        for name, mail in written.items():
            html = mail.letter.html
            axed = {scheme: axe(pages[name], packages, scheme=scheme, profile=profile) for scheme in SCHEMES}
            if pictured:
                pictured.mkdir(parents=True, exist_ok=True)
                for _ in pictures(pages[name], pictured, height=3000, profile=profile):
                    pass
            brief = sum(line.brief for line in mail.issue.lines)
            sizes = len(html.encode()), sent_size(html)
            yield Verdict(name, len(mail.issue.lines), brief, mail.issue.left_out, *sizes, axed, found.get(name, []))


def looks_table(found: list[Verdict]) -> str:
    """Print a row a mail, then what was found."""
    rows = [
        "| mail | told | of these briefly | left out | bytes | as sent | axe-core, light | dark | html-validate |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {one.mail} | {one.told} | {one.brief} | {one.left_out} | {one.decoded:,} | {one.sent:,} |"
        f" {len(one.axe['light'])} | {len(one.axe['dark'])} | {len(one.html)} |"
        for one in found
    ]
    faults = [f"- {one.mail}, {scheme}: {row}" for one in found for scheme, rows in one.axe.items() for row in rows]
    faults += [f"- {one.mail}: {row}" for one in found for row in one.html]
    return "\n".join([*rows, "", *faults])
