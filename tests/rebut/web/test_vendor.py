"""What others wrote lies here as they published it, with its licence, and nothing else does."""

import hashlib
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import rebut.web

PRODUCT = Path(rebut.web.__file__).parent / "static" / "vendor"
TESTS = Path(__file__).parent


@pytest.mark.parametrize("place", [PRODUCT, TESTS], ids=["product", "tests"])
def test_vendored_files_are_those_that_are_listed(place):
    """A file that was changed, added or taken away shows."""
    told = tomllib.loads((place / "vendor.toml").read_text())

    for folder, package in told.items():
        files = [at for at in (place / folder).rglob("*") if at.is_file()]
        found = {at.relative_to(place / folder).as_posix(): hashlib.sha256(at.read_bytes()).hexdigest() for at in files}
        assert found == package["sha256"], folder
        assert package["version"]
        assert package["licence"]
        assert "LICENSE" in found, folder


def test_no_page_and_no_style_names_another_host():
    """Nothing is fetched from elsewhere, and nothing of ours stands in a page where its policy forbids it."""
    import templates

    ours = [*Path(templates.__file__).parent.glob("web/*.html"), *(PRODUCT.parent).glob("*.css")]
    ours += (PRODUCT.parent / "js").glob("*.mjs")

    assert len(ours) > 10
    for path in ours:
        text = path.read_text()
        assert "http:" not in text.replace("http://www.w3.org", ""), path.name
        assert "https:" not in text, path.name
        assert " style=" not in text, path.name
        assert "<style" not in text, path.name
        assert " onclick=" not in text, path.name


def test_the_wheel_ships_what_the_pages_need(tmp_path):
    """Built as it is published, every template and static file is in it."""
    root = Path(rebut.web.__file__).parents[2]
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())

    wanted = [at for folder in ("rebut/web", "templates") for at in (root / folder).rglob("*") if at.is_file()]
    missing = {at.relative_to(root).as_posix() for at in wanted if at.suffix != ".pyc"} - names
    assert not missing
