"""One watched folder, looked at every second: plain listing works on network drives, where notices do not arrive."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from extractors.errors import RebutError
from pipeline.database import Database
from pipeline.intake.folder import Quiet, claim, claimed, make_case, put_aside, put_away
from pipeline.intake.settings import WatchedFolder
from pipeline.jobs import Ready
from pipeline.log import log
from pipeline.pulse import feel_pulse
from pipeline.stages import WORKFLOW
from pipeline.storage import Storage
from rebut.today import today

_LOOK_SECONDS = 1.0


class FolderMissingError(RebutError):
    """The folder to watch is not there or may not be written (folder, why)."""

    code = "watched-folder-missing"
    message = "The folder {0} cannot be watched: {1}. Make it, or mend its rights or the file of REBUT_INTAKE."
    exit_status = 2


class FolderWatch:
    """Makes cases of what is saved to the folder."""

    def __init__(
        self,
        told: WatchedFolder,
        database: Database,
        storage: Storage,
        publish: Callable[[Sequence[Ready]], object],
    ) -> None:
        self._told, self._database, self._storage, self._publish = told, database, storage, publish
        self._quiet = Quiet(told.quiet_seconds)
        self._role = f"folder {told.clinic}"
        if not told.path.is_dir():
            raise FolderMissingError(told.path, "it is not there")

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop; what fails for want of a server is tried again."""
        while not stop.is_set():
            try:
                self.look(time.monotonic())
                feel_pulse(self._database, self._role)
            except (RebutError, OSError) as error:
                code = error.code if isinstance(error, RebutError) else type(error).__name__
                log("folder failed", level="warning", role=self._role, error=code)
                stop.wait(10 * _LOOK_SECONDS)
            stop.wait(_LOOK_SECONDS)

    def look(self, now: float) -> None:
        """Finish what was claimed before, then claim what lies still; `now` is monotonic."""
        for place in claimed(self._told.path):
            self._finish(place)
        for entry in self._quiet.settled(self._told.path, now):
            if place := claim(self._told.path, entry):
                self._finish(place)

    def _finish(self, place: Path) -> None:
        if not any(place.iterdir()):  # killed between making the place and the rename
            place.rmdir()
            return
        try:
            case_id, ready = make_case(self._database, self._storage, WORKFLOW, place, today(), self._told.clinic)
        except RebutError as error:
            if error.exit_status != 3:  # the stores are away: the claim stays and is taken up again
                raise
            put_aside(self._told.path, place, error)
            log("folder refused", level="warning", role=self._role, code=error.code)
            return
        put_away(self._told.path, place, case_id)
        self._publish(ready)
        log("folder taken in", role=self._role, case=case_id)
