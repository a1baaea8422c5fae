"""Whether a drug was taken at the dose that a criterion asks for."""

import re

from extractors import lore
from pipeline.matching.requirements import PriorTherapy
from pipeline.matching.terms import base_of, find_therapies, wording
from pipeline.matching.trial_qualifiers import multiple_of
from pipeline.matching.trials import Trial

_AMOUNT = lore.regex(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*(mg|mcg|g|units?)\b", re.IGNORECASE)
_DOSE = wording("therapy_leaves.dose")
_FROM = lore.regex(r"(?P<low>\d+(?:\.\d+)?)\s*(?:mg|mcg|g|units?)?\s*(?:to|-|–)\s*$", re.IGNORECASE)


def dose_asked(text: str) -> str | None:
    """Return the dose that a leaf asks a trial to have had, as printed; of "40 to 80 mg" the lower."""
    match = _DOSE.search(text)
    if match is None:
        return None
    said = re.sub(r"\s+", " ", match[0]).strip()
    low = _FROM.search(text[: match.start("dose")])
    return re.sub(r"\d[\d,.]*", low["low"], said, count=1) if low else said


def dose_fits(requirement: PriorTherapy, trials: list[Trial]) -> bool:
    """Whether every dose the chart prints of the drug reaches the one asked for, and at least one is printed."""
    if requirement.dose is None or not (floor := _AMOUNT.search(requirement.dose)):
        return True
    if "/kg" in requirement.dose:
        return False  # a dose by weight is no number of milligrams
    amounts = []
    for trial in trials:
        held = trial.fact.treatment
        text = (held.dose if held and held.dose else "") or _dose_words(trial)
        amounts += [float(at[1].replace(",", "")) for at in _AMOUNT.finditer(text) if at[2].lower() == floor[2].lower()]
    return bool(amounts) and min(amounts) >= float(floor[1].replace(",", ""))


def at_multiple(requirement: PriorTherapy, trials: list[Trial]) -> list[Trial]:
    """Return the trials that reached the multiple of the labeled dose asked for; all where none is asked for."""
    if requirement.label_multiple is None:
        return trials
    found = []
    for trial in trials:
        held = trial.fact.treatment
        dose = f"{held.dose} " if held and held.dose else ""
        words = dose or _dose_words(trial)
        times = multiple_of(base_of(trial.generic), words, trial.fact.statement.text)
        if times is not None and times >= requirement.label_multiple:
            found.append(trial)
    return found


def _dose_words(trial: Trial) -> str:
    """Return the words right behind the drug's name, where a dose would stand."""
    text = trial.fact.statement.text
    for mention in find_therapies(text, fuzzy=True):
        if base_of(mention.therapy.name) == trial.generic:
            return text[mention.end : mention.end + 40]
    return ""
