//! Code of prost for the messages of `spec/proto`, to measure ours beside it.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/proto");
    println!("cargo:rerun-if-changed={}", proto.display());
    let files = protox::compile(["tracewire/v1/recording.proto"], [proto])?;
    prost_build::Config::new().skip_protoc_run().compile_fds(files)?;
    Ok(())
}
