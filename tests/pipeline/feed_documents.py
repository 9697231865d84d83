"""Feed documents made up by hypothesis: everything feeds have been seen to do, in any order."""

from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "atom": "http://www.w3.org/2005/Atom",
    "georss": "http://www.georss.org/georss",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "thr": "http://purl.org/syndication/thread/1.0",
    "cc": "http://web.resource.org/cc/",
    "odd": "urn:example:odd",
}

WORDS = st.sampled_from(
    [
        "",
        " ",
        "\n  ",
        "Words",
        "Größe “quoted” – 東京",
        "a & b",
        "a &amp; b",
        "AT&amp;T &#8217; &nbsp; &nosuch;",
        "<p>One</p> <b>two</b>",
        "1 < 2 > 0",
        "<foo>bar</foo>",
        "<script>x</script>",
        "text with </p> only",
        "<br/>line<br>",
        '<img src="a.png">',
        "caf\u00c3\u00a9",
        "\u0093old\u0094 \u0085 marks",
        "\u00a0padded\u00a0",
        "\u0085",
        "tab\tand\rreturn",
        "]] >",
        "<media:description>in text</media:description>",
        "<item><skipHours><hour>3</hour></skipHours></item>",
    ]
)
TEXT = WORDS | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
)
ADDRESS = st.sampled_from(
    [
        *["https://example.org/a", "a", "", "https://example.org/b?c=1&d=2"] * 5,
        "",
        "https://example.org/a",
        "https://example.org/a?b=1&c=2&amp;d;",
        "http:///example.org/x",
        "/relative path",
        "tag:example.org,2024:1",
        "mailto:a@b.example",
        "http://[broken",
        "é",
        "  https://example.org/blank  ",
    ]
)
GOOD_DATES = ["", "Wed, 05 Jun 2024 10:00:00 GMT", "Wed, 05 Jun 2024 10:00:00 +0200", "2024-06-05T10:00:00Z"]
DATE = st.sampled_from(
    [
        *GOOD_DATES * 20,
        "",
        "Wed, 05 Jun 2024 10:00:00 GMT",
        "Wed, 05 Jun 2024 10:00:00 +0200",
        "Wed, 5 Jun 2024 10:00 EST",
        "05 Jun 2024 10:00:00 CEST",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "Thu, 31 Feb 2024 10:00:00 GMT",
        "Thu, 30 Feb 2023 24:00:00 GMT",
        "2024-06-05T10:00:00Z",
        "2024-06-05T10:00:00.123456789+05:30",
        "2024-06-05 10:00:00",
        "2024-06-05",
        "2024-02-31T10:00:00Z",
        "2024-06-05T10:00:60Z",
        "0001-01-01T00:00:00Z",
        "1718000000",
        "06/05/2024",
        "gestern",
        "2004-július-13T9:15-05:00",
    ]
)
LANGUAGE = st.sampled_from(["", "de", "en_US", "x y", "zh-Hant-TW"])
PERSON = st.sampled_from(
    ["", "Ada", "a@b.example (Ada)", "Ada <a@b.example>", "a@b.example", "Ada, Bob", "(x) a@b.co?subject=z é"]
)
KIND = st.sampled_from(
    [
        *["text", "html", "text/html"] * 10,
        "",
        "text",
        "html",
        "xhtml",
        "text/html",
        "text/plain",
        "TEXT",
        "image/png",
        "application/xml",
    ]
)


