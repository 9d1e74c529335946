"""Where settings come from, which wins, and what is said of those that cannot be used."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import Client, TracewireError, _recorder
from tracewire._config import Settings
from tracewire.testing import Recording


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("TRACEWIRE_DIR", "TRACEWIRE_MODE", "TRACEWIRE_SERVICE", "TRACEWIRE_STRICT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_arguments_over_environment_over_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "tracewire.toml").write_text('service = "file"\nrelease = "file"\nmode = "inline"\n[resource]\nteam = "x"\n')
    monkeypatch.setenv("TRACEWIRE_SERVICE", "environment")
    monkeypatch.setenv("TRACEWIRE_RELEASE", "environment")
    settings = Settings({"service": "argument", "mode": None}, {})
    assert settings.values == {"service": "argument", "release": "environment", "mode": "inline", "resource": {"team": "x"}}
    assert settings.sources["service"] == "argument"
    assert settings.sources["release"] == "TRACEWIRE_RELEASE"
    assert settings.sources["mode"].endswith("tracewire.toml:3")
    assert settings.problems == []


def test_yaml_from_a_folder_above(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "tracewire.yaml").write_text("session_id: chat-7\nsampling: 0.5\nredact: [api_key]\n")
    below = elsewhere / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    settings = Settings({}, {})
    assert settings.values == {"session_id": "chat-7", "sampling": 0.5, "redact": ["api_key"]}


CAPTURE = "True, False, 'input', 'output', or a mapping of input, output, chunks, data, attributes, message to True or False"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"mode": "lokal"},
            "mode = 'lokal' (argument): one of local, inline, background is expected, such as mode=",
        ),
        ({"sampling": 2}, "sampling = 2 (argument): a number from 0 to 1 is expected, such as sampling=0.1"),
        ({"capture": "inputs"}, f"capture = 'inputs' (argument): {CAPTURE} is expected, such as capture={{'message': False}}"),
        ({"capture": {"mesage": False}}, f"capture = a dict (argument): {CAPTURE} is expected"),
        ({"capture": {"message": "no"}}, f"capture = a dict (argument): {CAPTURE} is expected"),
        ({"capture": ["input"]}, f"capture = a list (argument): {CAPTURE} is expected"),
        ({"service": ""}, "service = '' (argument): a text is expected"),
        ({"mask": "no"}, "mask = 'no' (argument): a function of a field's name and its value is expected"),
        ({"quota_bytes": True}, "quota_bytes = True (argument): a number of bytes is expected"),
        ({"dir": 5}, "dir = 5 (argument): a path is expected, such as dir='.tracewire'"),
        ({"redact": 5}, "redact = 5 (argument): a list of texts is expected"),
        ({"resource": object()}, "resource = a object (argument): a mapping is expected"),
        ({"exporters": [3]}, "exporters = a list (argument): a list of exporters, names and tables is expected"),
        ({"strict": "yes"}, "strict = 'yes' (argument): True or False is expected"),
    ],
)
def test_what_cannot_be_used_is_said_with_a_remedy(given: dict[str, Any], said: str) -> None:
    settings = Settings(given, {})
    (problem,) = settings.problems
    assert problem.startswith(said)
    assert problem.endswith("; the default is used")
    assert settings.values == {}


def test_a_wrong_argument_leaves_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEWIRE_MODE", "background")
    settings = Settings({"mode": "lokal"}, {"servcie": "x", "colour": 1})
    assert settings.values == {"mode": "background"}
    assert settings.problems[0].endswith("; 'background' of TRACEWIRE_MODE is used")
    assert settings.problems[1] == "servcie = 'x' (argument): there is no such setting; did you mean service?"
    assert settings.problems[2].startswith("colour = 1 (argument): there is no such setting; there are block_bound, capture,")


@pytest.mark.parametrize(
    ("capture", "kept"),
    [("all", True), ("none", False), (True, True), ("input", "input"), ({}, {}), ({"message": False},) * 2],
)
def test_words_for_capture(capture: Any, kept: Any) -> None:
    assert Settings({"capture": capture}, {}).values == {"capture": kept}


@pytest.mark.parametrize(
    ("capture", "expected"),
    [
        (True, {"input", "output", "chunks", "data", "attributes", "message"}),
        (False, {"attributes", "message"}),
        ("input", {"input", "attributes", "message"}),
        ("output", {"output", "chunks", "data", "attributes", "message"}),
        ({"message": False}, {"input", "output", "chunks", "data", "attributes"}),
        ({"output": False, "attributes": False}, {"input", "chunks", "data", "message"}),
        (dict.fromkeys(["input", "output", "chunks", "data", "attributes", "message"], False), set()),
    ],
)
@pytest.mark.parametrize("masks", [True, False])
def test_what_is_switched_off_is_absent(elsewhere: Path, capture: Any, expected: set[str], masks: bool) -> None:
    seen: set[str] = set()

    def mask(field: str, value: object) -> object:
        seen.add(field)
        return value

    with Client(dir=elsewhere, capture=capture, mask=mask if masks else None) as client:

        @client.llm
        def answer(question: str) -> Any:
            yield "cr"
            yield "abs"

        @client.tool
        def dig(where: str) -> str:
            return where

        with client.span("run", input="in", attributes={"a": 1}) as step:
            assert list(answer("crabs?")) == ["cr", "abs"]
            assert dig("shore") == "shore"
            step.event("found", {"b": 2}, data="crabs")
            step.update(output="soon")
            client.event("tide", data={"m": 1}, attributes={"c": 3})
            client.log("a line", attributes={"d": 4})
            step.usage(input_tokens=3)
            step.set_output("out")
    events = Recording(elsewhere).events()
    found = {name for event in events for name in event.get("body", {})}
    fields = {"input", "output", "chunks", "data", "attributes", "message"}
    assert found & fields == expected
    assert {"name", "usage", "level"} <= found
    assert not masks or seen == expected


def test_fields_are_switched_in_a_file_and_in_the_environment(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "tracewire.toml").write_text("[capture]\nmessage = false\n")
    assert Settings({}, {}).values == {"capture": {"message": False}}
    monkeypatch.setenv("TRACEWIRE_CAPTURE", "output=false, attributes=off")
    assert Settings({}, {}).values == {"capture": {"output": False, "attributes": False}}
    assert Settings({"capture": {"data": False}}, {}).values == {"capture": {"data": False}}
    monkeypatch.setenv("TRACEWIRE_CAPTURE", "mesage=false")
    (problem,) = Settings({}, {}).problems
    assert "mesage: there is no such field; there are input," in problem
    assert problem.endswith("a dict of " + str(elsewhere / "tracewire.toml:1") + " is used")


def test_rules_that_cannot_be_used_leave_off_what_is_off(elsewhere: Path) -> None:
    with Client(dir=elsewhere, capture={"message": False}, redact=["/a(?=b)/"]) as client:
        with client.span("a", input=1, attributes={"k": 1}) as step:
            step.set_output(2)
        client.log("a line")
    names = [sorted(event.get("body", {})) for event in Recording(elsewhere).events()]
    assert names == [["attributes", "name"], [], ["level"]]


def test_one_error_names_all_and_recording_goes_on(elsewhere: Path, caplog: pytest.LogCaptureFixture) -> None:
    (elsewhere / "tracewire.toml").write_text('mode = "x"\ncolour = 1\n')
    with caplog.at_level(logging.WARNING, "tracewire"), Client(dir=elsewhere / "d", sampling=7) as client:
        with client.span("goes on"):
            pass
        assert client.flush().errors == {"configuration": 3}
    (message,) = caplog.messages
    for part in ("mode", "tracewire.toml:1", "colour", "tracewire.toml:2", "sampling = 7 (argument)"):
        assert part in message
    assert [span["name"] for span in Recording(elsewhere / "d").spans()] == ["goes on"]


def test_strict_raises_and_recording_goes_on_all_the_same(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_recorder, "active", None)
    monkeypatch.setattr(_recorder, "opened", None)
    with pytest.raises(TracewireError) as caught:
        tracewire.init(dir=elsewhere / "d", mode="x", strict=True)  # type: ignore[arg-type]
    assert caught.value.code == "configuration"
    assert "mode = 'x' (argument)" in str(caught.value)
    with tracewire.span("goes on"):
        pass
    tracewire.shutdown()
    assert [span["name"] for span in Recording(elsewhere / "d").spans()] == ["goes on"]
    with pytest.raises(TracewireError):
        Client(dir=elsewhere / "e", strict=True, mode="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("when", ["seal", "record"])
def test_rules_of_redaction_are_applied(elsewhere: Path, when: Any) -> None:
    rules = ["password", "@email -> hash", "order:/ORD-[0-9]{4}/", "!help@example.com"]
    client = tracewire.Client(dir=elsewhere, redact=rules, redact_at=when, redact_key="a long enough pepper")
    with client.span("a", input={"password": 1, "to": "ann@example.com or help@example.com, ORD-1234"}):
        pass
    held = b"".join(path.read_bytes() for path in (elsewhere / "journal").glob("*.twj"))
    assert (b"ann@example.com" in held) is (when == "seal")
    assert b"a long enough pepper" not in held
    expected = {"password": {"$redacted": "key"}, "to": "[email:1d87e109a0baf1e5] or help@example.com, [order]"}
    assert client.query()[0].input == expected
    client.shutdown()


def test_without_rules_that_cannot_be_used_inputs_are_not_recorded(
    elsewhere: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = tracewire.Client(dir=elsewhere / "one", redact=[r"id:/(a)\1/"])
    with client.span("a", input="1234"):
        pass
    assert "which needs backtracking, is refused at byte 7; inputs and outputs are not recorded" in caplog.text
    assert client.flush().errors == {"configuration": 1}
    client.shutdown()
    monkeypatch.setenv("TRACEWIRE_REDACT", "@mail")
    client = tracewire.Client(dir=elsewhere / "two")
    with client.span("b", input="1234"):
        pass
    assert "there is no detector mail" in caplog.text
    assert [row.input for row in client.query()] == [None]
    client.shutdown()


def test_a_key_of_redaction_is_shown_to_nobody() -> None:
    assert Settings({"redact_key": 7}, {}).problems == [
        "redact_key = a secret (argument): a text is expected, such as redact_key='a long secret'; the default is used"
    ]


def test_roots_say_session_environment_and_release(elsewhere: Path) -> None:
    options = {"session_id": "chat-7", "environment": "test", "release": "7"}
    with Client(dir=elsewhere, **options) as client:  # type: ignore[arg-type]

        @client.tool
        def look(query: str, *more: str) -> str:
            with client.span("inside"):
                return query

        look("a", "b")
        with client.span("own", session_id="other"):
            pass
    called, inside, own = Recording(elsewhere).spans()
    assert {key: called[key] for key in options} == options
    assert (called["input"], called["output"]) == ({"query": "a", "more": ["b"]}, "a")
    assert "session_id" not in inside
    assert (own["session_id"], own["release"]) == ("other", "7")


def run(program: str, folder: Path, **environment: str) -> str:
    path = {"PYTHONPATH": str(Path(tracewire.__file__).parents[1]), "PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, env=path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_it_works_with_no_call_at_all(elsewhere: Path) -> None:
    (elsewhere / "tracewire.toml").write_text('dir = "traces"\nservice = "from the file"\ncapture = "output"\n')
    run("import tracewire\nwith tracewire.span('s', input=1) as s: s.set_output(2)", elsewhere)
    (span,) = Recording(elsewhere / "traces").spans()
    assert (span["output"], "input" in span) == (2, False)


def test_it_can_be_switched_off(elsewhere: Path) -> None:
    program = (
        "import tracewire\n"
        "@tracewire.tool\n"
        "def f(x): return x\n"
        "@tracewire.llm\n"
        "def g(): yield 1\n"
        "with tracewire.session('a') as s, s.stream('t') as t:\n"
        "    t.chunk('x'); f(1); list(g()); tracewire.log('x'); tracewire.metric('m', 1)\n"
        "    assert tracewire.event('e') is None\n"
        "print(tracewire.flush().written)\n"
    )
    assert run(program, elsewhere, TRACEWIRE_DISABLED="1") == "0\n"
    assert list(elsewhere.iterdir()) == []
