"""Numbers in words, as letters, charts and criteria print them. Imports nothing."""

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

ONES: dict[str, int] = {word: number for number, word in enumerate(_ONES.split())}
TENS: dict[str, int] = {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
ARTICLES: dict[str, int] = {"a": 1, "an": 1}  # "for a month"
