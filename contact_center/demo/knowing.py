"""What the demo's house knows: a handful of articles in both languages, told with the verbs of the knowledge base."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.changes import Edit
from kb import actions
from kb.actions import Draft
from kb.states import ArticleEvent, Audience


@dataclass(frozen=True, slots=True)
class Known:
    """An article; what is not `published` is still being written."""

    category: str
    en: Draft
    zh: Draft | None = None
    published: bool = True
    audience: Audience = Audience.EVERYONE


ARTICLES: Sequence[Known] = (
    Known(
        "Returns",
        Draft(
            "Sending something back",
            "<p>You can send back what you bought within 30 days, unused and in its box.</p>"
            "<ol><li>Write to us with your order number.</li><li>We send you a label.</li>"
            "<li>Hand the parcel in at any post office.</li></ol>"
            "<p>The money is back in your account within five working days of the parcel's arrival.</p>",
        ),
        Draft(
            "如何退货",
            "<p>商品未使用且包装完好，30 天内均可退货。</p>"
            "<ol><li>来信告知订单号。</li><li>我们会寄给您退货面单。</li><li>将包裹交至任一快递网点。</li></ol>"
            "<p>收到包裹后五个工作日内退款到账。</p>",
        ),
    ),
    Known(
        "Delivery",
        Draft(
            "How long delivery takes",
            "<p>Parcels within the country take two to four working days, abroad seven to twelve.</p>"
            "<p>The tracking number comes by mail on the day we ship.</p>",
        ),
        Draft(
            "配送需要多久",
            "<p>国内包裹 2 至 4 个工作日送达，境外 7 至 12 个工作日。</p><p>发货当天，物流单号会发送到您的邮箱。</p>",
        ),
    ),
    Known(
        "Billing",
        Draft(
            "Invoices made out to a company",
            "<p>Tell us the company's name, its address and its tax number. A new invoice comes by mail within a day; "
            "the old one is cancelled.</p>",
        ),
        Draft(
            "如何开具公司发票",
            "<p>请提供公司名称、地址和纳税人识别号。新发票一个工作日内发送到您的邮箱，原发票同时作废。</p>",
        ),
    ),
    Known(
        "Billing",
        Draft(
            "When a card was charged twice",
            "<p>The second charge is usually a reservation that the bank lifts by itself within three days. "
            "If it is still there after that, send us a picture of the statement and we pay it back.</p>",
        ),
        Draft(
            "信用卡被重复扣款怎么办",
            "<p>第二笔通常是银行的预授权，三天内会自动解除。若三天后仍未解除，请把账单截图发给我们，我们会为您退款。</p>",
        ),
    ),
    Known(
        "Products",
        Draft("Washing wool", "<p>By hand, in cold water, laid flat to dry. Never in the dryer.</p>"),
        published=False,
    ),
)


async def know(session: AsyncSession, edit: Edit) -> None:
    """Write the articles and publish those that are ready."""
    for one in ARTICLES:
        drafts = {"en": one.en} if one.zh is None else {"en": one.en, "zh-CN": one.zh}
        article_id = await actions.begin(session, drafts, category=one.category, audience=one.audience, edit=edit)
        if one.published:
            await actions.move(session, article_id, ArticleEvent.PUBLISHED, edit=edit)
