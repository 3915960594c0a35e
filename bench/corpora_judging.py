"""What a corpora folder's `judge.py` offers, and the lines of the table that its sets come to."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Case = dict[str, Any]


class Judge(Protocol):
    """What a corpora folder's `judge.py` offers."""

    def rows(self, name: str) -> Iterator[Case]:
        """The cases of a set."""
        ...

    def raw(self, case: Case) -> bytes:
        """A mail's bytes."""
        ...

    def plain(self, markup: str) -> str:
        """Comparable words of a text or page."""
        ...

    def same_text(self, product: str, expected: str) -> bool:
        """Whether two texts say the same."""
        ...

    def visible_reply(self, case: Case, visible: str) -> tuple[bool, str]:
        """Whether the visible reply is right, and what is wrong."""
        ...

    def unsafe(self, markup: str) -> list[str]:
        """Live constructs in sanitised HTML."""
        ...


@dataclass(slots=True)
class Tally:
    """One line of the table; `failed` holds (case id, why), `notes` what should be read but is no failure, `summary` ends the line."""

    name: str
    passed: int = 0
    total: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    summary: str = ""

    def count(self, case_id: str, why: str) -> None:
        """Count one case; an empty `why` passes."""
        self.total += 1
        if why:
            self.failed.append((case_id, why))
        else:
            self.passed += 1


def load_judge(folder: Path) -> Judge:
    """The folder's judge, imported by path."""
    spec = importlib.util.spec_from_file_location("corpora_judge", folder / "judge.py")
    if spec is None or spec.loader is None or not (folder / "judge.py").is_file():
        raise FileNotFoundError(f"{folder} holds no judge.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
