"""A small believable past: what customers wrote and what was answered. Plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

from contact_center.demo.people import BILLING, CHINESE, SUPPORT


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance, so many minutes after the first; `who` is customer, agent or note."""

    who: str
    minutes: int
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation that is over (`solved`) or where the customer must answer."""

    customer: str
    queue: str
    agent: str
    subject: str
    hours_ago: int
    solved: bool
    said: Sequence[Said]


STORIES: Sequence[Story] = (
    Story(
        "anna", SUPPORT, "alice", "Where is my parcel?", 50, True,
        (
            Said("customer", 0, "Hello,\n\nI ordered a desk lamp (order 48213) last week and the tracking has not "
                 "moved since Tuesday. Can you find out where it is?\n\nAnna Schmidt"),
            Said("note", 35, "Carrier says: held at the depot, house number missing on the label."),
            Said("agent", 41, "Dear Ms Schmidt,\n\nthe carrier holds your parcel because the house number is missing. "
                 "I have completed the address; it will be with you tomorrow.\n\nAlice"),
            Said("customer", 1500, "It arrived today, thank you!"),
            Said("agent", 1512, "Glad to hear it. Enjoy the lamp!\n\nAlice"),
        ),
    ),
    Story(
        "james", BILLING, "bob", "Charged twice for one order", 30, False,
        (
            Said("customer", 0, "My card statement shows the same amount twice for order 48377. Please check."),
            Said("agent", 22, "Dear Mr Carter,\n\none of the two is a reservation that your bank has not released yet. "
                 "Could you send me the last four digits of the card and the booking date?\n\nBob"),
        ),
    ),
    Story(
        "priya", SUPPORT, "bob", "Assembly instructions missing", 75, True,
        (
            Said("customer", 0, "The shelf came without instructions. Do you have them as a file?"),
            Said("agent", 18, "Of course: you find them on the product page under Downloads. "
                 "Tell me if a part is missing as well.\n\nBob"),
            Said("customer", 95, "Found them, all parts are here. Thanks."),
        ),
    ),
    Story(
        "omar", SUPPORT, "alice", "Delivery slots for 40 chairs", 20, False,
        (
            Said("customer", 0, "Good morning,\n\nwe need the 40 chairs (offer 1107) in two deliveries, half on the "
                 "ground floor and half on the third. Which mornings next week are possible?\n\nOmar Haddad, Northwind"),
            Said("agent", 55, "Dear Mr Haddad,\n\nTuesday or Thursday, 8 to 11. Is there a lift that takes 1.20 m?\n\nAlice"),
        ),
    ),
    Story(
        "omar", BILLING, "bob", "Copy of invoice 2209", 160, True,
        (
            Said("customer", 0, "Please send invoice 2209 again, with our VAT number on it."),
            Said("agent", 12, "Attached to your customer account now, with the VAT number.\n\nBob"),
        ),
    ),
    Story(
        "liu", CHINESE, "mei", "订单 48301 什么时候发货？", 26, True,
        (
            Said("customer", 0, "您好，我上周五下的订单 48301 还显示“待发货”，请问什么时候能发？"),
            Said("agent", 15, "刘先生您好：\n\n该商品昨天刚刚到货，今天下午发出，预计后天送达。给您添麻烦了。\n\n梅丽"),
            Said("customer", 40, "好的，谢谢！"),
        ),
    ),
    Story(
        "chen", CHINESE, "mei", "发票抬头需要修改", 9, False,
        (
            Said("customer", 0, "你好，发票 2231 的抬头请改为“晨光文具有限公司”，税号不变。"),
            Said("note", 8, "财务需要客户提供营业执照扫描件才能改抬头。"),
            Said("agent", 12, "陈女士您好：\n\n可以修改。麻烦您提供一份营业执照扫描件，我们收到后当天重开。\n\n梅丽"),
        ),
    ),
    Story(
        "chen", CHINESE, "mei", "批量采购有折扣吗", 240, True,
        (
            Said("customer", 0, "我们打算采购 300 本笔记本，有没有批量折扣？"),
            Said("agent", 25, "陈女士您好：\n\n300 本以上享受九折，并包邮。报价单已发到您的账户。\n\n梅丽"),
        ),
    ),
)  # fmt: skip
