"""What must hold after all of it: nothing lost, nothing twice, the same bytes as of an undisturbed run."""

import datetime as dt
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from pipeline.cases import given, open_case, show_case
from pipeline.database import Database, open_database
from pipeline.results import load_index, load_packet
from pipeline.settings import cores
from pipeline.stages import WORKFLOW
from pipeline.storage import Storage, open_storage
from pipeline.tables import audit, case, job
from tests.chaos.papers import Papers
from workers.pool import Pool

DAY = dt.date(2026, 3, 20)
_NO_ID = "0" * 16


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ended: its packet's files by digest, or the code of its failure."""

    fault: str | None
    files: Mapping[str, str] = field(default_factory=dict)  # name -> sha256, the id of the case left out
    pages: frozenset[tuple[str, int]] = frozenset()  # of the sources, that stand in the packet


@dataclass(slots=True)
class Verdict:
    """What was found in the stores afterwards."""

    violations: list[str] = field(default_factory=list)
    packets: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # by code
    pages: int = 0  # of sources, in packets
    events: Counter[str] = field(default_factory=Counter)  # of the audit trail
    codes: Counter[str] = field(default_factory=Counter)  # of retries


def undisturbed(papers: Sequence[Papers]) -> list[Ending]:
    """Work on each with the local pool, on stores of its own: the same workflow, and nothing in its way."""
    with tempfile.TemporaryDirectory(prefix="calm-") as folder:
        urls = f"sqlite:///{folder}/rebut.db", f"folder:{folder}/files"
        database, storage = open_database(urls[0]), open_storage(urls[1])
        found = []
        with Pool(*urls, WORKFLOW, cores()) as pool:
            for one in papers:
                files = [given(name, data) for name, data in one.files.items()]
                case_id, _ = open_case(database, storage, WORKFLOW, files, DAY)
                pool.drive(database, case_id)
                found.append(ending(database, storage, case_id))
        database.close()
    return found


def ending(database: Database, storage: Storage, case_id: str) -> Ending:
    """Return how the case ended; raises KeyError where it did not."""
    shown = show_case(database, case_id)
    if shown["state"] != "ready":
        fault = shown["error"]["code"] if shown["error"] else None
        return Ending(fault=fault or f"still {shown['state']}: {shown['stages']}")
    _, files = load_packet(storage, shown["result_key"])
    without = {name: data.replace(case_id.encode(), _NO_ID.encode()) for name, data in files.items()}
    for name, data in files.items():  # the manifest holds digests of files that hold the id
        before, after = (hashlib.sha256(at).hexdigest().encode() for at in (data, without[name]))
        without["manifest.json"] = without["manifest.json"].replace(before, after)
    pages = json.loads(files["manifest.json"])["pages"]
    told = {name: hashlib.sha256(data).hexdigest() for name, data in without.items()}
    return Ending(None, told, frozenset((page["document"], page["page"]) for page in pages))


def judge(
    database: Database, storage: Storage, sent: Mapping[str, int], wanted: Sequence[Ending], asked: int
) -> Verdict:
    """Hold what is in the stores to the undisturbed run; `sent` is case id -> which papers."""
    found = Verdict()
    say = found.violations.append
    if len(sent) != asked:
        say(f"{asked} cases were sent, {len(sent)} ids came back")
    with database.read() as connection:
        there = set(connection.execute(select(case.c.id)).scalars())
        rows = connection.execute(select(audit.c.case_id, audit.c.event, audit.c.detail)).all()
        jobs = connection.execute(select(job.c.case_id, job.c.state, job.c.output_key)).all()
    if there != set(sent):
        say(f"{len(there - set(sent))} cases nobody sent, {len(set(sent) - there)} are gone")
    for case_id, papers in sent.items():
        if case_id in there:
            _judge_one(found, case_id, ending(database, storage, case_id), wanted[papers])
    _judge_trail(found, rows)
    left = Counter(row.state for row in jobs if row.state in ("running", "ready"))
    if left:
        say(f"jobs are left over: {dict(left)}")
    _judge_objects(found, database, storage, sent, jobs)
    return found


def _judge_one(found: Verdict, case_id: str, got: Ending, wanted: Ending) -> None:
    say = found.violations.append
    if got.fault:
        found.failures[got.fault] += 1
    else:
        found.packets += 1
        found.pages += len(got.pages)
    if got.fault != wanted.fault:
        say(f"case {case_id}: ended as {got.fault or 'packet'}, undisturbed as {wanted.fault or 'packet'}")
    elif missing := wanted.pages - got.pages:
        say(f"case {case_id}: the packet lacks {len(missing)} accepted pages")
    elif got != wanted:
        names = sorted(
            name for name in got.files.keys() | wanted.files if got.files.get(name) != wanted.files.get(name)
        )
        say(f"case {case_id}: other bytes in {', '.join(names)}")


def _judge_trail(found: Verdict, rows: Iterable) -> None:
    assembled: Counter[str] = Counter()
    for row in rows:
        found.events[row.event] += 1
        if row.event in ("retry", "split"):
            found.codes[row.detail.get("code", "?")] += 1
        assembled[row.case_id] += row.event == "done" and row.detail.get("stage") == "assemble"
    twice = [case_id for case_id, times in assembled.items() if times > 1]
    if twice:
        found.violations.append(f"packets made twice: {', '.join(twice)}")


def _judge_objects(
    found: Verdict, database: Database, storage: Storage, sent: Mapping[str, int], jobs: Iterable
) -> None:
    """Every object of a case is one that a row names: a second packet would lie beside the first."""
    named: dict[str, set[str]] = {case_id: set() for case_id in sent}
    for row in jobs:
        if row.output_key:
            named[row.case_id].add(row.output_key)
    for case_id, keys in named.items():
        result = show_case(database, case_id)["result_key"]
        if result:
            keys |= set(load_index(storage, result).values())
        if result and (extra := set(storage.keys(f"cases/{case_id}/")) - keys):
            found.violations.append(f"case {case_id}: {len(extra)} objects that nothing names")
