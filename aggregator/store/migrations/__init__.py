"""The history of the schema: Alembic scripts that ship inside the package and run when a database is opened."""

HEAD = "0015"
"""The revision this program works with; a test holds it equal to the newest script in versions/."""
