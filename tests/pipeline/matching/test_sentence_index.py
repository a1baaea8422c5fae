"""A judge that asks the index of sentences gets exactly those that it would find by reading them all."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from extractors.chart import read_chart
from extractors.chart.facts import Statement
from pipeline.matching.data_files import data
from pipeline.matching.sentence_index import SentenceIndex
from pipeline.matching.terms import wording
from tests.pages import pages_of

PARTS = re.compile(r"(?<=[.;,])\s+")


@pytest.fixture(scope="module")
def statements() -> tuple[Statement, ...]:
    pairs = yaml.safe_load(Path(__file__).with_name("wider_pairs.yaml").read_text(encoding="utf-8"))
    said = "\n".join(pair.get("says") or pair["chart"] for pair in pairs)
    return read_chart(pages_of(said, "chart.pdf"), dt.date(2026, 9, 30)).statements


@pytest.fixture(scope="module")
def index(statements: tuple[Statement, ...]) -> SentenceIndex:
    return SentenceIndex(statements)


@pytest.mark.parametrize("key", sorted(data("patterns")))
def test_a_pattern_finds_the_same_sentences_by_the_index(key: str, index, statements) -> None:
    pattern = wording(key)
    assert index.saying(pattern) == [at for at in statements if pattern.search(at.text)]
    by_clause = [at for at in statements if any(map(pattern.search, PARTS.split(at.text)))]
    held = {id(at) for at in index.may_say(pattern)}
    assert all(id(at) in held for at in by_clause)


def test_several_patterns_are_asked_at_once_and_answered_in_the_order_of_the_record(index, statements) -> None:
    one, other = re.compile("stopped"), re.compile(r"\bweeks\b", re.IGNORECASE)
    assert index.saying(one, other) == [at for at in statements if one.search(at.text) or other.search(at.text)]
    assert index.saying() == []


@pytest.mark.parametrize("text", ["İNSULİN", "ınsulin", "inſulin", "INSULIN", "insulin-dependent"])
def test_letters_that_a_pattern_takes_for_others_are_found(text: str, statements) -> None:
    said = replace(statements[0], text=f"on {text} now")
    pattern = re.compile("insulin", re.IGNORECASE)
    assert SentenceIndex([said]).saying(pattern) == ([said] if pattern.search(said.text) else [])
