//! Clocks, times and durations.

use super::events::kind;
use super::{Mutant, Spoil};
use crate::seal::Emission;
use serde_json::{Value as Json, json};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

const SECOND: i64 = 1_000_000_000;

/// Mutants of time.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "local-time",
        wrong: "times are those of the emitter's zone, two hours east, and end with Z",
        cases: &["time/clock-of-the-settings", "time/nanoseconds"],
        spoil: Spoil::Request(|case| wall(case, |nanos| nanos.saturating_add(7200 * SECOND))),
    },
    Mutant {
        name: "milliseconds",
        wrong: "times have three digits of a second",
        cases: &["time/clock-of-the-settings", "time/nanoseconds"],
        spoil: Spoil::Events(|_, emission| {
            each_time(emission, |text| text.get(..23).map(|text| format!("{text}Z")));
        }),
    },
    Mutant {
        name: "clock-of-microseconds",
        wrong: "the wall clock is read in microseconds",
        cases: &["time/nanoseconds"],
        spoil: Spoil::Request(|case| wall(case, |nanos| nanos.saturating_sub(nanos.rem_euclid(1000)))),
    },
    Mutant {
        name: "zeros-of-a-second-dropped",
        wrong: "zeros at the end of a second's digits are left out",
        cases: &["time/one-reading-for-start-and-end"],
        spoil: Spoil::Events(|_, emission| {
            each_time(emission, |text| {
                let digits = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
                Some(format!("{digits}Z"))
            });
        }),
    },
    Mutant {
        name: "zone-as-offset",
        wrong: "times end with +00:00",
        cases: &["time/clock-of-the-settings"],
        spoil: Spoil::Events(|_, emission| each_time(emission, |text| Some(text.replace('Z', "+00:00")))),
    },
    Mutant {
        name: "before-1970-rounded-up",
        wrong: "the seconds of a time before 1970 are rounded towards zero",
        cases: &["time/before-1970"],
        spoil: Spoil::Request(|case| {
            wall(case, |nanos| if nanos < 0 && nanos % SECOND != 0 { nanos.saturating_add(SECOND) } else { nanos });
        }),
    },
    Mutant {
        name: "duration-by-the-wall-clock",
        wrong: "a duration is the difference of the wall clock's readings",
        cases: &["time/wall-clock-set-back", "time/skew-of-a-second-and-a-nanosecond"],
        spoil: Spoil::Events(|_, emission| {
            let starts: Vec<Map> =
                emission.events().filter(|event| kind(event) == "span.start").map(|event| event.clone()).collect();
            for event in emission.events().filter(|event| kind(event) == "span.end") {
                let Some(start) = starts.iter().find(|start| start.get("span_id") == event.get("span_id")) else {
                    continue;
                };
                let difference = i128::from(time(event)) - i128::from(time(start));
                event.insert("duration_nanos".to_owned(), Value::from_i128(difference.max(0)));
                without(event, "clock_skew_nanos");
            }
        }),
    },
    Mutant {
        name: "skew-unsaid",
        wrong: "nobody says that the wall clock disagrees with the duration",
        cases: &["time/skew-of-a-second-and-a-nanosecond"],
        spoil: Spoil::Events(|_, emission| emission.events().for_each(|event| without(event, "clock_skew_nanos"))),
    },
    Mutant {
        name: "skew-from-any-difference",
        wrong: "each difference of the clocks is said, however small",
        cases: &["time/skew-of-exactly-a-second"],
        spoil: Spoil::Events(|_, emission| {
            let starts: Vec<Map> =
                emission.events().filter(|event| kind(event) == "span.start").map(|event| event.clone()).collect();
            for event in emission.events().filter(|event| kind(event) == "span.end") {
                let Some(start) = starts.iter().find(|start| start.get("span_id") == event.get("span_id")) else {
                    continue;
                };
                let duration = event.get("duration_nanos").and_then(Value::as_i64).unwrap_or_default();
                let skew = i128::from(time(event)) - i128::from(time(start)) - i128::from(duration);
                if skew != 0 {
                    let mut body = event.remove("body").and_then(|body| body.as_map().cloned()).unwrap_or_default();
                    body.insert("clock_skew_nanos".to_owned(), Value::from_i128(skew));
                    event.insert("body".to_owned(), Value::Map(body));
                }
            }
        }),
    },
    Mutant {
        name: "skew-with-the-other-sign",
        wrong: "the skew is the duration minus the wall clock's difference",
        cases: &["time/skew-of-a-second-and-a-nanosecond", "time/skew-back-of-a-second-and-a-nanosecond"],
        spoil: Spoil::Events(|_, emission| {
            for event in emission.events() {
                let Some(Value::Map(body)) = event.get_mut("body") else { continue };
                if let Some(skew) = body.get_mut("clock_skew_nanos") {
                    *skew = Value::from_i64(-skew.as_i64().unwrap_or_default());
                }
            }
        }),
    },
    Mutant {
        name: "times-put-in-order",
        wrong: "a time is never before the one of the event before it",
        cases: &["time/wall-clock-set-back", "time/events-keep-their-order"],
        spoil: Spoil::Events(|_, emission| {
            let mut last = String::new();
            for event in emission.events() {
                let Some(Value::Text(time)) = event.get_mut("time") else { continue };
                if *time < last {
                    time.clone_from(&last);
                }
                last.clone_from(time);
            }
        }),
    },
    Mutant {
        name: "left-out-reads-the-clock",
        wrong: "a step that is not recorded reads the clock",
        cases: &["sampling/left-out-reads-no-clock"],
        spoil: Spoil::Events(|case, emission| {
            let steps = case["script"]
                .as_array()
                .map_or(0, |steps| steps.iter().filter(|step| step.get("body").is_some()).count());
            let recorded = emission.events().count();
            if steps > recorded && recorded > 0 {
                let late = (steps - recorded) as i64 * 1_000_000;
                each_time(emission, |text| text.parse::<Timestamp>().ok().map(|_| text.to_owned()));
                for event in emission.events() {
                    if let Some(Value::Text(time)) = event.get_mut("time") {
                        let nanos = time.parse::<Timestamp>().map_or(0, |time| time.0);
                        *time = Timestamp(nanos.saturating_add(late)).to_string();
                    }
                }
            }
        }),
    },
];

