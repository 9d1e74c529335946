//! `tracewire keygen`: a key that signs, and its public half.

use tracewire_wire::sign::SigningKey;

use crate::args::{Global, Keygen};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, object};
use crate::keys;
use crate::paths::short_path;
use crate::term::{Line, Screen, escape, palette};

/// Makes the pair.
///
/// # Errors
/// Where one of the files is there already, or cannot be written.
pub fn run(global: &Global, what: &Keygen, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| CliError::Key(format!("the system gives no random bytes: {error}")))?;
    let key = SigningKey::from_seed(&seed);
    let public = what.file.with_extension("pub");
    if public == what.file {
        return Err(CliError::Key("a name that ends in .pub is the public key's".to_owned()));
    }
    keys::write(&key, &what.file, &public)?;
    let id = key.public().id();
    if global.json {
        let document = object([
            ("key", id.as_str().into()),
            ("private", what.file.to_string_lossy().into_owned().into()),
            ("public", public.to_string_lossy().into_owned().into()),
        ]);
        screen.bytes(&json::line(&document))?;
        return Ok(EXIT_OK);
    }
    let is_ascii = screen.glyphs.ascii;
    let name = |path| escape(&short_path(path), is_ascii);
    let mut line = Line::new();
    line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {}", name(&what.file)));
    line.push(palette::QUIET, ": the private key, for who signs").push(palette::QUIET, ", readable by you alone");
    let mut other = Line::new();
    other.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {}", name(&public)));
    other.push(palette::QUIET, format!(": the public key {id}, for who checks"));
    screen.long_line(&line)?;
    screen.long_line(&other)?;
    screen.hint(&format!("tracewire sign --key {}", name(&what.file)), "signs what is stored")?;
    Ok(EXIT_OK)
}
