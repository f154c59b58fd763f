"""What the catalog knows without asking the database."""

from apps.catalog.rules.merging import (
    Change,
    Held,
    Merge,
    changes_between,
    merge,
    plain,
)
from apps.catalog.rules.money import EURO, RATE_STEP, cross_rate
from apps.catalog.rules.ranking import EXACT, NEARLY, STARTS, WORDS, Rank, rank
from apps.catalog.rules.tree import (
    LANGUAGES,
    below,
    inherited,
    is_kin,
    label,
    language_of,
    linked,
    path_of,
)
from apps.catalog.rules.words import as_designation, spellings, tight, words_of

__all__ = [
    "EURO",
    "EXACT",
    "LANGUAGES",
    "NEARLY",
    "RATE_STEP",
    "STARTS",
    "WORDS",
    "Change",
    "Held",
    "Merge",
    "Rank",
    "as_designation",
    "below",
    "changes_between",
    "cross_rate",
    "inherited",
    "is_kin",
    "label",
    "language_of",
    "linked",
    "merge",
    "path_of",
    "plain",
    "rank",
    "spellings",
    "tight",
    "words_of",
]
