"""The interface is what its OpenAPI description says: schemathesis sends what fits it and what does not."""

import datetime as dt

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pipeline.cases import given as given_file
from pipeline.cases import open_case
from pipeline.settings import read_settings
from pipeline.stages import WORKFLOW
from rebut.web import build_app
from tests.rebut.web.signin import TOKEN

DAY = dt.date(2026, 3, 20)
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    """The application with one case that waits."""
    home = tmp_path_factory.mktemp("openapi") / "home"
    app = build_app(read_settings({"REBUT_TOKEN": TOKEN, "REBUT_UPLOAD_MB": "1"}, home=home))
    open_case(app.state.database, app.state.storage, WORKFLOW, [given_file("denial.pdf", b"%PDF-1.4")], DAY)
    return app


def test_each_operation_answers_as_described(application):
    """Status, type and form of every answer, for requests that fit the description and for ones that do not."""
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 10
    for operation in operations:

        @settings(
            max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def holds(case):
            # whether a file is a PDF, or a value a date of this case, no schema can say: 422 answers that
            case.call_and_validate(headers=AUTHORIZED, excluded_checks=[positive_data_acceptance])

        holds()


def test_the_description_names_every_route_of_the_interface(application):
    described = {(method.upper(), path) for path, item in application.openapi()["paths"].items() for method in item}
    assert {
        ("POST", "/api/cases"),
        ("GET", "/api/cases"),
        ("GET", "/api/cases/{case_id}"),
        ("POST", "/api/cases/{case_id}/documents"),
        ("DELETE", "/api/cases/{case_id}"),
        ("GET", "/api/cases/{case_id}/{what}"),
        ("POST", "/api/hooks"),
    } <= described
