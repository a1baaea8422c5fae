"""Alerts and dashboard ask for metrics that exist, and each alert fires on what it is about."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.database import open_database
from pipeline.pulse import RECONCILER, feel_pulse
from rebut.web.metrics import render_metrics
from rebut.web.tally import Tally

INFRA = Path(__file__).parents[2] / "infra"
ALERTS = yaml.safe_load((INFRA / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((INFRA / "grafana" / "rebut.json").read_text())


@pytest.fixture(scope="module")
def metrics(tmp_path_factory) -> set[str]:
    """Every metric the program has, by the names that queries use."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('metrics')}/rebut.db")
    feel_pulse(database, RECONCILER)
    kinds = re.findall(r"^# TYPE (\w+) (\w+)$", render_metrics(database, Tally(database)), re.MULTILINE)
    parts = {"histogram": ("_bucket", "_sum", "_count")}
    return {name + part for name, kind in kinds for part in parts.get(kind, ("",))}


def queries() -> list[str]:
    return [rule["expr"] for rule in ALERTS] + [
        target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
    ]


@pytest.mark.parametrize("query", queries())
def test_a_query_names_only_metrics_that_exist(query, metrics):
    """A rule on a name nobody writes is silent for ever."""
    named = set(re.findall(r"\brebut_\w+", query))

    assert named <= metrics
    assert named or 'up{job="rebut"}' in query


def test_every_metric_can_be_seen(metrics):
    """What is measured is on the dashboard."""
    shown = set(re.findall(r"\brebut_\w+", " ".join(queries())))

    assert metrics - shown == set()


def test_panels_do_not_overlap():
    """Grafana would push them about."""
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_alerts_say_how_bad_it_is_and_what_to_do():
    """Whoever is woken needs the next step."""
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert {"summary", "action"} <= set(rule["annotations"]), rule["alert"]
    for told in (rule["annotations"] for rule in ALERTS):
        assert not re.search(r"\$labels\.(?!queue|stage|door)", " ".join(told.values()))


@pytest.mark.parametrize(
    "words",
    [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml"), ("check", "config", "prometheus.yml")],
)
def test_promtool_takes_the_rules_and_their_tests(words):
    """Firing and silent, by Prometheus' own engine."""
    beside = Path(sys.executable).with_name("promtool")
    promtool = beside if beside.exists() else shutil.which("promtool")
    assert promtool, "promtool is not installed: run infra/setup.sh dev, or install the package prometheus"

    done = subprocess.run([promtool, *words], cwd=INFRA / "prometheus", capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested():
    """In the file that promtool runs."""
    tested = (INFRA / "prometheus" / "alerts.test.yml").read_text()

    assert [rule["alert"] for rule in ALERTS if f'"{rule["alert"]}"' not in tested] == []
