"""Are the translations complete? `python -m tools.check_locales` prints what is wrong with the catalogues and exits 1.

Two pairs of catalogues: the server's (flat, `{named}` places, plural forms as an object) and the console's (nested, as
i18next wants them: `{{named}}` places, plural forms as keys ending in `_one`, `_other`). Both are brought to one shape
first: key -> plural form -> text, where a text without forms has the form "".
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "contact_center" / "locale"
CONSOLE = ROOT / "contact_center" / "console" / "src"
PACKAGES = ("config", "contact_center", "channels", "routing", "kb")
FORMS = {"en": {"one", "other"}, "zh-CN": {"other"}}
PLURAL = re.compile(r"^(?P<key>.+)_(?P<form>zero|one|two|few|many|other)$")
SERVER_PLACE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
CONSOLE_PLACE = re.compile(r"\{\{-?\s*(\w+)[^}]*\}\}")
CONSOLE_KEY = re.compile(r"""(?:\bt\(\s*|\bi18nKey=\{?)(["'])(?P<key>[A-Za-z][\w.:-]*)\1""")

Forms = dict[str, str]
Catalogue = dict[str, Forms]


class CatalogueError(Exception):
    """A catalogue is not of the shape described above."""


def server_catalogue(tree: Mapping[str, object]) -> Catalogue:
    """A flat catalogue whose values are texts or objects of plural forms."""
    found: Catalogue = {}
    for key, value in tree.items():
        if isinstance(value, str):
            found[key] = {"": value}
        elif isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            found[key] = dict(value)
        else:
            raise CatalogueError(f"{key}: neither a text nor plural forms")
    return found


def console_catalogue(tree: Mapping[str, object], prefix: str = "") -> Catalogue:
    """A nested catalogue; `inbox.waiting_one` is the form "one" of `inbox.waiting`."""
    found: Catalogue = {}
    for name, value in tree.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            found |= console_catalogue(value, f"{path}.")
        elif not isinstance(value, str):
            raise CatalogueError(f"{path}: not a text")
        elif plural := PLURAL.match(path):
            found.setdefault(plural["key"], {})[plural["form"]] = value
        else:
            found.setdefault(path, {})[""] = value
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """The same catalogue in both languages, what a place looks like in it, and the keys that the code asks for."""

    name: str
    english: Catalogue
    chinese: Catalogue
    place: re.Pattern[str]
    used: Mapping[str, str]

    def problems(self) -> Iterator[str]:
        """One sentence per thing that is wrong."""
        for key in sorted(self.english.keys() - self.chinese.keys()):
            yield f"{key}: missing in zh-CN"
        for key in sorted(self.chinese.keys() - self.english.keys()):
            yield f"{key}: missing in en"
        for language, catalogue in (("en", self.english), ("zh-CN", self.chinese)):
            for key, forms in catalogue.items():
                yield from self._wrong_forms(language, key, forms)
        for key in sorted(self.english.keys() & self.chinese.keys()):
            yield from self._differing_places(key)
        for key in sorted(self.used.keys() - self.english.keys()):
            yield f"{key}: used in {self.used[key]} but in no catalogue"

    def _wrong_forms(self, language: str, key: str, forms: Forms) -> Iterator[str]:
        if any(not text.strip() for text in forms.values()):
            yield f"{key}: empty in {language}"
        if set(forms) != {""} and (missing := FORMS[language] - set(forms)):
            yield f"{key}: {language} lacks the plural form {', '.join(sorted(missing))}"

    def _differing_places(self, key: str) -> Iterator[str]:
        """A plural form may leave the count out ("one minute"); every other place must stand in every form."""
        texts = [*self.english[key].values(), *self.chinese[key].values()]
        plural = set(self.english[key]) != {""}
        places = [set(self.place.findall(text)) - ({"count"} if plural else set()) for text in texts]
        if any(each != places[0] for each in places):
            listed = " / ".join("{" + ", ".join(sorted(each)) + "}" for each in places)
            yield f"{key}: the places differ: {listed}"


def _key_in_call(call: ast.Call, problems: set[str]) -> str | None:
    """The key a call asks for: `text(language, "key")`, or `Conflict("code")`, whose text is problem.code.title."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    position = {"text": 1, **dict.fromkeys(problems, 0)}.get(name)
    if position is None or len(call.args) <= position:
        return None
    argument = call.args[position]
    if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str) or not argument.value:
        return None
    return argument.value if name == "text" else f"problem.{argument.value}.title"


def problem_names() -> set[str]:
    """The names of the errors that a person is told."""
    tree = ast.parse((ROOT / "contact_center" / "errors.py").read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name for node in classes if any(getattr(base, "id", "") == "Problem" for base in node.bases)}


def used_by_server() -> dict[str, str]:
    """Keys written out in Python, with the file of one use. Keys made at run time cannot be seen here."""
    used: dict[str, str] = {}
    problems = problem_names()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in file.parts:
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call) and (key := _key_in_call(node, problems)):
                        used[key] = str(file.relative_to(ROOT))
    return used


def used_by_console() -> dict[str, str]:
    """Keys written out in TypeScript: `t("key")` and `i18nKey="key"`."""
    used: dict[str, str] = {}
    for file in sorted([*CONSOLE.rglob("*.ts"), *CONSOLE.rglob("*.tsx")]):
        if ".test." not in file.name:
            for match in CONSOLE_KEY.finditer(file.read_text(encoding="utf-8")):
                used[match["key"]] = str(file.relative_to(ROOT))
    return used


def _no_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise CatalogueError(f"given twice: {', '.join(sorted(twice))}")
    return dict(pairs)


def _read(folder: Path, language: str, shape: Callable[[Mapping[str, object]], Catalogue]) -> Catalogue:
    file = folder / f"{language}.json"
    try:
        return shape(json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_no_twice))
    except (OSError, ValueError, CatalogueError) as error:
        raise CatalogueError(f"{file.relative_to(ROOT)}: {error}") from error


def pairs() -> Iterator[Pair]:
    """The catalogues of this project."""
    server = [_read(SERVER, language, server_catalogue) for language in FORMS]
    yield Pair("server", server[0], server[1], SERVER_PLACE, used_by_server())
    console = [_read(CONSOLE / "locale", language, console_catalogue) for language in FORMS]
    yield Pair("console", console[0], console[1], CONSOLE_PLACE, used_by_console())


def main() -> int:
    """Check both pairs; the exit code is 1 when something was found."""
    try:
        found = [f"{pair.name}: {problem}" for pair in pairs() for problem in pair.problems()]
    except CatalogueError as error:
        found = [str(error)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
