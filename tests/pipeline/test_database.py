"""Tables come up by themselves, and migrations run both ways."""

import os
import stat
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from pipeline.database import HEAD, DatabaseUnavailableError, migrate, open_database
from pipeline.tables import metadata


def test_migrations_make_the_tables_of_the_program(database):
    """What Alembic builds is what the code speaks of."""
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


def test_migrations_run_down_and_up_again(database):
    """A release can be taken back."""
    migrate(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}

    migrate(database.engine)
    assert set(metadata.tables) <= set(inspect(database.engine).get_table_names())


def test_the_newest_migration_is_the_one_the_program_knows():
    """So that a start may skip Alembic when nothing is to be done."""
    config = Config()
    config.set_main_option("script_location", "pipeline:migrations")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_processes_that_start_together_migrate_once(database_url):
    """A stack starts five processes on an empty database."""
    code = f"from pipeline.database import open_database; open_database({database_url!r}).check()"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]

    assert [(process.wait(), process.stderr.read()) for process in processes] == [(0, b"")] * 4


def test_opening_a_database_that_is_up_to_date_loads_no_migrations(database_url):
    """A second start waits for nothing: Alembic alone costs more than the rest of it."""
    open_database(database_url).close()
    code = (
        f"import sys; from pipeline.database import open_database; open_database({database_url!r}).check(); "
        "sys.exit('alembic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_database_file_is_readable_by_its_owner_alone(tmp_path):
    """It names files, and files are named after patients."""
    open_database(f"sqlite:///{tmp_path}/home/rebut.db").close()

    assert stat.S_IMODE(os.stat(tmp_path / "home" / "rebut.db").st_mode) == 0o600
    assert stat.S_IMODE(os.stat(tmp_path / "home").st_mode) == 0o700


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/rebut.db"])
def test_a_database_that_does_not_answer_is_a_named_error(url):
    """The message says what to look at."""
    with pytest.raises((DatabaseUnavailableError, OSError)):
        open_database(url)


def test_an_engine_of_our_own_is_not_needed_to_read(database):
    """Readers do not wait for a writer on SQLite, and see what was committed before."""
    other = create_engine(database.engine.url)
    with database.write(), other.connect() as reader:
        assert inspect(reader).has_table("job")
    other.dispose()
