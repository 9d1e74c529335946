//! One server for each folder: the second one says who the first is.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::error::ServerError;

/// Name of the file that is locked.
const FILE_NAME: &str = "serve.lock";
/// As much as is read of what another server says of itself.
const MOST_SAID: u64 = 200;

/// Held for as long as the folder is served. The operating system lets go of it when the process ends, however it ends.
pub(super) struct Lock(#[expect(dead_code, reason = "the lock holds while the file is open")] File);

impl Lock {
    /// Takes it, and says who has it.
    pub(super) fn take(folder: &Path, address: &str) -> Result<Self, ServerError> {
        let path = folder.join(FILE_NAME);
        let refused = |source| ServerError::File { path: path.clone(), source };
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut said = String::new();
                // Where it cannot be read, it is still locked.
                let _ = file.take(MOST_SAID).read_to_string(&mut said);
                let by = Some(said.trim().to_owned()).filter(|said| !said.is_empty());
                return Err(ServerError::AlreadyServed { folder: folder.to_owned(), by });
            }
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        }
        let said = format!("process {} at {address}\n", std::process::id());
        let wrote = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(said.as_bytes()));
        wrote.map_err(refused)?;
        Ok(Lock(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path(), "http://127.0.0.1:4318").unwrap();
        let Err(second) = Lock::take(folder.path(), "http://127.0.0.1:9") else { panic!("two have it") };
        assert_eq!(second.code(), "already_served");
        let said = format!("process {} at http://127.0.0.1:4318", std::process::id());
        assert!(second.to_string().ends_with(&said), "{second}");
        drop(first);
        assert!(Lock::take(folder.path(), "http://127.0.0.1:9").is_ok());
    }
}
