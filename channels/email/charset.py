"""Bytes to text whatever the label says: nothing here raises, and the result never holds NUL or a lone surrogate.

The label is believed when it decodes cleanly; mislabelled text is recognised by what it decodes to. Order matters: UTF-8
before everything (it hardly ever decodes by accident), statistics last.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

Judge = Callable[[bytes, int], float]
"""Points for (sample, number of its high bytes): 0 when the bytes do not fit, above 0.55 beats windows-1252."""
DETECT_BYTES = 20_000
"""Statistics look at no more than this much of a text."""

# What mail programs call things, and the superset that really decodes it (WHATWG's choices plus what Chinese mail needs).
_ALIASES = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "936": "gb18030",
    "gb2312-80": "gb18030", "x-gb2312": "gb18030", "euc-cn": "gb18030", "chinese": "gb18030", "hz-gb-2312": "hz",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-big5": "big5hkscs", "cp950": "cp950", "950": "cp950",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252",
    "us-ascii": "cp1252", "ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "tis-620": "cp874", "windows-874": "cp874", "iso-8859-8-i": "iso8859-8", "unicode-1-1-utf-7": "utf-7", "utf7": "utf-7",
    "utf8": "utf-8", "utf8mb4": "utf-8", "utf-8-mac": "utf-8", "cp65001": "utf-8", "unicode": "utf-16", "ucs-2": "utf-16",
    "macintosh": "mac-roman", "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "koi8": "koi8-r",
    "iso-2022-jp": "iso-2022-jp", "csiso2022jp": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp",
}  # fmt: skip
_EIGHT_BIT_GUESS = "cp1252"
_ASCII = bytes(range(128))
# Registered codecs that are no character sets, or that are slow or surprising on hostile input.
_REFUSED = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem", "utf-8-sig"}
_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:+-]*")
_JIS_SWITCH = re.compile(rb"\x1b(\$[@B]|\$\([@DO]|\([BJIH])")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PAIRED = re.compile(r"(?i)(utf-?8|gb18030|gbk|gb2312|big5|iso-8859-\d{1,2}|windows-125\d|cp125\d|shift_jis|iso-2022-jp|euc-jp|euc-kr|koi8-[ru]|us-ascii)")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the codec that made it, and what was wrong with its label ("" when nothing)."""

    text: str
    codec: str
    defect: str = ""


def decode(data: bytes, label: str | None = None, *, hint: str | None = None) -> Decoded:
    """Text of `data`, believed to be in `label`; `hint` is another part's charset, tried when the label fails."""
    if data.isascii() and b"\x1b" not in data and not (label and _shifts(label)) and b"\x00" not in data:
        return Decoded(data.decode("ascii"), "ascii")
    marked = _by_mark(data, label)
    if marked is not None:
        return marked
    codec = codec_of(label)
    if codec is not None and not (codec == "cp1252" and (_ascii_label(label) or _not_latin(data))):
        text = _try(data, codec)
        if text is not None:
            return Decoded(clean(text), codec)
    return _salvage(data, codec, label, hint)


def clean(text: str) -> str:
    """The text without NUL and with lone surrogates replaced by U+FFFD: what databases and UTF-8 writers accept."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return _SURROGATES.sub("\ufffd", text)


@lru_cache(maxsize=512)
def codec_of(label: str | None) -> str | None:
    """The Python codec for a charset label, or None when unknown or refused. Junk around a known name is forgiven."""
    if not label or len(label) > 200:
        return None
    name = label.strip().strip("\"'").lower()
    for candidate in (name, *_LABEL.findall(name)[:1], *_PAIRED.findall(name)[:1]):
        found = _lookup(_ALIASES.get(candidate, candidate))
        if found is not None:
            return found
    return None


def _lookup(name: str) -> str | None:
    if not name.isascii() or not name:
        return None
    if name in ("cp1252", "iso-2022-jp"):
        return name
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, TypeError):
        return None
    canonical = info.name.replace("_", "-")
    text_codec = getattr(info, "_is_text_encoding", True)
    return info.name if text_codec and canonical not in _REFUSED else None


def _shifts(label: str) -> bool:
    """True for charsets whose bytes are all ASCII although the text is not (UTF-7, HZ, ISO-2022)."""
    return codec_of(label) in {"utf-7", "hz", "iso-2022-jp", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso2022_kr"}


def _ascii_label(label: str | None) -> bool:
    return label is not None and label.strip().lower() in {"us-ascii", "ascii", "ansi_x3.4-1968"}


def _not_latin(data: bytes) -> bool:
    """True when 8-bit text labelled Western is UTF-8, or too dense in high bytes to be any Western language."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        sample = data[:DETECT_BYTES].translate(None, b" \t\r\n=-_*.")
        return len(sample.translate(None, _ASCII)) * 5 > len(sample) * 2
    return True


