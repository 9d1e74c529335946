//! Detectors: where a text holds an address, a number of a card, a key (section 4 of `spec/privacy.md`).
//!
//! ```text
//! text ─▶ Scan: one pass, a table says which byte may begin what ─▶ email, numbers, keys, tokens … ─▶ Found
//! ```
//!
//! | file | what it finds |
//! |---|---|
//! | `email`, `phone`, `address` | addresses of people and machines |
//! | `card`, `iban` | numbers of cards and accounts |
//! | `national`, `checks` | numbers that states give, and the arithmetic that tells them from others |
//! | `api_key`, `token` | keys by their makers' marks; tokens, private keys, passwords in addresses |
//! | `credential`, `assignment` | names that promise a secret: of members, and in texts |
//!
//! Each place of a text costs a bounded amount of work, so that no text takes more than time in proportion to its length. What is
//! found is a range of bytes between characters.

mod address;
pub(crate) mod api_key;
mod assignment;
mod card;
mod checks;
mod credential;
mod email;
mod iban;
mod national;
mod phone;
mod scan;
mod text;
mod token;

pub use credential::is_credential;
pub use scan::Scan;

/// Something that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detector {
    /// Keys of known makers.
    ApiKey,
    /// What stands behind `Bearer` and `Basic`.
    BearerToken,
    /// JSON Web Tokens.
    Jwt,
    /// Private keys in PEM.
    PrivateKey,
    /// Passwords in addresses.
    UrlPassword,
    /// Values of members whose name promises a secret.
    Credential,
    /// Values behind names that promise a secret.
    Assignment,
    /// Addresses of mail.
    Email,
    /// Numbers of telephones.
    Phone,
    /// Numbers of cards.
    Card,
    /// Numbers of accounts.
    Iban,
    /// Addresses of machines.
    Ip,
    /// Numbers that states give to people.
    NationalId,
}

/// All of them, secrets first, in the order of their groups.
pub const DETECTORS: [Detector; 13] = [
    Detector::ApiKey,
    Detector::BearerToken,
    Detector::Jwt,
    Detector::PrivateKey,
    Detector::UrlPassword,
    Detector::Credential,
    Detector::Assignment,
    Detector::Email,
    Detector::Phone,
    Detector::Card,
    Detector::Iban,
    Detector::Ip,
    Detector::NationalId,
];

/// How many of them are secrets.
const SECRETS: usize = 7;

impl Detector {
    /// Its name in rules and marks.
    pub fn name(self) -> &'static str {
        match self {
            Detector::ApiKey => "api_key",
            Detector::BearerToken => "bearer_token",
            Detector::Jwt => "jwt",
            Detector::PrivateKey => "private_key",
            Detector::UrlPassword => "url_password",
            Detector::Credential => "credential",
            Detector::Assignment => "assignment",
            Detector::Email => "email",
            Detector::Phone => "phone",
            Detector::Card => "card",
            Detector::Iban => "iban",
            Detector::Ip => "ip",
            Detector::NationalId => "national_id",
        }
    }

    /// What a name stands for: a detector, or those of a group; nothing for another name.
    ///
    /// ```
    /// use tracewire_wire::detect::Detector;
    /// assert_eq!(Detector::named("email"), [Detector::Email]);
    /// assert_eq!(Detector::named("all").len(), 13);
    /// assert!(Detector::named("mail").is_empty());
    /// ```
    pub fn named(name: &str) -> &'static [Detector] {
        let (secrets, personal) = DETECTORS.split_at(SECRETS);
        match name {
            "secrets" => secrets,
            "personal" => personal,
            "all" => &DETECTORS,
            _ => match DETECTORS.iter().position(|detector| detector.name() == name) {
                Some(at) => DETECTORS.get(at..=at).unwrap_or_default(),
                None => &[],
            },
        }
    }
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub detector: Detector,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What one detector finds in a text.
    pub(crate) fn found(detector: Detector, text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        Scan::new([detector]).find(text, &mut found);
        found.iter().map(|found| text.get(found.start..found.end).unwrap()).collect()
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        for detector in DETECTORS {
            assert_eq!(Detector::named(detector.name()), [detector]);
        }
        assert_eq!(Detector::named("secrets").last(), Some(&Detector::Assignment));
        assert_eq!(Detector::named("personal").first(), Some(&Detector::Email));
    }
}
