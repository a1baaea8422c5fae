#!/bin/sh
# An environment of the benchmark's own with the programs that rebut is held against; nothing else needs it.
#   benchmarks/peers/setup.sh FOLDER
# Locked and hash-checked. They need the system's Tesseract, and OCRmyPDF is given Ghostscript, which its manual and its
# packages bring along: with it the PDF is made as people get it. unpaper is left out: by default it is not used.
set -eu
folder="${1:?folder of the environment}"
here="$(cd "$(dirname "$0")" && pwd)"
if ! command -v gs >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y -qq --no-install-recommends ghostscript >/dev/null
fi
command -v tesseract >/dev/null || { echo "peers: please install tesseract-ocr" >&2; exit 4; }
command -v gs >/dev/null || { echo "peers: please install ghostscript" >&2; exit 4; }
mark="$(sha256sum "$here/requirements.lock" | cut -d' ' -f1)"
[ "$(cat "$folder/installed" 2>/dev/null)" = "$mark" ] && exit 0
"${PYTHON:-python3}" -m venv --clear "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
    -r "$here/requirements.lock"
echo "$mark" > "$folder/installed"
