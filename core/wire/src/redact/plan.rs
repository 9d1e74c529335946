//! All rules of a file, ready to apply.

use super::pattern::Pattern;
use super::rule::{Action, Rule, What};
use crate::WireError;
use crate::detect::{DETECTORS, Detector, Scan};
use crate::value::unescape_key;

/// What looks for something in texts, under its name.
pub(super) struct Finder {
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) sought: Sought,
}

pub(super) enum Sought {
    Detector(Detector),
    Pattern(Pattern),
}

/// A key whose members go.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) action: Action,
}

/// The rules, each where it is needed.
#[derive(Default)]
pub(super) struct Plan {
    /// In the order of their rules; those that look for nothing are not here, nor are those that look for keys.
    pub(super) finders: Vec<Finder>,
    /// Which of them a detector is.
    by_detector: [Option<usize>; DETECTORS.len()],
    pub(super) scan: Scan,
    keys: Vec<Key>,
    credential: Option<Action>,
    allowed_texts: Vec<String>,
    allowed_patterns: Vec<Pattern>,
    hashing: Option<String>,
}

impl Plan {
    pub(super) fn new(keys: &[String], rules: &[String]) -> Result<Self, WireError> {
        let mut plan = Plan::default();
        let mut finders: Vec<Finder> = Vec::new();
        for text in rules {
            let Rule { what, action } = Rule::parse(text)?;
            if action == Action::Hash && plan.hashing.is_none() {
                plan.hashing = Some(text.clone());
            }
            match what {
                What::Detectors(detectors) => detectors.iter().for_each(|one| add_detector(&mut finders, *one, action)),
                What::Pattern(name, pattern) => finders.push(Finder { name, action, sought: Sought::Pattern(pattern) }),
                What::Key(name) => plan.keys.push(Key { name, action }),
                What::Allow(text) => plan.allowed_texts.push(text),
                What::AllowPattern(pattern) => plan.allowed_patterns.push(pattern),
            }
        }
        plan.keys.extend(keys.iter().map(|key| Key { name: key.clone(), action: Action::Mask }));
        finders.retain(|finder| finder.action != Action::Keep);
        let is_credential = |finder: &Finder| matches!(finder.sought, Sought::Detector(Detector::Credential));
        plan.credential = finders.iter().find(|finder| is_credential(finder)).map(|finder| finder.action);
        finders.retain(|finder| !is_credential(finder));
        for (at, finder) in finders.iter().enumerate() {
            if let Sought::Detector(detector) = finder.sought
                && let Some(place) = plan.by_detector.get_mut(detector as usize)
            {
                *place = Some(at);
            }
        }
        plan.scan = Scan::new(finders.iter().filter_map(|finder| match finder.sought {
            Sought::Detector(detector) => Some(detector),
            Sought::Pattern(_) => None,
        }));
        plan.finders = finders;
        Ok(plan)
    }

    /// The first rule that hashes.
    pub(super) fn hashing_rule(&self) -> Option<&str> {
        self.hashing.as_deref()
    }

    /// Which finder a detector is.
    pub(super) fn finder_of(&self, detector: Detector) -> Option<usize> {
        self.by_detector.get(detector as usize).copied().flatten()
    }

    /// Whether something is looked for in keys' names, so that members go by them.
    pub(super) fn looks_at_keys(&self) -> bool {
        !self.keys.is_empty() || self.credential.is_some()
    }

    /// The rule for the member with this key, as a user chose it in wire form: without the `$` of an escape, and with or without
    /// a number of those that tell it from another key with the same text (TW-POL-001).
    pub(super) fn rule_of_key(&self, key: &str) -> Option<&Key> {
        if self.keys.is_empty() {
            return None;
        }
        self.rule_of_chosen(unescape_key(key))
    }

    /// The same for a key of JSON inside of a text, which stands as it is.
    pub(super) fn rule_of_chosen(&self, chosen: &str) -> Option<&Key> {
        let without_number = chosen
            .rsplit_once('#')
            .filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
            .filter(|(_, number)| !matches!(*number, "" | "1") && !number.starts_with('0'))
            .map(|(name, _)| name);
        let fits = |rule: &&Key| {
            let is_it = |name: &str| rule.name.eq_ignore_ascii_case(name);
            is_it(chosen) || without_number.is_some_and(is_it)
        };
        self.keys.iter().find(fits)
    }

    /// What becomes of values under a name that promises a secret.
    pub(super) fn action_of_credential(&self, name: &str) -> Option<Action> {
        self.credential.filter(|_| crate::detect::is_credential(name))
    }

    /// Whether a rule lets a finding stay.
    pub(super) fn is_allowed(&self, found: &str) -> bool {
        self.allowed_texts.iter().any(|text| text.eq_ignore_ascii_case(found))
            || self.allowed_patterns.iter().any(|pattern| pattern.is_match(found))
    }
}

/// Of several rules for one detector the last decides, at the place of the first.
fn add_detector(finders: &mut Vec<Finder>, detector: Detector, action: Action) {
    let is_it = |finder: &&mut Finder| matches!(finder.sought, Sought::Detector(known) if known == detector);
    match finders.iter_mut().find(is_it) {
        Some(known) => known.action = action,
        None => finders.push(Finder { name: detector.name().to_owned(), action, sought: Sought::Detector(detector) }),
    }
}
