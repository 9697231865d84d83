"""Furniture: what is cut, in seven languages, and what is not."""

from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Fetched, Known
from aggregator.pipeline.blocks import Block, part
from aggregator.pipeline.clean_html import safe_and_plain
from aggregator.pipeline.cuts import cuts, unfurnished
from aggregator.pipeline.furniture import paragraph
from aggregator.pipeline.furniture_first import FIRST
from aggregator.pipeline.intake import read

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PROSE = (
    "The harbour of Ostrand opened again on Wednesday, nine days after a storm that no ship in the bay was built for.",
    "Two ferries, a grain ship and eleven boats left within the hour, and the customs house counted all of them twice.",
    "What the storm cost is not known yet: the quay lost its wall, the lighthouse its lamp, the fish market its roof.",
)


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def left(html: str, title: str = "") -> list[str]:
    _, text = unfurnished(*safe_and_plain(html, base="https://ostrand.example/"), title=title)
    return text.split("\n\n")


@pytest.mark.parametrize(
    "line",
    [
        "The post Harbour opens appeared first on Ostrand Post.",
        "The post Harbour opens first appeared on Ostrand Post.",
        "Der Beitrag Hafen offen erschien zuerst auf Ostrander Bote.",
        "L’article Le port rouvre est apparu en premier sur La Dépêche.",
        "La entrada El puerto abre se publicó primero en El Faro.",
        "L’articolo Il porto riapre proviene da Il Faro.",
        "O post O porto reabre apareceu primeiro em O Farol.",
        "Het bericht De haven is open verscheen eerst op De Baak.",
        "Continue reading →",
        "Weiterlesen …",
        "Lire la suite »",
        "Seguir leyendo",
        "Continua a leggere",
        "Continuar lendo",
        "Lees verder",
        "Share this:",
        "Click to share on Facebook (Opens in new window)",
        "Tweet | Facebook | LinkedIn | Email",
        "Klick, um auf Facebook zu teilen (Wird in neuem Fenster geöffnet)",
        "Partager sur Facebook",
        "Compartir en Facebook",
        "Condividi su Facebook",
        "Compartilhe isso:",
        "Deel dit:",
        "Advertisement",
        "Anzeige",
        "Sign up for our newsletter",
        "Abonnez-vous à notre lettre d’information",
        "This site uses cookies to give you a better experience.",
        "Wir verwenden Cookies, um Ihnen das beste Erlebnis zu bieten.",
        "© 2026 Ostrand Post. All rights reserved.",
        "Your email address will not be published. Required fields are marked *",
        "Deine E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert",
        "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *",
        "Tu dirección de correo electrónico no será publicada. Los campos obligatorios están marcados con *",
        "Il tuo indirizzo email non sarà pubblicato. I campi obbligatori sono contrassegnati *",
        "O seu endereço de e-mail não será publicado. Campos obrigatórios são marcados com *",
        "Je e-mailadres wordt niet gepubliceerd. Vereiste velden zijn gemarkeerd met *",
        "submitted by /u/quay_walker",
        "[link] [comments]",
        "Reply via email",
        "The pier was originally published in Quays on Medium, where people are continuing the conversation.",
        "If you enjoyed this post, consider buying me a coffee.",
        "Please enable JavaScript to view the comments powered by Disqus.",
        "How useful was this post? Click on a star to rate it!",
        "Join our WhatsApp channel for the latest updates.",
        "Print PDF Email",
    ],
)
def test_a_line_of_furniture_below_a_text_is_cut(line: str) -> None:
    assert left(paragraphs(*PROSE, line)) == list(PROSE)


