"""`rebut web`, `worker`, `beat`, `flower`: one role each, what compose and Kubernetes start."""

import argparse
import json
import logging
import os
import secrets
import signal
import sys
import threading
import time
from typing import Any

from extractors.errors import RebutError
from pipeline.accounts.vault import check_secrets
from pipeline.settings import Settings, private_folder, read_settings
from rebut.commands.run import check_settings

_HOOK_SECONDS = 2.0
_ROUND_SECONDS = 2.0  # so long a job of a worker that was killed lies at most


class MissingSettingError(RebutError):
    """A role lacks a setting it must not run without (variable, what it is for)."""

    code = "setting-missing"
    message = "{0} is not set: {1}. Set it in the environment and start again."
    exit_status = 2


def web(arguments: argparse.Namespace) -> int:
    """Serve HTTP until told to stop."""
    import uvicorn

    settings = read_settings()
    if not settings.token:
        raise MissingSettingError("REBUT_TOKEN", "the bearer token that callers of the HTTP interface must send")
    from rebut.commands.accounts import tell_first_admin
    from rebut.web import build_app

    check_secrets(settings)
    private_folder(settings.home)
    app = build_app(settings)
    tell_first_admin(app.state.database, settings.public_url or f"http://{arguments.host}:{arguments.port}")
    options = uvicorn.Config(
        app,
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        access_log=False,  # addresses hold case ids only, but who asked when is the proxy's to log
        server_header=False,
        proxy_headers=bool(settings.proxies),  # anybody else could claim any address
        forwarded_allow_ips=settings.proxies or "",
        timeout_graceful_shutdown=20,
    )
    logging.getLogger("uvicorn.error").addFilter(_without_trace)
    server = uvicorn.Server(options)
    app.state.stopping = lambda: server.should_exit  # a page that follows its case would hold up the end
    server.run()
    return 0


def _without_trace(record: logging.LogRecord) -> bool:
    """Keep what an exception says out of the log, since it may quote a document; its place is logged by the app."""
    record.exc_info = record.exc_text = None
    return True


def worker(arguments: argparse.Namespace) -> int:
    """Become a Celery worker."""
    settings = _with_broker()
    check_settings()
    from workers.app import app

    app.worker_main(
        [
            *("worker", "--loglevel=WARNING", "--without-mingle", "--without-gossip"),
            f"--queues={arguments.queues}",
            f"--concurrency={arguments.concurrency or settings.jobs}",
            f"--hostname={arguments.name}@%h",
        ]
    )
    return 0


def beat(arguments: argparse.Namespace) -> int:
    """Reconcile every two seconds until told to stop."""
    from pipeline.database import open_database
    from pipeline.log import log
    from pipeline.pulse import RECONCILER, feel_pulse
    from pipeline.reconcile import reconcile
    from pipeline.stages import SERVED
    from workers.publish import publish_some

    settings = read_settings() if arguments.dry_run else _with_broker()
    database = open_database(settings.database)
    if arguments.once or arguments.dry_run:
        found = reconcile(database, SERVED, publish_some, dry=arguments.dry_run)
        json.dump({"expired": found.expired, "published": found.published}, sys.stdout)
        print()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    hooks = threading.Thread(target=_tell_hooks, args=(settings, database, stop), daemon=True)
    hooks.start()
    while not stop.is_set():
        started = time.monotonic()
        try:
            found = reconcile(database, SERVED, publish_some)
            feel_pulse(database, RECONCILER)
            log("reconciled", count=len(found.expired) + len(found.published), seconds=time.monotonic() - started)
        except Exception as error:  # the database may be back by the next round
            log("reconciler failed", level="error", error=type(error).__name__)
        stop.wait(_ROUND_SECONDS)
    return 0


def _tell_hooks(settings: Settings, database: Any, stop: threading.Event) -> None:
    """Make the calls of webhooks beside the reconciler: a receiver that is slow must not hold it up."""
    from pipeline.accounts.vault import open_vault
    from pipeline.hooks import go_round, list_hooks
    from pipeline.hooks.address import parse_networks
    from pipeline.hooks.post import post
    from pipeline.log import log
    from pipeline.stages import WORKFLOW

    networks = parse_networks(settings.hook_networks)
    while not stop.is_set():
        try:
            if list_hooks(database):
                done = go_round(database, open_vault(settings), WORKFLOW.last, post, networks)
                if done.failed:
                    log("webhooks failed", level="warning", count=done.failed)
        except Exception as error:  # the database may be back by the next round
            log("webhooks failed", level="error", error=type(error).__name__)
        stop.wait(_HOOK_SECONDS)


def flower(arguments: argparse.Namespace) -> int:
    """Serve Flower behind its password."""
    settings = _with_broker()
    if not settings.flower_password:
        raise MissingSettingError("REBUT_FLOWER_PASSWORD", "Flower shows what the workers do and must not be open")
    check_secrets(settings)
    private_folder(settings.home)
    # By environment: the password of a command line can be read by everybody on the machine.
    os.environ["FLOWER_BASIC_AUTH"] = f"ops:{settings.flower_password}"
    os.environ.setdefault("FLOWER_COOKIE_SECRET", secrets.token_hex(32))
    os.environ.pop("FLOWER_UNAUTHENTICATED_API", None)
    from workers.app import app
    from workers.watching import show_ids_only

    show_ids_only()
    app.start(
        [
            *("flower", f"--address={arguments.host}", f"--port={arguments.port}", "--persistent=True"),
            *(f"--db={settings.home}/flower", "--save-state-interval=60000", "--enable-events=True"),
            # Read-only: what is stopped, started or sent by hand the database would not know of.
            *("--read-only=True", "--max-tasks=20000", "--logging=warning"),
        ]
    )
    return 0


def _with_broker() -> Settings:
    settings: Any = read_settings()
    if not settings.broker:
        raise MissingSettingError("REBUT_BROKER", "the Redis that carries job ids, as redis://host:6379/0")
    return settings
