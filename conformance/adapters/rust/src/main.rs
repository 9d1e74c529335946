//! Reads requests, one a line, and prints the answers.
#![allow(clippy::print_stdout, reason = "answers go to standard output")]
fn main() -> std::io::Result<()> {
    for line in std::io::stdin().lines() {
        println!("{}", tracewire_conformance_rust::answer(&serde_json::from_str(&line?)?));
    }
    Ok(())
}
