"""The document says what the server does."""

from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.web.small import Served


async def test_the_document_is_valid_and_names_every_answer(served: Served) -> None:
    document = await (await served.client.get("/openapi.json")).json()
    OpenAPIV31SpecValidator(document).validate()
    add = document["paths"]["/api/v1/things"]["post"]
    assert set(add["responses"]) == {"201", "400", "401", "403", "409", "413", "415", "422", "429", "503"}
    assert add["security"] == [{"session": [], "csrf": []}, {"token": []}]
    assert {one["name"] for one in add["parameters"]} == {"Idempotency-Key"}
    listed = document["paths"]["/api/v1/things"]["get"]
    assert {one["name"] for one in listed["parameters"]} == {"limit", "cursor", "kind", "from"}
    assert set(listed["responses"]) == {"200", "400", "401", "403", "422", "429", "503"}
    assert document["paths"]["/api/v1/named/{name}"]["get"]["security"] == []


async def test_the_reference_page_needs_nothing_from_elsewhere_and_speaks_both_languages(served: Served) -> None:
    for headers, title in (({}, "API reference"), ({"Accept-Language": "zh-CN"}, "API 参考")):
        response = await served.client.get("/docs", headers=headers)
        page = await response.text()
        assert f"<title>{title}</title>" in page
        assert "/api/v1/things/{thing_id}" in page
        assert "://" not in page.replace('"http://', "")
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
