"""How values are declared: frozen for whoever writes code, plain for whoever runs it.

A dataclass that is frozen at run time sets each field by way of ``object.__setattr__``: four times the time, and a
twentieth of a sync, for entries are a dozen values each. The type checker holds them frozen all the same, so that
nothing in the house changes one; a report, which counts as work goes on, says that it is not. And a dataclass compiles
every method of every class whenever the program starts. Here they are closures, but for ``__init__``, which waits for
the first value of its class: most classes of a run see none.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass, fields
    from operator import attrgetter

    def value(*, frozen: bool, slots: bool) -> object:
        """Declare a class as a value; its arguments are what the type checker reads."""
        return lambda plain: _made(_compared(dataclass(slots=slots, init=False, eq=False, repr=False)(plain)))

    def _made(cls: type) -> type:
        """Add what sets the fields: it makes way for that of a dataclass when it is first called."""

        def first(self, *given, **named):
            facts = {field.name: field for field in fields(cls)}
            types = {name: field.type for name, field in facts.items()}
            plain = type(cls.__name__, (), {**facts, "__annotations__": types, "__doc__": cls.__doc__})
            cls.__init__ = dataclass(eq=False, repr=False)(plain).__init__
            cls.__init__(self, *given, **named)

        cls.__init__ = first
        return cls

    def _compared(cls: type) -> type:
        """Add what a dataclass has: equality by its fields, a hash that goes with it, and a repr that shows them."""
        facts = attrgetter(*[field.name for field in fields(cls) if field.compare])
        names = [field.name for field in fields(cls) if field.repr]  # secrets are not shown

        def is_equal(self, other):
            return facts(self) == facts(other) if other.__class__ is self.__class__ else NotImplemented

        def shown(self):
            return f"{cls.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

        cls.__eq__, cls.__hash__, cls.__repr__ = is_equal, lambda self: hash(facts(self)), shown
        return cls


__all__ = ["value"]
