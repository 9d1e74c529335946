//! Capture switches: which members of bodies are recorded at all, decided before anything of them is read.

use tracewire_wire::value::Value;

/// The members that can be left out. They are what a host's mask is shown; all others are structure, and stay (TW-POL-006).
pub const FIELDS: [&str; 6] = ["input", "output", "chunks", "data", "attributes", "message"];

const INPUT: u8 = 1;
/// What comes out of a step: `output`, `chunks` and `data`.
const OUTPUT: u8 = 0b1110;

/// What a value is expected to be, in messages.
const EXPECTED: &str = "true, false, input, output or a table of fields is expected";

/// Which members are recorded: all, unless something else is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// A bit for each of [`FIELDS`].
    left_out: u8,
}

impl Capture {
    /// Everything.
    pub const ALL: Capture = Capture { left_out: 0 };

    /// Of a setting: true for everything, false for neither inputs nor outputs, `input` or `output` for that alone, or a table of fields,
    /// each true or false; what it does not name is recorded.
    ///
    /// # Errors
    /// A sentence that names the field that cannot be used.
    pub fn of_value(value: &Value) -> Result<Self, String> {
        let left_out = match value {
            Value::Bool(true) => 0,
            Value::Bool(false) => INPUT | OUTPUT,
            Value::Text(word) if word == "input" => OUTPUT,
            Value::Text(word) if word == "output" => INPUT,
            Value::Map(fields) => {
                let mut left_out = 0;
                for (name, value) in fields.iter() {
                    let bit = bit(name).ok_or_else(|| {
                        let [first @ .., last] = FIELDS;
                        format!("{name}: there is no such field; there are {} and {last}", first.join(", "))
                    })?;
                    match value.as_bool() {
                        Some(true) => {}
                        Some(false) => left_out |= bit,
                        None => return Err(format!("{name}: true or false is expected")),
                    }
                }
                left_out
            }
            _ => return Err(EXPECTED.to_owned()),
        };
        Ok(Capture { left_out })
    }

    /// Whether a member of a body is recorded.
    pub fn keeps(self, member: &str) -> bool {
        // A module in a browser is given members that its host has chosen: there this is no code.
        cfg!(target_family = "wasm") || self.left_out == 0 || bit(member).is_none_or(|bit| self.left_out & bit == 0)
    }

    /// The same without this member.
    #[must_use]
    pub fn without(self, member: &str) -> Self {
        Capture { left_out: self.left_out | bit(member).unwrap_or_default() }
    }
}

fn bit(member: &str) -> Option<u8> {
    FIELDS.iter().position(|field| *field == member).map(|at| 1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::json;

    fn left_out(setting: &str) -> Result<Vec<&'static str>, String> {
        let value = json::read(setting.as_bytes(), &json::ReadOptions::default()).map_err(|error| error.to_string())?;
        let capture = Capture::of_value(&value)?;
        Ok(FIELDS.into_iter().filter(|field| !capture.keeps(field)).collect())
    }

    #[test]
    fn words_mean_inputs_and_outputs_and_a_table_means_what_it_names() {
        for (setting, expected) in [
            ("true", &[][..]),
            ("false", &["input", "output", "chunks", "data"]),
            ("\"input\"", &["output", "chunks", "data"]),
            ("\"output\"", &["input"]),
            ("{}", &[]),
            (r#"{"message":false}"#, &["message"]),
            (r#"{"output":false}"#, &["output"]),
            (r#"{"attributes":false,"chunks":false,"data":true}"#, &["chunks", "attributes"]),
        ] {
            assert_eq!(left_out(setting), Ok(expected.to_vec()), "{setting}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (setting, expected) in [
            ("\"inputs\"", EXPECTED),
            ("1", EXPECTED),
            ("null", EXPECTED),
            (r#"{"message":"false"}"#, "message: true or false is expected"),
            (
                r#"{"name":false}"#,
                "name: there is no such field; there are input, output, chunks, data, attributes and message",
            ),
        ] {
            assert_eq!(left_out(setting), Err(expected.to_owned()), "{setting}");
        }
    }

    #[test]
    fn structure_stays_whatever_is_said() {
        let none = FIELDS.into_iter().fold(Capture::default(), Capture::without);
        assert_eq!(FIELDS.map(|field| none.keeps(field)), [false; 6]);
        for member in ["name", "status_message", "exception", "usage", "cost", "session_id", "Input", ""] {
            assert!(none.keeps(member), "{member}");
            assert_eq!(Capture::default().without(member), Capture::default());
        }
    }
}
