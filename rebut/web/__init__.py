"""The HTTP interface: cases in, packets out, JSON only."""

from rebut.web.app import build_app

__all__ = ["build_app"]
