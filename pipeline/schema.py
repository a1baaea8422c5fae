"""The JSON Schema of what is published, exported from the models."""

from typing import Any, Literal

from pydantic import Field, TypeAdapter

from pipeline.case import CaseDocument, DenialOut, DocumentOut, Published

_TITLES = {"case": "rebut run --json", "read": "rebut read --json", "criteria": "rebut criteria --json"}


class ReadDocument(Published):
    """What `rebut read --json` prints."""

    documents: list[DocumentOut]


class CriteriaNode(Published):
    """One item of the outline."""

    op: Literal["all", "any", "at_least", "leaf"]
    number: str
    text: str
    n: int | None = None
    page: int | None = None
    bbox: list[float] | None = None
    requirement: dict[str, Any] | None = None
    children: list["CriteriaNode"] = Field(default=[])
    notes: list[str] = Field(default=[])
    tags: list[str] = Field(default=[])
    negated: bool = False
    flags: list[str] = Field(default=[])
    unsure: bool = False  # items joined by AND and by OR, and nothing says which binds first
    refers: list[str] = Field(default=[])  # numbers of what a leaf leads to; "" is a whole list
    lead: str | None = None


class CriteriaIndication(Published):
    name: str
    phase: Literal["initial", "continuation", "any"]
    section: str = ""
    drugs: list[str] = Field(default=[])
    products: list[str] = Field(default=[])  # brands and strengths, as printed
    duration: str | None = None
    tree: CriteriaNode


class CriteriaDocument(Published):
    """What `rebut criteria --json` prints."""

    policy: str
    payer: str | None
    title: str | None
    number: str | None
    effective_date: str | None
    drugs: list[str]
    indications: list[CriteriaIndication]
    exclusions: list[CriteriaNode]
    problems: list[str]


def schema_of(what: str) -> dict[str, Any]:
    """Return the schema of `case`, `read` or `criteria`."""
    kind = {"case": CaseDocument, "read": ReadDocument, "criteria": CriteriaDocument}[what]
    schema = TypeAdapter(kind).json_schema(by_alias=True)
    fields = TypeAdapter(DenialOut).json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": _TITLES[what],
        "$defs": {**fields.get("$defs", {}), **schema.get("$defs", {}), "DenialOut": _without_defs(fields)},
    }


def _without_defs(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: told for name, told in schema.items() if name != "$defs"}
