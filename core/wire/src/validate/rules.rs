//! What is looked for: each rule with its stable code. `spec/findings/` has a page for each.

use std::fmt;

/// How deep to look; each level holds those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Bytes and shape: what the JSON Schema says.
    Schema,
    /// What the members say together: spans, order, digests, content, usage, names, secrets.
    #[default]
    Semantic,
    /// The bytes are canonical.
    Canonical,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Probably not what was meant, or a part is missing.
    Warning,
    /// The specification does not allow it.
    Error,
}

impl Severity {
    /// As reports have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl Level {
    /// As reports have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Schema => "schema",
            Level::Semantic => "semantic",
            Level::Canonical => "canonical",
        }
    }

    /// The level of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Level::Schema, Level::Semantic, Level::Canonical].into_iter().find(|level| level.as_str() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable code, `TW` and four digits: never given to another rule.
    pub code: &'static str,
    /// Name in words joined with `-`.
    pub name: &'static str,
    /// How much a finding weighs.
    pub severity: Severity,
    /// From which level on it is looked for.
    pub level: Level,
    /// What is wrong, in one sentence.
    pub summary: &'static str,
    /// The requirement that it stands on, such as `TW-EVT-007`; empty where there is none.
    pub requirement: &'static str,
    /// Whether [`super::Fixer`] mends it; some findings of such a rule may still need a person.
    pub can_fix: bool,
}

impl Rule {
    /// The rule of this code or name, whatever the case of its letters.
    pub fn find(name: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(name) || rule.name.eq_ignore_ascii_case(name))
    }
}

macro_rules! rules {
    (@fix fixed) => { true };
    (@fix) => { false };
    ($(
        $id:ident $code:literal $name:literal $severity:ident $level:ident [$requirement:literal] $($fix:ident)?:
        $summary:literal
    )*) => {
        $(pub(super) const $id: Rule = Rule {
            code: $code,
            name: $name,
            severity: Severity::$severity,
            level: Level::$level,
            summary: $summary,
            requirement: $requirement,
            can_fix: rules!(@fix $($fix)?),
        };)*

        /// Every rule, sorted by code.
        pub const RULES: &[Rule] = &[$($id),*];
    };
}

