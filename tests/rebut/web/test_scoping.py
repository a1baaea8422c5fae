"""No page or call forgets for whom it asks."""

import ast
from pathlib import Path

import pytest

import rebut

# What looks at cases or changes them; without an actor each would be asked by the program itself, which may all.
SCOPED = {
    *("open_case", "add_files", "show_case", "list_cases", "retry_case", "purge_case", "stop_case", "find_case"),
    *("watch_case", "list_work", "same_files"),
}
FOLDERS = ("web", "mail", "watch")
FILES = sorted(path for name in FOLDERS for path in (Path(rebut.__file__).parent / name).rglob("*.py"))


def calls(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in SCOPED:
                yield name, node


def says_who(node) -> bool:
    given = [*node.args, *(word.value for word in node.keywords)]
    words = {at.id for one in given for at in ast.walk(one) if isinstance(at, ast.Name)}
    return bool(words & {"actor", "require", "actor_of", "SYSTEM", "MAIL"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_whoever_asks_about_cases_says_for_whom(path):
    """`actor` is optional for the program's own work alone; here it never is."""
    assert [f"{name}, line {node.lineno}" for name, node in calls(path) if not says_who(node)] == []


def test_there_is_something_to_look_at():
    """Else the test above would pass on an empty folder."""
    assert sum(1 for path in FILES for _ in calls(path)) >= 8
