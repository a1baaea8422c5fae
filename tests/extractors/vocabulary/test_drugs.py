import pytest

from extractors.vocabulary.drugs import drug, drugs, find_classes, find_drugs, is_a, is_class, members


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Humira 40 mg every other week", ["adalimumab"]),
        ("humira", ["adalimumab"]),
        ("MTX 20 mg weekly with HCQ", ["methotrexate", "hydroxychloroquine"]),
        ("mtx", []),  # an abbreviation counts in capitals only
        ("MS, RA, CD, UC, AS, AD and PM", []),  # diseases and times of day
        ("mesalamine (5-ASA)", ["mesalamine"]),  # no aspirin
        ("ASA 81 mg", ["aspirin"]),
        ("Xeljanz XR 11 mg", ["tofacitinib"]),
        ("adalimumab-adaz 40 mg", ["adalimumab-adaz"]),
        ("adalimumab-zzzz 40 mg", ["adalimumab"]),  # a suffix that came after the table
        ("anifrolumab-fnia", ["anifrolumab"]),
        ("methylprednisolone", ["methylprednisolone"]),  # holds the letters of another drug
        ("6-MP 50 mg", ["mercaptopurine"]),
        ("INH 300 mg daily", ["isoniazid"]),
        ("BREO ELLIPTA 200-25 MCG INH", ["fluticasone and vilanterol"]),  # an inhaler
        ("Verzenio 150 mg", ["abemaciclib"]),
        ("Trazimera for Herceptin", ["trastuzumab-qyyp", "trastuzumab"]),
        ("factor VIII activity and estradiol level", []),  # laboratory tests
        ("ruxolitinib 1.5% cream", ["ruxolitinib topical"]),
        ("ruxolitinib 10 mg twice daily", ["ruxolitinib"]),
        ("triamcinolone acetonide 0.1% ointment", ["triamcinolone topical"]),
        ("triamcinolone 40 mg IM, clobetasol cream", ["triamcinolone", "clobetasol"]),  # the cream is the other one's
        ("budesonide inhaled twice daily", ["budesonide inhaled"]),
        ("trial of calcipotriene/betamethasone", ["calcipotriene and betamethasone"]),
        ("a sonata for piano", ["zaleplon"]),  # a brand is a brand: the section decides
    ],
)
def test_a_drug_is_found_under_any_name_it_goes_by(text, expected):
    """Generic, brand, abbreviation, biosimilar suffix and form lead to one substance."""
    assert [mention.generic for mention in find_drugs(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("methotraxate", ["methotrexate"]),
        ("azathloprine", ["azathioprine"]),
        ("Plaqueni1", ["hydroxychloroquine"]),
        ("Rinvog", ["upadacitinib"]),
        ("rnethotrexate", ["methotrexate"]),
        ("vedoluzimab", ["vedolizumab"]),
        ("prednisolone", ["prednisolone"]),  # a drug of its own, not methylprednisolone
        ("hydroxyzine", ["hydroxyzine"]),  # not hydroxychloroquine
        ("cycloserine", []),  # another drug, two letters from cyclosporine
        ("cortisone", []),
        ("famotidine", ["famotidine"]),
        ("the form is enclosed", []),  # an English word, letters from a drug
        ("the program", []),  # one letter from Prograf
        ("no ability to walk", []),  # one letter from Abilify
        ("without benefit", []),  # one letter from BeneFIX
        ("insulins", []),
        ("MTXX", []),
    ],
)
def test_a_slip_is_mended_and_a_real_word_is_left_alone(text, expected):
    """OCR slips and misspellings are read; one drug never becomes another."""
    assert [mention.generic for mention in find_drugs(text, fuzzy=True)] == expected


def test_a_mended_slip_says_so_and_stands_where_it_was():
    """A fuzzy mention is marked and keeps the words of the page."""
    text = "Started methotraxate in May"

    (mention,) = find_drugs(text, fuzzy=True)

    assert mention.via == "fuzzy"
    assert text[mention.start : mention.end] == mention.text == "methotraxate"
    assert find_drugs(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ONE conventional synthetic disease-modifying antirheumatic drug", ["csDMARD"]),
        ("a csDMARD and a DMARD", ["csDMARD", "DMARD"]),
        ("at least ONE tumor necrosis factor inhibitor", ["TNF inhibitor"]),
        ("tumor necrosis factor (TNF) blockers", ["TNF inhibitor"]),
        ("another Janus kinase inhibitor", ["JAK inhibitor"]),
        ("JAK2 mutation", []),
        ("a targeted synthetic drug or a biologic", ["targeted synthetic drug", "biologic"]),
        (
            "antimalarial, systemic corticosteroid or immunosuppressant",
            ["antimalarial", "systemic corticosteroid", "immunosuppressant"],
        ),
        ("a high potency topical corticosteroid", ["high-potency topical corticosteroid"]),
        ("biologic-naive patient on a steroid-sparing agent", []),  # says that none is taken
        ("an aminosalicylate", ["aminosalicylate"]),
        ("interleukin-17A antagonists", ["IL-17 inhibitor"]),
        ("two triptans", ["triptan"]),
    ],
)
def test_a_class_is_found_in_the_words_of_payers(text, expected):
    """Class phrases of policies lead to one key; the longest phrase wins."""
    assert [mention.key for mention in find_classes(text)] == expected


@pytest.mark.parametrize(
    ("generic", "key", "expected"),
    [
        ("adalimumab", "TNF inhibitor", True),
        ("adalimumab-adaz", "TNF inhibitor", True),
        ("adalimumab", "DMARD", True),
        ("adalimumab", "csDMARD", False),
        ("methotrexate", "DMARD", True),
        ("methotrexate", "immunosuppressant", True),
        ("hydroxychloroquine", "immunosuppressant", False),
        ("secukinumab", "TNF inhibitor", False),
        ("vedolizumab", "TNF inhibitor", False),
        ("deucravacitinib", "JAK inhibitor", False),  # TYK2 is a class of its own for payers
        ("deucravacitinib", "targeted synthetic drug", True),
        ("tofacitinib", "csDMARD", False),
        ("ruxolitinib topical", "JAK inhibitor", False),
        ("erenumab", "biologic", False),  # no trial of a biologic in an arthritis policy
        ("clobetasol", "high-potency topical corticosteroid", True),
        ("hydrocortisone topical", "high-potency topical corticosteroid", False),
        ("prednisone", "systemic corticosteroid", True),
        ("unheard-of", "biologic", False),
    ],
)
def test_classes_hold_their_members_and_no_others(generic, key, expected):
    """A trial of one class cannot pass for a trial of another."""
    assert is_a(generic, key) is expected


def test_the_tables_agree_with_each_other():
    """Every class of a drug exists, every biosimilar has its reference in the same classes, the rest is loaded."""
    assert len(drugs()) >= 400
    for entry in drugs():
        assert all(is_class(key) and entry.generic in members(key) for key in entry.classes)
        if entry.biosimilar_of:
            reference = drug(entry.biosimilar_of)
            assert reference is not None
            assert set(entry.classes) == set(reference.classes)
        assert drug(entry.generic) is entry
    assert drug("Plaquenil") is drug("HCQ")
    assert drug("not a drug") is None


def test_an_unknown_class_is_refused():
    """A slip in a criterion's class stops the program rather than matching nobody."""
    with pytest.raises(KeyError):
        members("TNF blocker of the future")
