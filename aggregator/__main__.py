"""Where the command line begins: the version is told without loading anything else."""

import gc
import os
import sys

from aggregator import __version__


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        print(f"aggregator {__version__}")
        return
    # Many values, hardly a cycle: the collector found nothing in a tenth of the time. What is loaded at the start are
    # some 120,000, and stays.
    gc.set_threshold(150_000, 20, 100)
    # Matrices here are small: threads of the algebra library would wait for one another in twice the time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Words are short: threads of the tokenizer save no time worth their memory.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from aggregator.cli import main as run

    try:
        run()
    finally:
        gc.freeze()  # else the collector would look through all that is there before the interpreter lets go of it


if __name__ == "__main__":
    main()
