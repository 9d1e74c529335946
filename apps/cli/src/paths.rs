//! Paths as people read them.

use std::path::Path;

/// A path relative to the working directory where that is shorter.
pub fn short_path(path: &Path) -> String {
    let relative = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    relative
        .filter(|path| !path.as_os_str().is_empty())
        .unwrap_or_else(|| path.to_owned())
        .to_string_lossy()
        .into_owned()
}
