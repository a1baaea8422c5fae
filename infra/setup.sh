#!/bin/sh
# Everything a fresh Debian or Ubuntu machine needs to run rebut: Python's venv module from apt where it is
# missing, then a virtual environment with the locked, hash-checked packages. Quick to do nothing.
#
#   infra/setup.sh run    what `rebut` needs
#   infra/setup.sh dev    what the tests and linters need on top
set -eu
cd "$(dirname "$0")/.."
what="${1:-run}"
lock=requirements.lock
[ "$what" = dev ] && lock=requirements-dev.lock
mark=".venv/installed-$what"

apt_install() {
    root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "setup: run as root once: apt-get install -y $*" >&2; exit 4; }
        root=sudo
    fi
    command -v apt-get >/dev/null || { echo "setup: please install: $*" >&2; exit 4; }
    export DEBIAN_FRONTEND=noninteractive
    $root apt-get update -qq >&2
    $root apt-get install -y -qq --no-install-recommends "$@" >&2
}

usable() { "$1" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null && usable "$python"; then
            command -v "$python"
            return
        fi
    done
}

# The mark is the digest of the lock and of the project's own metadata: a changed lock installs again, nothing else does.
wanted="$(cat "$lock" pyproject.toml infra/setup.sh | sha256sum | cut -d' ' -f1) $(pwd)"
if [ -f "$mark" ] && [ "$(cat "$mark")" = "$wanted" ]; then
    exit 0
fi

# Off amd64 Linux there are no wheels of the OCR engine and of Redis: the distribution's programs take their place.
if [ "$(uname -m)" != x86_64 ]; then
    command -v tesseract >/dev/null || apt_install tesseract-ocr
    command -v redis-server >/dev/null || apt_install redis-server
fi

if [ ! -x .venv/bin/python ] || [ "$(cat .venv/location 2>/dev/null)" != "$(pwd)" ]; then
    python="$(find_python)"
    if [ -z "$python" ]; then
        echo "setup: installing python3-venv with apt" >&2
        apt_install python3-venv ca-certificates
        python="$(find_python)"
    fi
    [ -n "$python" ] || { echo "setup: Python 3.11, 3.12 or 3.13 with venv is needed; this machine has none" >&2; exit 4; }
    echo "setup: virtual environment with $("$python" --version)" >&2
    "$python" -m venv --clear .venv
    pwd > .venv/location
fi

echo "setup: installing the packages of $lock (about a minute the first time)" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
.venv/bin/python -m compileall -q .venv/lib extractors pipeline workers rebut >/dev/null 2>&1 || true
.venv/bin/python -m pipeline.ahead || true  # keeps the compiled patterns; without them each start takes 2 s longer
# The tests of the fallback engine run the program itself; it has no wheel. Without it they fail.
if [ "$what" = dev ] && ! command -v tesseract >/dev/null; then
    (apt_install tesseract-ocr) || echo "setup: no tesseract: the tests of the fallback engine will fail" >&2
fi
# The tests of the pages drive a real browser, of which there is no wheel either.
if [ "$what" = dev ] && ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    (apt_install chromium) || echo "setup: no chromium: the tests of the pages will fail" >&2
fi
# The driver that moves the browser is a Node of its own; it needs this, and chromium no longer brings it along.
if [ "$what" = dev ] && ! ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1'; then
    (apt_install libatomic1) || echo "setup: no libatomic1: the tests of the pages will fail" >&2
fi
# The tests of mail run a Dovecot of their own; the package's server is not started here.
if [ "$what" = dev ] && [ ! -x /usr/sbin/dovecot ]; then
    (apt_install dovecot-imapd dovecot-lmtpd) || echo "setup: no dovecot: the tests of mail will fail" >&2
fi
# promtool tests the alert rules. It comes out of the distribution's package without installing its server.
if [ "$what" = dev ] && [ ! -x .venv/bin/promtool ] && ! command -v promtool >/dev/null; then
    unpacked="$(mktemp -d)"
    (cd "$unpacked" && apt-get download -qq prometheus >/dev/null 2>&1 && dpkg-deb -x prometheus_*.deb .) \
        && cp "$unpacked/usr/bin/promtool" .venv/bin/ \
        || echo "setup: no promtool: the tests of the alert rules will fail" >&2
    rm -rf "$unpacked"
fi
echo "$wanted" > "$mark"
[ "$what" = dev ] && { cat requirements.lock pyproject.toml infra/setup.sh | sha256sum | cut -d' ' -f1 | tr -d '\n'; echo " $(pwd)"; } > .venv/installed-run
exit 0
