import json
from pathlib import Path

import pytest

from pipeline.schema import schema_of

SCHEMAS = Path(__file__).resolve().parent.parent / "docs" / "schema"


@pytest.mark.parametrize("name", ["case", "read", "criteria"])
def test_the_published_schema_is_that_of_the_models(name):
    """Who builds on the JSON reads the schema in docs/: `make schema` rewrites it when a model changes."""
    assert json.loads((SCHEMAS / f"{name}.json").read_text()) == schema_of(name)
