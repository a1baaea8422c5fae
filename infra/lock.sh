#!/bin/sh
# Rewrite both lock files from pyproject.toml: hashes for every wheel, no address of any registry.
# Needs `uv` (pip install uv) only here, never for users.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url "$@" pyproject.toml
}
lock --group build -o requirements.lock
lock --group build --group dev -c requirements.lock -o requirements-dev.lock
! grep -nE 'https?://' requirements.lock requirements-dev.lock
