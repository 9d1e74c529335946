//! Answers lines of JSON with lines of JSON by the crate `toon-format`; driven by `core/wire/tests/peers/toon.mjs`.
//!
//! ```text
//! {"decode": "text", "strict": true}       →  {"value": …} or {"error": "…"}
//! ```

use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufRead as _, Write as _};
use toon_format::{DecodeOptions, decode};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let text = question["decode"].as_str().ok_or("a question has a member `decode`")?;
        let options = DecodeOptions::new().with_strict(question["strict"] != false);
        let answer = match decode::<Value>(text, &options) {
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
