"""Data files of this folder, read strictly: a slip in them stops the program at once."""

from importlib import resources
from typing import Any


class VocabularyError(ValueError):
    """A data file of the package contradicts itself; a bug of ours, never of the person who uses it."""


def read_yaml(name: str, package: str = "extractors.vocabulary") -> Any:
    """Return the content of a YAML file of a package; a key given twice is an error."""
    import yaml

    class Strict(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
        """The safe loader, less its habit of letting the last of two equal keys win."""

    def mapping(loader: Any, node: Any) -> dict[Any, Any]:
        keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise VocabularyError(f"{name}: given twice: {sorted(map(str, twice))}")
        return dict(zip(keys, (loader.construct_object(value, deep=True) for _, value in node.value), strict=True))

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    return yaml.load(resources.files(package).joinpath(name).read_text(encoding="utf-8"), Strict)  # noqa: S506
