"""What is deployed is well formed, starts commands that exist, and gives nothing more rights than it needs.

No container engine, cluster or cloud account was at hand: images were not built and nothing was applied.
"""

import re
import subprocess
import sys
from pathlib import Path

import hcl2
import kubernetes_validate
import pytest
import yaml
from sqlalchemy import text

from pipeline.database import open_database
from rebut.cli import build_parser
from rebut.web.metrics import QUEUES

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
MANIFESTS = [
    document
    for path in sorted((INFRA / "k8s").glob("*.yaml"))
    if path.name not in ("kustomization.yaml", "secret.example.yaml")
    for document in yaml.safe_load_all(path.read_text())
]
CRON_JOBS = {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == "CronJob"}
DEPLOYMENTS = {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == "Deployment"}


def names(found) -> list[str]:
    return [f"{one['kind']}-{one['metadata']['name']}" for one in found]


def test_compose_is_valid_by_its_specification():
    """Misspelt keys are found."""
    check = Path(sys.executable).with_name("check-jsonschema")
    command = [check, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_may_do_little(service):
    """No root, nothing written outside volumes and memory, limits on all it can take, a health check."""
    told = SERVICES[service]

    assert told["read_only"]
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:\d+", told["user"])
    assert {"mem_limit", "pids_limit", "cpus", "healthcheck", "restart"} <= set(told)
    assert all(port.startswith("127.0.0.1:") for port in told.get("ports", []))


def test_every_role_has_a_container_and_every_queue_a_worker():
    """And every command is one the program takes."""
    commands = [service["command"] for service in SERVICES.values() if service.get("image") == "rebut"]
    for command in commands:
        build_parser().parse_args(command)

    assert {command[0] for command in commands} == {"web", "worker", "beat", "flower", "backup", "mail"}
    assert {"postgres", "redis", "s3", "prometheus", "grafana"} <= set(SERVICES)
    assert queues_of(command for command in commands if command[0] == "worker") == set(QUEUES)


def queues_of(commands) -> set[str]:
    return {queue for command in commands for queue in command[command.index("--queues") + 1].split(",")}


def test_redis_keeps_its_keys_and_asks_for_a_password():
    """A hint is never thrown away to make room."""
    (*_, told) = SERVICES["redis"]["command"]

    for words in ("--requirepass", "--appendonly yes", "--maxmemory-policy noeviction"):
        assert words in told


def test_no_secret_has_a_default():
    """Compose refuses to start without each of them; the example names all and sets none."""
    compose = (ROOT / "docker-compose.yml").read_text()
    wanted = set(re.findall(r"\$\{([A-Z0-9_]+):\?", compose))
    lines = (INFRA / "compose.env.example").read_text().splitlines()
    named = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    optional = {"MAIL_PASSWORD"}  # of the profile `mail`: without it no mailbox opens
    assert wanted | optional == set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", compose))
    assert (set(named), set(named.values())) == (wanted, {""})
    for secret in yaml.safe_load_all((INFRA / "k8s" / "secret.example.yaml").read_text()):
        assert set(secret["stringData"].values()) == {""}


@pytest.mark.parametrize(
    "manifest", [m for m in MANIFESTS if "keda" not in m["apiVersion"]], ids=lambda m: names([m])[0]
)
def test_a_manifest_is_valid_kubernetes(manifest):
    """By the schemas of its own release, unknown fields refused."""
    kubernetes_validate.validate(manifest, "1.34", strict=True)


def pod_of(name: str) -> dict:
    """The pod of a Deployment or a CronJob."""
    if name in CRON_JOBS:
        return CRON_JOBS[name]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return DEPLOYMENTS[name]["spec"]["template"]["spec"]


@pytest.mark.parametrize("name", [*DEPLOYMENTS, *CRON_JOBS])
def test_a_pod_may_do_little(name):
    """What the restricted pod security standard asks for, with limits and, where it stays, probes."""
    pod = pod_of(name)
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} == set(container["resources"]["limits"]) == set(container["resources"]["requests"])
    build_parser().parse_args(container["args"])
    if name in CRON_JOBS:
        return
    assert "readinessProbe" in container
    assert DEPLOYMENTS[name]["spec"]["selector"]["matchLabels"].items() <= (
        DEPLOYMENTS[name]["spec"]["template"]["metadata"]["labels"].items()
    )


def megabytes(told: str) -> float:
    """A limit of memory as compose or Kubernetes writes it."""
    number, unit = re.fullmatch(r"(\d+)([A-Za-z]+)", told).groups()
    return int(number) * {"m": 1, "g": 1024, "mi": 1, "gi": 1024}[unit.lower()]


def workers() -> dict[str, tuple[list[str], float, int]]:
    """Each worker that is deployed: its command, its limit of memory, and what a reader in it may take."""
    told = int(SERVICES["web"]["environment"]["REBUT_READER_MB"])
    found = {
        f"compose {name}": (service["command"], megabytes(service["mem_limit"]), told)
        for name, service in SERVICES.items()
        if service.get("image") == "rebut" and service["command"][0] == "worker"
    }
    literals = yaml.safe_load((INFRA / "k8s" / "kustomization.yaml").read_text())["configMapGenerator"][0]["literals"]
    told = int(dict(literal.split("=") for literal in literals)["REBUT_READER_MB"])
    for name in DEPLOYMENTS:
        (container,) = pod_of(name)["containers"]
        if container["args"][0] == "worker":
            limit = megabytes(container["resources"]["limits"]["memory"])
            found[f"kubernetes {name}"] = (container["args"], limit, told)
    return found


