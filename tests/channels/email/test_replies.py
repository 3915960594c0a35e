"""Only what is new is shown: every mail program's way to quote, in the languages of our customers, and never too much cut."""

import pytest

from channels.email import replies
from contact_center import html

NEW = "Thanks, that helps.\n\nOne more thing: when do you open?"
ZH = "好的，谢谢。\n\n请问什么时候发货？"

QUOTED = [
    "On Tue, 3 Nov 2026 at 10:00, Shop Support <support@shop.example> wrote:\n\n> Hello\n> there\n",
    "On Tue, 3 Nov 2026 at 10:00, Shop Support\n<support@shop.example> wrote:\n> Hello\n",
    "On Nov 3, 2026, at 10:00, Shop wrote:\n\nHello without signs\nmore\n",
    "-----Original Message-----\nFrom: Shop\nSent: Tuesday\nTo: Jane\nSubject: Order\n\nHello\n",
    "________________________________\nFrom: Shop <support@shop.example>\nSent: Tuesday, November 3, 2026 10:00 AM\nTo: Jane\nSubject: Order\n\nHello\n",
    "From: Shop <support@shop.example>\nDate: Tuesday\nTo: Jane\nSubject: Order\n\nHello\n",
    "*From:* Shop [mailto:support@shop.example]\n*Sent:* Tuesday\n*To:* Jane\n*Subject:* Order\n\nHello\n",
    "Am Di., 3. Nov. 2026 um 10:00 Uhr schrieb Shop <support@shop.example>:\n\n> Hallo\n",
    "Am 03.11.2026 um 10:00 schrieb Shop:\n> Hallo\n",
    "Von: Shop <support@shop.example>\nGesendet: Dienstag, 3. November 2026 10:00\nAn: Jane\nBetreff: Bestellung\n\nHallo\n",
    "-----Ursprüngliche Nachricht-----\nVon: Shop\nGesendet: Dienstag\nAn: Jane\nBetreff: x\n\nHallo\n",
    "Le mar. 3 nov. 2026 à 10:00, Shop <support@shop.example> a écrit :\n\n> Bonjour\n",
    "De : Shop <support@shop.example>\nEnvoyé : mardi 3 novembre 2026 10:00\nÀ : Jane\nObjet : Commande\n\nBonjour\n",
    "El mar, 3 nov 2026 a las 10:00, Shop (<support@shop.example>) escribió:\n\n> Hola\n",
    "De: Shop <support@shop.example>\nEnviado el: martes\nPara: Jane\nAsunto: Pedido\n\nHola\n",
    "Il giorno mar 3 nov 2026 alle ore 10:00 Shop <support@shop.example> ha scritto:\n\n> Ciao\n",
    "Em ter., 3 de nov. de 2026 às 10:00, Shop <support@shop.example> escreveu:\n\n> Olá\n",
    "Op di 3 nov 2026 om 10:00 schreef Shop <support@shop.example>:\n\n> Hallo\n",
    "wt., 3 lis 2026 o 10:00 Shop <support@shop.example> napisał(a):\n\n> Cześć\n",
    "вт, 3 нояб. 2026 г. в 10:00, Shop <support@shop.example>:\n\n> Привет\n",
    "Shop <support@shop.example> 于2026年11月3日周二 10:00写道：\n\n> 您好\n",
    "在 2026年11月3日，上午10:00，Shop <support@shop.example> 写道：\n\n您好\n",
    "在 2026-11-03 10:00:00，\"Shop\" <support@shop.example> 写道：\n\n您好，请稍等\n",
    "At 2026-11-03 10:00:00, \"Shop\" <support@shop.example> wrote:\n\n您好\n",
    "------------------ 原始邮件 ------------------\n发件人: \"Shop\" <support@shop.example>;\n发送时间: 2026年11月3日(星期二) 上午10:00\n收件人: \"Jane\"<jane@qq.example>;\n主题: 订单\n\n您好\n",
    "------------------&nbsp;原始邮件&nbsp;------------------\n发件人: Shop <support@shop.example>\n发送时间: 2026年\n\n您好\n",
    "---原始邮件---\n发件人: \"Shop\"<support@shop.example>\n发送时间: 2026年11月3日\n\n您好\n",
    "发件人： support@shop.example\n发送时间： 2026-11-03 10:00\n收件人： jane\n主题： 订单\n您好\n",
    "发件人: Shop <support@shop.example>\n日期: 星期二, 2026年11月3日 10:00\n收件人: Jane\n主题: 订单\n\n您好\n",
    "寄件者: Shop <support@shop.example>\n寄件日期: 2026年11月3日\n收件者: Jane\n主旨: 訂單\n\n您好\n",
    "---- 回复的原邮件 ----\n| 发件人 | Shop<support@shop.example> |\n| 日期 | 2026年11月03日 10:00 |\n您好\n",
    "2026年11月3日(火) 10:00 Shop <support@shop.example>:\n\n> こんにちは\n",
    "2026년 11월 3일 (화) 오전 10:00, Shop <support@shop.example>님이 작성:\n\n> 안녕하세요\n",
    "보낸 사람: Shop <support@shop.example>\n보낸 날짜: 2026년 11월 3일\n받는 사람: Jane\n제목: 주문\n\n안녕하세요\n",
    "---- Shop Support wrote ----\n\nHello\n",
    "3 Kas 2026 Sal 10:00 tarihinde Shop <support@shop.example> şunu yazdı:\n\n> Merhaba\n",
    "Dne út 3. 11. 2026 v 10:00 uživatel Shop <support@shop.example> napsal:\n\n> Dobrý den\n",
    "Vào 10:00, 3 tháng 11, 2026, Shop <support@shop.example> đã viết:\n\n> Xin chào\n",
    "Den tis 3 nov. 2026 kl 10:00 skrev Shop <support@shop.example>:\n\n> Hej\n",
    "-----元のメッセージ-----\n差出人: Shop\n送信日時: 2026年11月3日\n宛先: Jane\n件名: 注文\n\nこんにちは\n",
]  # fmt: skip


