"""What commands share of how they are called."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli.terminal import Terminal

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")]


def terminal(context: typer.Context) -> Terminal:
    """Take the terminal out of a command's context."""
    found: Terminal = context.obj
    return found


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment that a person typed (ISO 8601, in the workspace's zone unless it says another)."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"not a time: “{text}” (write 2026-11-20 or 2026-11-20T07:00)") from None
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
