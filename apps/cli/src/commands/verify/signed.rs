//! What is said of signed heads, producer by producer.

use tracewire_wire::verify::{ProducerReport, Signed};

use super::words::{Verdict, ranges};
use crate::term::{Screen, palette, units};

/// The verdict on a producer that nothing contradicts, for who gave keys.
pub(super) fn verdict(report: &ProducerReport, screen: &Screen<'_>) -> Verdict {
    let glyphs = screen.glyphs;
    let not = |why: &str| (glyphs.failed, palette::BAD, format!("not proved: {why}"));
    match &report.signed {
        None if report.other_keys.is_empty() => not("not signed"),
        None => not("wrong key"),
        Some(signed) if !signed.is_whole && is_cut(signed, report) => not("its end was cut off"),
        Some(signed) if !signed.is_whole => not("not whole up to its signed head"),
        Some(Signed { close: Some(reason), .. }) => {
            (glyphs.ok, palette::GOOD, format!("proved to its end, {}", screen.fit(reason, 16)))
        }
        Some(signed) => (glyphs.ok, palette::GOOD, format!("proved to event {}, end open", signed.seq)),
    }
}

/// Whether what is behind the last event or the close that are here was signed.
pub(super) fn is_cut(signed: &Signed, report: &ProducerReport) -> bool {
    signed.seq > report.last_seq || (signed.close.is_some() && report.close.is_none())
}

/// Lines about the heads: each with whether it is bad news.
pub(super) fn lines(
    report: &ProducerReport,
    has_keys: bool,
    is_broken: bool,
    screen: &Screen<'_>,
) -> Vec<(bool, String)> {
    let mut lines = Vec::new();
    if let Some(signed) = &report.signed {
        let keys: Vec<String> = signed.keys.iter().map(|key| screen.fit(key, 40)).collect();
        let keys = keys.join(", ");
        let place =
            if signed.seq == 0 { "before the first event".to_owned() } else { format!("at event {}", signed.seq) };
        let close =
            signed.close.as_ref().map(|reason| format!(", closed: {}", screen.fit(reason, 16))).unwrap_or_default();
        let time = signed.time.to_string();
        let time = time.get(..19).unwrap_or_default().replace('T', " ");
        let checked = if has_keys { "" } else { "; nobody checked that, --key does" };
        lines.push((false, format!("signed {place}{close}, by {keys}, {time} UTC{checked}")));
        if is_cut(signed, report) {
            let what = match (signed.seq > report.last_seq, &signed.close) {
                (true, Some(_)) => format!("{} and the close", of_events(&[(report.last_seq + 1, signed.seq)])),
                (true, None) => of_events(&[(report.last_seq + 1, signed.seq)]),
                (false, _) => "the close".to_owned(),
            };
            lines.push((true, format!("cut off: {what}, which a signed head tells of")));
        }
        if has_keys && (is_broken || !signed.is_whole) {
            let still = if signed.proved.is_empty() {
                "still proved by signature: nothing".to_owned()
            } else {
                format!("still proved by signature: {}", of_events(&signed.proved))
            };
            lines.push((false, still));
        }
        if has_keys && signed.is_whole && signed.close.is_none() {
            lines.push((false, "whether it went on behind that is not proved: no close was signed".to_owned()));
        }
        if has_keys && report.last_seq > signed.seq {
            let behind = of_events(&[(signed.seq + 1, report.last_seq)]);
            lines.push((false, format!("{behind}: behind the signed head, by nobody proved")));
        }
    } else if is_broken && has_keys {
        lines.push((false, "still proved by signature: nothing".to_owned()));
    }
    if !report.other_keys.is_empty() {
        let keys: Vec<String> = report.other_keys.iter().map(|key| screen.fit(key, 40)).collect();
        lines
            .push((report.signed.is_none(), format!("signed by {}, which is none of the given keys", keys.join(", "))));
    }
    lines
}

fn of_events(of: &[(u64, u64)]) -> String {
    let is_one = matches!(of, [(first, last)] if first == last);
    format!("{} {}", if is_one { "event" } else { "events" }, ranges(of))
}

/// The last line, for who gave keys: whether they vouch for all of it.
pub(super) fn total(unproved: u64, producers: u64, keys: &[String]) -> (bool, String) {
    let by = keys.join(", ");
    match unproved {
        0 => (true, format!(": {} whole up to a head that was signed by {by}", is_or_are(producers))),
        some => (
            false,
            format!(
                ": {} of {} {} no such proof by {by}",
                units::grouped(some),
                units::counted(producers, "producer"),
                if some == 1 { "has" } else { "have" }
            ),
        ),
    }
}

fn is_or_are(producers: u64) -> String {
    let producers = units::counted(producers, "producer");
    format!("{producers} {}", if producers.starts_with("1 ") { "is" } else { "are" })
}
