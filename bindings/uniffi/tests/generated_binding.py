"""Drives the binding that uniffi generates, from outside Rust."""

import tempfile

import tracewire

assert tracewire.contract_version() == 1

message = ""
try:
    tracewire.testing_panic()
except tracewire.InternalError as error:
    message = str(error)
assert "testing_panic" in message, "a panic becomes an error that says so"

with tempfile.TemporaryDirectory() as folder:
    recorder = tracewire.Recorder.open(folder, "binding-test")
    # {"type": "log", "time": 1, "body": {"message": "hello"}}
    record = b"\xa3\x64type\x63log\x64time\x01\x64body\xa1\x67message\x65hello"
    assert recorder.append(record)
    report = recorder.flush(1000)
    assert (report.written, report.sealed, report.sent, report.pending) == (1, 0, 0, 0), report
    assert report.dropped == {}, report
    assert recorder.close(1000).written == 1
    assert not recorder.append(record)
    assert recorder.close(1000).dropped == {"closed": 1}
