"""The engine as a filter of lines: exact bytes, answers to bad lines, and a schema that is up to date."""

import contextlib
import io
import json
import subprocess
import sys

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import events as ev
from routing import trace, trace_schema
from tests.routing import strategies as some

CONFIG = '{"t":0,"type":"config","auto_accept":false,"misses":2,"decline_block":60}'
QUEUE = (
    '{"t":0,"type":"queue_set","queue":1,"skills":[{"skill":1,"level":5,"required":true}],'
    '"relax":[{"after":10,"skill":1,"level":null}],"order":"key","head_start":0,"choice":"longest_idle","offer_time":20,'
    '"last_agent_wait":0,"reserve":0,"max_waiting":null}'
)
AGENT = (
    '{"t":0,"type":"agent_set","agent":4,"ordinal":1,"skills":[{"skill":1,"level":3}],"queues":[1],"units":1,"caps":[],'
    '"exclusive":[],"interruptible":[],"pick":"longest_waiting"}'
)
STATE = '{"t":0,"type":"agent_state","agent":4,"available":true}'
ARRIVE = '{"t":1,"type":"arrive","interaction":8,"queue":1,"channel":"voice","units":1,"priority":0}'
HUGE = ARRIVE.replace('"units":1', f'"units":{10**400}')
SETUP = (CONFIG, QUEUE, AGENT, STATE)


def run(*lines: str) -> list[str]:
    """The lines written after the set-up's own."""
    out = io.StringIO()
    assert trace.main(io.StringIO("".join(f"{line}\n" for line in (*SETUP, *lines))), out) == 0
    written = out.getvalue().splitlines()
    assert written[:4] == ['{"t":0,"type":"done"}'] * 4
    return written[4:]


def test_decisions_are_compact_lines_each_event_closed_by_done() -> None:
    assert run(ARRIVE, '{"t":40,"type":"tick"}', '{"t":40,"type":"cancel","interaction":8}') == [
        '{"t":1,"type":"done"}',
        '{"t":11,"type":"relax","interaction":8,"rule":"step_due"}',
        '{"t":11,"type":"offer","interaction":8,"agent":4,"rule":"longest_idle"}',
        '{"t":31,"type":"expire","interaction":8,"agent":4,"rule":"offer_time"}',
        '{"t":31,"type":"offer","interaction":8,"agent":4,"rule":"longest_waiting"}',
        '{"t":40,"type":"done"}',
        '{"t":40,"type":"withdraw","interaction":8,"agent":4,"rule":"cancelled"}',
        '{"t":40,"type":"done"}',
    ]


def test_impossible_events_are_refused_with_a_code() -> None:
    refused = '"rule":"impossible","code":'
    assert run('{"t":5,"type":"finish","interaction":8}', '{"t":5,"type":"accept","interaction":8,"agent":4}') == [
        '{"t":5,"type":"refused","interaction":8,' + refused + '"unknown_interaction"}',
        '{"t":5,"type":"done"}',
        '{"t":5,"type":"refused","interaction":8,"agent":4,' + refused + '"unknown_interaction"}',
        '{"t":5,"type":"done"}',
    ]


@pytest.mark.parametrize(
    "bad",
    ["nonsense", "[]", '{"t":1}', ARRIVE.replace('"units":1', '"units":1.5'), ARRIVE.replace("8", '"8"'), CONFIG, HUGE],
)
def test_a_malformed_line_is_refused_and_the_trace_goes_on(bad: str) -> None:
    assert run('{"t":7,"type":"tick"}', bad, '{"t":9,"type":"tick"}') == [
        '{"t":7,"type":"done"}',
        '{"t":7,"type":"refused","rule":"impossible","code":"malformed"}',
        '{"t":7,"type":"done"}',
        '{"t":9,"type":"done"}',
    ]


def test_bytes_that_are_no_text_make_a_malformed_line_and_no_crash() -> None:
    out = io.StringIO()
    lines = b"\n".join([CONFIG.encode(), b'{"t":1,"type":"\xff\xfe"}', b'{"t":2,"type":"tick"}', b""])
    assert trace.main(io.TextIOWrapper(io.BytesIO(lines), encoding="ascii"), out) == 0
    assert out.getvalue().splitlines()[1:] == [
        '{"t":0,"type":"refused","rule":"impossible","code":"malformed"}',
        '{"t":0,"type":"done"}',
        '{"t":2,"type":"done"}',
    ]


def test_a_trace_must_begin_with_its_config() -> None:
    out = io.StringIO()
    assert trace.main(io.StringIO(QUEUE + "\n"), out) == 2
    assert '"malformed"' in out.getvalue()


def test_an_answer_is_complete_before_the_next_line_is_read() -> None:
    """A driver may wait for `done` before it decides what to send next."""
    seen: list[int] = []
    out = io.StringIO()

    class Driver(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            seen.append(out.getvalue().count("done"))
            return super().readline(-1 if size is None else size)

    trace.main(Driver("".join(f"{line}\n" for line in SETUP)), out)
    assert seen == [0, 1, 2, 3, 4]


def test_a_reader_who_has_enough_ends_the_command_quietly() -> None:
    command = [sys.executable, "-m", "contact_center.cli", "engine-trace"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(f"{SETUP[0]}\n".encode())
        process.stdin.flush()
        assert b"done" in process.stdout.readline()
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(f"{SETUP[1]}\n".encode() * 1000)
            process.stdin.flush()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def test_a_first_line_that_is_no_config_is_told_by_the_exit_code() -> None:
    command = [sys.executable, "-m", "contact_center.cli", "engine-trace"]
    run = subprocess.run(command, input=b"nonsense\n", capture_output=True, timeout=60, check=False)
    assert run.returncode == 2
    assert b"malformed" in run.stdout


def test_large_ids_pass_unchanged() -> None:
    large = (1 << 127) + 12345
    lines = run(
        ARRIVE.replace("8", str(large)).replace('"priority":0', '"priority":0,"skills":[],"last_agent":null'),
        '{"t":11,"type":"tick"}',
    )
    assert f'"interaction":{large},"agent":4' in lines[2]


def test_the_schema_file_is_up_to_date() -> None:
    assert trace_schema.SCHEMA_FILE.read_text(encoding="utf-8") == trace_schema.schema()


def test_every_line_in_and_out_fits_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(trace_schema.schema()))
    for line in (*SETUP, ARRIVE, *run(ARRIVE, '{"t":99,"type":"tick"}', "nonsense")):
        validator.validate(json.loads(line))


@given(st.one_of(some.queue_sets(3), some.agent_sets(3), some.arrivals(3, st.integers())))
@settings(derandomize=True, max_examples=80)
def test_events_survive_the_trip_through_a_line(event: ev.QueueSet | ev.AgentSet | ev.Arrive) -> None:
    kind = {ev.QueueSet: "queue_set", ev.AgentSet: "agent_set", ev.Arrive: "arrive"}[type(event)]
    row = {"t": event.t, "type": kind} | {
        name: _plain(getattr(event, name)) for name in type(event).__slots__ if name != "t"
    }
    assert trace.parse_event(json.dumps(row)) == event


def _plain(value: object) -> object:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
