"""Files and HTML: who gets them, and that a browser cannot be tricked by them."""

import aiohttp
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.files import FileRow
from contact_center.interactions.models import MessageFile
from tests.workspace.house import House


async def upload(house: House, name: str, content: bytes, media_type: str, *, who: str = "alice") -> tuple[int, dict]:  # type: ignore[type-arg]
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", content, filename=name, content_type=media_type)
    return await house.call("POST", "/files", who=who, data=form)


async def test_an_uploaded_file_is_its_uploaders_until_it_is_sent(house: House) -> None:
    taken = await house.arrive(agent="alice")
    status, file = await upload(house, "报价单.pdf", b"%PDF-1.7 x", "application/pdf")
    assert (status, file["name"], file["size"]) == (201, "报价单.pdf", 10)
    for who, expected in (("alice", 200), ("anna", 404), ("bob", 404)):
        async with house.client.get(file["url"], headers={"X-Test-Person": who}) as answer:
            assert answer.status == expected
    body = {"kind": "reply", "text": "", "client_message_id": "f", "attachment_ids": [file["id"]]}
    message = await house.post(f"/conversations/{taken.conversation_id}/messages", body)
    assert [one["id"] for one in message["attachments"]] == [file["id"]]
    for who, expected in (("anna", 200), ("bob", 404)):
        async with house.client.get(file["url"], headers={"X-Test-Person": who}) as answer:
            assert answer.status == expected
            if expected == 200:
                assert await answer.read() == b"%PDF-1.7 x"
                assert answer.headers["Content-Disposition"].startswith("attachment")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_only_pictures_and_sound_are_shown_inline(house: House) -> None:
    for name, media_type, kind in (
        ("a.png", "image/png", "inline"),
        ("a.svg", "image/svg+xml", "attachment"),
        ("a.html", "text/html", "attachment"),
    ):
        _, file = await upload(house, name, b"<svg onload=alert(1)>", media_type)
        async with house.client.get(file["url"], headers={"X-Test-Person": "alice"}) as answer:
            assert answer.headers["Content-Disposition"].split(";")[0] == kind


async def test_a_file_beyond_the_limit_is_refused(house: House) -> None:
    status, problem = await upload(house, "big.bin", b"x" * 100_001, "application/octet-stream")
    assert (status, problem["code"]) == (413, "too_large")


async def test_somebody_elses_file_cannot_be_attached(house: House) -> None:
    taken = await house.arrive(agent="alice")
    _, file = await upload(house, "secret.txt", b"x", "text/plain", who="bob")
    body = {"kind": "note", "text": "look", "client_message_id": "f", "attachment_ids": [file["id"]]}
    status, problem = await house.call("POST", f"/conversations/{taken.conversation_id}/messages", body)
    assert (status, problem["errors"][0]["field"]) == (422, "attachment_ids.0")


async def test_html_is_a_sandboxed_document_whose_remote_images_wait(house: House) -> None:
    html = '<p onclick="x()">Hi</p><script>alert(1)</script><img src="https://track.example/p.png">'
    taken = await house.arrive(html=html, agent="alice")
    (first, *_) = (await house.get(f"/conversations/{taken.conversation_id}/messages"))["items"]
    assert first["html"] is True
    for images, fetched in (("0", False), ("1", True)):
        address = f"/api/v1/messages/{first['id']}/html?images={images}"
        async with house.client.get(address, headers={"X-Test-Person": "alice"}) as answer:
            text = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
            assert answer.content_type == "text/html"
            assert answer.headers["Content-Disposition"].split(";")[0] == "inline"
        assert policy.startswith("sandbox") and "default-src 'none'" in policy and "script" not in policy
        assert "<p>Hi</p>" in text and "script>" not in text and "onclick" not in text
        assert (' src="https://track.example/p.png"' in text) is fetched
        assert ("https:" in policy) is fetched


async def test_inline_pictures_are_part_of_the_document(house: House) -> None:
    """A sandboxed frame has no origin and sends no cookie, so addresses of /files would not load there."""
    html = '<img src="cid:logo@x"><img src="cid:gone@x"><img src="cid:script@x">'
    taken = await house.arrive(html=html, agent="alice")
    stored = await house.store.put(b"PNG bytes")

    async def attach(session: AsyncSession) -> None:
        for position, (cid, media_type) in enumerate((("<logo@x>", "image/png"), ("script@x", "image/svg+xml"))):
            row = FileRow(sha256=stored.sha256, size=9, media_type=media_type, name="x", created_at=house.clock.now())
            session.add(row)
            await session.flush()
            session.add(
                MessageFile(message_id=taken.message_id, position=position, file_id=row.id, content_id=cid, inline=True)
            )

    await house.database.write(attach)
    address = f"/api/v1/messages/{taken.message_id}/html"
    async with house.client.get(address, headers={"X-Test-Person": "alice"}) as answer:
        text = await answer.text()
    assert text.count("data:image/png;base64,UE5HIGJ5dGVz") == 1
    assert "cid:" not in text and "svg" not in text


async def test_a_long_page_is_made_harmless_by_a_worker_and_shown_as_text_when_none_can(house: House) -> None:
    taken = await house.arrive("Where is it?", html="<p onclick=x()>Parcel <b>1</b></p>" * 2_000, agent="alice")
    address = f"/api/v1/messages/{taken.message_id}/html"
    async with house.client.get(address, headers={"X-Test-Person": "alice"}) as answer:
        text = await answer.text()
    assert text.count("<p>Parcel <b>1</b></p>") == 2_000
    await house.heavy.close()
    async with house.client.get(address, headers={"X-Test-Person": "alice"}) as answer:
        text = await answer.text()
    assert "<pre>Where is it?</pre>" in text and "<b>" not in text


async def test_the_raw_message_is_saved_as_it_came(house: House) -> None:
    taken = await house.arrive("raw bytes here", agent="alice")
    (first, *_) = (await house.get(f"/conversations/{taken.conversation_id}/messages"))["items"]
    async with house.client.get(f"/api/v1/messages/{first['id']}/raw", headers={"X-Test-Person": "alice"}) as answer:
        assert await answer.read() == b"raw bytes here"
        assert answer.content_type == "message/rfc822"
        assert answer.headers["Content-Disposition"].startswith("attachment")
