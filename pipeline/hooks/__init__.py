"""Webhooks: other programs are told that a case was opened, is ready or failed; never what is in it."""

from pipeline.hooks.book import Hook, add_hook, list_hooks, remove_hook
from pipeline.hooks.rounds import Round, go_round

__all__ = ["Hook", "Round", "add_hook", "go_round", "list_hooks", "remove_hook"]
