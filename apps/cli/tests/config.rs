//! `config`: what is set, and where.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;

use common::{Ran, command, record_agent, recorder, settle};
use serde_json::Value;

#[test]
fn every_setting_has_a_value_and_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let file = "service = \"research\"\nredact = [\"password\"]\nmode = \"sideways\"\nservce = 1\n";
    fs::write(folder.path().join("tracewire.toml"), file).unwrap();
    let ran: Ran = command(folder.path(), &["config"])
        .env("TRACEWIRE_SAMPLING", "0.5")
        .env_remove("TRACEWIRE_DIR")
        .output()
        .unwrap()
        .into();
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    insta::assert_snapshot!(settle(&ran.out, folder.path()));
    let ran: Ran = command(folder.path(), &["config", "--json"]).output().unwrap().into();
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &document["settings"]["service"]), (Some(1), &"research".into()));
    assert!(document["sources"]["service"].as_str().unwrap().ends_with("tracewire.toml:1"), "{document}");
    assert_eq!(document["problems"].as_array().unwrap().len(), 2);
}

#[test]
fn without_a_file_one_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let ran: Ran = command(folder.path(), &["config"]).output().unwrap().into();
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.contains("no tracewire.toml from here upward") && ran.out.contains("service = \"research-agent\""));
}

#[test]
fn the_directory_of_the_file_is_where_readers_look() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tracewire.toml"), "dir = \"kept/here\"\n").unwrap();
    let recorder = recorder(&folder.path().join("kept/here"), "00000000000000a1", "research");
    record_agent(&recorder);
    recorder.close(None);
    let inner = folder.path().join("src");
    fs::create_dir(&inner).unwrap();
    let ran: Ran =
        command(folder.path(), &["list"]).current_dir(&inner).env_remove("TRACEWIRE_DIR").output().unwrap().into();
    assert!(ran.code == Some(0) && ran.out.contains("research-agent"), "{}{}", ran.out, ran.err);
}
