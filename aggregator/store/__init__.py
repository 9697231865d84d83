"""The keeper of storage/: the database, the files beside it, and the lock on both.

    Store.open(path, now=…)       feeds, entries, curation, issues, meta, retention: each method is one transaction
    Archive(folder)               outputs, issues and outbox as files: written whole or not at all
    hold(path, who=…, now=…)      the one lock of a workspace; holder(path) says who has it

The database layer costs a third of a second to import, and much work needs none of it: it is loaded when first named.
"""

from typing import TYPE_CHECKING

from aggregator.store.archive import Archive
from aggregator.store.lock import hold, holder

if TYPE_CHECKING:
    from aggregator.store.store import Store

__all__ = ["Archive", "Store", "hold", "holder"]


def __getattr__(name: str) -> object:
    if name != "Store":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from aggregator.store.store import Store

    return Store