rules! {
    // Reading.
    SYNTAX "TW0001" "json-syntax" Error Schema ["TW-JSON-002"]:
        "The text is not JSON."
    REPEATED_KEY "TW0002" "repeated-key" Error Schema ["TW-JSON-002"]:
        "A key stands twice in one map."
    ENCODING "TW0003" "text-encoding" Error Schema ["TW-JSON-002"]:
        "The text is not well-formed UTF-8, begins with a byte order mark, or escapes half a surrogate pair."
    LIMITS "TW0004" "beyond-limits" Error Schema ["TW-JSON-003"]:
        "The document is nested deeper or is longer than is read."
    NUMBER_RANGE "TW0005" "number-range" Error Schema ["TW-JSON-004"]:
        "A number is beyond the range of doubles."
    UNREADABLE "TW0006" "unreadable" Error Schema [""]:
        "The file is not what its encoding demands."
    NO_RECORD "TW0007" "not-a-record" Error Schema ["TW-ENV-001"]:
        "The document is neither an event nor an envelope."
    // Shape.
    MISSING "TW0101" "member-missing" Error Schema ["TW-EVT-001"]:
        "A required member is missing."
    TYPE "TW0102" "member-type" Error Schema ["TW-EVT-003"]:
        "A member has another type than the schema demands."
    ID_FORM "TW0103" "id-form" Error Schema ["TW-ID-001"]:
        "An id is not hex digits of the right number."
    ID_CASE "TW0104" "id-upper-case" Error Schema ["TW-ID-001"] fixed:
        "An id or hash has upper-case hex digits."
    ID_ZERO "TW0105" "id-zero" Error Schema ["TW-ID-001"]:
        "An id is all zeros."
    TIME_FORM "TW0106" "time-form" Error Schema ["TW-TIME-001"]:
        "A time is not RFC 3339."
    TIME_DIGITS "TW0107" "time-digits" Error Schema ["TW-TIME-001"] fixed:
        "A time is not in UTC with nine fractional digits and `Z`."
    HASH_FORM "TW0108" "hash-form" Error Schema ["TW-DIG-003"]:
        "A hash is not `sha256:` and 64 hex digits."
    NONCE_FORM "TW0109" "nonce-form" Error Schema ["TW-ERA-004"]:
        "A nonce is not 32 lower-case hex digits."
    SPEC_VERSION "TW0110" "spec-version" Error Schema ["TW-VER-001"]:
        "The version of the specification is not 1.x."
    COUNT_RANGE "TW0111" "count-range" Error Schema ["TW-VAL-002"]:
        "A count is negative or beyond its range."
    NEGATIVE_DURATION "TW0112" "negative-duration" Error Schema ["TW-TIME-002"]:
        "A duration is negative."
    CONTENT_ENTRY "TW0113" "content-entry" Error Schema ["TW-CON-007"]:
        "An entry of `content` has no value."
    NULL_MEMBER "TW0114" "null-member" Error Schema ["TW-EVT-002"] fixed:
        "A member without a value is null instead of being left out."
    // Values.
    TAG_FORM "TW0201" "tag-malformed" Error Semantic ["TW-VAL-004"]:
        "A tag's value does not have the tag's form."
    TAG_UNKNOWN "TW0202" "tag-unknown" Note Semantic ["TW-VAL-009"]:
        "A tag is not one of this version."
    BIG_NUMBER "TW0203" "big-number" Error Semantic ["TW-VAL-002"] fixed:
        "An integral number beyond ±(2^53 − 1) is written as a number."
    TIME_IMPOSSIBLE "TW0204" "time-impossible" Error Semantic ["TW-TIME-001"]:
        "A time names a moment that does not exist or cannot be held."
    UNESCAPED_KEY "TW0205" "unescaped-key" Warning Semantic ["TW-VAL-008"]:
        "A key that a user chose begins with one `$`."
    // Spans.
    ORPHAN "TW0301" "orphan" Warning Semantic ["TW-EVT-004"]:
        "A parent, or the span that a line belongs to, was never seen."
    NO_START "TW0302" "end-without-start" Warning Semantic ["TW-EVT-007"]:
        "A span ends that was never started."
    NO_END "TW0303" "start-without-end" Note Semantic ["TW-EVT-007"]:
        "A span has no end."
    SECOND_START "TW0304" "second-start" Error Semantic ["TW-EVT-004"]:
        "A span is started a second time."
    SECOND_END "TW0305" "second-end" Error Semantic ["TW-EVT-007"]:
        "A span is ended a second time."
    END_FIRST "TW0306" "end-before-start" Error Semantic ["TW-TIME-002"]:
        "A span's end lies before its start."
    CLOCK_SKEW "TW0307" "clock-skew-unmarked" Error Semantic ["TW-TIME-002"]:
        "The duration and the wall clock differ by more than a second, and `clock_skew_nanos` does not say so."
    CLOCK_SKEW_WRONG "TW0308" "clock-skew-wrong" Warning Semantic ["TW-TIME-002"]:
        "`clock_skew_nanos` is not the wall clock's difference minus the duration."
    AFTER_END "TW0309" "event-after-end" Warning Semantic ["TW-EVT-006"]:
        "Something happens in a span that has ended."
    OWN_PARENT "TW0310" "own-parent" Error Semantic ["TW-EVT-004"]:
        "A span is its own parent."
    // Sequence, digests and content.
    OUT_OF_PLACE "TW0401" "seq-out-of-place" Error Semantic ["TW-ENV-002"]:
        "An event's `seq` is not that of its place in the envelope."
    GAP "TW0402" "seq-gap" Warning Semantic ["TW-ID-003"]:
        "Events are missing between others of the same producer."
    REPEATED "TW0403" "seq-repeated" Error Semantic ["TW-ID-003"]:
        "A `seq` stands twice in one producer."
    SEQ_ZERO "TW0404" "seq-zero" Error Semantic ["TW-ID-003"]:
        "A `seq` is 0."
    DIGEST "TW0405" "digest-mismatch" Error Semantic ["TW-DIG-003"]:
        "An envelope's digest is not that of its bytes."
    CHAIN "TW0406" "chain-broken" Error Semantic ["TW-ENV-003"]:
        "`prev` is not the digest of the envelope before."
    FORK "TW0407" "fork" Error Semantic ["TW-DIG-004"]:
        "Two envelopes begin with the same event of one producer."
    CONTENT_HASH "TW0408" "content-hash" Error Semantic ["TW-CON-005"]:
        "A content stands under a hash that is not its own."
    REFERENCE "TW0409" "reference-missing" Warning Semantic ["TW-CON-007"]:
        "A content is referred to and never carried."
    CONTENT_REPEATED "TW0410" "content-repeated" Warning Semantic ["TW-CON-007"]:
        "A producer carries the same content twice."
    AFTER_CLOSE "TW0411" "after-close" Error Semantic ["TW-ENV-005"]:
        "A closed producer goes on."
    ORIGIN "TW0412" "origin-repeated" Error Semantic ["TW-ENV-004"]:
        "An envelope that is not the first says where its producer comes from."
    EMPTY_ENVELOPE "TW0413" "empty-envelope" Error Semantic ["TW-ENV-002"]:
        "An envelope has no events and does not close its producer."
    MARK_HASH "TW0414" "mark-hash" Error Semantic ["TW-ERA-001"]:
        "What was erased or withheld names another hash than the one under which it stands."
    // Usage and cost.
    CACHED "TW0501" "cached-above-input" Error Semantic ["TW-EVT-011"]:
        "More input tokens are cached than were read."
    REASONING "TW0502" "reasoning-above-output" Error Semantic ["TW-EVT-011"]:
        "More tokens are reasoning than were made."
    COST_INCOMPLETE "TW0503" "cost-incomplete" Error Semantic ["TW-EVT-011"]:
        "A cost lacks its currency, its source or its price version."
    COST_FORM "TW0504" "cost-form" Error Semantic ["TW-EVT-011"]:
        "An amount is no decimal text, or a currency no code of ISO 4217."
    COST_ZERO "TW0505" "cost-zero" Warning Semantic ["TW-EVT-011"]:
        "A cost is zero though tokens were used."
    // Names.
    OLD_ATTRIBUTE "TW0601" "deprecated-attribute" Warning Semantic ["TW-EVT-003"] fixed:
        "An attribute has a name that was replaced."
    OLD_VALUE "TW0602" "deprecated-value" Warning Semantic ["TW-EVT-003"] fixed:
        "An attribute has a value whose spelling was replaced."
    KIND "TW0603" "kind-unknown" Warning Semantic ["TW-EVT-004"] fixed:
        "A kind is not one of the registry."
    STATUS "TW0604" "status-unknown" Warning Semantic ["TW-EVT-007"] fixed:
        "A status is not one of the registry."
    LEVEL "TW0605" "level-unknown" Warning Semantic ["TW-EVT-003"] fixed:
        "A level is not one of the specification."
    EVENT_TYPE "TW0606" "type-unknown" Warning Semantic ["TW-EVT-001"]:
        "An event's type is not one of this version."
    WORD "TW0607" "word-unknown" Warning Semantic ["TW-EVT-003"]:
        "A word is not one of those that the specification lists for its member."
    ATTRIBUTE_TYPE "TW0608" "attribute-type" Warning Semantic ["TW-EVT-003"]:
        "An attribute's value has another type than the registry says."
    MEMBER_UNKNOWN "TW0609" "member-unknown" Note Semantic ["TW-EVT-001"]:
        "A member is not one of this version."
    // Secrets.
    SECRET "TW0701" "likely-secret" Warning Semantic ["TW-POL-001"]:
        "A text looks like a key, a password or a token."
    // Canonical form.
    CANONICAL "TW0801" "not-canonical" Error Canonical ["TW-JSON-001"] fixed:
        "The bytes are not the canonical form of their value."
    EMPTY_MEMBER "TW0802" "empty-member" Error Canonical ["TW-EVT-002"] fixed:
        "An empty body or content is written instead of being left out."
    // The validator itself.
    BOUND "TW0901" "bound-reached" Note Semantic [""]:
        "There is more than the validator keeps in memory, and some checks were left out."
    EMPTY_INPUT "TW0902" "empty-input" Warning Semantic [""]:
        "There is neither an event nor an envelope."
}
