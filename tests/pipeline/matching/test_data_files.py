"""The data files of the matching stage are read strictly."""

from importlib import resources

import pytest

from extractors.vocabulary.load import VocabularyError, read_yaml
from pipeline.matching.data_files import check, data

FILES = sorted(
    at.name.removesuffix(".yaml") for at in resources.files("pipeline.matching").iterdir() if at.name.endswith(".yaml")
)


@pytest.mark.parametrize("name", FILES)
def test_every_data_file_is_as_its_shape_says(name):
    """A slip in a data file stops the program before a chart is read with it."""
    check(read_yaml(f"{name}.yaml", "pipeline.matching"), read_yaml("shapes.yaml", "pipeline.matching")[name], name)

    assert data(name)


@pytest.mark.parametrize(
    ("held", "shape", "said"),
    [
        ({"a": ["("]}, {"*": "patterns"}, "x.yaml, a, entry 1: is no regular expression"),
        ({"a": "b"}, {"*": "texts"}, "x.yaml, a: must be a list"),
        ({"a": {"name": "n"}}, {"*": {"name": "text", "says": "patterns"}}, "x.yaml, a: lacks says"),
        ({"a": {"name": "n", "sasy": []}}, {"*": {"name": "text"}}, "x.yaml, a: has the unknown field sasy"),
        ({"a": {"of": "yes"}}, {"*": {"of?": "flag"}}, "x.yaml, a, of: must be a flag"),
        ({True: "b"}, {"*": "text"}, "x.yaml: the key True is no text"),
        ({"a": []}, {"*": "names"}, "x.yaml, a: is empty"),
        ([], {"*": "text"}, "x.yaml: must be a mapping"),
    ],
)
def test_a_fault_is_named_with_its_file_and_key(held, shape, said):
    """The message says where the slip is."""
    with pytest.raises(VocabularyError, match=r"x\.yaml") as caught:
        check(held, shape, "x.yaml")

    assert said in str(caught.value)