def _by_mark(data: bytes, label: str | None) -> Decoded | None:
    # Under its own label a mark is a character that the sender wrote, and stays.
    if data.startswith(codecs.BOM_UTF8) and codec_of(label) != "utf-8":
        return Decoded(clean(data[3:].decode("utf-8", "replace")), "utf-8")
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return Decoded(clean(data.decode("utf-16", "replace")), "utf-16")
    if len(data) >= 8 and data.count(b"\x00") * 5 > len(data) * 2:
        little = data[1::2].count(b"\x00") >= data[::2].count(b"\x00")
        codec = "utf-16-le" if little else "utf-16-be"
        return Decoded(clean(data.decode(codec, "replace")), codec, "utf-16 without a mark")
    return None


def _try(data: bytes, codec: str) -> str | None:
    try:
        if codec == "iso-2022-jp":
            return _iso_2022_jp(data)
        if codec == "cp1252":
            # Undefined bytes of windows-1252 are C1 controls in the text that browsers show; keep one character per byte.
            return data.decode("cp1252", "replace") if not data.isascii() else data.decode("ascii")
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _iso_2022_jp(data: bytes) -> str | None:
    """ISO-2022-JP as senders really write it: with the NEC and IBM rows that Python's codec refuses, and raw Shift-JIS."""
    if b"\x1b" not in data:
        return data.decode("ascii") if data.isascii() else None
    out: list[str] = []
    mode = b"(B"
    at = 0
    for switch in _JIS_SWITCH.finditer(data):
        out.append(_jis_run(data[at : switch.start()], mode))
        mode, at = switch.group(1), switch.end()
    out.append(_jis_run(data[at:], mode))
    return "".join(out)


def _jis_run(run: bytes, mode: bytes) -> str:
    if mode in (b"$@", b"$B"):
        # A missing switch back before the line's end is a common truncation: text after a newline is ASCII again.
        kanji, newline, rest = run.partition(b"\n")
        return _sjis_of(kanji).decode("cp932", "replace") + (newline + rest).decode("cp932", "replace")
    if mode == b"(I":
        return bytes(byte | 0x80 for byte in run).decode("cp932", "replace")
    if mode in (b"$(D", b"$(O"):
        return b"".join((b"\x1b$(D", run, b"\x1b(B")).decode("iso2022_jp_1", "replace")
    return run.decode("cp932", "replace")


def _sjis_of(pairs: bytes) -> bytes:
    """JIS X 0208 row/cell pairs as Shift-JIS bytes (JIS X 0208 annex 1)."""
    out = bytearray()
    for high, low in zip(pairs[0::2], pairs[1::2], strict=False):
        if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
            out += bytes((high & 0x7F, low & 0x7F))
            continue
        second = low + (0x1F if low < 0x60 else 0x20) if high % 2 else low + 0x7E
        first = (high + 1) // 2 + (0x70 if high < 0x5F else 0xB0)
        out += bytes((first, second))
    return bytes(out)


def _salvage(data: bytes, codec: str | None, label: str | None, hint: str | None) -> Decoded:
    defect = (
        f"charset {label[:40]!r} did not fit" if label else ("" if data.isascii() else "8-bit text without charset")
    )
    if b"\x1b$" in data[:DETECT_BYTES]:
        japanese = _iso_2022_jp(data)
        if japanese is not None:
            return Decoded(clean(japanese), "iso-2022-jp", defect)
    for candidate in ("utf-8", codec_of(hint) if hint else None):
        if candidate and candidate != "cp1252":
            text = _try(data, candidate)
            if text is not None:
                return Decoded(clean(text), candidate, defect)
    if _mostly_utf8(data):
        return Decoded(clean(data.decode("utf-8", "replace")), "utf-8", defect)
    if codec not in (None, "cp1252", "utf-8"):
        text = _almost(data, str(codec))
        if text is not None:
            return Decoded(clean(text), str(codec), defect)
    guess = detect(data)
    return Decoded(clean(data.decode(guess, "replace")), guess, defect)


