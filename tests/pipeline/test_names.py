import pytest

from pipeline.names import initials, spoken_name


@pytest.mark.parametrize(
    ("printed", "spoken", "initialled"),
    [
        ("PASTERNACK, LEONARD", "Leonard Pasternack", "L.P."),
        ("Dunmore, Philippa J.", "Philippa J. Dunmore", "P.J.D."),
        ("Marisol Ketterman", "Marisol Ketterman", "M.K."),
        ("SIOBHAN O'BRIEN-ACHEBE", "Siobhan O'Brien-Achebe", "S.O.A."),
        ("MCDONALD, IAN", "Ian McDonald", "I.M."),
        ("Lionel Abercrombie, Jr.", "Lionel Abercrombie, Jr.", "L.A."),  # near miss: what follows is no first name
        ("DE LA CRUZ, ANA", "Ana de la Cruz", "A.d.l.C."),
        ("DANESHVAR, SHIRIN MD", "Shirin Daneshvar, MD", "S.D."),
        ("Priya Raghunathan, M.D., PhD", "Priya Raghunathan, M.D., PhD", "P.R."),
        ("Do, Linh", "Linh Do", "L.D."),  # near misses: a name, no degree
        ("LINH DO", "Linh Do", "L.D."),
        ("Nguyen, Do", "Do Nguyen", "D.N."),
        ("T. WRENFIELD, DO", "T. Wrenfield, DO", "T.W."),
        ("LINH DO NGUYEN", "Linh Do Nguyen", "L.D.N."),
        (None, None, ""),
    ],
)
def test_a_letter_speaks_of_a_person_as_people_do(printed, spoken, initialled):
    """A claim system prints "LAST, FIRST"; a physician does not write so, and initials go first name first."""
    assert spoken_name(printed) == spoken
    assert initials(printed).lower() == initialled.lower()