/// Changes each reading of the wall clock.
fn wall(case: &mut Json, change: fn(i64) -> i64) {
    let changed = |text: &Json| -> Json {
        text.as_str()
            .and_then(|text| text.parse().ok())
            .map_or(text.clone(), |nanos: i64| change(nanos).to_string().into())
    };
    if case["settings"]["clock"].is_null() {
        case["settings"]["clock"] = json!({});
    }
    let clock = &mut case["settings"]["clock"];
    let start = clock.get("wall_nanos").cloned().unwrap_or(json!("1767225600000000000"));
    clock["wall_nanos"] = changed(&start);
    for moment in clock.get_mut("moments").and_then(Json::as_array_mut).into_iter().flatten() {
        moment[0] = changed(&moment[0]);
    }
}

fn each_time(emission: &mut Emission, change: fn(&str) -> Option<String>) {
    for event in emission.events() {
        if let Some(Value::Text(time)) = event.get_mut("time") {
            *time = change(time).unwrap_or_default();
        }
    }
}

fn time(event: &Map) -> i64 {
    event.get("time").and_then(Value::as_text).and_then(|text| text.parse::<Timestamp>().ok()).map_or(0, |time| time.0)
}

fn without(event: &mut Map, member: &str) {
    let Some(Value::Map(body)) = event.get_mut("body") else { return };
    body.remove(member);
    if body.is_empty() {
        event.remove("body");
    }
}