@pytest.mark.parametrize(
    "heading",
    [
        "More Related Stories",
        "Related Posts",
        "You may also like",
        "More from Ostrand Post",
        "Ähnliche Beiträge",
        "Articles similaires",
        "Artículos relacionados",
        "Articoli correlati",
        "Artigos relacionados",
        "Gerelateerde artikelen",
        "Trending Now",
        "Tags",
    ],
)
def test_a_list_of_other_articles_is_cut_with_its_heading(heading: str) -> None:
    links = "<ul><li><a href='/1'>Lighthouse goes dark</a></li><li><a href='/2'>Ten books for winter</a></li></ul>"
    assert left(f"{paragraphs(*PROSE)}<h3>{heading}</h3>{links}") == list(PROSE)


def test_prose_goes_on_below_a_list_of_other_articles() -> None:
    links = "<ul><li><a href='/1'>Lighthouse goes dark</a></li></ul>"
    html = f"{paragraphs(*PROSE[:2])}<h3>Related articles</h3>{links}{paragraphs(PROSE[2])}"
    assert left(html) == list(PROSE)


@pytest.mark.parametrize(
    "line",
    [
        "The post of harbour master, which his father held before him, was first paid for in 1911, he said.",
        "Share prices in the port authority fell by a tenth on Wednesday, before the first ship had left.",
        "Comments by the harbour master were read aloud in the customs house.",
        "Print, he said, is dead; the tide tables are on the web now.",
        "Follow the road to the lighthouse and turn left where it ends.",
        "More from the storm than from any war, the town has learned to rebuild.",
        "Advertisements for herring covered the wall.",
        "Get in the boat, she said.",
        "Mail",
        "If the wall holds, the harbour master said, the market will share its roof with the boats again in June.",
        "How useful the post was in those days, nobody in the town can tell any more.",
        "Submitted by four towns, the plan was voted down.",
        "Werbung machten sie für den Hafen erst nach dem Krieg.",
    ],
)
def test_prose_that_begins_like_furniture_stays(line: str) -> None:
    assert left(paragraphs(PROSE[0], line, PROSE[1])) == [PROSE[0], line, PROSE[1]]


def test_an_agenda_under_topics_is_no_list_of_links() -> None:
    items = "<ul><li>The wall of the quay</li><li>The roof of the market</li></ul>"
    assert "The wall of the quay" in "\n".join(
        left(f"{paragraphs(PROSE[0])}<h3>Topics</h3>{items}{paragraphs(PROSE[1])}")
    )


def test_what_looks_like_the_form_for_comments_goes_alone_where_the_text_goes_on() -> None:
    more = [f"{PROSE[0]} {number} {PROSE[1]} {number} {PROSE[2]}" for number in range(2)]
    assert left(paragraphs(*PROSE, "Join the conversation", *more)) == [*PROSE, *more]


def test_the_headline_is_told_once() -> None:
    title = "Harbour Master Ends Nine Days of Silence"
    html = f"<h1>{title}</h1>{paragraphs('Photo: ' + title, *PROSE)}"
    assert left(html, title) == list(PROSE)
    assert left(paragraphs(PROSE[0], title, PROSE[1]), title) == [PROSE[0], PROSE[1]]
    assert left(paragraphs(*PROSE, title), title) == [*PROSE, title]


def test_a_short_message_that_is_its_own_title_stays() -> None:
    assert left(paragraphs(PROSE[0]), PROSE[0]) == [PROSE[0]]
    assert left(paragraphs(PROSE[0], "#storm"), PROSE[0][:79] + "…") == [PROSE[0], "#storm"]


def test_a_text_of_nothing_but_furniture_stays() -> None:
    assert left(paragraphs("Read more")) == ["Read more"]


def listed(*items: str, above: str = PROSE[0]) -> str:
    return f"{paragraphs(above)}<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>{paragraphs(PROSE[1])}"


@pytest.mark.parametrize(
    ("above", "items"),
    [
        (PROSE[0], ("Needles", "Threads", "Buttons")),
        (PROSE[0], ("X", "Y", "Z")),
        ("On Wednesday these were out of order:", ("Facebook", "Threads", "WhatsApp")),
        (PROSE[0], ("Print", "A web page that tells of the harbour at some length", "Email")),
    ],
)
def test_items_of_a_list_of_the_text_are_no_buttons(above: str, items: tuple[str, ...]) -> None:
    assert left(listed(*items, above=above)) == [above, *items, PROSE[1]]


