//! Counts work in tests, so that they can say that nothing takes time in the square of its input without a clock.

/// Adds to this thread's count of bytes and entries looked at; nothing outside of tests.
#[inline]
pub(crate) fn count(amount: usize) {
    #[cfg(test)]
    COUNTED.with(|counted| counted.set(counted.get() + amount));
    #[cfg(not(test))]
    let _ = amount;
}

#[cfg(test)]
thread_local! {
    static COUNTED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// What `run` looks at.
#[cfg(test)]
pub(crate) fn of(run: impl FnOnce()) -> usize {
    let before = COUNTED.get();
    run();
    COUNTED.get() - before
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::event::Event;
    use crate::json::{self, ReadOptions};
    use crate::toon::{self, DecodeOptions, EncodeOptions};
    use crate::validate;
    use crate::value::{Map, Value};

    /// Eight times the input may take eight times the work, and a little for sorting.
    #[track_caller]
    fn grows_with_its_input(work: impl Fn(usize)) {
        let [small, large] = [64, 512].map(|size| of(|| work(size)));
        assert!(small > 64, "the work is counted: {small}");
        assert!(large < small * 12, "{small} for 64, {large} for 512");
    }

    fn read(text: &str) -> Value {
        json::read(text.as_bytes(), &ReadOptions { max_depth: 512, ..ReadOptions::default() }).unwrap()
    }

    fn encode(value: &Value) -> String {
        toon::encode(value, &EncodeOptions::default())
    }

    fn decode(text: &str) {
        let options = DecodeOptions { max_depth: 512, ..DecodeOptions::default() };
        toon::decode(text.as_bytes(), &options).unwrap();
    }

    fn keys(size: usize, key: impl Fn(usize) -> String) -> String {
        (0..size).map(|at| format!("\"{}\":{at}", key(at))).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn maps_of_many_keys_are_built_and_read() {
        let shuffled = |size: usize| move |at: usize| format!("k{}", at * 37 % size);
        grows_with_its_input(|size| {
            Map::from_iter((0..size).map(|at| (shuffled(size)(at), Value::Null)));
        });
        grows_with_its_input(|size| _ = read(&format!("{{{}}}", keys(size, shuffled(size)))));
        grows_with_its_input(|size| {
            serde_json::from_str::<Value>(&format!("{{{}}}", keys(size, shuffled(size)))).unwrap();
        });
        grows_with_its_input(|size| {
            let others = keys(size, |at| format!("x{}", size - at));
            let event = format!(r#"{{{others},"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"event"}}"#);
            Event::read(event.as_bytes()).unwrap();
        });
    }

    #[test]
    fn toon_is_written_of_wide_and_deep_values() {
        grows_with_its_input(|size| {
            // The second row has the keys of the first one in another order.
            let rows = [keys(size, |at| format!("k{at}")), keys(size, |at| format!("k{}", at * 37 % size))];
            let text = encode(&read(&format!("[{{{}}},{{{}}}]", rows[0], rows[1])));
            assert!(text.starts_with("[2]{k0,"));
        });
        grows_with_its_input(|size| {
            // Branches that differ only at their ends, asked at every level whether they are alike.
            let branch = |end: &str| "{\"a\":".repeat(size / 2) + end + &"}".repeat(size / 2);
            encode(&read(&format!("{{\"x\":{},\"y\":{}}}", branch("1"), branch("[]"))));
        });
        grows_with_its_input(|size| {
            let deep = (0..size / 2).fold("1".to_owned(), |inner, _| format!("{{\"x\":{inner},\"y\":{{\"z\":1}}}}"));
            encode(&read(&deep));
        });
    }

    #[test]
    fn toon_is_read_of_many_keys_long_lines_and_deep_lists() {
        let lines = |size: usize, line: &dyn Fn(usize) -> String| (0..size).map(line).collect::<Vec<_>>().join("\n");
        grows_with_its_input(|size| decode(&lines(size, &|at| format!("k{}: 1", at * 37 % size))));
        grows_with_its_input(|size| decode(&lines(size, &|at| format!("k{}:\n  a: \"x\\ny\"", size - at))));
        grows_with_its_input(|size| decode(&format!("a: \"{}\"", "\\n[:".repeat(size))));
        grows_with_its_input(|size| decode(&format!("a[{size}]: {}", vec!["\"b:\""; size].join(","))));
        grows_with_its_input(|size| decode(&format!("a[{size}]: {}", vec!["\"\\n\""; size].join(","))));
        grows_with_its_input(|size| {
            let names: Vec<String> = (0..size).map(|at| format!("k{}", at * 37 % size)).collect();
            let row = vec!["\"\\t\""; size].join(",");
            decode(&format!("[2]{{{}}}:\n  {row}\n  {row}", names.join(",")));
        });
        grows_with_its_input(|size| decode(&format!("[{size}]{{a,b}}:\n{}", vec!["  1,\"x,y\""; size].join("\n"))));
        grows_with_its_input(|size| {
            let rows: Vec<String> = (0..size).map(|at| format!("  k{}: 1,2", size - at)).collect();
            decode(&format!("[{size}:]{{a,b}}:\n{}", rows.join("\n")));
        });
        grows_with_its_input(|size| decode(&format!("[1]: {}1", "- ".repeat(size))));
    }

    #[test]
    fn texts_that_begin_many_secrets_are_looked_at_once() {
        for unit in ["glpat--------------------- ", "eyJaaaaa-", "sk-lf-ssssssssssssssssssssssssssssssss-"] {
            grows_with_its_input(|size| {
                let text = unit.repeat(size * 8);
                let options = validate::Options { level: validate::Level::Semantic, ..validate::Options::default() };
                let event =
                    Value::Map(Map::from_iter([("text".to_owned(), text.into()), ("type".to_owned(), "log".into())]));
                validate::inspect_value(&event, None, None, &options);
            });
        }
    }
}
