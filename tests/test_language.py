"""The language of a message by its script."""

import pytest

from contact_center.language import guess


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("您好，我的订单 A-77310 被扣了两次款，请尽快处理。", "zh-CN"),
        ("你好，請問我的訂單什麼時候寄出？謝謝。", "zh-TW"),
        ("注文の返金についてお伺いしたいです。", "ja"),
        ("주문을 취소하고 싶습니다.", "ko"),
        ("Здравствуйте, где мой заказ?", "ru"),
        ("أين طلبي؟", "ar"),
        ("iPhone 15 Pro Max 发票", "zh-CN"),
        ("The character 中 means middle, says my dictionary", None),
        ("Where is my order?", None),
        ("Où est ma commande ?", None),
        ("12345 !!!", None),
        ("", None),
    ],
)
def test_the_script_tells_the_language_or_says_nothing(text: str, language: str | None) -> None:
    assert guess(text) == language
