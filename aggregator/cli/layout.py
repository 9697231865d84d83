"""What a new workspace is made of."""

import json
import shutil

from aggregator.errors import WorkspaceError
from aggregator.workspace import Workspace, shipped


def lay_out(workspace: Workspace, feeds_yaml: str) -> None:
    """Make the folders and files of a workspace; raises WorkspaceError."""
    from aggregator.config import schema

    try:
        for folder in (workspace.root, workspace.templates, workspace.storage):
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped("storage/README.md"), workspace.storage / "README.md")
        shutil.copyfile(shipped("templates/README.md"), workspace.templates / "README.md")
        schema_file = workspace.root / "feeds.schema.json"
        schema_file.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        workspace.config.write_text(feeds_yaml, encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"cannot make a workspace in {workspace.root}: {error.strerror or error}") from error
