"""How values are declared: frozen for whoever writes code, plain for whoever runs it.

A dataclass that is frozen at run time sets each field by way of ``object.__setattr__``: four times the time, and a
twentieth of a sync, for entries are a dozen values each. The type checker holds them frozen all the same, so that
nothing in the house changes one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool) -> object:
        """Declare a class as a value; its arguments are what the type checker reads."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["value"]
