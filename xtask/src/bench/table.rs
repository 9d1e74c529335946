//! Rounds become medians, and medians a table that says what is aimed at.

use super::Row;
use std::collections::BTreeMap;

/// What a figure should be.
#[derive(Clone, Copy)]
enum Target {
    AtMost(f64),
    AtLeast(f64),
}

/// Figures of our own that are aimed at, by bench, subject and metric.
const TARGETS: &[(&str, &str, &str, Target)] = &[
    ("record", "tracewire", "p50", Target::AtMost(4.0)),
    ("record", "tracewire", "p50.busy", Target::AtMost(4.0)),
    ("record", "tracewire", "p99", Target::AtMost(25.0)),
    ("record", "tracewire", "p99.busy", Target::AtMost(25.0)),
    ("record", "tracewire", "grown", Target::AtMost(5e6)),
    ("record", "tracewire", "import", Target::AtMost(15.0)),
    ("agent", "tracewire", "run.added", Target::AtMost(1.0)),
    ("delivery", "tracewire", "session_1000", Target::AtMost(40.0)),
    ("delivery", "tracewire", "background", Target::AtLeast(50_000.0)),
    ("record", "tracewire (node)", "p50", Target::AtMost(4.0)),
    ("record", "tracewire (node)", "p50.busy", Target::AtMost(4.0)),
    ("record", "tracewire (node)", "p99", Target::AtMost(20.0)),
    ("record", "tracewire (node)", "p99.busy", Target::AtMost(20.0)),
    ("record", "tracewire (node)", "import.esm", Target::AtMost(25.0)),
    ("record", "tracewire (chromium)", "p50", Target::AtMost(30.0)),
    ("record", "tracewire (chromium)", "ready", Target::AtMost(50.0)),
    ("record", "tracewire (chromium)", "tracewire.wasm.gzip", Target::AtMost(150_000.0)),
    ("record", "tracewire (jvm)", "p50", Target::AtMost(15.0)),
    ("record", "tracewire (coroutine)", "p50", Target::AtMost(15.0)),
    ("record", "tracewire (swift)", "p50", Target::AtMost(10.0)),
    ("record", "tracewire (swift async)", "p50", Target::AtMost(10.0)),
    ("record", "tracewire-rust", "record_p50", Target::AtMost(1.5)),
    ("record", "tracewire-rust", "memory_growth_50000_spans", Target::AtMost(5.0)),
    ("store", "tracewire", "sweep_spans_per_second", Target::AtLeast(40_000.0)),
    ("store", "tracewire", "latest_50_of_1000000_traces", Target::AtMost(1.0)),
    ("store", "tracewire", "trace_of_500_spans", Target::AtMost(2.0)),
    ("serve", "tracewire", "ingest.http", Target::AtLeast(20_000.0)),
    ("serve", "tracewire", "ingest.grpc", Target::AtLeast(20_000.0)),
    ("serve", "tracewire", "latest_50.of_1000000_spans", Target::AtMost(10.0)),
    ("serve", "tracewire", "trace_of_500_spans", Target::AtMost(20.0)),
    ("serve", "tracewire", "overview.of_1000000_spans", Target::AtMost(100.0)),
    ("serve", "tracewire", "groups_by_model.of_1000000_spans", Target::AtMost(100.0)),
    ("serve", "tracewire", "series_by_hour.of_1000000_spans", Target::AtMost(100.0)),
    ("serve", "tracewire", "ready", Target::AtMost(200.0)),
    ("serve", "tracewire", "memory.idle", Target::AtMost(60e6)),
    ("serve", "tracewire", "memory.load", Target::AtMost(250e6)),
    ("serve", "tracewire", "first_load", Target::AtMost(1_000.0)),
    ("serve", "tracewire", "first_load.bytes", Target::AtMost(300_000.0)),
    ("serve", "tracewire", "call_to_screen", Target::AtMost(150.0)),
    ("json", "tracewire", "uniform.write", Target::AtLeast(300.0)),
    ("json", "tracewire", "nested.write", Target::AtLeast(300.0)),
    ("json", "tracewire", "uniform.read / serde_json", Target::AtLeast(1.0)),
    ("json", "tracewire", "nested.read / serde_json", Target::AtLeast(1.0)),
    // At most one and a half times as long as prost takes.
    ("protobuf", "tracewire", "events.decode / prost", Target::AtLeast(0.667)),
    ("protobuf", "tracewire", "uniform.decode / prost", Target::AtLeast(0.667)),
    ("protobuf", "tracewire", "nested.decode / prost", Target::AtLeast(0.667)),
    ("validate", "tracewire", "events.semantic", Target::AtLeast(100.0)),
    ("validate", "tracewire", "events.peak_of_200_mb", Target::AtMost(64.0)),
    ("validate", "tracewire", "envelopes.semantic", Target::AtLeast(100.0)),
    ("validate", "tracewire", "envelopes.peak_of_200_mb", Target::AtMost(64.0)),
    ("toon", "tracewire", "uniform.encode", Target::AtLeast(200.0)),
    ("toon", "tracewire", "nested.encode", Target::AtLeast(200.0)),
    ("toon", "tracewire", "uniform.decode", Target::AtLeast(80.0)),
    ("toon", "tracewire", "nested.decode", Target::AtLeast(80.0)),
];

