"""The operator's commands on a database that is not there, not migrated, or of another version: a sentence, no traceback."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contact_center.cli import app

NEEDS_DATABASE = (
    ("create-user", "ana@example.org"),
    ("simulate", "--day", "2026-11-22"),
    ("replay",),
)
OLDER = "The database is older than this program: run `contact-center migrate` first.\n"


def run(folder: Path, *command: str, **settings: str) -> Result:
    """The command in a folder of its own; the password, if it asks for one, on standard input."""
    env = {"CC_DATA_DIR": str(folder), "CC_SECRET_KEY": "k" * 40, **settings}
    return CliRunner().invoke(app, command, input="a good long password\n", env=env)


@pytest.mark.parametrize("command", NEEDS_DATABASE)
def test_a_database_never_migrated_is_said_and_none_is_left_behind(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused = run(tmp_path / "new", *command)
    assert (refused.exit_code, refused.stderr) == (1, OLDER)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", [*NEEDS_DATABASE, ("migrate",), ("serve",)])
def test_a_database_that_does_not_answer_is_said(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused = run(tmp_path, *command, CC_DATABASE__URL="postgresql+asyncpg://cc:hidden@127.0.0.1:1/cc")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith("The database does not answer: ")
    assert "hidden" not in refused.output


def test_a_user_is_made_once_on_a_database_that_migrate_made(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run(folder, "migrate").exit_code == 0
    assert run(folder, "create-user", "ana@example.org").stdout == "ana@example.org can sign in now.\n"
    again = run(folder, "create-user", "Ana@Example.org")
    assert (again.exit_code, again.stderr) == (1, "There is a user Ana@Example.org already.\n")


def test_what_is_no_user_is_said_in_a_sentence(tmp_path: Path) -> None:
    run(tmp_path, "migrate")
    assert run(tmp_path, "create-user", "nonsense").stderr == "'nonsense' is no e-mail address.\n"
    wrong = run(tmp_path, "create-user", "ana@example.org", "--role", "king")
    assert wrong.stderr == "A role must be one of agent, supervisor, admin.\n"


def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    run(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "contact-center.db") as other:
        other.execute("UPDATE alembic_version SET version_num = 'of next year'")
    refused = run(tmp_path, "serve")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("The database was made by a newer version of this program: ")


@pytest.mark.parametrize("command", [("serve",), ("serve", "--demo")])
def test_a_data_folder_that_cannot_be_one_is_said(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    refused = run(folder, *command, DATA_DIR=str(folder))
    assert refused.exit_code == 2
    assert refused.stderr == f"The data folder {folder} cannot be used: Not a directory\n"
