"""What axe finds on a page: the rules of WCAG 2.2 A and AA, and its best practices."""

from pathlib import Path

from playwright.async_api import Frame, Page

SOURCE = (Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""Those that a theme decides."""
RUN = """async ({type, values}) => (await axe.run(document, {
  runOnly: {type, values}, resultTypes: ['violations'], preload: false,
})).violations.flatMap(rule => rule.nodes.slice(0, 2).map(
  node => `${rule.impact}: ${rule.id}: ${node.target.join(' ')}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`))"""


async def findings(page: Page | Frame, *, colours: bool = False) -> set[str]:
    """Each as `impact: rule: where: why`; `colours`: only what a theme decides, for a page that is known in another."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SOURCE)
    found: list[str] = await page.evaluate(
        RUN, {"type": "rule", "values": COLOURS} if colours else {"type": "tag", "values": RULES}
    )
    return set(found)


def serious(found: set[str]) -> set[str]:
    """Those that nobody may meet."""
    return {one for one in found if one.startswith(("serious", "critical"))}
