"""How a page comes into the states of the knowledge base."""

from playwright.async_api import Page

from tools.complaint_states import Step
from tools.desk_states import replying


async def nothing_found(page: Page) -> None:
    """No article has the words."""
    await page.locator('.sheet-h input[type="search"]').fill("zzz")
    await page.wait_for_selector(".sheet .empty")


async def written(page: Page) -> None:
    """The first article, in both languages."""
    await page.locator(".grid tbody .link").first.click()
    await page.wait_for_selector(".article-saved li")


async def not_saved(page: Page) -> None:
    """A new article with a title and no text is refused."""
    await page.locator(".sheet-h button").last.click()
    await page.locator('.article-in[lang="en"] input').fill("Sizes")
    await page.locator(".sheet-h button").last.click()
    await page.wait_for_selector(".sheet [aria-invalid=true]")


async def picking(page: Page) -> None:
    """Articles for what is typed after a hash."""
    await replying(page)
    await page.locator(".cmp textarea").press_sequentially("#car")
    await page.wait_for_selector(".canned-pop [role=option]")


def suggested(panel: Step) -> Step:
    """The record's suggestions, the first of them opened to be read."""

    async def step(page: Page) -> None:
        await panel(page)
        await page.locator(".record .past button:has(.tabler-icon-bulb)").first.click()
        await page.wait_for_selector('[role="dialog"] .article-text')

    return step
