//! Every code of a problem: its status, what it says, and what to do.
//!
//! `docs/generate.py` reads this table and makes the reference page of it; a test of the pages finds a code or a status that is
//! not the table's.

/// The codes that are only this server's; sorted. Those of the store and of what reads a body come as they are.
pub const CODES: &[(&str, u16, &str, &str)] = &[
    ("body_incomplete", 400, "the connection ended before the body did", "send it again"),
    ("body_not_gzip", 400, "the body is not packed as `Content-Encoding` says", "see how the sender packs"),
    ("body_not_zstd", 400, "the body is not packed as `Content-Encoding` says", "see how the sender packs"),
    (
        "body_timeout",
        408,
        "the body did not arrive whole in the time that a request may take",
        "send less at once, or over a faster connection",
    ),
    ("body_too_large", 413, "the body is too large, as it came or unpacked", "send less at once"),
    ("busy", 503, "the server has too much to do", "send the same again after `Retry-After` seconds"),
    (
        "content_type_unsupported",
        415,
        "the body is of a type that is not read",
        "`Accept` of the answer names those that are",
    ),
    (
        "document_too_large",
        422,
        "the trace is too large to be one document",
        "ask with `full=false`, or for its spans or events",
    ),
    (
        "encoding_unsupported",
        415,
        "the body is packed in a way that is not read",
        "pack with gzip or zstd, or not at all",
    ),
    (
        "envelopes_rejected",
        422,
        "not every envelope was sound; the sound ones are stored",
        "`rejected` names each with its line and why",
    ),
    ("erase_invalid", 422, "what is to be erased cannot be said like this", "`detail` says what is expected"),
    (
        "feedback_contradicts",
        409,
        "something else was said under this `feedback_id`",
        "give it an id of its own, or none",
    ),
    ("feedback_invalid", 422, "the judgement cannot be used", "`pointer` names the member"),
    (
        "host_not_allowed",
        421,
        "the server is not asked by a name of its own",
        "name the host with `--allow-host`, or ask by the address",
    ),
    ("internal", 500, "the server failed in a way that it should not", "its log says more under the `request_id`"),
    ("method_not_allowed", 405, "the path is not asked by this method", "see `GET /docs`"),
    ("not_found", 404, "there is no such thing", "see what there is with `GET /v1/traces`"),
    ("origin_not_allowed", 403, "pages of this origin may not ask", "name the origin with `--allow-origin`"),
    (
        "parameter_invalid",
        400,
        "a parameter of the query or the path cannot be used",
        "`parameter` names it, `detail` says what is expected",
    ),
    ("rate_limited", 429, "too many requests of one key or address", "come back after `Retry-After` seconds"),
    (
        "request_timeout",
        503,
        "the body did not arrive, or no answer was found, in the time that a request may take",
        "ask for less, or send the same again",
    ),
    ("scope", 403, "the key does not allow this", "make one that does with `tracewire serve keys create --scope`"),
    ("stopping", 503, "the server is about to stop", "send the same again after `Retry-After` seconds"),
    ("too_few_tokens", 422, "the shortest page takes more tokens", "`least` says how many"),
    ("trace_deleted", 410, "what is judged was deleted for good", "nothing; more of it is not kept"),
    (
        "unauthorized",
        401,
        "a key is needed, and none that is valid was shown",
        "show one as `Authorization: Bearer tw_…`",
    ),
    ("websocket_expected", 426, "the path is for a WebSocket", "ask by one, or `GET /v1/live`"),
];

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_sorted_and_there_once() {
        assert!(CODES.windows(2).all(|pair| matches!(pair, [before, after] if before.0 < after.0)));
    }
}
