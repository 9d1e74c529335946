//! TLS by the words of libpq: `sslmode` and `sslrootcert`.
//!
//! | `sslmode` | what is encrypted | what is checked |
//! |---|---|---|
//! | `disable` | nothing | nothing |
//! | `allow` | where the server insists | nothing |
//! | `prefer`, the default | where the server can | nothing |
//! | `require` | everything | nothing; the certificate's authority where `sslrootcert` is given |
//! | `verify-ca` | everything | the certificate's authority |
//! | `verify-full` | everything | the same, and that it is of this host |
//!
//! Authorities are those of the file `sslrootcert`, else those that the platform trusts, which `sslrootcert=system` says too. What
//! goes through a socket of this machine is not encrypted.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use tracewire_store::StoreError;

use crate::refused::cannot_open;

/// What is encrypted and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Where a database is, and how safe the way to it must be.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: MakeRustlsConnect,
    /// Whether what is refused without TLS is tried with it.
    is_tried_again: bool,
}

impl Address {
    /// Reads what libpq takes.
    ///
    /// # Errors
    /// `store_cannot_open` for what libpq would not take, and for authorities that cannot be read.
    pub(crate) fn read(url: &str) -> Result<Self, StoreError> {
        let (rest, mode, root) = take(url)?;
        let mut config: Config =
            rest.parse().map_err(|error| cannot_open(&format!("this is no URL of PostgreSQL: {error}")))?;
        let is_local = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        config.ssl_mode(match mode {
            _ if is_local => SslMode::Disable,
            Mode::Disable | Mode::Allow => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        let tls = connector(mode, root.as_deref())?;
        Ok(Address { config, tls, is_tried_again: mode == Mode::Allow && !is_local })
    }

    /// How it is connected to.
    pub(crate) fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Connects.
    ///
    /// # Errors
    /// What the server, or the way to it, said.
    pub(crate) async fn connect(&self) -> Result<Connected, tokio_postgres::Error> {
        let refused = match self.config.connect(self.tls.clone()).await {
            Err(error) if self.is_tried_again && error.as_db_error().is_some() => error,
            outcome => return outcome,
        };
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Require);
        // What was said first says more than that the server has no TLS.
        config.connect(self.tls.clone()).await.map_err(|_| refused)
    }
}

/// A connection, and what moves it on.
pub(crate) type Connected = (
    tokio_postgres::Client,
    tokio_postgres::Connection<
        tokio_postgres::Socket,
        <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket>>::Stream,
    >,
);

/// A URL without the words that are read here, and what they say.
fn take(url: &str) -> Result<(String, Mode, Option<String>), StoreError> {
    let (mut mode, mut root) = (None, None);
    let mut is_ours = |name: &str, value: &str| {
        match name {
            "sslmode" => mode = Some(value.to_owned()),
            "sslrootcert" => root = Some(value.to_owned()),
            _ => return false,
        }
        true
    };
    let rest = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let is_others = |pair: &&str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !pair.is_empty() && !is_ours(name, &decoded(value))
        };
        let left: Vec<&str> = query.split('&').filter(is_others).collect();
        let mark = if left.is_empty() { "" } else { "?" };
        format!("{before}{mark}{}", left.join("&"))
    } else {
        let is_others = |(name, value, _): &(String, String, &str)| !is_ours(name, value);
        let left: Vec<&str> = words(url).into_iter().filter(is_others).map(|(_, _, word)| word).collect();
        left.join(" ")
    };
    let is_system = root.as_deref() == Some("system");
    let mode = match mode.as_deref() {
        None if is_system => Mode::VerifyFull,
        None => Mode::Prefer,
        Some("disable") => Mode::Disable,
        Some("allow") => Mode::Allow,
        Some("prefer") => Mode::Prefer,
        // As libpq has it: who names authorities wants them asked.
        Some("require") if root.is_some() => Mode::VerifyCa,
        Some("require") => Mode::Require,
        Some("verify-ca") => Mode::VerifyCa,
        Some("verify-full") => Mode::VerifyFull,
        Some(other) => {
            let known = "disable, allow, prefer, require, verify-ca and verify-full are";
            return Err(cannot_open(&format!("`{other}` is no sslmode; {known}")));
        }
    };
    if is_system && mode != Mode::VerifyFull {
        return Err(cannot_open(
            "sslrootcert=system asks for sslmode=verify-full: anybody has a certificate of some name",
        ));
    }
    Ok((rest, mode, root.filter(|_| !is_system)))
}

