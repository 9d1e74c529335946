"""Members that a program may give by name, when a step begins and later. Others are a mistake, and never reach the wire."""

START_FIELDS = frozenset(
    [
        "correlation_id",
        "dataset_item_id",
        "environment",
        "experiment_run_id",
        "level",
        "links",
        "media",
        "prompt",
        "release",
        "scope",
        "session_id",
        "tags",
        "tool_definitions",
        "trace_state",
        "user_id",
    ]
)
UPDATE_FIELDS = frozenset(
    [
        "attributes",
        "cost",
        "input",
        "level",
        "links",
        "name",
        "output",
        "tags",
        "time_to_first_chunk_nanos",
        "usage",
    ]
)
