"""A payer's coverage policy: pages in, criteria tree out."""

from collections.abc import Sequence

from extractors.evidence import Page
from extractors.policy.audit import left_out
from extractors.policy.completing import complete, replace_run_together
from extractors.policy.criteria import read_criteria
from extractors.policy.form_parts import join_form_parts
from extractors.policy.front import drugs_of, find_effective_date, find_number, find_payer, find_title
from extractors.policy.margins import without_margins
from extractors.policy.nesting import read_outline
from extractors.policy.plain import read_plainly
from extractors.policy.preferred import in_columns
from extractors.policy.published import outline, published
from extractors.policy.rows import rows_of
from extractors.policy.series import with_series
from extractors.policy.table import read_table
from extractors.policy.tree import Indication, Node, Note, Policy
from extractors.policy.unmarked import with_unmarked

__all__ = ["Indication", "Node", "Note", "Policy", "outline", "published", "read_policy"]


def read_policy(pages: Sequence[Page]) -> Policy:
    """Return the policy that these pages print, in page order; what is not there is None or empty.

    Nothing is guessed: an operator that head and items state differently is flagged on its node, and what could not be
    read as criteria is said in `problems`.
    """
    pages = without_margins(pages)
    title = find_title(pages)
    name = title.value if title else ""
    rows = with_unmarked(with_series(rows_of(pages)))
    found = read_table(rows, name)
    if found is None:
        sections = read_outline(rows)
        found = read_criteria(sections, name, in_columns(rows))
        join_form_parts(found, name)
        complete(found, rows, name)
        found.problems += left_out(sections, found)
    else:
        replace_run_together(found, read_plainly(rows, name))
    apart = [drug for use in found.indications for drug in use.drugs]
    return Policy(
        document=pages[0].document if pages else "",
        title=title,
        payer=find_payer(pages),
        number=find_number(pages),
        effective_date=find_effective_date(pages),
        drugs=tuple(dict.fromkeys((*drugs_of(name, pages), *apart))),
        indications=tuple(found.indications),
        exclusions=tuple(found.exclusions),
        problems=tuple(found.problems),
    )