@st.composite
def written(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> str:
    """Write a text as XML: escaped, with references, in CDATA, or in pieces with a comment between them."""
    value = draw(text)
    how = draw(st.integers(0, 5))
    if how == 0 and "]]>" not in value:
        return f"<![CDATA[{value}]]>"
    if how == 1:
        return "".join(f"&#{ord(sign)};" if sign > "~" else escape(sign) for sign in value)
    if how == 2:
        return f"{escape(value)}<!-- between --><![CDATA[{value.replace(']]>', '')}]]>"
    return escape(value)


@st.composite
def element(
    draw: st.DrawFn, name: str, words: st.SearchStrategy[str] = TEXT, /, **attributes: st.SearchStrategy[str]
) -> str:
    """Write an element with some of the attributes, and now and then with a language or a base."""
    chosen = {key: draw(value) for key, value in attributes.items() if draw(st.booleans())}
    extra = draw(st.integers(0, 40))
    if extra == 0:
        chosen["xml:lang"] = draw(LANGUAGE)
    elif extra == 1:
        chosen["xml:base"] = draw(
            st.sampled_from(["", "https://base.example/x/", "https://base.example/x/y/", "http://h.example/a/../b?"])
        )
    elif extra == 2:
        chosen[draw(st.sampled_from(["odd:url", "odd:href", "lang", "base", "isPermalink", "URL", "odd:type"]))] = "v"
    shown = "".join(f" {key.rstrip('_')}={quoteattr(value)}" for key, value in chosen.items())
    inside = draw(written(words))
    return f"<{name}{shown}/>" if not inside and draw(st.booleans()) else f"<{name}{shown}>{inside}</{name}>"


def nested(name: str, *parts: st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[str]:
    """Write an element around some of the parts, in any order."""
    return st.lists(st.one_of(*parts), max_size=most).map(lambda found: f"<{name}>{''.join(found)}</{name}>")


LINKED = {
    "href": ADDRESS,
    "rel": st.sampled_from(["", "alternate", "self", "Enclosure", "via"]),
    "type": KIND,
    "length": WORDS,
}
MEDIA = {
    "url": ADDRESS,
    "type": st.sampled_from(["image/jpeg", "AUDIO/mpeg", "video/mp4", ""]),
    "medium": st.sampled_from(["image", "video", "odd"]),
    "width": st.sampled_from(["", "100", "2000", "wide"]),
    "fileSize": st.sampled_from(["", "12", "x"]),
}
PEOPLE = [
    element("name", PERSON),
    element("email", PERSON),
    element("uri", ADDRESS),
    element("odd:extra", TEXT, a=TEXT),
]
ODD = st.sampled_from(
    [
        "<odd:one a='b'>x<odd:two>y</odd:two></odd:one>",
        "<unknown>x</unknown>",
        "<!-- a <item> b -->",
        "<?php echo 1 ?>",
        "text",
    ]
)
TAGS = [
    element("category", TEXT, domain=ADDRESS, term=TEXT, scheme=ADDRESS, label=TEXT),
    element("dc:subject"),
    element("media:keywords", st.sampled_from(["a, b,,c", "", "a"])),
    element("itunes:keywords", st.sampled_from(["a, b,,c", "", "a"]), x=TEXT),
    element("media:category", TEXT, scheme=TEXT, label=TEXT),
    element("itunes:category", st.just(""), text=TEXT),
]
PICTURES = [
    element("media:content", st.just(""), **MEDIA),
    element("media:thumbnail", ADDRESS, url=ADDRESS),
    element("media:title", TEXT, type=KIND),
    element("media:description", TEXT, type=KIND),
    element("media:credit", TEXT, role=TEXT),
]
EVERYWHERE = [
    element("title", TEXT, type=KIND),
    element("dc:title"),
    element("link", ADDRESS),
    element("atom:link", st.just(""), **LINKED),
    element("dc:creator", PERSON),
    element("itunes:author", PERSON),
    element("author", PERSON),
    nested("author", *PEOPLE),
    nested("contributor", *PEOPLE),
    nested("itunes:owner", element("itunes:name", PERSON), element("itunes:email", PERSON)),
    element("pubDate", DATE),
    element("dc:date", DATE),
    element("dcterms:modified", DATE),
    element("atom:updated", DATE),
    element("atom:published", DATE),
    element("dc:language", LANGUAGE),
    element("itunes:summary", TEXT),
    element("itunes:subtitle", TEXT),
    element("itunes:image", st.just(""), href=ADDRESS, url=ADDRESS),
    element("feedburner:origLink", ADDRESS, x=TEXT),
    element("georss:point", st.sampled_from(["1 2", "", "x"])),
    element("guid", ADDRESS, isPermaLink=st.sampled_from(["true", "false", "", "False"])),
    element("slash:comments", st.just("5")),
    element("copyright", TEXT, type=KIND),
    element("cc:license", st.just(""), resource=ADDRESS),
    nested(
        "image", element("title"), element("url", ADDRESS), element("link", ADDRESS), element("width", st.just("x"))
    ),
    element("image", ADDRESS),
    nested("odd:wrap", element("odd:in"), st.just("<odd:in2/>"), most=2),
    ODD,
]
ENTRY = [
    *EVERYWHERE,
    *TAGS,
    *PICTURES,
    nested("media:group", *PICTURES),
    element("description", TEXT, type=KIND),
    element("dc:description"),
    element("content:encoded", TEXT, type=KIND),
    element("summary", TEXT, type=KIND),
    element("content", TEXT, type=KIND),
    element("content", TEXT, src=ADDRESS),
    element("enclosure", st.just(""), url=ADDRESS, type=KIND, length=st.sampled_from(["1", "x", "-1"])),
    element("comments", ADDRESS),
    element("source", TEXT, url=ADDRESS),
    nested(
        "source",
        element("title", TEXT, type=KIND),
        element("id", ADDRESS),
        element("updated", DATE),
        element("link", ADDRESS, **LINKED),
    ),
]
CHANNEL = [
    *EVERYWHERE,
    element("description", TEXT),
    element("language", LANGUAGE),
    element("lastBuildDate", DATE),
    element("managingEditor", PERSON),
    element("webMaster", PERSON),
    element("generator", TEXT, uri=ADDRESS),
    element("ttl", st.sampled_from(["60", "x", ""]), a=TEXT),
    element("sy:updatePeriod", st.sampled_from(["hourly", "daily", ""])),
    element("sy:updateFrequency", st.sampled_from(["2", "0", "x"])),
    element("category", TEXT, domain=ADDRESS),
    st.just("<skipHours><hour>3</hour><hour> 24 </hour></skipHours><skipDays><day>sunday</day></skipDays>"),
    st.just("<cloud domain='x' port='80' path='/' registerProcedure='' protocol='soap'/>"),
    nested("textInput", element("title"), element("description"), element("name"), element("link", ADDRESS)),
]
DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Write a whole document, RSS or Atom; most are well-formed."""
    atom = draw(st.booleans())
    entries = [
        f"<{name}{language}>{''.join(parts)}</{name}>"
        for name in [draw(st.sampled_from(["entry"])) if atom else "item"]
        for language in [draw(st.sampled_from(["", "", "", ' xml:lang="fr"', ' xml:lang=""', ' odd:etag="x"']))]
        for parts in draw(st.lists(st.lists(st.one_of(*ENTRY), max_size=9), min_size=1, max_size=3))
    ]
    channel = draw(st.lists(st.one_of(*CHANNEL), max_size=5))
    parts = [*channel, *entries] if draw(st.booleans()) else [*entries, *channel]
    language = draw(st.sampled_from(["", "", ' xml:lang="de_DE"', ' xml:base="https://base.example/"']))
    start = draw(
        st.sampled_from(
            ["", "", '<?xml version="1.0" encoding="utf-8"?>\n', "\ufeff<?xml version='1.0'?>", "<!-- x -->", " "]
        )
    )
    inside = "".join(parts)
    if atom:
        return f'{start}<feed xmlns="{NAMESPACES["atom"]}"{DECLARED}{language}>{inside}</feed>'.encode()
    version = draw(st.sampled_from(["2.0", "0.91", "0.92", "", "2.1"]))
    return f'{start}<rss version="{version}"{DECLARED}{language}><channel>{inside}</channel></rss>'.encode()
