"""Bytes become the text that their sender saw, whatever the label says."""

import pytest

from channels.email import charset
from channels.email.words import decode_words, header, structured

CHINESE = "您好，我的订单还没有收到，请问什么时候发货？谢谢。"
TRADITIONAL = "您好，我還沒有收到訂單，請問什麼時候會到？謝謝。"
JAPANESE = "お世話になっております。注文番号①の件でご連絡しました。"
RUSSIAN = "Здравствуйте, мой заказ до сих пор не пришёл, помогите пожалуйста."


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (CHINESE, "gb18030", "gb2312"),
        ("𠮷野家的朱镕基", "gb18030", "gb2312"),
        (CHINESE, "utf-8", "gb2312"),
        (CHINESE, "gb18030", "iso-8859-1"),
        (CHINESE, "gb18030", "us-ascii"),
        (CHINESE, "gb18030", "x-unknown"),
        (CHINESE, "gb18030", None),
        (CHINESE, "utf-16", "utf-16"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "big5", None),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "cp932", None),
        (RUSSIAN, "koi8-r", None),
        (RUSSIAN, "cp1251", "unknown-8bit"),
        (RUSSIAN, "cp1251", "windows-1251http-equivcontent-type"),
        ("Grüße aus Köln", "cp1252", None),
        ("Grüße aus Köln", "utf-8", "iso-8859-1"),
        ("€ 5 – “fine”", "cp1252", "iso-8859-1"),
        ("Grüße &c. + more", "utf-7", "utf-7"),
        ("안녕하세요 주문한 물건이 아직 오지 않았습니다", "cp949", "ks_c_5601-1987"),
        ("안녕하세요 주문한 물건이 아직 오지 않았습니다", "cp949", None),
    ],
)
def test_text_survives_its_label(text: str, codec: str, label: str | None) -> None:
    assert charset.decode(text.encode(codec), label).text == text


def test_japanese_mail_keeps_vendor_characters() -> None:
    row_13 = b"\x1b$B-!#1ET#38)\x1b(B"  # a circled one, which the standard's own table does not hold
    assert charset.decode(row_13, "iso-2022-jp").text == "①１都３県"


def test_nul_and_lone_surrogates_never_come_out() -> None:
    assert charset.decode(b"a\x00b", "utf-8").text == "ab"
    assert "\ud800" not in charset.decode(b"+2AA-x", "utf-7").text


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode_escape", "rot13", "base64", "zlib", "undefined"])
def test_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    assert charset.codec_of(label) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?B?5oKo5aW9?= =?utf-8?B?77yM?=", "您好，"),
        ("=?utf-8?B?5oKo5Q==?= =?utf-8?B?pb0=?=", "您好"),
        ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe_an?= alle", "Grüße an alle"),
        ("=?utf-8?Q?two words?=", "two words"),
        ("Re: =?gb2312?B?xPq6ww==?=", "Re: 您好"),
        ("=?utf-8?B?5oKo5aW9", "您好"),
        ("=?utf-8?B?5oKo5aW9!!?=", "您好"),
        ("a =? b ?= c", "a =? b ?= c"),
        ("=?nonsense?B?aGk=?=", "hi"),
    ],
)
def test_encoded_words_as_senders_write_them(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize("name", ["简历.doc", "合同.pdf", "发票扫描件.jpg", "2026年报价单(最终).xlsx"])
def test_short_raw_chinese_names_are_read(name: str) -> None:
    assert structured(f'attachment; filename="{name}"'.encode("gb18030"))[1]["filename"] == name


@pytest.mark.parametrize("name", ["Müller", "Señor Núñez", "Ærø", "François Lefèvre", "Grüße"])
def test_short_raw_western_names_are_read(name: str) -> None:
    assert header(name.encode("cp1252")) == name


def test_eight_bit_header_bytes_are_understood() -> None:
    assert header(CHINESE.encode("gb18030")) == CHINESE
    assert header("Grüße\r\n aus Köln".encode()) == "Grüße aus Köln"


def test_parameters_in_sections_and_extended_values_come_together() -> None:
    raw = b"attachment;\r\n filename*0*=gb2312''%B6%A9;\r\n filename*1*=%B5%A5;\r\n filename*2=\".pdf\""
    assert structured(raw) == ("attachment", {"filename": "订单.pdf"})
    assert structured(b'text/plain; name="=?utf-8?B?6K6i5Y2V?=.txt"; x') == ("text/plain", {"name": "订单.txt"})
