"""What subscribers see: the form, the pages behind links, the site around the issues, and the mail that asks."""

from collections.abc import Iterator, Mapping, Sequence

from aggregator.model import Offer
from aggregator.pipeline.people_samples import samples
from aggregator.templates import Templates

SITES: Mapping[str, str] = {"en": "World Desk", "ar": "مكتب الأخبار", "ja": "世界報道デスク"}


def pages(titles: Mapping[str, tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    """Give (name, HTML) of each template at its fullest, in each language, and in Arabic with names in English.

    ``titles`` are those of a digest and of its topics, by language.
    """
    templates = Templates(None)
    for spoken, named in (*((language, language) for language in SITES), ("ar", "en")):
        title, topics = titles[named]
        offer = Offer("morning", title, tuple((name, name) for name in topics), ("each", "daily", "weekly"))
        fullest: dict[str, str] = {}
        for name, values in samples(templates.frame(spoken), offer=offer, site=SITES[named], language=named):
            if name.endswith(".html"):
                html = templates.render(name, {**values, "root": ""})
                fullest[name] = max(html, fullest.get(name, ""), key=len)
        prefix = spoken if spoken == named else f"{spoken}-of-{named}"
        yield from ((f"{prefix}-{name.removesuffix('.html')}", html) for name, html in fullest.items())


def style() -> str:
    """Give the style sheet that pages name, to lie beside them."""
    return Templates(None).render("style.css", {})
