"""Strict readers of Atom, RSS and JSON Feed, which name every fault of a document."""

from collections.abc import Callable, Mapping

from tests.validity.atom import atom_faults
from tests.validity.jsonfeed import json_faults
from tests.validity.rss import rss_faults

FAULTS: Mapping[str, Callable[[bytes], list[str]]] = {"atom": atom_faults, "rss": rss_faults, "json": json_faults}
"""The reader of each format."""
