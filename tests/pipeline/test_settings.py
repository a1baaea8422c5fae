"""Each setting is declared once: read, handed on, explained."""

import os
import re
from pathlib import Path

import pytest

from pipeline.settings import SettingError, read_settings, variables
from rebut.commands.settings import reference

ROOT = Path(__file__).resolve().parents[2]


def test_without_any_variable_data_lies_under_the_home_folder(tmp_path):
    found = read_settings({}, home=tmp_path)
    assert found.database == f"sqlite:///{tmp_path}/rebut.db"
    assert found.storage == f"folder:{tmp_path}/files"
    assert found.token is None


def test_a_child_process_gets_the_same_settings(tmp_path):
    told = {
        "REBUT_TOKEN": "a token",
        "REBUT_CACHE_MB": "0",
        "REBUT_PAGE_SECONDS": "7.5",
        "REBUT_CLINIC": str(tmp_path / "clinic"),
        "REBUT_MFA": "optional",
    }
    found = read_settings(told, home=tmp_path)
    assert read_settings(found.environment()) == found
    assert found.cache_mb == 0
    assert found.limits.page_seconds == 7.5


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("REBUT_JOBS", "two", "no whole number"),
        ("REBUT_JOBS", "0", "less than 1"),
        ("REBUT_PAGE_SECONDS", "soon", "no number"),
        ("REBUT_READER_MB", "16", "less than 512"),
        ("REBUT_LOG", "loud", "none of debug"),
        ("REBUT_MFA", "off", "none of required"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, name, value, why):
    with pytest.raises(SettingError, match=f"{name}.*{why}"):
        read_settings({name: value}, home=tmp_path)


def test_the_reference_is_that_of_the_program():
    """`make schema` rewrites docs/settings.md when a setting changes."""
    assert (ROOT / "docs" / "settings.md").read_text() == reference()


def test_no_part_of_the_program_reads_a_variable_that_is_not_declared():
    """But for those that processes of ours hand each other."""
    ours = {"REBUT_READY_FILE", "REBUT_DEBUG", "REBUT_CASES"}
    declared = {variable.env for _, variable in variables()}
    read = re.compile(r"environ[^\n]{0,12}[\"'](REBUT_[A-Z_]+)")
    for folder in ("extractors", "pipeline", "workers", "rebut"):
        for path in (ROOT / folder).rglob("*.py"):
            assert set(read.findall(path.read_text())) <= declared | ours, path.name


def test_no_secret_is_printed(tmp_path, capsys, monkeypatch):
    from rebut.cli import main

    for _, variable in variables():
        if variable.secret:
            monkeypatch.setenv(variable.env, "canary-secret")
    monkeypatch.setenv("REBUT_HOME", str(tmp_path))
    assert main(["settings"]) == 0
    assert "canary" not in capsys.readouterr().out
    assert os.environ["REBUT_TOKEN"] == "canary-secret"
