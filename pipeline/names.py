"""A person's name as a letter says it; tables and forms keep it as the payer printed it."""

import re

_PARTICLES = {"de", "la", "del", "der", "den", "van", "von", "da", "di", "du", "le"}
_AFTER = {"jr", "sr", "ii", "iii", "iv"}


def spoken_name(printed: str | None) -> str | None:
    """Return first name before last, with capitals as a name has them.

    "PASTERNACK, LEONARD" -> "Leonard Pasternack".
    """
    if not printed:
        return None
    name, credentials = _parted(" ".join(printed.split()))
    last, comma, first = (part.strip() for part in name.partition(","))
    if comma and first and first.lower().rstrip(".") not in _AFTER:
        name = f"{first} {last}"
    spoken = " ".join(_cased(word) for word in name.split()) if name.isupper() else name
    return ", ".join((spoken, *credentials))


_DEGREES = {"md", "pac", "aprn", "arnp", "fnp", "dnp", "crnp", "phd", "psyd", "pharmd", "dpm", "dds", "facc"}
_AFTER_A_COMMA = {"do", "np", "pa", "rn", "od", "ms", "mph"}  # else the surname Do, the given name Pa


def _parted(name: str) -> tuple[str, list[str]]:
    """Return the name, and the degrees that stand behind it: "DANESHVAR, SHIRIN MD" has one."""
    words, found = name.split(), []
    while len(words) > 1:
        letters = re.sub(r"[^a-z]", "", words[-1].lower())
        behind_comma = len(words) > 2 and words[-2].endswith(",")
        if letters not in _DEGREES and not (letters in _AFTER_A_COMMA and behind_comma):
            break
        found.insert(0, words.pop().strip(",").upper().replace("PHD", "PhD").replace("PSYD", "PsyD"))
    return " ".join(words).rstrip(","), found


def initials(name: str | None) -> str:
    """ "Ketterman, Marisol" -> "M.K.", the way a page names its patient to strangers."""
    spoken = _parted(spoken_name(name) or "")[0].replace(",", " ").replace("-", " ")
    parts = [part for part in spoken.split() if part[:1].isalpha() and part.lower().rstrip(".") not in _AFTER]
    return "".join(f"{part[0].upper()}." for part in parts)


def _cased(word: str) -> str:
    low = word.lower()
    if low in _PARTICLES:
        return low
    if low.rstrip(".") in _AFTER - {"jr", "sr"}:
        return word
    # O'Brien, Achebe-Lund, McDonald
    low = re.sub(r"(?:^|(?<=[-'’]))[^\W\d_]", lambda at: at[0].upper(), low)
    return re.sub(r"^(Mc)([a-z])(?=[a-z]{2})", lambda at: at[1] + at[2].upper(), low)
