"""Which language a text is in, as far as its script tells: Chinese, Japanese, Korean, Russian, Arabic, and a few more.

Latin letters tell nothing (None): there the account's language counts. Cheap enough for every message.
"""

import unicodedata
from collections import Counter

LOOK_AT = 2_000
SHARE = 0.2
"""A message that quotes an English product name is still Chinese: a fifth of its letters decide."""
WEIGHT = {"zh": 3, "ja": 3, "ko": 2}
"""One such character says as much as several letters."""
_SCRIPTS = (
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("CJK UNIFIED", "zh"),
    ("HANGUL", "ko"),
    ("CYRILLIC", "ru"),
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("THAI", "th"),
    ("GREEK", "el"),
    ("DEVANAGARI", "hi"),
)
_TRADITIONAL = frozenset("們個這來時說對為會國過學還後點麼現發問請謝寄貨單號價電話網郵訂戶帳")


def guess(text: str) -> str | None:
    """A BCP 47 tag (`zh-CN`, `zh-TW`, `ja`, `ru`, …) or None when the script does not tell."""
    if text.isascii():
        return None
    letters: Counter[str] = Counter()
    traditional = 0
    for character in text[:LOOK_AT]:
        if character.isascii():
            letters["latin"] += character.isalpha()
            continue
        traditional += character in _TRADITIONAL
        name = unicodedata.name(character, "")
        language = next((language for start, language in _SCRIPTS if name.startswith(start)), "other")
        letters[language] += WEIGHT.get(language, 1)
    if letters["ja"] and letters["ja"] + letters["zh"] >= SHARE * letters.total():
        return "ja"
    letters.pop("other", None)
    if not letters:
        return None
    found, count = max(
        ((one, n) for one, n in letters.items() if one != "latin"), key=lambda pair: pair[1], default=("", 0)
    )
    if not count or count < SHARE * letters.total():
        return None
    if found == "zh":
        return "zh-TW" if traditional >= 2 else "zh-CN"
    return found
