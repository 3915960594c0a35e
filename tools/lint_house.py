"""The house rules that no off-the-shelf linter knows. `python -m tools.lint_house` prints what breaks them and exits 1.

A rule is a function of one parsed file; add a rule by adding a function to RULES. Rules have no escape comment: when one is
wrong for a place, the rule says so here.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PRODUCT = ("config", "contact_center", "channels", "routing", "kb")
LONGEST = 400
NO_LENGTH = ("contact_center/migrations/", "/locale/", "contact_center/console/src/api/schema.ts")
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.datetime.now", "datetime.datetime.utcnow", "time.time"}
SLEEPS = {"time.sleep", "asyncio.sleep"}
SKIPS = {
    "pytest.skip",
    "pytest.xfail",
    "pytest.importorskip",
    "pytest.mark.skip",
    "pytest.mark.skipif",
    "pytest.mark.xfail",
}
PRINTING = ("contact_center/cli.py", "contact_center/cli/")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path from the root with forward slashes, its text, and its tree when it is Python."""

    path: str
    text: str
    tree: ast.Module | None

    @property
    def product(self) -> bool:
        return self.tree is not None and self.path.split("/")[0] in PRODUCT

    @property
    def test(self) -> bool:
        return self.path.startswith("tests/")

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree) if self.tree is not None else iter(())

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in self.nodes() if isinstance(node, ast.Call))


Finding = tuple[int, str]
Rule = Callable[[Source], Iterator[Finding]]


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := dotted(node.value)):
        return f"{left}.{node.attr}"
    return ""


def one_clock(source: Source) -> Iterator[Finding]:
    """Only clock.py reads the time of day, so that the whole product can be run faster or at a fixed time."""
    if source.product and source.path != "contact_center/clock.py":
        for call in source.calls():
            if dotted(call.func) in CLOCKS:
                yield call.lineno, f"{dotted(call.func)}(): ask contact_center.clock for the time"


def no_commit_in_actions(source: Source) -> Iterator[Finding]:
    """The edge owns the transaction."""
    if source.product and PurePosixPath(source.path).name == "actions.py":
        for call in source.calls():
            if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
                yield call.lineno, "an action never commits: Database.write() does"


def short_files(source: Source) -> Iterator[Finding]:
    """A long file hides a second thing."""
    lines = source.text.count("\n")
    if lines > LONGEST and not any(part in source.path for part in NO_LENGTH):
        yield LONGEST, f"{lines} lines: over {LONGEST} a file hides a second thing, split it"


def no_relationships_across(source: Source) -> Iterator[Finding]:
    """Rows of another folder are reached by id and query; an ORM relationship would be a hidden import."""
    if not source.product or source.tree is None:
        return
    own = {node.name for node in source.tree.body if isinstance(node, ast.ClassDef)}
    for call in source.calls():
        if dotted(call.func).rsplit(".", 1)[-1] == "relationship":
            target = call.args[0] if call.args else None
            name = str(target.value) if isinstance(target, ast.Constant) else dotted(target) if target else ""
            if name and name not in own:
                yield call.lineno, f"relationship() to {name!s}, which is of another folder: use its id"


def nothing_skipped(source: Source) -> Iterator[Finding]:
    """A test that does not run proves nothing: install what it needs, or fail saying how."""
    if source.test:
        for node in source.nodes():
            if isinstance(node, ast.Attribute) and dotted(node) in SKIPS:
                yield node.lineno, f"{dotted(node)}: tests are never skipped"


def no_sleep_in_tests(source: Source) -> Iterator[Finding]:
    """Tests wait for conditions (tests/waiting.py); `asyncio.sleep(0)` gives way and is fine."""
    if source.test and PurePosixPath(source.path).name != "waiting.py":
        for call in source.calls():
            gives_way = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
            if dotted(call.func) in SLEEPS and not gives_way:
                yield call.lineno, f"{dotted(call.func)}(): wait for a condition with tests.waiting"


def no_print(source: Source) -> Iterator[Finding]:
    """The product logs; only the command line prints."""
    if source.product and not source.path.startswith(PRINTING):
        for call in source.calls():
            if dotted(call.func) == "print":
                yield call.lineno, "print(): use config.logs"


def no_nul(source: Source) -> Iterator[Finding]:
    """A NUL byte in a source file is always an accident, and PostgreSQL refuses it in text."""
    if "\0" in source.text:
        yield 1, "holds a NUL byte"


def opens_with_a_sentence(source: Source) -> Iterator[Finding]:
    """A module begins by saying what it is for."""
    migration = "/versions/" in source.path
    if (
        source.product
        and source.tree is not None
        and source.tree.body
        and not migration
        and not ast.get_docstring(source.tree)
    ):
        yield 1, "no docstring: say what the module is for"


def models_do_not_act(source: Source) -> Iterator[Finding]:
    """Tables know nothing of the verbs that change them."""
    if source.product and PurePosixPath(source.path).name == "models.py":
        for node in source.nodes():
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".actions"):
                yield node.lineno, "models import actions"


RULES: tuple[Rule, ...] = (
    one_clock,
    no_commit_in_actions,
    short_files,
    no_relationships_across,
    nothing_skipped,
    no_sleep_in_tests,
    no_print,
    no_nul,
    opens_with_a_sentence,
    models_do_not_act,
)


def check(source: Source) -> list[Finding]:
    """Everything one file breaks, in the order of its lines."""
    return sorted(finding for rule in RULES for finding in rule(source))


def sources() -> Iterator[Source]:
    """Every Python and TypeScript file that is tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z", "*.py", "*.ts", "*.tsx"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in sorted(filter(None, listing.stdout.split("\0"))):
        if (ROOT / path).is_file():
            text = (ROOT / path).read_text(encoding="utf-8")
            yield Source(path, text, ast.parse(text, path) if path.endswith(".py") else None)


def main() -> int:
    """Check every file; the exit code is 1 when something was found."""
    found = [(source.path, line, message) for source in sources() for line, message in check(source)]
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
