//! Keys, what they sign, and what is checked with them.

use std::path::PathBuf;

use clap::Args;

use super::Stored;

const VERIFY_EXAMPLES: &str = "\
Examples:
  tracewire verify                                  everything in the store
  tracewire verify run.jsonl                        a file that somebody gave you
  tracewire verify run.jsonl --key signing.pub      and whether this key vouches for all of it
  tracewire verify --key keys/                      any of the public keys in a folder

A chain shows what was changed inside it. Only a signed head shows that its end was cut off, or that
all of it was made anew: see `tracewire sign`. With --key, what no such key has signed is not proved,
and makes the exit code 1.";

/// What to check.
#[derive(Args, Debug)]
#[command(after_help = VERIFY_EXAMPLES)]
pub struct Verify {
    /// Files of envelopes and signed heads, together; `-` is standard input. None: what is stored
    #[arg(value_name = "FILE", conflicts_with_all = ["database", "project"])]
    pub files: Vec<PathBuf>,
    /// Prove by signatures of this public key: its file, a folder of such files, or itself in hex or base64 (repeatable)
    #[arg(long = "key", value_name = "PUBLIC")]
    pub keys: Vec<String>,
    /// Only this producer; the first letters are enough
    #[arg(long, value_name = "NAME")]
    pub producer: Option<String>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

const SIGN_EXAMPLES: &str = "\
Examples:
  tracewire keygen signing.pem                        a key, and signing.pub for who checks
  tracewire sign --key signing.pem                    the heads of all that is stored; exports carry them
  tracewire sign run.jsonl --key signing.pem >> run.jsonl
                                                      the heads of a file, as lines behind its own

Without --key the setting `signing_key` names the key; where it is set, every command that reads
journals into the store, and `tracewire serve`, sign what they take in, and this one is not needed.
What contradicts or has a gap is named and not signed, and makes the exit code 1.";

/// What to sign.
#[derive(Args, Debug)]
#[command(after_help = SIGN_EXAMPLES)]
pub struct Sign {
    /// Files of envelopes, together; `-` is standard input. None: what is stored
    #[arg(value_name = "FILE", conflicts_with_all = ["database", "project"])]
    pub files: Vec<PathBuf>,
    /// The file of the private key, which nobody else can read [default: the setting `signing_key`]
    #[arg(long, value_name = "PRIVATE")]
    pub key: Option<PathBuf>,
    /// Only this producer; the first letters are enough
    #[arg(long, value_name = "NAME")]
    pub producer: Option<String>,
    /// Where heads of files go; standard output where none is named
    #[arg(long, short, value_name = "FILE", requires = "files")]
    pub output: Option<PathBuf>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Where a key goes.
#[derive(Args, Debug)]
#[command(after_help = "\
The private key is for who signs, and for nobody else to read. The public one goes to who checks: its
id stands in what is signed. Both are PEM, as OpenSSL writes them.")]
pub struct Keygen {
    /// The private key's file; the public one stands beside it, its name ending in .pub
    #[arg(value_name = "FILE", default_value = "signing.pem")]
    pub file: PathBuf,
}
