"""Alembic's entry: runs on the connection that pipeline.database hands over."""

from alembic import context
from sqlalchemy import text

from pipeline.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two processes may start at once on an empty database; the second waits here and finds the work done.
        connection.execute(text("SELECT pg_advisory_xact_lock(727566)"))
    context.run_migrations()