def _almost(data: bytes, codec: str) -> str | None:
    """The text when the named codec fails only here and there (a truncated or damaged character), else None."""
    try:
        text = _iso_2022_jp(data) if codec == "iso-2022-jp" else data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return None
    if text is None:
        return None
    return text if text.count("\ufffd") <= 2 + len(text) // 50 else None


def _mostly_utf8(data: bytes) -> bool:
    text = data[:DETECT_BYTES].decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - bad
    return good > 3 * bad


def detect(data: bytes) -> str:
    """The likeliest codec of 8-bit text that is not UTF-8; windows-1252 when nothing speaks for another."""
    sample = data[:DETECT_BYTES]
    high = len(sample.translate(None, _ASCII))
    if not high:
        return "ascii"
    best, score = _EIGHT_BIT_GUESS, 0.55
    for codec, judge in _JUDGES.items():
        points = judge(sample, high)
        if points > score:
            best, score = codec, points
    return best


def _pairs_score(sample: bytes, codec: str, common: re.Pattern[str]) -> float:
    """Share of the non-ASCII characters that are everyday ones of the script; 0 when the bytes do not fit the codec."""
    text = sample.decode(codec, "replace")
    wide = [character for character in text if character > "\x7f"]
    if not wide or text.count("\ufffd") > 1 + len(wide) // 40:
        return 0.0
    return len(common.findall(text)) / len(wide)


# The hundred-odd characters that make up a good part of any Chinese text, both scripts, plus full-width punctuation.
_HANZI = re.compile(
    "[的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从更间期内最先明使间关给请问您电话联系信息产品客户服务订单邮件公司培训管理這為來個們說國時後對過發經當與學進種將還見間關給請問電話聯絡訊產品務單郵件訓，。、：；！？（）《》“”【】]"
)
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fc、。「」]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_RUSSIAN_COMMON = re.compile("[оеаинтсрвлкмдпуяыьгзбчй]")


_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_GB2312_RUN = re.compile(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")


def _simplified(sample: bytes, high: int) -> float:
    """Chinese by everyday characters; short names of rarer ones by their bytes: whole pairs, most in GB 2312's first level."""
    score = _chinese("gb18030")(sample, high)
    if score:
        return score
    runs = _HIGH_RUN.findall(sample)
    if high < 4 or not all(_GB2312_RUN.fullmatch(run) for run in runs):
        return 0.0
    leads = b"".join(run[::2] for run in runs)
    first_level = sum(0xB0 <= lead <= 0xD7 for lead in leads)
    return 0.65 if first_level * 5 >= len(leads) * 4 else 0.0


def _chinese(codec: str) -> Judge:
    def judge(sample: bytes, high: int) -> float:
        score = _pairs_score(sample, codec, _HANZI)
        return 0.0 if high < 4 else (0.6 + score if score > 0.12 else 0.0)

    return judge


def _japanese(codec: str) -> Judge:
    def judge(sample: bytes, high: int) -> float:
        score = _pairs_score(sample, codec, _KANA)
        return 0.9 + score if score > 0.3 and high >= 4 else 0.0

    return judge


def _korean(sample: bytes, high: int) -> float:
    score = _pairs_score(sample, "cp949", _HANGUL)
    rare = _pairs_score(sample, "euc_kr", _HANGUL)
    return 0.62 + min(score, rare) * 0.3 if score > 0.85 and rare > 0.85 and high >= 12 else 0.0


def _cyrillic(codec: str) -> Judge:
    def judge(sample: bytes, high: int) -> float:
        letters = sum(1 for byte in sample if chr(byte).isalpha() and byte < 0x80)
        if high < 4 or high < letters // 3:
            return 0.0
        return _pairs_score(sample, codec, _RUSSIAN_COMMON)

    return judge


_JUDGES = {
    "gb18030": _simplified,
    "big5hkscs": _chinese("big5hkscs"),
    "cp932": _japanese("cp932"),
    "euc_jp": _japanese("euc_jp"),
    "cp949": _korean,
    "cp1251": _cyrillic("cp1251"),
    "koi8_r": _cyrillic("koi8_r"),
}