/// One row for each figure: the median of its rounds, in the order in which they first came.
pub fn medians(rows: Vec<Row>) -> Vec<Row> {
    let mut rounds: BTreeMap<(String, String, String), Vec<f64>> = BTreeMap::new();
    let mut first: Vec<Row> = Vec::new();
    for row in rows {
        let values = rounds.entry((row.bench.clone(), row.subject.clone(), row.metric.clone())).or_default();
        values.push(row.value);
        if values.len() == 1 {
            first.push(row);
        }
    }
    for row in &mut first {
        if let Some(values) = rounds.get_mut(&(row.bench.clone(), row.subject.clone(), row.metric.clone())) {
            values.sort_by(f64::total_cmp);
            row.value = values[values.len() / 2];
        }
    }
    first
}

pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![["bench", "subject", "version", "metric", "value", "unit", "target", ""].map(str::to_owned)];
    for row in rows {
        let target = TARGETS
            .iter()
            .find(|(bench, subject, metric, _)| (*bench, *subject, *metric) == (&row.bench, &row.subject, &row.metric))
            .map(|(.., target)| *target);
        let (aim, verdict) = match target {
            Some(Target::AtMost(most)) => (format!("≤ {most}"), if row.value <= most { "met" } else { "MISSED" }),
            Some(Target::AtLeast(least)) => (format!("≥ {least}"), if row.value >= least { "met" } else { "MISSED" }),
            None => (String::new(), ""),
        };
        let value = format!("{:.*}", if row.value.abs() < 100.0 { 3 } else { 0 }, row.value);
        lines.push([
            row.bench.clone(),
            row.subject.clone(),
            row.version.clone(),
            row.metric.clone(),
            value,
            row.unit.clone(),
            aim,
            verdict.to_owned(),
        ]);
    }
    let widths: [usize; 8] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            let padding = " ".repeat(widths[column] - cell.chars().count());
            let is_number = column == 4;
            text.push_str(&if is_number { format!("{padding}{cell}  ") } else { format!("{cell}{padding}  ") });
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(metric: &str, value: f64) -> Row {
        let [bench, subject, version, unit] = ["record", "tracewire", "0.1.0", "µs"].map(str::to_owned);
        Row { bench, subject, version, metric: metric.to_owned(), unit, value }
    }

    #[test]
    fn rounds_become_their_median() {
        let rows = medians(vec![row("p50", 3.0), row("p99", 9.0), row("p50", 1.0), row("p50", 2.0)]);
        assert_eq!(rows, [row("p50", 2.0), row("p99", 9.0)]);
    }

    #[test]
    fn a_table_says_which_targets_are_met() {
        let text = table(&[row("p50", 3.5), row("p99", 31.25), row("p999", 120.4)]);
        assert_eq!(
            text,
            "bench   subject    version  metric   value  unit  target\n\
             record  tracewire  0.1.0    p50      3.500  µs    ≤ 4     met\n\
             record  tracewire  0.1.0    p99     31.250  µs    ≤ 25    MISSED\n\
             record  tracewire  0.1.0    p999       120  µs\n"
        );
    }
}
