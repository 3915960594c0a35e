"""How the tests here write articles and look for them."""

from typing import Any

from tests.workspace.house import House

WRITER = "sue"


def written(title: str, html: str) -> dict[str, str]:
    """What is said in one language."""
    return {"title": title, "html": html}


async def begun(house: House, *, audience: str = "agents", **texts: dict[str, str]) -> Any:
    """A draft; `zh` stands for zh-CN."""
    named = {"zh-CN" if language == "zh" else language: text for language, text in texts.items()}
    return await house.post("/articles", {"audience": audience, "texts": named}, who=WRITER)


async def step(house: House, article: Any, name: str) -> tuple[int, Any]:
    """One of the verbs of an article."""
    return await house.call("POST", f"/articles/{article['id']}/{name}", who=WRITER)


async def published(house: House, *, audience: str = "agents", **texts: dict[str, str]) -> Any:
    """An article that every agent reads, or everyone."""
    status, article = await step(house, await begun(house, audience=audience, **texts), "publish")
    assert status == 200, article
    return article


async def hits(house: House, query: str, *, who: str = "alice", **more: str) -> Any:
    """What a search finds, in order."""
    status, body = await house.call("GET", "/kb/search", who=who, params={"q": query, **more})
    assert status == 200, body
    return body["items"]


async def found(house: House, query: str, *, who: str = "alice", **more: str) -> list[str]:
    """The titles of what a search finds, in order."""
    return [hit["title"] for hit in await hits(house, query, who=who, **more)]
