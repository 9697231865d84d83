"""sync, run, serve: the river, once or for ever, and its result over HTTP."""

from typing import Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.once import sync_once

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(sync)
    app.command()(run)
    app.command()(serve)


def sync(
    context: typer.Context,
    force: Annotated[
        bool, typer.Option("--force", help="Ask feeds that are not due, too (never one that told us to wait).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do the whole job once: ask due feeds, fold duplicates, tag topics, write outputs, send due digests."""
    raise typer.Exit(sync_once(terminal(context), force=force, as_json=as_json))


def run(context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Work for ever, by the timetable, and serve the result over HTTP; SIGHUP reads feeds.yaml again."""
    from aggregator.cli.forever import work_for_ever

    work_for_ever(terminal(context), host=host, port=port)


def serve(context: typer.Context, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the outputs and issues that are there, and who subscribes or leaves, without asking any feed."""
    from aggregator.cli.forever import serve_only

    serve_only(terminal(context), host=host, port=port)
