//! Names of the registry as names of constants.

use anyhow::{Result, bail};
use std::collections::BTreeMap;

/// `gen_ai.tool.name` as `GEN_AI_TOOL_NAME`.
pub fn constant(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// `mandate_hash` as `mandateHash`.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capital(word))
}

/// A word with a capital.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Fails if two names make the same constant.
pub fn check_distinct<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in names {
        if let Some(other) = seen.insert(constant(name), name) {
            bail!("{other} and {name} would both be the constant {}", constant(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_constants() {
        assert_eq!(constant("gen_ai.tool.call.id"), "GEN_AI_TOOL_CALL_ID");
        assert_eq!(constant("notifications/tools/list_changed"), "NOTIFICATIONS_TOOLS_LIST_CHANGED");
    }

    #[test]
    fn names_become_those_of_languages_with_capitals() {
        assert_eq!(camel("log_task_assigned"), "logTaskAssigned");
        assert_eq!(camel("mcp_session_id"), "mcpSessionId");
        assert_eq!(camel("method"), "method");
    }

    #[test]
    fn colliding_names_are_refused() {
        assert!(check_distinct(["a.b", "a.c"].into_iter()).is_ok());
        let error = check_distinct(["a.b_c", "a.b.c"].into_iter()).unwrap_err();
        assert_eq!(error.to_string(), "a.b_c and a.b.c would both be the constant A_B_C");
    }
}
