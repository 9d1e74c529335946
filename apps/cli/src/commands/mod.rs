//! One module for each command. A command gets the arguments and the screen, and returns the exit code.

pub mod completions;
pub mod doctor;
pub mod list;
pub mod seal;
pub mod tail;
pub mod trace;
pub mod verify;
