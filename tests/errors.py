"""An input error of a test's own."""

from extractors.errors import RebutError


class UnusableError(RebutError):
    code = "test-unusable"
    message = "{0} cannot be used. Send another."
