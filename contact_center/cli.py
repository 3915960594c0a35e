"""The operator's commands. Every one has `--help`, shows progress on long work, and exits with a meaningful code.

0 done · 1 refused or failed, said in a sentence · 2 wrong usage or settings.
"""

import asyncio
import contextlib
import fcntl
import gc
import os
import secrets
import signal
import sys
from collections.abc import Coroutine, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from config import logs
from config.settings import Settings, SettingsError, load
from contact_center import db

if TYPE_CHECKING:
    from routing.day import Day

T = TypeVar("T")
YOUNG_OBJECTS = 10_000
"""Objects made before the youngest are searched for garbage; Python's own 700 is passed by a single request."""
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Contact centre: the operator's commands.",
)
Role = Annotated[str, typer.Option(help="What this process does: all, web, worker or router.")]


def _fail(sentence: str, code: int = 1) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def _settings(**overrides: Any) -> Settings:
    try:
        return load(**overrides)
    except SettingsError as error:
        _fail(str(error), 2)


def _reach(work: Coroutine[Any, Any, T]) -> T:
    """The result of work on the database; a database that is away or of another shape is a sentence, no traceback."""
    try:
        return asyncio.run(work)
    except CommandError as error:
        _fail(f"The database was made by a newer version of this program: {error}")
    except db.DatabaseUnavailable as error:
        _fail(f"The database does not answer: {error.__cause__ or error}")
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        _fail(f"The database does not answer: {type(error).__name__} {error}".splitlines()[0])


def _expect_present_shape(settings: Settings) -> None:
    """Stop with a sentence unless the database answers and looks as this program expects."""
    if _reach(db.pending_migrations(settings.database_url())):
        _fail("The database is older than this program: run `contact-center migrate` first.")


def _open_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _fail(f"The data folder {data_dir} cannot be used: {error.strerror}", 2)


