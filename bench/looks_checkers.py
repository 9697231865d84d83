"""Whoever looks at a page: chromium, axe-core, html-validate, and caniemail with what mail programs know."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

SCHEMES = {"light": 1, "dark": 0}
"""What Blink calls them."""

WIDTHS = (600, 360)
AXE = """
document.body.style.width = "360px";
const wide = document.querySelector("[role=main], main").scrollWidth;
document.body.style.width = "";
// axe-core takes joined letters, as in Arabic, for icons of a font and does not test their contrast: here none is one.
CanvasRenderingContext2D.prototype.getImageData = () => ({data: new Uint8ClampedArray(4).fill(255)});
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(found => {
  const told = rows => rows.map(row => [row.id, row.nodes.length, row.nodes[0].html.slice(0, 160)]);
  document.documentElement.setAttribute("data-found", JSON.stringify({wide,
    violations: told(found.violations), unsure: told(found.incomplete), passes: found.passes.map(row => row.id)}));
});
"""
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
        "form-dup-name": ["error", {"shared": ["radio", "checkbox", "submit"]}],  # a choice of several has one name
    },
}
CANIEMAIL = """
import {readFileSync} from "node:fs";
const {caniemail} = await import(process.argv[1]);
const clients = ["apple-mail.*", "gmail.*", "outlook.*", "samsung-email.*", "thunderbird.*", "yahoo.*"];
let html = readFileSync(process.argv[2], "utf8"), issues;
const found = {};
while (!issues) {
  try {
    issues = caniemail({clients, html}).issues;
  } catch (error) {  // it ends at a property that it has no word on for one of them
    const [, property, client] = /"([a-z-]+)" not found on "([^"]+)"/.exec(error.message) ?? [];
    if (!property) throw error;
    (found[property] ??= []).push(`${client} untested`);
    html = html.replaceAll(new RegExp(`(?<=[";])${property}:[^;"]*;`, "g"), "");
  }
}
for (const [client, list] of issues.errors) for (const one of list) (found[one.title] ??= []).push(client);
console.log(JSON.stringify(found));
"""


def browse(page: Path, *options: str, scheme: str) -> str:
    """Open a page without a window; gives what the browser prints."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    command = [
        browser or sys.exit("looks: needs chromium in the PATH"),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        f"--user-data-dir={page.parent / 'profile'}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


def pictures(page: Path, folder: Path, *, height: int) -> Iterator[Path]:
    """Photograph a page at each width, side by side, in each scheme."""
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
        browse(sheet, f"--screenshot={target}", size, scheme=scheme)
        yield target


def axe(page: Path, packages: Path, *, scheme: str) -> list[list[Any]]:
    """List what axe-core finds in a page: rule, how often, where first; and whether it is wider than a telephone."""
    script = (packages / "axe-core" / "axe.min.js").as_uri()
    tested = page.with_name(f"{page.stem}.axe.html")
    added = f'<script src="{script}"></script><script>{AXE}</script></body>'
    tested.write_text(page.read_text(encoding="utf-8").replace("</body>", added), encoding="utf-8")
    options = ("--dump-dom", "--virtual-time-budget=60000", "--window-size=700,2000")
    found = re.search(r'data-found="([^"]*)"', browse(tested, *options, scheme=scheme))
    if not found:
        return [["axe-core did not answer", 1, ""]]
    result = json.loads(unescape(found[1]))
    untested = [] if "color-contrast" in result["passes"] else [["no contrast was tested", 1, ""]]
    wide = [["wider than 360 px", 1, str(result["wide"])]] if result["wide"] > min(WIDTHS) else []
    return [*result["violations"], *untested, *wide]


def html_validate(pages: list[Path], packages: Path) -> dict[str, list[str]]:
    """List what html-validate finds, by page."""
    rules = pages[0].with_name("rules.json")
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    tool = packages / "html-validate" / "bin" / "html-validate.mjs"
    files = _node(pages[0].parent, str(tool), "--config", str(rules), "--formatter", "json", *map(str, pages))
    return {
        Path(file["filePath"]).stem: [f"{m['line']}: {m['ruleId']}: {m['message']}" for m in file["messages"]]
        for file in files
    }


def mail_programs(page: Path, packages: Path) -> Mapping[str, list[str]]:
    """List what some mail programs do not know of what a page uses, with their names; see docs/looks.md."""
    library = packages / "caniemail" / "dist" / "index.js"
    if not library.is_file():
        return {}
    found: dict[str, list[str]] = _node(
        page.parent, "--input-type=module", "--eval", CANIEMAIL, library.as_uri(), str(page)
    )
    return found


def _node(folder: Path, *words: str) -> Any:
    """Run a tool of node's and read the JSON that it prints."""
    told = folder / "told.json"
    with told.open("wb") as output:  # a pipe loses what node has not written when it ends
        ran = subprocess.run(
            ["node", *words], stdout=output, stderr=subprocess.PIPE, text=True, timeout=300, check=False
        )
    if ran.returncode not in (0, 1) or ran.stderr:
        sys.exit(f"looks: node: {ran.stderr.strip()}")
    return json.loads(told.read_text(encoding="utf-8") or "[]")
