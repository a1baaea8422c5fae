"""Alembic's entry: runs on the connection that pipeline.database hands over."""

from alembic import context
from sqlalchemy import text

from pipeline.tables import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":  # SQLite holds its write lock since BEGIN
    connection.execute(text("SELECT pg_advisory_xact_lock(727566)"))
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