@pytest.mark.parametrize(
    ("above", "items"),
    [
        (PROSE[0], ("Facebook", "X", "Threads")),
        (PROSE[0], ("Share on Facebook", "Threads", "Messenger", "Email")),
        ("Share this:", ("Facebook", "X", "Print")),
    ],
)
def test_a_list_of_buttons_is_cut(above: str, items: tuple[str, ...]) -> None:
    said = left(listed(*items, above=above))
    assert said == [text for text in (above, *items, PROSE[1]) if text in (*PROSE, "Messenger")]


def test_links_that_split_a_line_are_joined_first() -> None:
    tail = '<p>The post <a href="/1">Harbour opens</a> appeared first on <a href="/">Ostrand Post</a>.</p>'
    html, text = unfurnished(*safe_and_plain(paragraphs(*PROSE) + tail, base="https://ostrand.example/"))
    assert html == paragraphs(*PROSE)
    assert text == "\n\n".join(PROSE)


def test_lines_that_br_parts_are_cut_one_by_one() -> None:
    html = f"<p>{PROSE[0]}<br><br>Share this:<br><a href='/f'>Facebook</a></p>"
    clean, text = unfurnished(*safe_and_plain(html, base="https://ostrand.example/"))
    assert (clean, text) == (f"<p>{PROSE[0]}<br><br><br></p>", PROSE[0])


def test_what_the_source_repeats_is_cut_and_named() -> None:
    """A sentence anywhere, a short line where it stands last; one between paragraphs is the source's manner."""
    sentence = "Ostrand Post brings you the sea, the wind and the herring since 1911."
    said = [Block(line) for line in (PROSE[0], sentence, "Verdict", PROSE[1], "The sea desk", "Verdict")]
    known = {paragraph(line) for line in (sentence.replace("1911", "1948"), "Verdict", "The sea desk")}
    found = [(cut.place, cut.reason) for cut in cuts(said, known=known)]
    assert found == [(place, "its source repeats it") for place in (1, 4, 5)]
    html = paragraphs(*(block.text for block in said))
    assert unfurnished(*safe_and_plain(html, base=""), known=known)[1].split("\n\n") == [PROSE[0], "Verdict", PROSE[1]]


def test_what_returns_with_other_figures_is_news() -> None:
    """To the hash of a paragraph all figures are alike: the cases of today are no furniture, “since 1911” is."""
    cases = "The ministry counted {} new cases and {} deaths within a day, it said in the evening."
    price = "Price of herring: {},40"
    known = {paragraph(cases.format(123, 45)), paragraph(price.format(1))}
    said = paragraphs(PROSE[0], cases.format(987, 65), PROSE[1], price.format(9))
    assert unfurnished(*safe_and_plain(said, base=""), known=known)[0] == said


