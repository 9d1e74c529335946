//! Promises about searching.

use super::maker::{Maker, end, event, start};
use tracewire_store::{SearchQuery, SessionCursor, SessionFilter, SessionRow, Store, search};
use tracewire_wire::event::{Event, EventType, Status};

fn query(text: &str) -> SearchQuery {
    SearchQuery::from_json(text).unwrap()
}

/// What a search finds, each row as `type name`, or as what it says.
fn found(store: &impl Store, text: &str) -> Vec<String> {
    let page = search(store, &query(text)).unwrap();
    let shown = |row: &tracewire_store::SearchRow| {
        let said = row.body.get("message").and_then(|message| message.as_text());
        format!("{} {}", row.row_type, row.name.as_deref().or(said).unwrap_or("-"))
    };
    page.rows.iter().map(shown).collect()
}

fn alone(mut event: Event) -> Event {
    (event.trace_id, event.span_id) = (None, None);
    event
}

/// A run of the planner that calls a model and a tool, and one of the seller; a log line that belongs to nothing.
fn two_runs<S: Store>(make: &mut impl FnMut() -> S) -> S {
    let mut store = make();
    let mut one = Maker::new("aaaa000000000001-1");
    let mut other = Maker::new("bbbb000000000001-1");
    let long = "Why do OTTERS hold hands? ".repeat(20);
    let planner = r#"{"name":"plan","session_id":"chat","attributes":{"gen_ai.agent.name":"planner"},"input":"go"}"#;
    let call = r#"{"name":"search","attributes":{"mcp.method.name":"tools/call","n":1},"input":{"query":"kelp"}}"#;
    let sent = r#"{"name":"mcp.request","attributes":{"mcp.method.name":"tools/call"}}"#;
    let said =
        format!(r#"{{"name":"answer","input":[{{"role":"user","content":"{long}"}}],"usage":{{"input_tokens":3}}}}"#);
    let events = vec![
        start(10, 1, 1, 0, "agent", planner),
        start(20, 1, 2, 1, "llm", &said),
        event(
            EventType::SpanUpdate,
            25,
            1,
            2,
            r#"{"attributes":{"gen_ai.request.model":"m-1"},"usage":{"output_tokens":4}}"#,
        ),
        start(30, 1, 3, 1, "tool", call),
        event(
            EventType::SpanEvent,
            33,
            1,
            3,
            r#"{"exception":{"message":"slow down","stacktrace":"line 7","type":"Busy"}}"#,
        ),
        event(EventType::Log, 35, 1, 3, r#"{"message":"looking it up","level":"info"}"#),
        end(40, 1, 3, Status::Error, r#"{"status_message":"429 too many requests","attributes":{"error.type":"429"}}"#),
        end(50, 1, 2, Status::Ok, r#"{"output":"they drift","usage":{"output_tokens":9}}"#),
        end(60, 1, 1, Status::Ok, r#"{"output":"done"}"#),
        alone(event(EventType::Log, 65, 0, 0, r#"{"message":"alone","attributes":{"n":1}}"#)),
    ];
    store.apply(&one.seal(events).batch()).unwrap();
    let seller = r#"{"name":"sell","correlation_id":"order-17","attributes":{"gen_ai.agent.id":"a-7","gen_ai.agent.name":"seller"}}"#;
    let mut point = event(EventType::Event, 22, 2, 12, sent);
    point.parent_id = tracewire_wire::id::SpanId::from_bytes(11u64.to_be_bytes());
    let events = vec![
        start(5, 2, 11, 0, "workflow", seller),
        point,
        event(EventType::Metric, 45, 2, 11, r#"{"name":"price","value":2}"#),
        event(EventType::Event, 70, 2, 13, r#"{"name":"shop.closed","data":{"till":429}}"#),
        alone(event(EventType::Loss, 75, 0, 0, r#"{"reason":"quota","count":3}"#)),
    ];
    store.apply(&other.seal(events).batch()).unwrap();
    store
}

pub fn a_search_gives_steps_and_points_newest_first<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    let all = [
        "event shop.closed",
        "log alone",
        "metric price",
        "log looking it up",
        "span search",
        "event mcp.request",
        "span answer",
        "span plan",
        "span sell",
    ];
    assert_eq!(found(&store, "{}"), all);
    let page = search(&store, &query(r#"{"kind":"llm"}"#)).unwrap();
    // Start, update and end are one; what is long was put back.
    let long = "Why do OTTERS hold hands? ".repeat(20);
    let expected = format!(
        concat!(
            r#"{{"next":null,"rows":[{{"attributes":{{"gen_ai.request.model":"m-1"}},"body":{{"usage":{{"input_tokens":3,"#,
            r#""output_tokens":9}}}},"duration_nanos":5000000,"end_time":"2026-01-01T00:00:00.050000000Z","#,
            r#""input":[{{"content":"{}","role":"user"}}],"kind":"llm","name":"answer","output":"they drift","#,
            r#""parent_id":"0000000000000001","producer":"aaaa000000000001-1","service":"service-aaaa","session_id":"chat","#,
            r#""span_id":"0000000000000002","status":"ok","time":"2026-01-01T00:00:00.020000000Z","#,
            r#""trace_id":"00000000000000000000000000000001","type":"span"}}]}}"#
        ),
        long
    );
    assert_eq!(page.to_json(), expected);
}

pub fn a_search_is_paged<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    let all = found(&store, "{}");
    for limit in [1, 2, 4, 9, 10] {
        let mut paged = Vec::new();
        let mut wanted = query(&format!(r#"{{"limit":{limit}}}"#));
        loop {
            let page = search(&store, &wanted).unwrap();
            assert!(page.rows.len() <= limit && (page.next.is_none() || page.rows.len() == limit));
            paged.extend(page.rows.into_iter().map(|row| row.time));
            wanted.cursor = page.next;
            if wanted.cursor.is_none() {
                break;
            }
        }
        let whole: Vec<_> = search(&store, &query("{}")).unwrap().rows.into_iter().map(|row| row.time).collect();
        assert_eq!((paged.len(), &paged), (all.len(), &whole), "{limit}");
    }
}

pub fn a_search_finds_runs_by_their_agent<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    let planned = ["log looking it up", "span search", "span answer", "span plan"];
    assert_eq!(found(&store, r#"{"agent_id":"planner"}"#), planned);
    assert_eq!(found(&store, r#"{"agent_id":"planner","kind":"tool"}"#), ["span search"]);
    // The point event at 70 names no parent: it is a run of its own.
    assert_eq!(found(&store, r#"{"agent_id":"a-7"}"#), ["metric price", "event mcp.request", "span sell"]);
    // Who has an id is not called by its name.
    assert!(found(&store, r#"{"agent_id":"seller"}"#).is_empty());
    assert!(found(&store, r#"{"agent_id":"nobody"}"#).is_empty());
}

pub fn a_search_finds_events_by_type_name_and_short_name<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    for (event_type, expected) in [
        ("log", &["log alone", "log looking it up"][..]),
        ("metric", &["metric price"]),
        ("event", &["event shop.closed", "event mcp.request"]),
        ("span.start", &["span search", "span answer", "span plan", "span sell"]),
        ("span.end", &["span search", "span answer", "span plan"]),
        ("span.update", &["span answer"]),
        ("loss", &["loss -"]),
        ("shop.closed", &["event shop.closed"]),
        // A call that is a step has its protocol's attributes, and no events besides.
        ("mcp.request", &["span search", "event mcp.request"]),
        ("mcp.tool.called", &["span search", "event mcp.request"]),
        ("mcp.tool.error", &["span search"]),
        ("mcp.tool.completed", &[]),
        ("a2a.request", &[]),
        ("nothing.of.the.kind", &[]),
    ] {
        assert_eq!(found(&store, &format!(r#"{{"event_type":"{event_type}"}}"#)), expected, "{event_type}");
    }
}

pub fn a_search_finds_what_is_said_whatever_the_case<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    for (text, expected) in [
        ("otters", &["span answer"][..]),
        ("KELP", &["span search"]),
        ("query", &["span search"]),
        ("429", &["event shop.closed", "span search"]),
        ("too many", &["span search"]),
        ("Alone", &["log alone"]),
        ("slow DOWN", &["span search"]),
        ("line 7", &[]),
        ("looking", &["log looking it up"]),
        ("drift", &["span answer"]),
        ("shop", &["event shop.closed"]),
        ("planner", &[]),
    ] {
        assert_eq!(found(&store, &format!(r#"{{"text":"{text}"}}"#)), expected, "{text}");
    }
    assert_eq!(found(&store, r#"{"attributes":{"n":1}}"#), ["log alone", "span search"]);
    assert_eq!(found(&store, r#"{"attributes":{"n":1.0,"error.type":"429"}}"#), ["span search"]);
    assert!(found(&store, r#"{"attributes":{"n":"1"}}"#).is_empty());
}

pub fn a_search_knows_sessions_correlations_services_and_times<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    for (text, expected) in [
        (r#"{"session_id":"chat","kind":"tool"}"#, &["span search"][..]),
        (r#"{"session_id":"chat","event_type":"log"}"#, &["log looking it up"]),
        (r#"{"session_id":"nobody"}"#, &[]),
        (r#"{"correlation_id":"order-17","event_type":"metric"}"#, &["metric price"]),
        (r#"{"service":"service-aaaa","event_type":"log"}"#, &["log alone", "log looking it up"]),
        (r#"{"service":"service-bbbb","kind":"workflow"}"#, &["span sell"]),
        (r#"{"status":"error"}"#, &["span search"]),
        (r#"{"status":"ok"}"#, &["span answer", "span plan"]),
        (r#"{"start_time":"2026-01-01T00:00:00.065Z"}"#, &["event shop.closed", "log alone"]),
        (r#"{"start_time":1767225600045000000,"end_time":"2026-01-01T01:00:00.065+01:00"}"#, &["metric price"]),
        (r#"{"end_time":"2026-01-01T00:00:00.010Z"}"#, &["span sell"]),
        (r#"{"kind":null,"end_time":"2026-01-01T00:00:00.005Z"}"#, &[]),
    ] {
        assert_eq!(found(&store, text), expected, "{text}");
    }
}

pub fn a_search_that_cannot_be_is_named<S: Store>(make: &mut impl FnMut() -> S) {
    let store = two_runs(make);
    for (text, message) in [
        ("[]", "``: a map is expected, this is a list"),
        (r#"{"knd":"llm"}"#, "`knd`: unknown field `knd`, expected one of `agent_id`, `event_type`"),
        (r#"{"kind":1}"#, "`kind`: invalid type: integer `1`, expected a string"),
        (r#"{"start_time":"yesterday"}"#, "`start_time`: `yesterday` is no time: RFC 3339 such as"),
    ] {
        let error = SearchQuery::from_json(text).unwrap_err();
        assert_eq!(error.code(), "query_invalid");
        assert!(error.to_string().contains(message), "{error}");
    }
    for (text, member) in
        [(r#"{"limit":0}"#, "`limit`"), (r#"{"limit":10001}"#, "`limit`"), (r#"{"cursor":"2"}"#, "`cursor`")]
    {
        let error = search(&store, &query(text)).unwrap_err();
        assert!(error.code() == "query_invalid" && error.to_string().contains(member), "{error}");
    }
}

pub fn sessions_have_their_totals<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = two_runs(make);
    let mut maker = Maker::new("cccc000000000001-1");
    let more = [
        start(80, 3, 21, 0, "agent", r#"{"session_id":"chat"}"#),
        start(90, 4, 22, 0, "agent", r#"{"session_id":"other"}"#),
    ];
    store.apply(&maker.seal(more.to_vec()).batch()).unwrap();
    store.tally(None).unwrap();
    let sessions = store.sessions(&SessionFilter::default()).unwrap();
    let shown: Vec<_> = sessions
        .iter()
        .map(|session| {
            let millis = |time: tracewire_wire::time::Timestamp| (time.0 - super::maker::EPOCH) / 1_000_000;
            (
                session.session_id.as_str(),
                session.traces,
                session.spans,
                session.open_spans,
                session.errors,
                session.input_tokens,
                session.output_tokens,
                millis(session.start),
                millis(session.last),
            )
        })
        .collect();
    assert_eq!(shown, [("other", 1, 1, 1, 0, 0, 0, 90, 90), ("chat", 2, 4, 1, 1, 3, 9, 10, 80)]);
    // One after the other, and by their times.
    let mut paged = Vec::new();
    let mut filter = SessionFilter { limit: 1, ..SessionFilter::default() };
    while let Some(row) = store.sessions(&filter).unwrap().pop() {
        filter.after = Some(SessionCursor { last: row.last, session_id: row.session_id.clone() });
        paged.push(row);
    }
    assert_eq!(paged, sessions);
    for row in &sessions {
        let filter = SessionFilter { session_id: Some(row.session_id.clone()), ..SessionFilter::default() };
        assert_eq!(store.sessions(&filter).unwrap(), std::slice::from_ref(row));
    }
    let none = SessionFilter { session_id: Some("nobody's".to_owned()), ..SessionFilter::default() };
    assert_eq!(store.sessions(&none).unwrap(), []);
    let among = |since, until| {
        let found = store.sessions(&SessionFilter { since, until, ..SessionFilter::default() }).unwrap();
        found.into_iter().map(|row| row.session_id).collect::<Vec<_>>()
    };
    for row in &sessions {
        let fits = |one: &&SessionRow| one.last >= row.last && one.start < row.last;
        let expected: Vec<_> = sessions.iter().filter(fits).map(|one| one.session_id.clone()).collect();
        assert_eq!(among(Some(row.last), Some(row.last)), expected);
    }
}

pub fn the_envelopes_of_an_event_are_found<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let tool = |millis| start(millis, 1, millis as u64, 0, "tool", "{}");
    let made = [maker.seal(vec![tool(1), tool(2)]), maker.seal(vec![tool(3)])];
    let mut fork = maker.branch();
    let next = [maker.seal(vec![tool(4), tool(5)]), fork.seal(vec![tool(6)])];
    made.iter().chain(&next).for_each(|made| _ = store.apply(&made.batch()).unwrap());
    let found = |seq| -> Vec<_> {
        store.envelopes_with("aaaa000000000001-1", seq).unwrap().into_iter().map(|found| found.digest).collect()
    };
    assert_eq!([found(1), found(2), found(3)], [[made[0].digest], [made[0].digest], [made[1].digest]]);
    assert_eq!((found(4), found(5)), (vec![next[0].digest, next[1].digest], vec![next[0].digest]));
    assert!(found(6).is_empty() && store.envelopes_with("nobody", 1).unwrap().is_empty());
}
