"""Why one page could not be read; it costs that page alone."""


class PageProblem(Exception):  # noqa: N818 - a finding about a page, not a failure of the file
    """Carries the code that `Page.problem` shows: "page-too-slow", "page-not-rendered"..."""

    @property
    def code(self) -> str:
        return str(self.args[0])
