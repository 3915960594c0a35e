"""Are the built front-ends small enough? `python -m tools.check_bundle` prints sizes beside budgets and exits 1 when over.

Sizes are gzip -9 bytes, as a browser would fetch them. First load is the entry and all it imports statically, by Vite's
manifest; everything else is a lazy chunk with a budget of its own. Fonts are cached apart and not counted.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSOLE = ROOT / "contact_center" / "console" / "dist"
WIDGET = ROOT / "channels" / "chat" / "widget" / "dist"
K = 1024


@dataclass(frozen=True, slots=True)
class Size:
    """One measured thing and what it may weigh, in bytes."""

    name: str
    bytes: int
    budget: int

    @property
    def over(self) -> bool:
        return self.bytes > self.budget


@dataclass(frozen=True, slots=True)
class Chunk:
    """One entry of Vite's manifest."""

    file: str
    entry: bool
    imports: tuple[str, ...]
    css: tuple[str, ...]


def manifest(dist: Path) -> dict[str, Chunk]:
    """The chunks of a build, by name."""
    tree = json.loads((dist / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    return {
        name: Chunk(
            file=str(value["file"]),
            entry=bool(value.get("isEntry")),
            imports=tuple(value.get("imports", ())),
            css=tuple(value.get("css", ())),
        )
        for name, value in tree.items()
    }


def first_load(chunks: dict[str, Chunk]) -> set[str]:
    """Names of the chunks that the page needs before it can show anything."""
    seen: set[str] = set()
    todo = [name for name, chunk in chunks.items() if chunk.entry]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(chunks[name].imports)
    return seen


def weight(dist: Path, files: set[str]) -> int:
    """Gzipped bytes of some files of a build."""
    return sum(len(gzip.compress((dist / file).read_bytes(), 9)) for file in files)


def console_sizes(dist: Path) -> Iterator[Size]:
    """The console against its budgets."""
    chunks = manifest(dist)
    first = first_load(chunks)
    scripts = {chunks[name].file for name in first if chunks[name].file.endswith(".js")}
    yield Size("console, first load, scripts", weight(dist, scripts), 260 * K)
    yield Size(
        "console, first load, styles", weight(dist, {file for name in first for file in chunks[name].css}), 25 * K
    )
    for name in sorted(chunks.keys() - first):
        if chunks[name].file.endswith((".js", ".css")):
            yield Size(f"console, lazy, {chunks[name].file}", weight(dist, {chunks[name].file}), 150 * K)


def widget_sizes(dist: Path) -> Iterator[Size]:
    """The widget against its budgets: what every page of a site loads, and what a click on the button loads."""
    yield Size("widget, loader", weight(dist, {"loader.js"}), 2 * K)
    panel = {f"assets/{file.name}" for file in (dist / "assets").iterdir() if file.suffix in (".js", ".css")}
    yield Size("widget, panel", weight(dist, {"panel.html", *panel}), 25 * K)


def main() -> int:
    """Print every size; the exit code is 1 when one is over its budget."""
    sizes = [*console_sizes(CONSOLE), *widget_sizes(WIDGET)]
    for size in sizes:
        verdict = "OVER" if size.over else "ok"
        print(f"{size.name:<60} {size.bytes / K:>7.1f} K of {size.budget / K:>4.0f} K  {verdict}")
    return 1 if any(size.over for size in sizes) else 0


if __name__ == "__main__":
    sys.exit(main())
