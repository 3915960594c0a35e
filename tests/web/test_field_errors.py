"""What a refused field says to a person: texts are counted in characters, and an empty one is called empty."""

import pytest
from pydantic import BaseModel, ValidationError

from contact_center.web import problems
from contact_center.web.fields import Name


class Form(BaseModel):
    """One text with a shortest and a longest length."""

    name: Name


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("", "en", "must not be empty"),
        ("   ", "zh-CN", "不能为空"),
        ("x" * 101, "en", "must have at most 100 characters"),
    ],
)
def test_a_text_of_wrong_length_is_refused_in_plain_words(name: str, language: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Form(name=name)
    (error,) = problems.invalid(refused.value.errors(include_url=False, include_input=False), language).errors
    assert (error.field, error.message) == ("name", said)