/// `%2F` and the like as what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `name=value` and `name='a value'`, each with how it stands there.
fn words(text: &str) -> Vec<(String, String, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let begins = rest;
        let (name, behind) = rest.split_once('=').unwrap_or((rest, ""));
        let value = behind.trim_start();
        let (said, end) = value_of(value);
        rest = value.get(end..).unwrap_or_default();
        let word = begins.get(..begins.len() - rest.len()).unwrap_or_default().trim_end();
        found.push((name.trim().to_owned(), said, word));
        rest = rest.trim_start();
    }
    found
}

/// A value, quoted or not, and where it ends.
fn value_of(text: &str) -> (String, usize) {
    let is_quoted = text.starts_with('\'');
    let mut said = String::new();
    let mut letters = text.char_indices().skip(usize::from(is_quoted));
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => said.extend(letters.next().map(|(_, letter)| letter)),
            '\'' if is_quoted => return (said, at + 1),
            letter if letter.is_whitespace() && !is_quoted => return (said, at),
            letter => said.push(letter),
        }
    }
    (said, text.len())
}

fn connector(mode: Mode, root: Option<&str>) -> Result<MakeRustlsConnect, StoreError> {
    let failed = |error: &dyn std::fmt::Display| cannot_open(&format!("TLS: {error}"));
    let provider = Arc::new(ring::default_provider());
    let knowing = || -> Result<Arc<dyn ServerCertVerifier>, StoreError> {
        let Some(path) = root else {
            return Ok(Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|error| failed(&error))?));
        };
        let roots = Arc::new(authorities(path)?);
        let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
        Ok(builder.build().map_err(|error| failed(&error))?)
    };
    let lenient = |authority| Arc::new(Lenient { authority, provider: Arc::clone(&provider) });
    let verifier: Arc<dyn ServerCertVerifier> = match mode {
        Mode::Disable | Mode::Allow | Mode::Prefer | Mode::Require => lenient(None),
        Mode::VerifyCa => lenient(Some(knowing()?)),
        Mode::VerifyFull => knowing()?,
    };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| failed(&error))?.dangerous().with_custom_certificate_verifier(verifier);
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

/// The authorities of a file of PEM.
fn authorities(path: &str) -> Result<RootCertStore, StoreError> {
    let failed = |error: &dyn std::fmt::Display| cannot_open(&format!("sslrootcert {path}: {error}"));
    let mut roots = RootCertStore::empty();
    for found in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
        roots.add(found.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
    }
    if roots.is_empty() { Err(failed(&"there is no certificate in it")) } else { Ok(roots) }
}

/// Checks less than TLS would: of a certificate its authority, whatever name it is for, or nothing. That the server has the
/// certificate's key is checked all the same.
#[derive(Debug)]
struct Lenient {
    /// Who knows authorities; `None` where any certificate is good.
    authority: Option<Arc<dyn ServerCertVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        // The name is looked at when all else is found good.
        match authority.verify_server_cert(certificate, others, name, ocsp, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(url: &str) -> Result<(String, Mode, Option<String>), String> {
        take(url).map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_of_libpq_say_the_same() {
        let ca = || Some("/my certs/ca.pem".to_owned());
        for (url, rest, mode, root) in [
            ("postgres://me@db/x", "postgres://me@db/x", Mode::Prefer, None),
            ("postgres://db/x?sslmode=disable", "postgres://db/x", Mode::Disable, None),
            (
                "postgresql://db/x?connect_timeout=5&sslmode=verify-full&sslrootcert=%2Fmy%20certs/ca.pem",
                "postgresql://db/x?connect_timeout=5",
                Mode::VerifyFull,
                ca(),
            ),
            ("postgres://db?sslmode=require&sslrootcert=/my certs/ca.pem", "postgres://db", Mode::VerifyCa, ca()),
            ("postgres://db?sslrootcert=system", "postgres://db", Mode::VerifyFull, None),
            ("host=db sslmode=allow user=me", "host=db user=me", Mode::Allow, None),
        ] {
            assert_eq!(taken(url), Ok((rest.to_owned(), mode, root)), "{url}");
        }
        let quoted = r"host=db password='it\'s sslmode=x' sslrootcert='/my certs/ca.pem' sslmode = verify-ca";
        assert_eq!(taken(quoted), Ok((r"host=db password='it\'s sslmode=x'".to_owned(), Mode::VerifyCa, ca())));
    }

    #[test]
    fn what_libpq_refuses_is_refused() {
        assert!(taken("postgres://db?sslmode=yes").unwrap_err().contains("verify-full"));
        assert!(taken("postgres://db?sslmode=require&sslrootcert=system").unwrap_err().contains("verify-full"));
    }
}
