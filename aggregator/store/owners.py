"""Who sends a delivery: a name for this process, and whether the process of a name is gone."""

import os
from pathlib import Path
from uuid import uuid4

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_ROOM = Path("/proc/self/ns/pid")


def me() -> str:
    """Name one sender in this process, a new one each time: place, process, when it started, and a word of its own."""
    return f"{_place()} {os.getpid()} {_started(os.getpid())} {uuid4().hex[:8]}"


def is_gone(owner: str) -> bool | None:
    """Tell whether the process of an owner has ended; None where that cannot be seen from here.

    Only a process of the same boot of the same machine, in the same room of process numbers (a container has its own,
    pid_namespaces(7)), can be looked at; another may have its number by now, but not its start as well (proc(5)).
    """
    place, pid, started = (*owner.split(" "), "", "", "")[:3]
    if not pid.isdigit() or not started or place != _place():
        return None
    return _started(int(pid)) != started


def _place() -> str:
    """Name this boot of this machine and the room of its process numbers; an own name where /proc tells neither."""
    import socket  # a run without mail never loads it

    try:
        boot, room = _BOOT.read_text(encoding="ascii").strip(), str(_ROOM.readlink())
    except OSError:
        boot, room = "", ""
    return f"{socket.gethostname().replace(' ', '-')}/{boot}/{room}"


def _started(pid: int) -> str:
    """Say when a process started, in ticks since the boot; empty when there is none, or it has ended already."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *facts = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else facts[18]
