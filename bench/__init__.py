"""How fast the program is beside the `reader` library: the same loopback feeds, side by side in one run.

    python -m bench [--feeds N] [--entries M] [--rounds R] [--json FILE]     from the root of the repository

server.py (a process of its own) ← measure.py (whole processes: wall, CPU, memory) ← contenders.py ← __main__.py
"""
