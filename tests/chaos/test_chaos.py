"""A whole installation is hurt in every way at once: no case is lost, and no word of a patient gets out.

The short version of `make chaos`, on cases of one patient who does not exist. What was told about him while it went
on, and what is left of it, is looked through afterwards.
"""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from pipeline.storage import open_storage
from tests.chaos import misfortunes
from tests.chaos.canary import PERSON, WORDS, Seen, Titles, heard_in, look_at_what_is_left, look_while_it_runs, named
from tests.chaos.monkey import KINDS, Monkey
from tests.chaos.papers import make_papers
from tests.chaos.run import Run, send_and_judge
from tests.chaos.stack import running_stack
from tests.chaos.verdict import undisturbed

pytestmark = pytest.mark.slow

SEED = 20261122
CASES = 8  # of four kinds
SWEEP = "from pipeline.scratch import sweep; sweep()"


@dataclass(slots=True)
class After:
    """What is known when it is over."""

    run: Run
    hurt: dict[str, int]
    seen: Seen
    keys: list[str]  # of the storage


@pytest.fixture(scope="module")
def after(tmp_path_factory) -> After:
    papers = [named(one) for one in make_papers(4, SEED, PERSON)]
    wanted = undisturbed(papers)
    seen = Seen()
    with running_stack(SEED, level="debug", extra=("flower", "events")) as stack:
        titles = Titles(stack)
        monkey = Monkey(stack=stack, seed=SEED, pace=0.2, once=True)
        run = send_and_judge(stack, monkey, papers, wanted, CASES, minutes=10)
        packet = next(case_id for case_id, at in run.sent.items() if not wanted[at].fault)
        with stack.client() as client:
            misfortunes.ask_wrongly(client, papers[0], seen)
            filled = misfortunes.fill_a_reader(stack, client)
            misfortunes.look_after_cases(stack, client, filled, tmp_path_factory.mktemp("kept") / "backup", seen)
            misfortunes.break_a_result(stack, client, packet, papers[0], seen)
        unusable = next(one for one in papers if one.kind == "unusable file")
        locked = named(make_papers(8, SEED, PERSON)[7])
        misfortunes.run_at_a_terminal(tmp_path_factory.mktemp("terminal"), unusable, locked, seen)
        look_while_it_runs(stack, seen)
        keys = list(open_storage(stack.bucket).keys(""))
        titles.close()
        stack.stop()
        for role in ("worker-1", "worker-2"):  # what the next worker does when it starts
            environment = {**os.environ, **stack.environment(role)}
            subprocess.run([sys.executable, "-c", SWEEP], env=environment, check=True)
        look_at_what_is_left(stack, seen)
        seen.add("titles of processes", "\n".join(titles.found))
    return After(run, dict(monkey.done), seen, keys)


def test_nothing_is_lost_twice_or_different(after):
    """Every case ends as in an undisturbed run, byte for byte, whatever was killed, stopped, emptied or full."""
    assert set(after.hurt) == set(KINDS)
    assert after.run.verdict.violations == []
    assert after.run.verdict.packets + sum(after.run.verdict.failures.values()) == CASES


@pytest.mark.parametrize("place", ["log", "redis", "events", "flower", "web", "titles", "operator"])
def test_no_word_of_the_patient_is_told(after, place):
    """Neither name, birth date, member number and street nor the name of a file, in any process's log at level debug,
    in Redis or its file, in an event, on Flower's pages, in a metric, a process title or an operator's command."""
    told = after.seen.under(place)

    assert "".join(told.values()).strip()
    assert {where: words for where, text in told.items() if (words := heard_in(text))} == {}


def test_messages_tell_the_sender_his_own_file_name_alone(after):
    """The allowed exception: the answer to who sent a file, or the terminal of who named it, says which file it is."""
    assert after.seen.under("answer")
    assert after.seen.under("terminal")
    assert misfortunes.told_too_much(after.seen) == {}


def test_no_temporary_file_is_left(after):
    """What a killed process left is gone once another has started; what stays holds no patient."""
    left = after.seen.under("left")

    assert [where for where in left if "scratch" in where or where.endswith((".pdf", ".pgm", ".png"))] == []
    assert {where: words for where, text in left.items() if (words := heard_in(where + text))} == {}


def test_no_key_of_the_storage_holds_a_name(after):
    """Digests and ids."""
    assert after.keys
    assert [key for key in after.keys if heard_in(key)] == []


def test_the_canary_would_be_heard():
    """In plain words, and packed as Celery packs a message."""
    assert heard_in("a Quackenbos b") == ["quackenbos"]
    assert set(heard_in('{"body": "WyJaZWJ1bG9uIFF1YWNrZW5ib3MiLCAxXQ=="}')) == {"zebulon", "quackenbos"}
    assert heard_in("case 0123456789abcdef is ready") == []
    assert len(set(WORDS)) == len(WORDS)
