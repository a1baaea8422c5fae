"""One stack and one browser for all tests of the pages."""

import pytest

from tests.rebut.web.desk import Desk, desk_of, running_browser, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("desk") / "home") as stack:
        yield stack


@pytest.fixture(scope="session")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture
def desk(browser, stack) -> Desk:
    with desk_of(browser, stack) as desk:
        yield desk
