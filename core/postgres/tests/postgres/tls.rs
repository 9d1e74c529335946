//! TLS to the real server, whose certificate is of an authority that nobody knows, for `localhost` alone.

use crate::server::Server;
use libtest_mimic::Failed;
use std::net::TcpListener;
use tracewire_postgres::PostgresStore;
use tracewire_store::sql::Engine as _;
use tracewire_store::sql::driver::Cell;

/// The authority that signed the server's certificate.
const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres/certificates/ca.pem");

/// Whether the way to the server is encrypted, as the server says it; or why there is none.
fn is_encrypted(host: &str, port: u16, more: &str) -> Result<bool, String> {
    let url = format!("postgres://tracewire@{host}:{port}/postgres?{more}");
    let store = PostgresStore::open(&url, "default").map_err(|error| format!("{} {error}", error.code()))?;
    let mut found = None;
    let look = store.look(&mut |connection| {
        let statement =
            "SELECT CAST(count(*) AS BIGINT) FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl";
        connection.prepare(statement)?.query(&[], &mut |row| {
            found = Some(row.cell(0)? == Cell::Int(1));
            Ok(false)
        })
    });
    look.map_err(|error| error.to_string())?;
    found.ok_or_else(|| "nothing is said".to_owned())
}

pub fn the_way_is_as_safe_as_it_is_asked_to_be() -> Result<(), Failed> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let server = Server::start_with_tls(port)?;
    let at = |host: &str, more: &str| is_encrypted(host, port, more);
    for more in ["", "sslmode=allow", "sslmode=prefer", "sslmode=require"] {
        assert_eq!(at("localhost", more), Ok(true), "{more}");
    }
    for (host, mode) in
        [("localhost", "verify-full"), ("localhost", "verify-ca"), ("127.0.0.1", "verify-ca"), ("127.0.0.1", "require")]
    {
        assert_eq!(at(host, &format!("sslmode={mode}&sslrootcert={AUTHORITY}")), Ok(true), "{host} {mode}");
    }
    for (host, more, said) in [
        // This server lets nobody in like this.
        ("localhost", "sslmode=disable".to_owned(), "no encryption"),
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={AUTHORITY}"), "not valid for name"),
        // The platform knows nothing of its authority.
        ("localhost", "sslmode=verify-ca".to_owned(), "certificate"),
        ("localhost", "sslmode=verify-full".to_owned(), "certificate"),
        ("localhost", "sslrootcert=system".to_owned(), "certificate"),
        ("localhost", "sslmode=verify-ca&sslrootcert=/nowhere.pem".to_owned(), "/nowhere.pem"),
    ] {
        let refused = at(host, &more).unwrap_err();
        assert!(refused.starts_with("store_cannot_open") && refused.contains(said), "{more}: {refused}");
    }
    drop(server);
    Ok(())
}
