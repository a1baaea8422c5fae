"""The language of a document, so that nobody takes the fields of a Spanish letter for checked."""

import pytest

from extractors.documents import read_language, split_documents
from tests.pages import page_of

SPANISH = """Healthy Blue
Aviso de determinación adversa
Estimado Sr. Bermúdez: Hemos decidido no cubrir su medicina. El plan pide que primero pruebe metformina durante tres
meses. Usted puede apelar dentro de los 60 días de la fecha de este aviso."""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", SPANISH),
        ("es", "Su solicitud de terapia no fue aprobada. Si no esta de acuerdo, puede apelar en los 60 dias."),
        ("fr", "Nous avons examiné votre demande. Nous ne pouvons pas payer. Vous avez 60 jours pour faire appel."),
        ("pt", "Não podemos aprovar o seu pedido para a terapia. Você tem 60 dias para o seu recurso, ou mais."),
        ("en", "We reviewed your request and cannot approve it. You may appeal within 180 days of the notice."),
        (  # near miss: a tagline makes no Spanish letter
            "en",
            "We reviewed your request and we cannot approve it. You may appeal within 180 days of this notice.\n"
            "Español: si necesita ayuda llame al 1-800-555-0100.",
        ),
        (None, "RxBIN 610502   RxPCN ADV"),
        (None, ""),
    ],
)
def test_the_language_is_that_of_most_of_the_text(language, text):
    """A line for speakers of another language does not change it; a card has none."""
    assert read_language([page_of(text)]) == language


def test_a_letter_in_spanish_is_typed_and_says_so():
    """Whoever reads the result learns why a field may be missing."""
    (found,) = split_documents([page_of(SPANISH)])

    assert (found.document_type.value, found.language) == ("denial_letter", "es")
