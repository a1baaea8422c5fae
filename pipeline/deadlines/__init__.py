"""When the appeal must be filed: what the letter says, what the law says, the earlier of the two."""

from pipeline.deadlines.find import find_deadlines
from pipeline.deadlines.ics import calendar_of
from pipeline.deadlines.rules import Decision, Level, first_level, level_of, load_rules, open_level

__all__ = ["Decision", "Level", "calendar_of", "find_deadlines", "first_level", "level_of", "load_rules", "open_level"]
