"""A figure of the table, and how sure it is."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``low`` and ``high`` bound 95 % of what resampling gives; ``errors`` are the worst."""

    task: str
    data: str
    measure: str
    value: float
    goal: float
    low: float | None = None
    high: float | None = None
    at_most: bool = False  # the goal is an upper bound
    errors: tuple[str, ...] = field(default=(), repr=False)

    @property
    def met(self) -> bool:
        """Tell whether the goal is reached."""
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def interval(units: Sequence[T], measure: Callable[[Sequence[T]], float], *, rounds: int = 500) -> tuple[float, float]:
    """Bound 95 % of what ``measure`` gives when ``units`` are drawn anew with replacement (bootstrap)."""
    chance = random.Random(4)
    values = [measure(chance.choices(units, k=len(units))) for _ in range(rounds)]
    cuts = quantiles(values, n=40)
    return cuts[0], cuts[-1]
