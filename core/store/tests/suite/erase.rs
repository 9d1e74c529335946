//! What is erased after the fact: gone for good, from everything that follows from it too, and every envelope still verifies.

use super::maker::{Made, Maker, end, event, start, trace_id};
use super::remove::{envelopes, verify};
use super::snapshot;
use tracewire_store::erase::{OfRule, Plan, Selection, Sought, carry_out, plan};
use tracewire_store::{
    Batch, Erased, ErasedEvent, ErasedPart, Erasure, Lookup, LooseFilter, SearchQuery, Store, TraceFilter, search,
};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::{Event, EventType, Status};
use tracewire_wire::redact::Finder;

const BOB: &str = r#"{"content":"hello, this is said by everybody, again and again and again","role":"user"}"#;
const ANN: &str = r#"{"content":"please write to ann@example.com about the otters, and to nobody else","role":"user"}"#;

/// A step whose input are these messages.
fn step(millis: i64, trace: u128, name: &str, messages: &[&str], output: &str) -> Vec<Event> {
    let body = format!(r#"{{"name":"{name}","session_id":"chat {trace}","input":[{}]}}"#, messages.join(","));
    let ended = format!(r#"{{"output":"{output}","usage":{{"input_tokens":7}}}}"#);
    let span = u64::try_from(trace).unwrap();
    vec![start(millis, trace, span, 0, "llm", &body), end(millis + 5, trace, span, Status::Ok, &ended)]
}

fn finder(rules: &[&str]) -> Finder {
    Finder::new(&rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn planned(store: &dyn Store, selection: &Selection, rules: &[&str]) -> Plan {
    plan(store, selection, Sought::Rules(&finder(rules)), &mut |_, _| {}).unwrap()
}

fn of_trace(number: u128) -> Selection {
    Selection { traces: Some(vec![trace_id(number)]), ..Selection::default() }
}

fn text(store: &dyn Store) -> String {
    String::from_utf8(envelopes(store).concat()).unwrap()
}

/// Three traces: two say who is meant, one of them in its name too; the third does not.
fn recorded(maker: &mut Maker) -> Vec<Made> {
    vec![
        maker.seal(
            [step(0, 1, "plan", &[BOB, ANN], "done"), step(10, 2, "mail to ann@example.com", &[BOB], "no")].concat(),
        ),
        maker.seal(
            [step(20, 3, "plan", &[BOB], "ask ann@example.com"), step(30, 4, "plan", &[ANN, BOB], "done")].concat(),
        ),
    ]
}

fn filled<S: Store>(make: &mut impl FnMut() -> S) -> (S, Vec<Made>) {
    let mut store = make();
    let made = recorded(&mut Maker::new("aaaa000000000001-1"));
    store.apply(&Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() }).unwrap();
    store.tally(None).unwrap();
    (store, made)
}

pub fn what_rules_find_is_erased_for_good<S: Store>(make: &mut impl FnMut() -> S) {
    let (mut store, made) = filled(make);
    let found = planned(&store, &Selection::default(), &["@email", "@phone"]);
    let email = OfRule { findings: 3, contents: 2, bodies: 1, traces: 4 };
    assert_eq!(found.rules.into_iter().collect::<Vec<_>>(), [("email".to_owned(), email)]);
    assert_eq!((found.contents, found.bodies, found.looked_at, found.unsealed), (2, 1, 4, 0));
    let traces: Vec<_> = found.traces.iter().map(|of| (of.trace_id, of.contents, of.bodies)).collect();
    assert_eq!(traces, [(trace_id(4), 1, 0), (trace_id(3), 1, 0), (trace_id(2), 0, 1), (trace_id(1), 1, 0)]);
    let parts: Vec<_> = found.erasure.events.values().map(|event| (event.seq, event.part)).collect();
    assert_eq!(parts, [(3, ErasedPart::Body), (6, ErasedPart::Inline)]);

    let before: Vec<_> = envelopes(&store).iter().map(|bytes| Envelope::read(bytes).unwrap().digest).collect();
    let (erased, is_wiped) = carry_out(&mut store, &found.erasure, None).unwrap();
    let bytes = ANN.len() as u64;
    assert_eq!(erased, Erased { contents: 1, bytes, holders: 0, bodies: 1, events: 1 });
    assert!(is_wiped);
    let digests =
        |store: &S| envelopes(store).iter().map(|bytes| Envelope::read(bytes).unwrap().digest).collect::<Vec<_>>();
    for copy in 0..3 {
        assert!(!text(&store).contains("ann@example.com"), "copy {copy}");
        assert!(text(&store).contains("said by everybody"));
        assert_eq!(digests(&store), before);
        verify(&store);
        assert!(!snapshot(&mut store).contains("ann@example.com"));
        assert_eq!(store.trace(trace_id(2)).unwrap().unwrap().name, None);
        assert!(store.find(&Lookup::Session("chat 2".to_owned()), 10).unwrap().is_empty());
        assert_eq!(store.find(&Lookup::Session("chat 1".to_owned()), 10).unwrap().len(), 1);
        let query = SearchQuery { text: Some("ann@example.com".to_owned()), ..SearchQuery::default() };
        assert!(search(&store, &query).unwrap().rows.is_empty());
        // Neither a copy nor finding again changes anything.
        let again = planned(&store, &Selection::default(), &["@email"]);
        assert!(again.erasure.is_empty(), "{again:?}");
        assert_eq!(store.erase(&found.erasure).unwrap(), Erased::default());
        store.apply(&Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() }).unwrap();
        store.tally(None).unwrap();
    }
    // What another process says is the same content, and stays erased.
    let mut other = Maker::new("bbbb000000000001-1");
    store.apply(&other.seal(step(50, 5, "plan", &[ANN], "yes")).batch()).unwrap();
    assert!(!text(&store).contains("ann@example.com"));
    verify(&store);
}

pub fn what_was_erased_does_not_come_back_with_a_fork<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let mut fork = maker.branch();
    let said = step(0, 1, "mail to ann@example.com", &[BOB], "ask ann@example.com");
    store.apply(&maker.seal(said.clone()).batch()).unwrap();
    let found = planned(&store, &Selection::default(), &["@email"]);
    carry_out(&mut store, &found.erasure, None).unwrap();
    // The same events under another boundary.
    let more = fork.seal([said, step(20, 2, "other", &[BOB], "no")].concat());
    assert_eq!(store.apply(&more.batch()).unwrap().forks.len(), 1);
    assert_eq!(store.events_after(0, 100).unwrap().len(), 4);
    assert!(!text(&store).contains("ann@example.com"));
}

pub fn all_content_of_a_trace_is_erased_but_what_others_say<S: Store>(make: &mut impl FnMut() -> S) {
    let (mut store, _) = filled(make);
    let found = plan(&store, &of_trace(3), Sought::Content, &mut |_, _| {}).unwrap();
    // The output is its own; the message, and the list of it, are said by others as well.
    assert_eq!((found.contents, found.shared, found.bodies, found.looked_at), (1, 2, 0, 1));
    carry_out(&mut store, &found.erasure, None).unwrap();
    let events = |store: &S| {
        let mut events = store.events(trace_id(3)).unwrap();
        events.iter_mut().for_each(|stored| store.resolve(&mut stored.event).unwrap());
        format!("{events:?}")
    };
    assert!(
        events(&store).contains("$erased") && !events(&store).contains("everybody") && !events(&store).contains("ann@")
    );
    assert!(text(&store).contains("everybody"));
    // Names, times and numbers stay.
    let trace = store.trace(trace_id(3)).unwrap().unwrap();
    assert_eq!((trace.name.as_deref(), trace.input_tokens), (Some("plan"), 7));
    verify(&store);
    let again = plan(&store, &of_trace(3), Sought::Content, &mut |_, _| {}).unwrap();
    assert!(again.erasure.is_empty(), "{again:?}");
    // Without a condition nothing is anybody else's.
    let found = plan(&store, &Selection::default(), Sought::Content, &mut |_, _| {}).unwrap();
    assert_eq!(found.shared, 0);
    carry_out(&mut store, &found.erasure, None).unwrap();
    assert!(!text(&store).contains("everybody") && !text(&store).contains("ann@example.com about"));
    assert!(text(&store).contains("mail to ann@example.com"), "a name is no content");
    assert_eq!(store.traces(&TraceFilter::default()).unwrap().traces.len(), 4);
    verify(&store);
}

pub fn what_is_not_sealed_is_left_alone<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let made = maker.seal(step(0, 1, "mail to ann@example.com", &[BOB], "ask ann@example.com"));
    store.apply(&made.pending()).unwrap();
    let found = planned(&store, &Selection::default(), &["@email"]);
    assert_eq!((found.unsealed, found.erasure.events.len()), (2, 0));
    assert_eq!(store.erase(&found.erasure).unwrap(), Erased::default());
    assert_eq!(store.events(trace_id(1)).unwrap().len(), 2);
    // Whoever asks for it all the same is not heard: the journal would bring it again.
    let waiting = store.events(trace_id(1)).unwrap().remove(0);
    let mut asked = Erasure::default();
    let event = ErasedEvent { producer: waiting.producer.clone(), seq: 1, part: ErasedPart::Body };
    asked.events.insert(waiting.id, event);
    assert_eq!(store.erase(&asked).unwrap(), Erased::default());
    assert_eq!(store.events(trace_id(1)).unwrap().remove(0), waiting);
    store.apply(&made.batch()).unwrap();
    let found = planned(&store, &Selection::default(), &["@email"]);
    assert_eq!((found.unsealed, found.erasure.events.len()), (0, 2));
    store.erase(&found.erasure).unwrap();
    assert!(!text(&store).contains("ann@example.com"));
    verify(&store);
}

