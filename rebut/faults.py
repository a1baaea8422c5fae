"""What ended a case, told again to the person at the terminal."""

from collections.abc import Iterator

from extractors.errors import MissingProgramError, RebutError


class CaseFailedError(RebutError):
    """A case ended without a packet (code of what ended it, its message, case id)."""

    message = "{1}"

    @property
    def exit_status(self) -> int:  # type: ignore[override]
        """4 where a program is missing, 3 where an input cannot be used, 1 for a fault of ours."""
        code = self.args[0]
        if code == MissingProgramError.code:
            return 4
        return next((kind.exit_status for kind in _kinds(RebutError) if kind.code == code), 1)

    def __str__(self) -> str:
        return f"{self.args[1]} (case {self.args[2]})" if self.exit_status == 1 else self.args[1]


def _kinds(base: type[RebutError]) -> Iterator[type[RebutError]]:
    for kind in base.__subclasses__():
        if kind is not CaseFailedError:
            yield kind
            yield from _kinds(kind)
