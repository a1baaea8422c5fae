"""What the pages say: every code that a person can meet has words that a person at a browser can act on."""

import importlib
import pkgutil
import re

import pipeline
import rebut.web
from extractors.errors import RebutError
from pipeline.case import DenialOut
from pipeline.decisions import KINDS
from pipeline.decisions.values import fields
from pipeline.stages import WORKFLOW
from rebut.web.pages.findings import field_labels
from rebut.web.pages.shell import fault_words, mendable, words

# What a terminal, a file of settings or a program would need to act on.
_NOT_FOR_A_NURSE = re.compile(r"`|REBUT_|--\w|\bheader\b|\bJSON\b|\bnull\b|Bearer")
# Met only where a program starts, restores or calls the interface, never on a page.
_ELSEWHERE = {
    *("clinic-settings", "home-unwritable", "restore-not-empty", "packet-not-found"),
    *("secret-weak", "secret-changed", "https-needed", "hook-address", "hook-unknown"),
}


def errors(kind=RebutError):
    for one in kind.__subclasses__():
        if one.__module__.startswith(("extractors", "pipeline", "rebut.web")):
            yield one
        yield from errors(one)


def test_no_page_sends_a_nurse_to_a_terminal():
    """An error whose own words name a command or a setting has a sentence of its own in wording.yaml."""
    for package in (pipeline, rebut.web):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and "__main__" not in module.name:
                importlib.import_module(module.name)
    ours = words()["errors"]

    left = {
        kind.code
        for kind in errors()
        if _NOT_FOR_A_NURSE.search(ours.get(kind.code, kind.message)) and kind.code not in _ELSEWHERE
    }
    assert not left, "give these codes a sentence in rebut/web/wording.yaml"


def test_every_field_stage_and_decision_has_a_name():
    """What is read, done or decided and has no word would stand on the page as its code, or not at all."""
    told = words()

    unnamed = set(DenialOut.model_fields) - set(field_labels()) - {"payer_as_printed", "delegate", "other_deadlines"}
    assert not unnamed
    assert set(field_labels()) <= set(fields())
    assert set(told["stages"]) == set(WORKFLOW.stages)
    assert set(told["decided"]) == set(KINDS)


def test_what_trying_again_can_mend_is_told_from_what_it_cannot():
    assert mendable(("storage-unavailable", "..."))
    assert not mendable(("pdf-encrypted", "..."))
    assert fault_words(("pdf-encrypted", "a.pdf is password-protected.")) == "a.pdf is password-protected."
