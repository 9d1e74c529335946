"""Reports of `tracewire validate`, judged by SARIF's official schema and the package `jsonschema`.

``sarif.py TRACEWIRE SCHEMA FILE…`` makes a report of each file.
"""

# ruff: noqa: T201 - it speaks to whoever runs it
import json
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft7Validator

tracewire, schema_path, *files = sys.argv[1:]
schema = json.loads(Path(schema_path).read_text(encoding="utf-8"))
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
results = 0
for file in files:
    command = [tracewire, "validate", "--format", "sarif", "--level", "canonical", file]
    ran = subprocess.run(command, check=False, capture_output=True)
    if ran.returncode not in (0, 1):
        sys.exit(f"{file}: {ran.stderr.decode()}")
    report = json.loads(ran.stdout)
    for error in validator.iter_errors(report):
        sys.exit(f"{file}: {error.json_path}: {error.message}")
    results += sum(len(run["results"]) for run in report["runs"])
if results == 0:
    sys.exit("no file has a finding: nothing was proved")
# A validator that takes everything would prove nothing either.
if validator.is_valid({"version": "2.1.0", "runs": [{"results": [{}]}]}):
    sys.exit("the schema takes a result without a message")
print(f"{len(files)} reports with {results} findings are SARIF")
