//! Where this process runs, as its journals' headers say it.

use super::header::Origin;
use super::segment::os;

impl Origin {
    /// The origin of the calling process.
    pub fn current() -> Self {
        Origin {
            host: os::host_name(),
            boot: os::boot_name(),
            pid_namespace: pid_namespace(),
            pid: u64::from(std::process::id()),
            started: started(),
        }
    }
}

/// The name of the pid namespace, such as `pid:[4026531836]`; empty where there are none.
fn pid_namespace() -> String {
    match std::fs::read_link("/proc/self/ns/pid") {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => String::new(),
    }
}

/// Clock ticks between the system's boot and the process's start; 0 where it is not known.
fn started() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // proc(5): the name in parentheses may hold anything; the start time is the 20th field behind it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_ascii_whitespace().nth(19).and_then(|field| field.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_where_it_runs() {
        let origin = Origin::current();
        assert_eq!(origin.pid, u64::from(std::process::id()));
        assert_eq!(origin, Origin::current());
        if cfg!(target_os = "linux") {
            assert!(origin.started > 0 && origin.pid_namespace.starts_with("pid:["), "{origin:?}");
        }
    }
}
