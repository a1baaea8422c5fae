"""The kinds of `care_requirements`: who reads each from a leaf and who judges it."""

from pipeline.matching import (
    continuing,
    device_use,
    diaries,
    done,
    doses,
    facilities,
    fills,
    programs,
    studies,
    supplements,
)
from pipeline.matching.care_requirements import (
    Continuing,
    DeviceUse,
    Diary,
    DoseSchedule,
    Facility,
    Fills,
    Program,
    Study,
    Supplements,
)
from pipeline.matching.requirements import Deed, Requirement

# from the narrowest to the widest
_READERS = (
    supplements.read_supplements,
    device_use.read_device_use,
    fills.read_fills,
    programs.read_program,
    diaries.read_diary,
    facilities.read_facility,
    done.read_deed,
    continuing.read_continuing,
)
JUDGES = {
    Continuing: continuing.judge_continuing,
    Deed: done.judge_deed,
    DeviceUse: device_use.judge_device_use,
    Diary: diaries.judge_diary,
    DoseSchedule: doses.judge_schedule,
    Facility: facilities.judge_facility,
    Fills: fills.judge_fills,
    Program: programs.judge_program,
    Study: studies.judge_study,
    Supplements: supplements.judge_supplements,
}
# whose readers take a leaf whole: "... has been completed, and the patient was cleared" is one thing
WHOLE = (Continuing, Deed, DeviceUse, Diary, Facility, Fills, Program, Supplements)


def read_care(text: str) -> Requirement | None:
    """Return what a leaf asks for of care as it was given; studies are read later, behind values and results."""
    for reader in _READERS:
        if found := reader(text):
            return found
    return None
