"""Validates cases by the package `jsonschema`: `check.py SCHEMA CASES` prints a line `true` or `false` for each line."""

# ruff: noqa: T201 - it speaks to whoever runs it
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

schema = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
# `splitlines` would also cut at U+2028 and other characters that JSON has inside its texts.
for line in Path(sys.argv[2]).read_text(encoding="utf-8").removesuffix("\n").split("\n"):
    print("true" if validator.is_valid(json.loads(line)["document"]) else "false")
