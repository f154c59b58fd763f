"""How well a name answers to a question: exact, its beginning, its words, or nearly."""

from dataclasses import dataclass

EXACT, STARTS, WORDS, NEARLY = range(4)
# Below this, what is found would surprise more than it helps.
CLOSE_ENOUGH = 0.62
# A word of so few letters says too little when one of them is wrong.
SHORT = 3
SHARED_PAIRS = 0.3


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """How well a name answers; lower is better."""

    band: int
    distance: float


def rank(asked: str, words: str) -> Rank | None:
    """Return how well a name answers a question, both as `words_of` gives them.

    None where part of what was asked is not in the name, not even nearly.
    """
    asked_tight, name_tight = asked.replace(" ", ""), words.replace(" ", "")
    if not asked_tight:
        return None
    if asked_tight == name_tight:
        return Rank(EXACT, 0.0)
    extra = 1 - len(asked_tight) / max(len(name_tight), len(asked_tight))
    if name_tight.startswith(asked_tight):
        return Rank(STARTS, extra)
    tokens = words.split()
    scores = [(len(token), _best(token, tokens)) for token in asked.split()]
    if all(score >= 1 for _length, score in scores):
        return Rank(WORDS, extra)
    weight = sum(length for length, _score in scores)
    met = sum(length * score for length, score in scores) / weight
    joined = _likeness(asked_tight, name_tight)
    best = max(met, joined)
    if best < CLOSE_ENOUGH:
        return None
    return Rank(NEARLY, 1 - best + extra / 10)


def _best(asked: str, tokens: list[str]) -> float:
    """Return how near the nearest word comes: 1 for a beginning, 0 for none."""
    if any(token.startswith(asked) for token in tokens):
        return 1.0
    if len(asked) <= SHORT:
        return 0.0
    best = max((_likeness(asked, token) for token in tokens), default=0.0)
    return best if best >= CLOSE_ENOUGH else 0.0


def _likeness(one: str, other: str) -> float:
    """Return 1 less the share of letters that must change; a swap is one change."""
    longest = max(len(one), len(other))
    if abs(len(one) - len(other)) > longest * (1 - CLOSE_ENOUGH):
        return 0.0
    pairs, others = _pairs(one), _pairs(other)
    # Cheaper than counting changes, and most names end here.
    if len(pairs & others) < SHARED_PAIRS * min(len(pairs), len(others)):
        return 0.0
    return 1 - _changes(one, other) / longest


def _pairs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[i : i + 2] for i in range(len(padded) - 1)}


def _changes(one: str, other: str) -> int:
    """Return how many letters were put in, left out, replaced or swapped."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, match in enumerate(other, start=1):
            cost = min(
                last[j] + 1, row[j - 1] + 1, last[j - 1] + (0 if letter == match else 1)
            )
            if (
                i > 1
                and j > 1
                and letter == other[j - 2]
                and one[i - 2] == match
                and before
            ):
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
