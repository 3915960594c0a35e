"""Kinds of fields that the bodies of several domains share: names, positions, levels, texts in both languages."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from contact_center.web.models import Change, Model, no_nul

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(no_nul)]
"""What people call a thing: never blank. Its length must be asked of a bare `str`, else blanks are counted before they go."""
Position = Annotated[int, Field(ge=0, le=100_000)]
"""Where a thing stands in its list; equal positions are ordered by name."""
Level = Annotated[int, Field(ge=1, le=10)]
"""How well, 1-10."""
Seconds = Annotated[int, Field(ge=0, le=30 * 86_400)]
"""A duration in whole seconds, at most thirty days."""


class BothLanguages(Model):
    """One text in each language that we ship."""

    model_config = ConfigDict(populate_by_name=True)

    en: Name
    zh_cn: Annotated[Name, Field(alias="zh-CN")]


class Choice(Model):
    """Something that people pick from a list: its name in both languages, its place, and whether it is still picked."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: BothLanguages
    position: int
    active: bool
    version: int


class ChoiceNew(Model):
    """A choice to be made."""

    name: BothLanguages
    position: Position = 0
    active: bool = True


class ChoiceChange(Change):
    """What to change of a choice."""

    name: BothLanguages | None = None
    position: Position | None = None
    active: bool | None = None