@pytest.mark.parametrize("quoted", QUOTED)
@pytest.mark.parametrize("new", [NEW, ZH])
def test_quotations_below_go(new: str, quoted: str) -> None:
    assert replies.cut(f"{new}\n\n{quoted}") == new
    assert replies.cut(f"{new}\r\n\r\n{quoted}".replace("\r", "")) == new


def test_an_answer_below_its_quotation() -> None:
    assert replies.cut(f"On Tue, 3 Nov 2026, Shop wrote:\n> Hello\n> there\n\n{NEW}\n") == NEW


def test_answers_between_quoted_lines_keep_their_questions() -> None:
    text = "Hi,\n\nOn Tue, 3 Nov 2026, Shop wrote:\n> Which size?\nLarge\n> Which colour?\nBlue\n"
    shown = replies.cut(text)
    assert all(part in shown for part in ("Which size?", "Large", "Which colour?", "Blue"))


def test_answers_between_survive_with_the_trailing_quotation_gone() -> None:
    text = "On Tue, 3 Nov 2026, Shop wrote:\n> Which size?\nLarge\n> Which colour?\nBlue\n> Bye\n> Shop\n"
    shown = replies.cut(text)
    assert "Which size?" in shown and "Blue" in shown


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJane Roe\nCustomer Ltd",
        "--\nJane",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "发自我的iPhone",
        "发自我的华为手机",
        "Get Outlook for iOS",
        "Best regards,\nJane Roe\nCustomer Ltd\n+49 30 1234567",
        "Mit freundlichen Grüßen\nJane Roe",
        "Cordialement,\nJane",
        "此致\n敬礼\n王小明",
        "祝好\n王小明",
        "_______________________________________________\nlist mailing list\nhttp://list.example",
    ],
)  # fmt: skip
def test_signatures_go(signature: str) -> None:
    assert replies.cut(f"{NEW}\n\n{signature}\n") == NEW


