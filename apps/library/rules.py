"""How the name of a model is written down so that any way of typing it meets it."""

import re
import unicodedata
from collections.abc import Iterable

# By sound, as makers write their own Latin names: ИР500ПМФ4 is IR500PMF4.
CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh",
        "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n",
        "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya", "α": "a",
    }
)  # fmt: skip
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a text, in small Latin letters and without accents."""
    # Composed first: и with a breve is a letter of its own.
    small = unicodedata.normalize("NFC", text).casefold().translate(CYRILLIC)
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", small)
        if not unicodedata.combining(letter)
    )
    return WORD.findall(plain)


def compact(text: str) -> str:
    """Return a text as one word: `VF-2SS`, `vf 2 ss` and `VF2SS` are the same."""
    return "".join(words(text))


def known_names(maker: str, model: str, others: Iterable[str]) -> list[str]:
    """Return each way to name a model as one word, with its maker and without."""
    said = [model, *others]
    names = [f"{maker} {name}" for name in said] + said
    return list(dict.fromkeys(compact(name) for name in names))
