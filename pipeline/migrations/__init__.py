"""Alembic migrations, run by `pipeline.database.open_database`."""
