"""Aggregate RSS, Atom and JSON feeds into output feeds and email digests."""

__version__ = "0.1.0"
