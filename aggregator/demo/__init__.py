"""A small invented world that needs no network: sample feeds, a loopback server for them, and their feeds.yaml."""

from aggregator.demo.server import feeds_yaml, serve

__all__ = ["feeds_yaml", "serve"]
