"""``python -m bench.eval [TASK…]``: measure on the labelled corpus, print one table; ``--errors`` shows the worst."""

import argparse
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from bench.eval.figures import Figure

TASKS: tuple[str, ...] = ("duplicates", "stories", "news", "topics", "language", "pages", "furniture", "speed")
"""Modules of this folder; each has ``measure(corpus: Path) -> Iterable[Figure]``."""


def main() -> int:
    """Run the tasks; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.eval", description=__doc__)
    parser.add_argument("tasks", nargs="*", help=f"of {', '.join(TASKS)}; by default all")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--errors", action="store_true", help="show the worst errors of each figure")
    chosen = parser.parse_args()
    if unknown := set(chosen.tasks) - set(TASKS):
        parser.error(f"no task {', '.join(sorted(unknown))}; there are: {', '.join(TASKS)}")
    if not chosen.corpus.is_dir():
        parser.error(f"{chosen.corpus}: no such folder; name that of the corpus with --corpus")
    print("| task | set | figure | value | 95 % | goal | |\n|---|---|---|---|---|---|---|")
    missed = False
    for name in chosen.tasks or TASKS:
        figures: Iterable[Figure] = import_module(f"bench.eval.{name}").measure(chosen.corpus)
        for figure in figures:
            print(line(figure), flush=True)
            missed |= not figure.met
            if chosen.errors:
                print(*(f"    {error}" for error in figure.errors), sep="\n", file=sys.stderr, flush=True)
    return int(missed)


def line(figure: Figure) -> str:
    """Write a figure as a row of Markdown."""
    spread = "" if figure.low is None or figure.high is None else f"{figure.low:.3f}–{figure.high:.3f}"
    shown = [f"{number:,.0f}" if abs(number) >= 20 else f"{number:.3f}" for number in (figure.value, figure.goal)]
    goal = f"{'≤' if figure.at_most else '≥'} {shown[1]}"
    verdict = "met" if figure.met else "missed"
    return f"| {figure.task} | {figure.data} | {figure.measure} | {shown[0]} | {spread} | {goal} | {verdict} |"


if __name__ == "__main__":
    sys.exit(main())
