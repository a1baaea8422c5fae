"""A clinic's own letterhead, signers, wording and limits."""

import pytest

from pipeline.clinic import ClinicError, check_clinic, load_clinic
from pipeline.letter import LetterTemplateError, build_letter, render_pdf, render_word
from pipeline.letter.blocks import runs_of
from tests.pipeline.fixtures.lupus import PNG, TODAY, lupus_case

TOML = """
[letterhead]
practice = "Quarry Lane Rheumatology"
address = "8 Quarry Lane, Duluth, MN 55802"
phone = "218-555-0142"
fax = "218-555-0143"
logo = "logo.png"

[[signers]]
name = "Aurelio J. Szabo"
credentials = "MD"
specialty = "Rheumatology, board certified"
npi = "1234567893"

[sending]
fax_pages = 40
part_mb = 5
"""
LABEL_TOO_OLD = """
[[labels]]
drug = "anifrolumab"
indication = "Made-up words of a label."
revised = 2026-04-01
checked_on = 2025-04-01
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clinic.toml").write_text(TOML)
    (tmp_path / "logo.png").write_bytes(PNG)
    return tmp_path


def test_a_clinic_without_settings_gets_blanks():
    """Nothing is set, so nothing is invented."""
    clinic = load_clinic(None)

    assert clinic.letterhead.practice is None
    assert clinic.fax_pages is None


@pytest.mark.parametrize(
    "printed", ["Aurelio Szabo, MD", "AURELIO J SZABO", "Dr. Aurelio Szabo", "Aurelio J. Szabo MD"]
)
def test_the_prescriber_signs_with_the_own_credentials(folder, printed):
    """However the denial prints the name."""
    letterhead = load_clinic(folder).letterhead_for(printed)

    assert (letterhead.signer, letterhead.npi) == ("Aurelio J. Szabo", "1234567893")
    assert letterhead.practice == "Quarry Lane Rheumatology"


@pytest.mark.parametrize("printed", [None, "", "Szabo", "Beata Szabo, MD", "Aurelio Szabados, MD"])
def test_another_name_signs_with_nobody_elses_npi(folder, printed):
    """A near miss leaves the block blank: a wrong NPI under a letter is worse than none."""
    assert load_clinic(folder).letterhead_for(printed).npi is None


def test_letterhead_and_logo_stand_in_both_layouts(folder):
    """PDF and Word show the practice; the PDF stays tagged with the picture described."""
    letter = build_letter(lupus_case(), TODAY, letterhead=load_clinic(folder).letterhead)

    pdf, word = render_pdf(letter), render_word(letter)
    assert b"/Alt" in pdf or b"ObjStm" in pdf
    assert word.count(b"word/media/") >= 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[letterhead]\npractise = 'x'", "letterhead.practise"),
        ("[[signers]]\nname = 'Ann Lee'\nnpi = '12'", "signers.0.npi"),
        ("[sending]\nfax_pages = 1", "sending.fax_pages"),
        ("[letterhead\n", "line 1"),
        ("[letterhead]\nlogo = '../secret.png'", "letterhead.logo"),
        ("[letterhead]\nlogo = 'clinic.toml'", "PNG or JPEG"),
        (LABEL_TOO_OLD, "checked_on lies before revised"),
    ],
)
def test_a_slip_in_the_settings_is_named_at_start(tmp_path, text, named):
    """By file and key, before the first case rather than at its end."""
    (tmp_path / "clinic.toml").write_text(text)

    with pytest.raises(ClinicError, match=named):
        check_clinic(tmp_path)


def test_an_unsound_template_stops_the_start(folder):
    """The clinic's own wording is filled once before any case needs it."""
    (folder / "letters").mkdir()
    (folder / "letters" / "appeal.j2").write_text("# Appeal\n{{ patient.nickname.upper() }}\n")

    with pytest.raises(LetterTemplateError, match="appeal"):
        check_clinic(folder)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """A mistyped path must not quietly mean the built-in letters."""
    with pytest.raises(ClinicError, match="no such folder"):
        load_clinic(tmp_path / "nowhere")


LABEL = """
[[labels]]
drug = "anifrolumab"
indication = "Made-up words of a label that stand here only to be quoted."
revised = 2026-04-01
checked_on = 2026-09-15
"""


def test_the_labeled_use_is_quoted_from_the_label_that_the_clinic_checked(folder):
    """Word for word, with the day the label was revised; whether it fits is the physician's to say."""
    (folder / "clinic.toml").write_text(TOML + LABEL)
    clinic = load_clinic(folder)

    letter = build_letter(lupus_case(), TODAY, letterhead=clinic.letterhead_for(None, "Anifrolumab"))
    text = "".join(run.text for run in runs_of(letter.blocks))
    assert "revised April 1, 2026" in text
    assert "“Made-up words of a label that stand here only to be quoted.”" in text
    assert any("fits this indication" in blank for blank in letter.blanks)


@pytest.mark.parametrize("drug", ["belimumab", None])
def test_no_label_of_another_drug_is_quoted(folder, drug):
    """No label checked for this drug: nothing is said of a label."""
    (folder / "clinic.toml").write_text(TOML + LABEL)

    assert load_clinic(folder).letterhead_for(None, drug).label is None
