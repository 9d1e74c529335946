//! Validates cases by the crate `jsonschema`: `schema SCHEMA CASES` prints a line `true` or `false` for each line of the cases.

use serde_json::Value;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [schema, cases] =
        std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "two files are expected")?;
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema)?)?;
    jsonschema::draft202012::meta::validate(&schema).map_err(|error| error.to_string())?;
    let validator = jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())?;
    for line in std::fs::read_to_string(cases)?.lines() {
        let case: Value = serde_json::from_str(line)?;
        println!("{}", validator.is_valid(&case["document"]));
    }
    Ok(())
}
