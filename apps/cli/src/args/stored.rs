//! Where what is read is stored.

use clap::Args;

/// A database instead of the directory.
#[derive(Args, Clone, Debug, Default)]
pub struct Stored {
    /// Read what a server stored in a PostgreSQL database, and not the directory
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// The project of that database [default: default]
    #[arg(long, value_name = "NAME", requires = "database")]
    pub project: Option<String>,
}
