//! The descriptors of the messages, compiled from `spec/proto` without protoc.

#![allow(dead_code, reason = "each test takes a part of it")]

use prost_reflect::DescriptorPool;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use std::path::Path;

/// Files by name, with their text.
pub type Sources = Vec<(String, String)>;

/// The messages of this version.
pub fn sources() -> Sources {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/proto/tracewire/v1");
    let mut sources: Sources = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            (format!("tracewire/v1/{name}"), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    sources.sort();
    sources
}

/// Those of a later version: more fields wherever this version has a place for them.
pub fn later_sources() -> Sources {
    let other = "  map<string, Value> other = 100;\n";
    let later = format!("  optional string later = 90;\n  repeated Value later_values = 4000;\n{other}");
    let kind = "    bytes withheld = 10;\n  }\n}\n\n// Values in order.";
    let more = "    bytes withheld = 10;\n    string later_kind = 11;\n  }\n  optional string later = 90;\n}\n\n// Values in order.";
    let sources = sources();
    assert!(sources.iter().any(|(_, text)| text.contains(kind)));
    sources.into_iter().map(|(name, text)| (name, text.replace(other, &later).replace(kind, more))).collect()
}

struct Texts(Sources);

impl FileResolver for Texts {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.iter().find(|(known, _)| known == name) {
            Some((name, text)) => File::from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// The compiled descriptors of all files.
pub fn of(sources: &Sources) -> prost_types::FileDescriptorSet {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Texts(sources.clone()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    for (name, _) in sources {
        compiler.open_file(name).unwrap();
    }
    compiler.file_descriptor_set()
}

/// The same, to walk messages by.
pub fn pool(sources: &Sources) -> DescriptorPool {
    DescriptorPool::from_file_descriptor_set(of(sources)).unwrap()
}
