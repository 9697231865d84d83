"""Run the scripts on the connection that ``schema`` hands over."""

from alembic import context

from aggregator.store.tables_mail import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter a table in place: it is built anew
    compare_type=True,
)
context.run_migrations()
