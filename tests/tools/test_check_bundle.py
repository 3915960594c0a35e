"""Bundle sizes: what a page needs first is told from what it loads later."""

import json
import random
from pathlib import Path

from tools.check_bundle import console_sizes


def build(dist: Path, *, entry_bytes: int) -> None:
    (dist / ".vite").mkdir(parents=True)
    noise = random.Random(1)
    for name, length in {"main.js": entry_bytes, "shared.js": 1000, "chart.js": 2000, "main.css": 500}.items():
        (dist / name).write_bytes(noise.randbytes(length))
    chunks = {
        "index.html": {"file": "main.js", "isEntry": True, "imports": ["_shared"], "css": ["main.css"]},
        "_shared": {"file": "shared.js"},
        "chart.tsx": {"file": "chart.js", "imports": ["_shared"]},
    }
    (dist / ".vite" / "manifest.json").write_text(json.dumps(chunks))


def test_first_load_is_the_entry_and_what_it_imports(tmp_path: Path) -> None:
    build(tmp_path, entry_bytes=3000)
    sizes = {size.name: size for size in console_sizes(tmp_path)}
    assert 4000 <= sizes["console, first load, scripts"].bytes < 4200
    assert 500 <= sizes["console, first load, styles"].bytes < 600
    assert 2000 <= sizes["console, lazy, chart.js"].bytes < 2100
    assert not any(size.over for size in sizes.values())


def test_a_build_over_its_budget_is_told(tmp_path: Path) -> None:
    build(tmp_path, entry_bytes=300_000)
    assert [size.name for size in console_sizes(tmp_path) if size.over] == ["console, first load, scripts"]
