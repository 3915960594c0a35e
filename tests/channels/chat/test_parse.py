"""Frames come from anybody: whatever they hold, they are read or refused, and what is read can be stored."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from channels.chat import parse
from channels.chat.settings import ChatSettings, origin_of

FRAMES: tuple[type[BaseModel], ...] = (
    parse.Hello, parse.Said, parse.Identify, parse.Typing, parse.Read, parse.Earlier, parse.LeaveMessage, parse.Transcript,
)  # fmt: skip
NAMES = sorted({name for frame in FRAMES for name in frame.model_fields})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner),
    max_leaves=20,
)


def texts(value: object) -> list[str]:
    """Every text inside a frame."""
    if isinstance(value, BaseModel):
        return [text for name in type(value).model_fields for text in texts(getattr(value, name))]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


@given(frame=st.sampled_from(FRAMES), said=ANYTHING)
def test_a_frame_is_read_or_refused_and_what_is_kept_of_it_can_be_stored(frame: type[BaseModel], said: object) -> None:
    try:
        read = frame.model_validate(said)
    except ValidationError:
        return
    kept = [text for name in ("text", "name", "email", "page") for text in texts(getattr(read, name, None))]
    assert all("\x00" not in text and text.encode("utf-8") is not None for text in kept)


@given(text=st.text(st.characters()))
def test_any_text_can_be_made_storable(text: str) -> None:
    kept = parse.storable(text)
    assert "\x00" not in kept and kept.encode("utf-8").decode() == kept
    assert parse.storable(kept) == kept


@given(text=st.text(max_size=500))
def test_a_subject_is_one_short_line(text: str) -> None:
    subject = parse.subject_of(text)
    assert len(subject) <= parse.SUBJECT_AT_MOST and "\n" not in subject


def test_a_client_id_comes_back_out_of_the_stored_one() -> None:
    for key in ("visitor:019ab0c4", "user:cust/77", "user:a b"):
        assert parse.client_id(parse.provider_id(key, "c-1")) == "c-1"


def test_pages_of_the_named_origins_and_our_own_may_show_the_widget() -> None:
    site = ChatSettings.of({"origins": ["https://shop.example", "http://localhost:3000/x"]})
    own = "https://desk.example"
    allowed = [
        "https://shop.example/cart?x=1",
        "https://SHOP.example",
        "http://localhost:3000",
        "https://desk.example/a",
    ]
    refused = [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example.evil.example",
        "null",
        "",
        "https://shop.example:8443",
    ]
    assert [page for page in allowed if not site.allows(page, own)] == []
    assert [page for page in refused if site.allows(page, own)] == []
    assert origin_of("https://[::1") == ""
