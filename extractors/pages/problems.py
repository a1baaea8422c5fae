"""Why one page could not be read; it costs that page alone."""


class PageProblem(Exception):
    """Carries the code that `Page.problem` shows: "page-too-slow", "page-not-rendered"..."""

    @property
    def code(self) -> str:
        return str(self.args[0])
