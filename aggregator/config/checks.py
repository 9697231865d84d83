"""What must hold between the sections of feeds.yaml: names exist, and nothing is there twice."""

from collections.abc import Iterator
from typing import Any

from aggregator.config.addresses import trivial
from aggregator.config.document import Document, Path, Problem
from aggregator.config.wording import got, hint


def take_out_later(document: Document) -> Iterator[Problem]:
    """Refuse what is still to come, and take it out of the values, so that it is named once."""
    values = document.values
    if str(values.get("database", "")).startswith(("postgres:", "postgresql:", "postgresql+")):
        del values["database"]
        text = "PostgreSQL is not there yet; without this key the database is storage/aggregator.db"
        yield document.problem(("database",), text)


def check(document: Document) -> Iterator[Problem]:
    """Check what the sections say of each other, as far as each of them can be read."""
    yield from _feeds_once(document)
    yield from _names_once(document, "outputs")
    yield from _names_once(document, "digests")
    yield from _names_of_rhythms(document)
    yield from _issues_have_a_name(document)
    yield from _listed_once(document)
    yield from _topics_exist(document)


def _feeds_once(document: Document) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, feed in _items(document.values, "feeds"):
        where: Path = (*path, "url") if isinstance(feed, dict) else path
        url = feed.get("url") if isinstance(feed, dict) else feed
        if not isinstance(url, str):
            continue
        key = trivial(url)
        if key not in first:
            first[key] = where
            continue
        line = document.problem(first[key], "").line
        shown = "" if "@" in url else f" {got(url)}"
        yield document.problem(where, f"the same feed as in line {line}{shown}")


def _names_once(document: Document, section: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for path, item in _items(document.values, section):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        problem = document.problem((*path, "name"), "")
        if name in first:
            yield document.problem((*path, "name"), f"the name is taken in line {first[name]} {got(name)}")
        first.setdefault(name, problem.line)


def _names_of_rhythms(document: Document) -> Iterator[Problem]:
    """``morning`` with ``frequency: [each, weekly]`` also takes the name morning-weekly."""
    digests = _items(document.values, "digests")
    names = {str(item.get("name")): path for path, item in digests if isinstance(item, dict)}
    for _, item in digests:
        for often in _list(item, "frequency"):
            if often != "each" and (path := names.get(f"{item.get('name')}-{often}")):
                text = f"is the name of what gathers {item.get('name')} (`frequency: {often}`); choose another"
                yield document.problem((*path, "name"), text)


def _issues_have_a_name(document: Document) -> Iterator[Problem]:
    """Refuse an output with the name of the feed that has the issues of a digest, or of what gathers it."""
    digests = [item for _, item in _items(document.values, "digests") if isinstance(item, dict)]
    taken = {f"{item.get('name')}-issues" for item in digests}
    taken |= {f"{item.get('name')}-{often}-issues" for item in digests for often in _list(item, "frequency")}
    for path, item in _items(document.values, "outputs"):
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str) and name in taken:
            text = f"is the feed of the issues of digest `{name.removesuffix('-issues')}`; choose another {got(name)}"
            yield document.problem((*path, "name"), text)


def _listed_once(document: Document) -> Iterator[Problem]:
    lists = {"digests": ("to", "topics", "frequency"), "outputs": ("topics", "formats")}
    for section, key in ((section, key) for section, keys in lists.items() for key in keys):
        for path, item in _items(document.values, section):
            first: set[str] = set()
            for index, word in enumerate(_list(item, key)):
                if isinstance(word, str) and word.lower() in first:
                    yield document.problem((*path, key, index), f"is listed twice {got(word)}")
                first.add(str(word).lower())


def _topics_exist(document: Document) -> Iterator[Problem]:
    known = document.values.get("topics")
    names = [name for name in known if isinstance(name, str)] if isinstance(known, dict) else []
    sections = [item for key in ("feeds", "outputs", "digests") for item in _items(document.values, key)]
    for path, section in (*sections, (("defaults",), _mapping(document.values, "defaults"))):
        for index, topic in enumerate(_list(section, "topics")):
            if isinstance(topic, str) and topic not in names:
                text = f"no such topic under `topics` {got(topic)}{hint(topic, names)}"
                yield document.problem((*path, "topics", index), text)


def _items(values: dict[str, Any], section: str) -> list[tuple[Path, Any]]:
    return [((section, index), item) for index, item in enumerate(_list(values, section))]


def _list(section: Any, key: str) -> list[Any]:
    found = section.get(key) if isinstance(section, dict) else None
    return found if isinstance(found, list) else []


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}
