"""How a verdict names drugs, lengths of time and what is missing."""

from pipeline.matching.requirements import PriorTherapy, Therapy


def names_of(therapies: tuple[Therapy, ...], join: str = "or") -> str:
    """Return the therapies as the policy prints them: "A, B or C"."""
    return joined([at.printed or at.name for at in therapies], join)


def joined(names: list[str], join: str = "and") -> str:
    """Return "A, B and C", each name once."""
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {join} {names[-1]}" if names else ""


def length_of(days: int | None) -> str:
    """Return a number of days as a reader would say it, empty for None."""
    if days is None:
        return ""
    if days >= 180:
        # Whole calendar months: by the payers' month of 30 days, 1,270 days would be told as 42 and are 41.
        return f"{int(days / 30.4375)} months"
    if days >= 60:
        return f"{days} days"  # near a limit of "3 months", the count says it best
    return f"{days // 7} weeks" if days >= 14 else f"{days} days"


def wants_of(requirement: PriorTherapy, wanted: str) -> str:
    """Return what would settle a leaf about prior therapy."""
    outcome = {
        "trial": "the dates",
        "inadequate_response": "the dates and that the response was inadequate",
        "intolerance": "the reaction to it",
        "contraindication": "the contraindication",
    }
    return (
        f"{outcome[requirement.wanted[0]]} of a trial of {wanted}"
        if requirement.wanted[0] in ("trial", "inadequate_response")
        else f"{outcome[requirement.wanted[0]]} ({wanted})"
    )
