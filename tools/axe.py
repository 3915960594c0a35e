"""What axe finds on a page: the rules of WCAG 2.2 A and AA, and its best practices."""

from pathlib import Path

from playwright.async_api import Frame, Page

SOURCE = (Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => (await axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'], preload: false,
})).violations.flatMap(rule => rule.nodes.slice(0, 2).map(
  node => `${rule.impact}: ${rule.id}: ${node.target.join(' ')}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`))"""


async def findings(page: Page | Frame) -> set[str]:
    """Each as `impact: rule: where: why`."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SOURCE)
    found: list[str] = await page.evaluate(RUN)
    return set(found)


def serious(found: set[str]) -> set[str]:
    """Those that nobody may meet."""
    return {one for one in found if one.startswith(("serious", "critical"))}
