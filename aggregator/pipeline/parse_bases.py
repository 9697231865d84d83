"""What feedparser's readers lack of ``xml:base``: it holds for files and pictures, too, and ends with its element."""

from typing import Any

LEAD = ("url", "uri", "href")
"""The attributes in which a file or a picture has its address."""

Attributes = dict[str, str]


class Bases:
    """A reader's sense of what addresses hang on (XML Base §4), in front of either of feedparser's.

    Theirs joins those of links and texts only; and after an element with a base, what stands outside of any would hang
    on that, too.
    """

    baseuri: str
    basestack: list[str]

    def unknown_endtag(self, tag: str) -> None:
        """End an element, and its base."""
        above: Any = super()
        above.unknown_endtag(tag)
        self.baseuri = self.basestack[-1] if self.basestack else ""

    def _start_enclosure(self, attributes: Attributes) -> None:
        above: Any = super()
        above._start_enclosure(self._joined(attributes))

    def _start_media_content(self, attributes: Attributes) -> None:
        above: Any = super()
        above._start_media_content(self._joined(attributes))

    def _start_media_thumbnail(self, attributes: Attributes) -> None:
        above: Any = super()
        above._start_media_thumbnail(self._joined(attributes))

    def _start_itunes_image(self, attributes: Attributes) -> None:
        above: Any = super()
        above._start_itunes_image(self._joined(attributes))

    def _joined(self, attributes: Attributes) -> Attributes:
        reader: Any = self
        for name in LEAD if self.baseuri else ():
            if own := attributes.get(name, "").strip():
                attributes[name] = reader.resolve_uri(own)
        return attributes