pub fn a_message_goes_and_the_conversation_around_it_stays<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    // Short messages stand inline in the list, which is long and carried.
    let short = r#"{"content":"I am a@b.co","role":"user"}"#;
    let made = maker.seal(step(0, 1, "plan", &[short, BOB, r#"{"content":"fine","role":"assistant"}"#], "done"));
    assert!(made.content.iter().any(|(_, carried)| format!("{carried:?}").len() > 64));
    store.apply(&made.batch()).unwrap();
    let found = planned(&store, &Selection::default(), &["@email"]);
    assert_eq!((found.contents, found.bodies, found.erasure.holders.len()), (1, 0, 1));
    let (erased, _) = carry_out(&mut store, &found.erasure, None).unwrap();
    assert_eq!((erased.contents, erased.holders, erased.events), (0, 1, 0));
    let all = text(&store);
    assert!(!all.contains("a@b.co") && all.contains("everybody") && all.contains("fine") && all.contains("$erased"));
    verify(&store);
    store.apply(&made.batch()).unwrap();
    assert!(!text(&store).contains("a@b.co"));
}

pub fn what_is_spread_over_a_stream_goes_with_all_of_it<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let piece = |millis, span, chunks: &str| {
        event(EventType::SpanEvent, millis, 1, span, &format!(r#"{{"chunks":[{chunks}],"name":"chunk"}}"#))
    };
    let delta = |text: &str| format!(r#"{{"delta":{{"content":"{text}"}},"index":0}}"#);
    let made = maker.seal(vec![
        start(0, 1, 1, 0, "llm", r#"{"name":"draft"}"#),
        piece(1, 1, &[delta("write to ann"), delta("@exam")].join(",")),
        piece(2, 1, &delta("ple.com soon")),
        piece(3, 2, &delta("otters")),
    ]);
    store.apply(&made.batch()).unwrap();
    let found = planned(&store, &Selection::default(), &["@email"]);
    assert_eq!(found.erasure.events.values().map(|event| event.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(found.rules.get("email"), Some(&OfRule { findings: 1, contents: 0, bodies: 1, traces: 1 }));
    carry_out(&mut store, &found.erasure, None).unwrap();
    assert!(!text(&store).contains("exam") && !text(&store).contains("soon") && text(&store).contains("otters"));
    verify(&store);
}

pub fn a_selection_says_whose_it_is<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let root = |millis, trace: u128, user: &str| {
        let body = format!(
            r#"{{"input":"card 4111 1111 1111 1111","name":"run","session_id":"s{trace}","user_id":"{user}"}}"#
        );
        start(millis, trace, u64::try_from(trace).unwrap(), 0, "agent", &body)
    };
    let log = |millis, rest: &str| {
        let body = format!(r#"{{"message":"card 4111 1111 1111 1111"{rest}}}"#);
        let mut log = event(EventType::Log, millis, 0, 0, &body);
        (log.trace_id, log.span_id) = (None, None);
        log
    };
    let events = vec![
        root(0, 1, "ann"),
        root(1000, 2, "bob"),
        root(2000, 3, "ann"),
        log(500, ""),
        log(1500, r#","session_id":"s2""#),
        log(2500, r#","user_id":"ann""#),
    ];
    store.apply(&maker.seal(events).batch()).unwrap();
    let seqs = |selection: &Selection| {
        let found = planned(&store, selection, &["@card"]);
        found.erasure.events.values().map(|event| event.seq).collect::<Vec<_>>()
    };
    let at = |millis: i64| Some(tracewire_wire::time::Timestamp(super::maker::EPOCH + millis * 1_000_000));
    let user = |user: &str| Some(user.to_owned());
    assert_eq!(seqs(&Selection::default()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(seqs(&of_trace(2)), [2]);
    assert_eq!(seqs(&Selection { session: user("s2"), ..Selection::default() }), [2, 5]);
    assert_eq!(seqs(&Selection { user: user("ann"), ..Selection::default() }), [1, 3, 6]);
    assert_eq!(seqs(&Selection { since: at(500), until: at(1500), ..Selection::default() }), [2, 4]);
    assert_eq!(seqs(&Selection { session: user("s2"), user: user("ann"), ..Selection::default() }), [0u64; 0]);
    let found = planned(&store, &Selection { session: user("s2"), ..Selection::default() }, &["@card"]);
    assert_eq!((found.loose, found.bodies, found.contents), (1, 1, 1));
    carry_out(&mut store, &found.erasure, None).unwrap();
    let loose = store.loose(&LooseFilter::default()).unwrap();
    assert_eq!(loose.iter().filter(|stored| stored.event.body_field("message").is_some()).count(), 2);
    assert_eq!(loose.len(), 3);
    verify(&store);
}