@contextlib.contextmanager
def _alone_on(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process: SQLite has one writer process."""
    _open_folder(data_dir)
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _fail(
                f"Another server is already running on the data folder {data_dir}; stop it, or set DATA_DIR to another one."
            )
        yield


def _demo_overrides() -> dict[str, Any]:
    """The demo's settings: loopback, PORT, SMTP_PORT and DATA_DIR from the environment, a secret kept in the folder."""
    data_dir = Path(os.environ.get("DATA_DIR") or "data")
    _open_folder(data_dir)
    key = data_dir / "secret_key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48))
    overrides: dict[str, Any] = {
        "demo": True,
        "data_dir": data_dir,
        "log": {"format": os.environ.get("CC_LOG__FORMAT", "console")},
        "http": {"port": os.environ.get("PORT") or os.environ.get("CC_HTTP__PORT") or 8080},
        "email": {"smtp_listen": f"127.0.0.1:{os.environ.get('SMTP_PORT') or 2525}"},
    }
    if not os.environ.get("CC_SECRET_KEY"):
        overrides["secret_key"] = key.read_text()
    return overrides


@app.command()
def serve(
    role: Role = "",
    demo: Annotated[bool, typer.Option(help="Seed data, simulator, mail catcher; loopback only.")] = False,
) -> None:
    """Run the server until it is told to stop; a running request is finished first."""
    overrides = _demo_overrides() if demo else {}
    if role:
        overrides["role"] = role
    settings = _settings(**overrides)
    logs.configure(settings.log.level, settings.log.format)
    sqlite = settings.database_url().startswith("sqlite")
    with _alone_on(settings.data_dir) if sqlite else contextlib.nullcontext():
        if sqlite or demo:
            _reach(db.migrate(settings.database_url()))
        else:
            _expect_present_shape(settings)
        raise typer.Exit(asyncio.run(_serve(settings)))


async def _serve(settings: Settings) -> int:
    from contact_center.demo import DemoRefused
    from contact_center.main import build

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    try:
        server = await build(settings)
    except DemoRefused as refusal:
        typer.echo(str(refusal), err=True)
        return 2
    try:
        await server.start()
    except OSError as error:
        await server.stop()
        typer.echo(f"The server cannot start: {error.strerror or error}", err=True)
        return 1
    except SettingsError as error:
        await server.stop()
        typer.echo(str(error), err=True)
        return 2
    _settle_memory()
    typer.echo(server.greeting())
    await stop.wait()
    typer.echo("Stopping: finishing what is under way …")
    await server.stop()
    return 0


def _settle_memory() -> None:
    """What was loaded stays for the life of the process: searching it for garbage would hold everybody up for 150 ms at a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


@app.command()
def migrate() -> None:
    """Bring the database to the shape this program expects."""
    settings = _settings()
    _reach(db.migrate(settings.database_url()))
    typer.echo("The database is up to date.")


@app.command("create-user")
def create_user(
    email: Annotated[str, typer.Argument(help="Address the user signs in with.")],
    name: Annotated[str, typer.Option(help="Name shown to colleagues.")] = "",
    role: Annotated[
        list[str] | None,
        typer.Option(help="agent, supervisor or admin; repeat for several."),
    ] = None,
    language: Annotated[str, typer.Option(help="en or zh-CN.")] = "en",
) -> None:
    """Create a user, for example the first administrator. The password is read from standard input, never an argument."""
    settings = _settings()
    _expect_present_shape(settings)
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    from contact_center.offline import create_user as create

    problem = _reach(
        create(
            settings,
            email=email,
            name=name or email,
            roles=role or ["admin"],
            language=language,
            password=password,
        )
    )
    if problem:
        _fail(problem)
    typer.echo(f"{email} can sign in now.")


@app.command()
def doctor() -> None:
    """Check settings, database, files, Redis and ports; one line each; exit 1 when something is wrong."""
    settings = _settings()
    from contact_center.offline import check_up

    lines = asyncio.run(check_up(settings))
    for line in lines:
        typer.echo(f"{'ok  ' if line.ok else 'FAIL'}  {line.name}: {line.detail}")
    raise typer.Exit(0 if all(line.ok for line in lines) else 1)


@app.command()
def replay(
    inbound_id: Annotated[str, typer.Argument(help="Id of one parked row; empty means all of them.")] = "",
) -> None:
    """Try parked messages again, after what parked them has been mended."""
    settings = _settings()
    from contact_center.offline import replay_parked

    _expect_present_shape(settings)
    done, left = _reach(replay_parked(settings, inbound_id, progress=typer.echo))
    typer.echo(f"{done} taken in, {left} still parked.")
    raise typer.Exit(1 if left else 0)


@app.command("engine-trace")
def engine_trace() -> None:
    """Read engine events on standard input, write the engine's decisions; see docs/engine-trace.schema.json."""
    from routing.trace import main

    try:
        code = main(sys.stdin, sys.stdout)
    except BrokenPipeError:
        # Whoever read our answers has enough (`| head`). What Python would still flush at its end must go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise typer.Exit(code)


@app.command()
def simulate(
    file: Annotated[Path | None, typer.Argument(help="A day as --save writes it.")] = None,
    day: Annotated[str, typer.Option(help="YYYY-MM-DD (UTC): take the day from the database instead of a file.")] = "",
    save: Annotated[Path | None, typer.Option(help="Write the day to this file, as it was.")] = None,
    staff: Annotated[list[str] | None, typer.Option(help="QUEUE=+2 or QUEUE=-1: agents more or fewer.")] = None,
    skill: Annotated[
        list[str] | None, typer.Option(help="AGENT:SKILL=LEVEL: held at this level, 0 not at all.")
    ] = None,
    policy: Annotated[list[str] | None, typer.Option(help="QUEUE.FIELD=VALUE, e.g. support.choice=pack.")] = None,
    seed: Annotated[int, typer.Option(help="Another drawing of what was not recorded.")] = 0,
) -> None:
    """Play a day again, as it was or with other staff, skills or policy, and print what came of it beside what happened."""
    from routing import whatif
    from routing.day import BadDay, read
    from routing.replay import happened, patience_by_queue, play

    if (file is None) == (not day):
        _fail("Name either a file or --day.", 2)
    try:
        was = read(file) if file is not None else _recorded_day(day)
        if save is not None:
            save.write_text(was.model_dump_json(exclude_defaults=True), encoding="utf-8")
        changed = whatif.changed(was, staff=staff or (), skills=skill or (), policies=policy or ())
    except (BadDay, OSError) as problem:
        _fail(f"{problem.filename}: {problem.strerror}" if isinstance(problem, OSError) else str(problem))
    if not was.calls:
        _fail("Nothing came in that day.")
    typer.echo(f"{was.name}: {len(was.calls):,} calls, {len(was.agents):,} agents, {len(was.queues):,} queues")
    played = play(changed, seed=seed, patience=patience_by_queue(was))
    for line in whatif.report(happened(was), played, whatif.staffing(was)):
        typer.echo(line)


def _recorded_day(day: str) -> "Day":
    """The day from the database. Raises BadDay when the date is none."""
    from contact_center.main import open_database
    from routing.day import BadDay
    from routing.recorded import export

    try:
        begin = datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError as error:
        raise BadDay(f"{day!r} is no date; write it like 2026-11-22") from error
    settings = _settings()
    _expect_present_shape(settings)

    async def fetch() -> "Day":
        database = open_database(settings)
        try:
            async with database.read() as session:
                return await export(session, begin, begin + timedelta(days=1), settings.routing)
        finally:
            await database.close()

    return _reach(fetch())


if __name__ == "__main__":
    app()
