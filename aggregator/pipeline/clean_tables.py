"""Which tags and attributes of a stranger's HTML are kept, and which part its text."""

TAGS = """
    a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl
    dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p picture pre q rp rt
    ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead time tr u ul var
    video
"""
DROPPED_WHOLE = """
    applet button canvas embed frame frameset head iframe math noembed noframes noscript object option script select
    style svg template textarea title xmp
"""
LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-orig-file", "data-hi-res-src")
SETS = ("srcset", "data-srcset", "data-lazy-srcset")
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "audio": {"src", "controls"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height", *SETS, *LAZY},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "time": {"datetime"},
    "video": {"src", "poster", "controls", "width", "height"},
}

_BLOCKS = """
    address article aside audio blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6
    header hr li main nav ol p pre section summary table tr ul video
"""
BREAKS = {"br": "\n", "/td": "\n", "/th": "\n"}
BREAKS |= {mark + name: "\n\n" for name in _BLOCKS.split() for mark in ("", "/")}
"""What a tag is in plain text, by its name."""
