//! The rules by which answers compare.

/// How answers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The same result, or the same code.
    Exact,
    /// The same result, or any code: where several faults are in the input, any of their codes is right.
    Refusal,
    /// An answer: what is made of such input is the reader's own choice.
    Alive,
    /// As exact, and the result is what the document behind the bytes becomes without a detour.
    Detour,
}
