"""Encounters: a visit, call or letter, who held it and in which specialty."""

import re

from extractors.chart.authors import find_authors
from extractors.chart.facts import Assertion, Encounter, Fact, Statement
from extractors.chart.heads import Head, remote_contact
from extractors.vocabulary.sieve import rare

_IN_PERSON = rare(r"\bin[- ]person\b|\bface[- ]to[- ]face\b", re.IGNORECASE)


def read_encounters(statements: list[Statement], head: Head) -> list[Fact]:
    """Return the page's encounter from the lines that name its clinician: the visit line and the signature."""
    if head.author is None:
        return []
    surname = head.author.split()[-1].lower()
    facts = []
    for statement in statements:
        if statement.cells:
            continue
        author = next(
            (a for a in find_authors(statement.text) if a.writes and a.name.split()[-1].lower() == surname), None
        )
        if author is None:
            continue
        facts.append(
            Fact(
                kind="encounter",
                name=head.kind or "encounter",
                assertion=Assertion.AFFIRMED,
                date=statement.date or head.date,
                statement=statement,
                evidence=(statement.evidence,),
                encounter=Encounter(
                    author=author.name,
                    specialty=author.specialty or (head.specialty if author.physician else None),
                    contact=_contact(statement.text) or head.contact,
                ),
            )
        )
    return facts


def _contact(text: str) -> str | None:
    return remote_contact(text) or ("in_person" if _IN_PERSON.search(text) else None)
