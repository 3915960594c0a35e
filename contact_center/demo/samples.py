"""Mails that a customer may start from, in several languages. `label` is the language's own name, or what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail to start from."""

    label: str
    to: str
    subject: str
    text: str


SUPPORT, BILLING, CHINESE = "support@demo.example", "billing@demo.example", "zh@demo.example"

SAMPLES: Sequence[Sample] = (
    Sample(
        "English",
        SUPPORT,
        "Parcel arrived damaged",
        "Hello,\n\nthe box of order 48412 arrived crushed and the vase inside is broken. "
        "Can you send another one?\n\nThank you",
    ),
    Sample(
        "Refund",
        BILLING,
        "Refund for order 48390",
        "Good afternoon,\n\nI sent the jacket back two weeks ago, but the refund has not arrived. "
        "Could you check where it is?",
    ),
    Sample("中文", CHINESE, "物流一直没有更新", "您好，订单 48455 的物流信息三天没有更新了，麻烦帮忙查一下，谢谢！"),
    Sample(
        "中文 → support",
        SUPPORT,
        "收到的商品颜色不对",
        "你好，我订的是蓝色的椅子，收到的是灰色的，请问可以换吗？",
    ),
    Sample(
        "Deutsch",
        SUPPORT,
        "Ersatzteil für Regal",
        "Guten Tag,\n\nbei meinem Regal fehlt eine Schraube M6. Können Sie mir eine schicken?\n\nViele Grüße",
    ),
    Sample("日本語", SUPPORT, "領収書について", "注文番号 48470 の領収書を再発行していただけますか。"),
    Sample("العربية", SUPPORT, "موعد التسليم", "مرحبا، متى سيصل الطلب رقم 48481؟ شكرا لكم."),
)
