//! The page of each rule, as `spec/findings/` has it.

use tracewire_wire::validate::Rule;

macro_rules! pages {
    ($($code:literal)*) => {
        const PAGES: &[(&str, &str)] =
            &[$(($code, include_str!(concat!("../../../../../spec/findings/", $code, ".md")))),*];
    };
}

pages! {
    "TW0001" "TW0002" "TW0003" "TW0004" "TW0005" "TW0006" "TW0007" "TW0101" "TW0102" "TW0103"
    "TW0104" "TW0105" "TW0106" "TW0107" "TW0108" "TW0109" "TW0110" "TW0111" "TW0112" "TW0113"
    "TW0114" "TW0201" "TW0202" "TW0203" "TW0204" "TW0205" "TW0301" "TW0302" "TW0303" "TW0304"
    "TW0305" "TW0306" "TW0307" "TW0308" "TW0309" "TW0310" "TW0401" "TW0402" "TW0403" "TW0404"
    "TW0405" "TW0406" "TW0407" "TW0408" "TW0409" "TW0410" "TW0411" "TW0412" "TW0413" "TW0414"
    "TW0501" "TW0502" "TW0503" "TW0504" "TW0505" "TW0601" "TW0602" "TW0603" "TW0604" "TW0605"
    "TW0606" "TW0607" "TW0608" "TW0609" "TW0701" "TW0801" "TW0802" "TW0901" "TW0902"
}

/// The page of a rule.
pub(super) fn of(rule: &Rule) -> &'static str {
    PAGES.iter().find(|(code, _)| *code == rule.code).map_or("", |(_, page)| page)
}

pub(super) use tracewire_insight::document::rule_page as address;

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::validate::RULES;

    #[test]
    fn every_rule_has_its_page() {
        let codes: Vec<&str> = PAGES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, RULES.iter().map(|rule| rule.code).collect::<Vec<_>>());
        for rule in RULES {
            assert!(of(rule).starts_with(&format!("# {} {}", rule.code, rule.name)), "{}", rule.code);
        }
    }
}