@pytest.mark.parametrize("worker", workers())
def test_a_file_is_stopped_by_its_own_limit_and_not_by_that_of_the_container(worker):
    """Else the kernel ends the worker for the file of a stranger, and again at the next try.

    Beside the process with the file there are the worker's own and the server that forked it.
    """
    command, limit, reader = workers()[worker]
    processes = int(command[command.index("--concurrency") + 1])

    assert processes * (reader + 450) + 100 <= limit


def test_prometheus_scrapes_what_runs():
    """Our own metrics and Flower's, on the ports that compose and the cluster give them."""
    jobs = yaml.safe_load((INFRA / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    targets = [target for job in jobs for at in job["static_configs"] for target in at["targets"]]
    annotated = {
        one["metadata"]["name"]: one["metadata"]["annotations"]["prometheus.io/port"]
        for one in MANIFESTS
        if one["kind"] == "Service"
    }

    assert {target.split(":")[0] for target in targets} == {"web", "flower"} <= set(SERVICES)
    assert annotated == dict(target.split(":") for target in targets)


def test_backups_are_made_every_day():
    """Which is what the alert waits for: by compose and in the cluster, several kept."""
    (cron,) = CRON_JOBS.values()
    (container,) = pod_of("backup")["containers"]

    assert cron["spec"]["schedule"].split()[2:] == ["*", "*", "*"]
    assert container["args"][:2] == SERVICES["backup"]["command"][:2] == ["backup", "/backups"]
    assert SERVICES["backup"]["command"][-2:] == ["--every", "24"]


def test_kustomize_names_every_file():
    """A manifest that is not listed is never applied."""
    listed = yaml.safe_load((INFRA / "k8s" / "kustomization.yaml").read_text())["resources"]

    files = {path.name for path in (INFRA / "k8s").glob("*.yaml")}
    assert set(listed) == files - {"kustomization.yaml", "secret.example.yaml"}


def test_workers_scale_on_what_is_ready_or_running(tmp_path):
    """Each queue's query runs on the program's own tables, and aims at a Deployment that works on that queue."""
    database = open_database(f"sqlite:///{tmp_path}/rebut.db")
    scaled = [one for one in MANIFESTS if one["kind"] == "ScaledObject"]
    aims = set()
    for one in scaled:
        (trigger,) = one["spec"]["triggers"]
        query = trigger["metadata"]["query"]
        with database.read() as connection:
            assert connection.execute(text(query)).scalar() == 0
        (queue,) = re.findall(r"queue = '(\w+)'", query)
        target = DEPLOYMENTS[one["spec"]["scaleTargetRef"]["name"]]
        assert queue in queues_of([target["spec"]["template"]["spec"]["containers"][0]["args"]])
        assert "'ready', 'running'" in query
        aims.add(queue)

    assert aims == set(QUEUES)


def test_the_cluster_is_closed():
    """One policy shuts all pods, another opens the web server."""
    policies = {one["metadata"]["name"]: one["spec"] for one in MANIFESTS if one["kind"] == "NetworkPolicy"}

    assert policies["closed"]["podSelector"] == {}
    assert set(policies["closed"]["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in policies["closed"]


@pytest.fixture(scope="module")
def terraform() -> dict[str, dict]:
    """Every resource by type."""
    found: dict[str, dict] = {}
    for path in (INFRA / "terraform").glob("*.tf"):
        for block in hcl2.loads(path.read_text()).get("resource", []):
            for kind, named in block.items():
                found[kind.strip('"')] = next(value for key, value in named.items() if not key.startswith("__"))
    return found


def test_terraform_is_well_formed_and_encrypts(terraform):
    """Syntax, and what must not be forgotten; providers cannot be fetched here, so nothing was planned."""
    database, redis = terraform["aws_db_instance"], terraform["aws_elasticache_replication_group"]

    assert database["storage_encrypted"]
    assert database["publicly_accessible"] is False
    assert database["deletion_protection"]
    assert redis["transit_encryption_enabled"]
    assert redis["at_rest_encryption_enabled"]
    assert all(terraform["aws_s3_bucket_public_access_block"][name] is True for name in ("block_public_acls",))
    assert terraform["aws_kms_key"]["enable_key_rotation"]


def test_terraform_names_only_what_it_declares():
    """Each variable, resource and data source that is referred to is there, and none is left unused."""
    source = "\n".join(path.read_text() for path in (INFRA / "terraform").glob("*.tf"))
    declared = {".".join(pair) for pair in re.findall(r'^resource "(\w+)" "(\w+)"', source, re.MULTILINE)}
    declared |= {f"data.{a}.{b}" for a, b in re.findall(r'^data "(\w+)" "(\w+)"', source, re.MULTILINE)}
    variables = set(re.findall(r'^variable "(\w+)"', source, re.MULTILINE))

    assert set(re.findall(r"\bvar\.(\w+)", source)) == variables
    assert set(re.findall(r"(?<![\w.\"/])(aws_\w+\.\w+)", source)) <= declared
    assert set(re.findall(r"\b(data\.aws_\w+\.\w+)", source)) <= declared