KEPT = [
    "I travel\n\nFrom: Beijing\nTo: Shanghai\nDate: 3 May\n\nIs there a train?",
    "Thanks!",
    "Thank you,\nJane",
    "Hello,\n\nOn 3 May I wrote:\nplease cancel my order.\nNothing happened.",
    "Dear team,\n\nam 3. Mai haben Sie geschrieben:\nSie bekommen Ihr Geld zurück.",
    "He wrote:\nthat it is broken.",
    "On Monday I wrote: nothing happened.",
    "My list:\n-- red\n-- blue",
    "Kind regards to your team, they were great. Could you tell me more?",
    "> all of it quoted\n> nothing new",
    "Fwd\n",
    "请于2026年11月3日写道歉信。",
]


@pytest.mark.parametrize("text", KEPT)
def test_nothing_is_cut_that_may_be_the_message(text: str) -> None:
    assert replies.cut(text) == text.strip()


PAGES = [
    '<div>NEW</div><div class="gmail_quote"><div class="gmail_attr">On Tue Shop wrote:</div><blockquote class="gmail_quote">old</blockquote></div>',
    '<p>NEW</p><blockquote type="cite"><p>old</p></blockquote>',
    '<p>NEW</p><div class="moz-cite-prefix">Am 3.11. schrieb Shop:</div><blockquote type="cite">old</blockquote>',
    '<div>NEW</div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> Shop</div><div>old</div>',
    '<div>NEW</div><div id="appendonsend"></div><hr><div>old</div>',
    '<div class="WordSection1"><p>NEW</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt"><p><b>From:</b> Shop<br><b>Sent:</b> x</p></div></div><p>old</p></div>',
    '<div>NEW</div><div><div style="border:none;border-top:solid #B5C4DF 1.0pt"><b>发件人：</b>Shop</div></div><div>old</div>',
    '<div>NEW</div><div id="isReplyContent">在 2026-11-03，Shop 写道：<br>old</div>',
    '<div>NEW</div><div><br></div><div>------------------&nbsp;原始邮件&nbsp;------------------</div><div><b>发件人:</b> "Shop"</div><div><b>发送时间:</b> 2026年</div><div>old</div>',
    '<div>NEW</div><div class="yahoo_quoted">old</div>',
    '<div>NEW</div><div name="quote">old</div>',
    '<p>NEW</p><div class="gmail_signature">Jane</div>',
    "NEW<hr id=stopSpelling>Date: Tue<br>Subject: x<br>From: a@b.example<br>old",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_quotation_in_html_goes_by_structure(page: str) -> None:
    page = page.replace("NEW", "Thanks a lot")
    assert replies.visible(None, page, shown=html.to_text(page)) == "Thanks a lot"


def test_answers_inside_an_html_quotation_keep_it() -> None:
    page = "<p>Hi</p><blockquote type=cite>Which size?</blockquote><p>Large</p><blockquote type=cite>Which colour?</blockquote><p>Blue</p>"
    assert replies.visible(None, page, shown=html.to_text(page)) is None


def test_a_page_that_is_only_a_quotation_is_shown_whole() -> None:
    page = "<blockquote type=cite>forwarded words</blockquote>"
    assert replies.visible(None, page, shown="forwarded words") is None


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "WG: x", "转发：x", "TR : x"])
def test_what_is_forwarded_is_shown_whole(subject: str) -> None:
    text = "Please see below.\n\n-----Original Message-----\nFrom: a@b.example\nSubject: x\n\nThe point of it\n"
    assert replies.forwards(subject)
    assert replies.visible(text, None, shown=text, forward=True) is None


@pytest.mark.parametrize("subject", ["Re: Fwd: x", "AW: x", "Transfer", "回复：x", ""])
def test_an_answer_is_no_forward(subject: str) -> None:
    assert not replies.forwards(subject)
