"""A chart as dated statements and facts, each with its evidence.

Outside this folder: `from extractors.chart import read_chart, Chart, Fact, Assertion, ...`.
"""

from extractors.chart.assertion import assert_of, modifiers_of
from extractors.chart.facts import (
    Assertion,
    Chart,
    ChartPage,
    Encounter,
    Fact,
    FactKind,
    Measurement,
    Outcome,
    Statement,
    Treatment,
)
from extractors.chart.frames import frame_of_all, states_nothing
from extractors.chart.names import clean_name, fold, squash_name
from extractors.chart.people import find_people
from extractors.chart.published import published_facts
from extractors.chart.read import as_of, read_chart
from extractors.chart.result_tables import limits_of

__all__ = [
    "Assertion",
    "Chart",
    "ChartPage",
    "Encounter",
    "Fact",
    "FactKind",
    "Measurement",
    "Outcome",
    "Statement",
    "Treatment",
    "as_of",
    "assert_of",
    "clean_name",
    "find_people",
    "fold",
    "frame_of_all",
    "limits_of",
    "modifiers_of",
    "published_facts",
    "read_chart",
    "squash_name",
    "states_nothing",
]
