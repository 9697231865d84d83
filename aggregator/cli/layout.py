"""What a new workspace is made of."""

import json
import re

from aggregator.errors import WorkspaceError
from aggregator.workspace import Workspace, shipped

_PAGE = re.compile(r"\[([^\]]*)\]\(\.\./docs/([\w./-]+)\.md(?:#[\w-]*)?\)")


def lay_out(workspace: Workspace, feeds_yaml: str) -> None:
    """Make the folders and files of a workspace; raises WorkspaceError."""
    from aggregator.config import schema

    try:
        for folder in (workspace.root, workspace.templates, workspace.storage):
            folder.mkdir(parents=True, exist_ok=True)
        for name in ("storage/README.md", "templates/README.md"):
            text = _PAGE.sub(_led, shipped(name).read_text(encoding="utf-8"))
            (workspace.root / name).write_text(text, encoding="utf-8")
        schema_file = workspace.root / "feeds.schema.json"
        schema_file.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        workspace.config.write_text(feeds_yaml, encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"cannot make a workspace in {workspace.root}: {error.strerror or error}") from error


def _led(link: re.Match[str]) -> str:
    """Lead a link of ours to the documentation, which is not in a workspace, to where it is."""
    words, page = link.groups()
    told = f"`aggregator docs {page}`"
    return told if words.startswith("docs/") else f"{words}: {told}"