@pytest.mark.parametrize(
    "line",
    [
        "Also on Tuesday, <a href='/a'>the court ruled against the operator of the bridge</a>.",
        "First published in 1851, the novel was its author's sixth and sold poorly.",
        "Registrati 23 nuovi casi nelle ultime 24 ore in tutta la regione.",
        "Abbonati in calo per la piattaforma nel secondo trimestre.",
        "S'inscrire sur les listes électorales est possible jusqu'au 4 mars.",
        "By clicking on the link, victims installed the malware, the researchers said.",
        "Join the community of growers, and prices fall, she says.",
        "Get people to install an app, and they walk more, the study says.",
        "Privacy policy changes drew protests.",
        "Terms of service were changed without notice, the court found.",
        "Next story in the series comes in May.",
        "“No comment.”",
        "Comments on the plan can be handed in at the town hall until Friday.",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays(line: str) -> None:
    html, _ = safe_and_plain(f"<p>{PROSE[0]}</p><p>{line}</p><p>{PROSE[1]}</p>", base="https://ostrand.example/")
    assert unfurnished(*safe_and_plain(html, base=""))[0] == html


def test_a_sentence_that_ends_with_the_headline_stays() -> None:
    title = "reduce the size of your harbour"
    line = f"I was asked to {title}."
    assert left(paragraphs(line, PROSE[0]), title.capitalize()) == [line, PROSE[0]]


def test_a_list_of_links_is_the_text_where_it_only_says_below_where_it_stands() -> None:
    links = "<ul><li><a href='/1'>The ferry sails</a></li><li><a href='/2'>The lamp is lit</a></li></ul>"
    below = "<p>The post Links of the week appeared first on Ostrand Post.</p>"
    assert left(f"<p>{PROSE[0]}</p>{links}{below}") == [PROSE[0], "The ferry sails", "The lamp is lit"]


def test_the_heading_of_the_next_part_ends_a_list_of_other_articles() -> None:
    html = f"<p>{PROSE[0]}</p><h2>Related articles</h2><ul><li>The ferry</li></ul><h2>The quay</h2><p>{PROSE[1]}</p>"
    assert left(html) == [PROSE[0], "The quay", PROSE[1]]


def test_every_cut_has_its_reason() -> None:
    lines = [*PROSE, "Share this:", "Leave a Reply", "Your email address will not be published."]
    reasons = [cut.reason for cut in cuts(part(paragraphs(*lines)).blocks)]
    assert reasons == ["a bar of buttons", "the form for comments, or below it", "the form for comments, or below it"]


def test_first_words_are_single_and_lower_case() -> None:
    assert all(word == word.casefold() and " " not in word for word in FIRST)


@given(
    st.lists(st.sampled_from([*PROSE, "Share this:", "<b>bold</b>", "a &amp; b", "Read more"]), min_size=1, max_size=8)
)
def test_blocks_are_the_lines_of_the_text_and_can_be_taken_out(lines: list[str]) -> None:
    html, text = safe_and_plain("".join(f"<p>{line}</p>" for line in lines), base="https://ostrand.example/")
    found = part(html)
    assert [block.text for block in found.blocks] == [line for line in text.split("\n") if line]
    assert found.without(range(len(found.blocks))) == ""
    assert found.without(()) == html


def as_entry(html: str, title: str) -> str:
    document = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Ostrand</title>'
        f"<link>https://ostrand.example/</link><item><title>{escape(title)}</title><guid>1</guid>{html}</item>"
        "</channel></rss>"
    )
    url = "https://ostrand.example/feed"
    (entry,) = read(Fetched(url, url, 200, {}, document.encode()), Known(), now=NOW).new
    assert entry.title == title
    return entry.text


def told(text: str) -> tuple[str, list[str], list[str]]:
    """Give a scraped article's headline, its paragraphs, and all its lines."""
    lines = [line.strip() for line in text.split("\n\n")]
    return lines[0], lines[2:-3], lines


@pytest.fixture(params=["a made-up article", "the article the project began with"])
def scraped(request: pytest.FixtureRequest) -> str:
    if request.param == "a made-up article":
        return (Path(__file__).parents[1] / "data" / "article.txt").read_text(encoding="utf-8")
    return str(request.getfixturevalue("seed_article"))


def test_a_scraped_article_ends_as_its_paragraphs_from_markup_and_from_plain_text(scraped: str) -> None:
    title, paragraphs_of_it, lines = told(scraped)
    content = f"<content:encoded>{escape(paragraphs(*lines))}</content:encoded>"
    assert as_entry(content, title).split("\n\n") == paragraphs_of_it
    description = f"<description>{escape(chr(10).join(line + chr(10) for line in lines))}</description>"
    assert as_entry(description, title).split("\n\n") == paragraphs_of_it
