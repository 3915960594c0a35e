"""Who works in the demo house and how it is set up: plain data, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `skills` (name -> level) and `queues` (names) only for those who take work."""

    login: str
    name: str
    role: str
    language: str = "en"
    skills: Mapping[str, int] = field(default_factory=dict)
    queues: Sequence[str] = ()
    caps: Mapping[str, int] = field(default_factory=dict)

    @property
    def email(self) -> str:
        """The sign-in address."""
        return f"{self.login}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Line:
    """A queue: what it asks of agents (skill -> level), and its mailbox."""

    name: str
    description: str
    mailbox: str
    language: str
    skills: Mapping[str, int]
    signature: str
    number: str = ""
    """Where it takes texts and calls: from the range that is kept for stories."""


SUPPORT, BILLING, CHINESE = "Support", "Billing", "中文支持"

PEOPLE: Sequence[Person] = (
    Person("admin", "Ada Admin", "admin"),
    Person("supervisor", "Sofia Supervisor", "supervisor"),
    Person("alice", "Alice Ng", "agent", skills={"en": 9, "Billing": 4}, queues=(SUPPORT, BILLING), caps={"email": 8}),
    Person("bob", "Bob Martin", "agent", skills={"en": 8, "Billing": 8, "Returns": 6}, queues=(SUPPORT, BILLING)),
    Person(
        "mei",
        "梅丽",
        "agent",
        "zh-CN",
        skills={"zh": 10, "en": 7, "Billing": 5, "Returns": 7},
        queues=(CHINESE, BILLING),
    ),
)

SKILLS: Mapping[str, str] = {"en": "language", "zh": "language", "Billing": "skill", "Returns": "skill"}
"""Name -> kind; a language skill is named like its tag."""

QUEUES: Sequence[Line] = (
    Line(
        SUPPORT,
        "Orders, parcels, products",
        "support",
        "en",
        {"en": 3},
        "Kind regards\nThe support team",
        "+447700900100",
    ),
    Line(BILLING, "Invoices, refunds, payments", "billing", "en", {"Billing": 3}, "Kind regards\nThe billing team"),
    Line(CHINESE, "中文客户的订单、物流与售后", "zh", "zh-CN", {"zh": 5}, "此致\n客户服务团队", "+447700900188"),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A site with the chat on it; `mailbox` (a queue's name) takes over when a visitor has left."""

    key: str
    name: str
    language: str
    queue: str
    colour: str
    ask: str
    greeting: Mapping[str, str]


SHOPS: Sequence[Shop] = (
    Shop(
        "shop",
        "Demo shop",
        "en",
        SUPPORT,
        "#1f5fbf",
        "nothing",
        {"en": "Hello! Ask us anything about your order.", "zh-CN": "您好！订单方面的问题请随时咨询。"},
    ),
    Shop(
        "shop-zh",
        "演示商店",
        "zh-CN",
        CHINESE,
        "#0b7a75",
        "email",
        {"en": "Hello! How can we help?", "zh-CN": "您好！请先告诉我们您的称呼，客服会马上为您服务。"},
    ),
)

WRAP_UP_CODES: Sequence[Mapping[str, str]] = (
    {"en": "Question answered", "zh-CN": "问题已解答"},
    {"en": "Refund granted", "zh-CN": "已退款"},
    {"en": "Replacement sent", "zh-CN": "已补发"},
    {"en": "Passed to another department", "zh-CN": "已转交其他部门"},
    {"en": "Not our product", "zh-CN": "非本公司产品"},
)

CANNED_REPLIES: Sequence[tuple[str, str, Mapping[str, str]]] = (
    # name, what is typed after the slash, texts
    (
        "Greeting",
        "hello",
        {
            "en": "Hello {{customer.name}},\n\nthank you for writing to us.\n\nKind regards\n{{agent.name}}",
            "zh-CN": "{{customer.name}}，您好！\n\n感谢您的来信。\n\n此致\n{{agent.name}}",
        },
    ),
    (
        "We are looking into it",
        "looking",
        {
            "en": "We are looking into it. Your ticket has the number {{ticket.number}}; you will hear from us within a day.",
            "zh-CN": "我们正在处理，工单号为 {{ticket.number}}，一个工作日内会给您答复。",
        },
    ),
    (
        "Invoice to a company",
        "invoice",
        {
            "en": "We have made the invoice out to {{customer.company}}.",
            "zh-CN": "发票抬头已改为 {{customer.company}}。",
        },
    ),
)

PRESENCE_REASONS: Sequence[Mapping[str, str]] = (
    {"en": "Break", "zh-CN": "休息"},
    {"en": "Lunch", "zh-CN": "午餐"},
    {"en": "Training", "zh-CN": "培训"},
    {"en": "Meeting", "zh-CN": "会议"},
)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A triage rule: which queue gets what; `mailboxes` are local parts."""

    name: str
    queue: str
    mailboxes: Sequence[str] = ()
    languages: Sequence[str] = ()
    keywords: Sequence[str] = ()
    priority: int = 0


RULES: Sequence[RuleText] = (
    RuleText("Chinese goes to the Chinese-speaking team", CHINESE, languages=("zh",)),
    RuleText("Mail to billing@", BILLING, mailboxes=("billing",)),
    RuleText("Money words", BILLING, keywords=("invoice", "refund", "charged twice", "payment failed")),
    RuleText("Something is down", SUPPORT, keywords=("urgent", "outage"), priority=5),
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A customer whom the simulator can be."""

    key: str
    name: str
    address: str
    number: str
    language: str
    company: str = ""
    vip: bool = False


PERSONAS: Sequence[Persona] = (
    Persona("anna", "Anna Schmidt", "anna.schmidt@kunde.example", "+447700900321", "en"),
    Persona("james", "James Carter", "james.carter@mailbox.example", "+447700900322", "en"),
    Persona("priya", "Priya Nair", "priya.nair@post.example", "+447700900323", "en", company="Nair Interiors"),
    Persona("omar", "Omar Haddad", "omar@northwind.example", "+447700900324", "en", company="Northwind Ltd", vip=True),
    Persona("liu", "刘伟", "liu.wei@kehu.example", "+447700900325", "zh-CN"),
    Persona("chen", "陈静", "chen.jing@youxiang.example", "+447700900326", "zh-CN", company="晨光文具", vip=True),
)
