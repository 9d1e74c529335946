//! An HTTP endpoint that does everything wrong until it is healed: it hangs, is slow, breaks connections, answers nonsense.

use anyhow::Result;
use flate2::read::GzDecoder;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How it can be bad.
const WAYS: usize = 9;

/// An endpoint on the loopback.
pub struct Endpoint {
    /// Where it is.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    is_healed: AtomicBool,
    is_over: AtomicBool,
    seed: u64,
    requests: AtomicU64,
    kept: Mutex<Vec<Vec<u8>>>,
}

impl Endpoint {
    /// One that is bad from its beginning; what it does is decided by `seed`.
    pub fn new(seed: u64) -> Result<Endpoint> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/v1/envelopes", listener.local_addr()?);
        let shared = Arc::new(Shared {
            is_healed: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            seed,
            requests: AtomicU64::new(0),
            kept: Mutex::new(Vec::new()),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&serving);
                if let Ok(stream) = stream {
                    std::thread::spawn(move || _ = serve(&stream, &shared));
                }
            }
        });
        Ok(Endpoint { url, shared })
    }

    /// From now on it is good.
    pub fn heal(&self) {
        self.shared.is_healed.store(true, Ordering::Relaxed);
    }

    /// Every envelope that it was given in a request that it had whole, and how many requests there were.
    pub fn end(self) -> (Vec<Vec<u8>>, u64) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next connection.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://").trim_end_matches("/v1/envelopes"));
        let kept = std::mem::take(&mut *self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner));
        (kept, self.shared.requests.load(Ordering::Relaxed))
    }
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut reader = BufReader::new(stream);
    while let Some(body) = request(&mut reader)? {
        let number = shared.requests.fetch_add(1, Ordering::Relaxed);
        let way = fastrand::Rng::with_seed(shared.seed.wrapping_add(number)).usize(..WAYS);
        let way = if shared.is_healed.load(Ordering::Relaxed) { WAYS } else { way };
        let answer = |status: &str, text: &str| {
            let mut out = stream;
            out.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{text}", text.len()).as_bytes())
        };
        match way {
            0 => {
                // Says nothing until it is healed, and then nothing either.
                while !shared.is_healed.load(Ordering::Relaxed) && !shared.is_over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                return Ok(());
            }
            1 => return Ok(()),
            2 => answer("500 Internal Server Error", "later")?,
            3 => answer("429 Too Many Requests", "")?,
            4 => return { stream }.write_all(b"\x00\xff nonsense\r\n\r\n\r\n"),
            5 => {
                // Who says 200 has taken it, whatever comes behind.
                keep(&body, shared);
                return { stream }.write_all(b"HTTP/1.1 200 OK\r\nContent-Le");
            }
            6 => {
                // Has it, and never says so: it comes again.
                keep(&body, shared);
                return Ok(());
            }
            7 => {
                keep(&body, shared);
                std::thread::sleep(Duration::from_millis(250));
                answer("200 OK", "{\"ok\": \"no: <nonsense>\"}")?;
            }
            8 => {
                keep(&body, shared);
                answer("503 Service Unavailable", "\u{0}")?;
            }
            _ => {
                keep(&body, shared);
                answer("200 OK", "")?;
            }
        }
    }
    Ok(())
}

fn keep(body: &[u8], shared: &Shared) {
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec);
    shared.kept.lock().unwrap_or_else(PoisonError::into_inner).extend(lines);
}

/// The body of the next request; none where the connection ends.
fn request(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let (mut length, mut is_packed, mut is_chunked, mut line) = (0, false, false, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim().to_ascii_lowercase();
        match text.split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().map_err(std::io::Error::other)?,
            Some(("content-encoding", value)) => is_packed = value.trim() == "gzip",
            Some(("transfer-encoding", value)) => is_chunked = value.trim() == "chunked",
            _ => {}
        }
        if text.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    if is_chunked {
        body = chunks(reader)?;
    } else {
        reader.read_exact(&mut body)?;
    }
    if !is_packed {
        return Ok(Some(body));
    }
    let mut plain = Vec::new();
    GzDecoder::new(body.as_slice()).read_to_end(&mut plain)?;
    Ok(Some(plain))
}

fn chunks(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk)?;
        if length == 0 {
            return Ok(body);
        }
        chunk.truncate(length);
        body.extend(chunk);
    }
}
