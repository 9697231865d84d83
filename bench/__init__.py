"""How fast the program is beside its peers and beside the floor: the same loopback feeds, side by side in one run.

    python -m bench [--quick]                                   everything; from the root of the repository
    python -m bench speed | latency | growth | startup [--help]  one of them

server.py (a process of its own) ← feeds.py (tells it how to answer) ← measure.py (whole processes: wall, CPU, memory)
← contenders.py, peers.py (who is measured) ← speed, latency, growth, startup ← goals.py (ratios, tables) ← __main__.py
"""
