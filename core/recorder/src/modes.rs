//! Who drains the journal: nobody (local), the calling thread (inline), or a worker (background).

use crate::fork::PerProcess;
use crate::journal::{Directory, JournalWriter};
use crate::ship::{Costs, Shipper, Tail, sink::SinkOptions};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Largest hand-over to a sink.
const BATCH_BYTES: usize = 1 << 20;
/// How long a run's end may keep the calling thread in inline mode.
const RUN_END_BOUND: Duration = Duration::from_secs(2);
/// How often the worker looks at the journal, and so how late an envelope may be.
const WORKER_PERIOD: Duration = Duration::from_millis(500);

/// Who drains the journal, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Journal only: no thread, readers sweep it.
    #[default]
    Local,
    /// Seal and deliver on the calling thread when a run ends and at each flush.
    Inline,
    /// A worker drains continuously.
    Background,
}

impl Mode {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Local => "local",
            Mode::Inline => "inline",
            Mode::Background => "background",
        }
    }
}

/// Events sealed and sent by this process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivered {
    pub(crate) sealed: u64,
    /// `None` where there is no sink to send to.
    pub(crate) sent: Option<u64>,
}

pub(crate) struct Delivery {
    mode: Mode,
    sinks: Vec<SinkOptions>,
    directory: Directory,
    pub(crate) tails: Arc<Tails>,
    own: PerProcess<Arc<Own>>,
}

/// Rules of tail sampling for every shipper of a recorder, and what they count.
pub(crate) struct Tails {
    tail: Option<Tail>,
    prices: Option<Arc<dyn Costs>>,
    /// One for each shipper.
    withheld: Mutex<Vec<Arc<AtomicU64>>>,
}

impl Tails {
    pub(crate) fn new(tail: Option<Tail>, prices: Option<Arc<dyn Costs>>) -> Self {
        Tails { tail, prices, withheld: Mutex::default() }
    }

    /// A shipper that keeps to the rules, if there are any. That of the local store has everything.
    pub(crate) fn sampled(&self, shipper: Shipper) -> Shipper {
        let Some(tail) = self.tail.as_ref().filter(|_| !shipper.is_of_store()) else { return shipper };
        let withheld = Arc::new(AtomicU64::new(0));
        lock(&self.withheld).push(Arc::clone(&withheld));
        shipper.sampling(tail.clone(), self.prices.clone(), withheld)
    }

    /// Traces whose content a sink does not get.
    pub(crate) fn withheld(&self) -> u64 {
        lock(&self.withheld).iter().map(|count| count.load(Ordering::Relaxed)).max().unwrap_or(0)
    }
}

/// What one process has of it: a fork child begins anew.
#[derive(Default)]
struct Own {
    routes: Mutex<Vec<Route>>,
    worker: Mutex<Worker>,
    wake: Condvar,
}

#[derive(Default)]
struct Worker {
    thread: Option<JoinHandle<()>>,
    is_stopping: bool,
}

struct Route {
    shipper: Shipper,
    sink: SinkOptions,
    sent: u64,
}

impl Delivery {
    pub(crate) fn new(mode: Mode, sinks: Vec<SinkOptions>, directory: Directory, tails: Tails) -> Self {
        let tails = Arc::new(tails);
        Delivery { mode, sinks, directory, tails, own: PerProcess::new(Arc::new(Own::default())) }
    }

    fn own(&self) -> &Arc<Own> {
        self.own.get(|_| Arc::new(Own::default()))
    }

    /// Starts the worker of background mode if this process has none yet. Cheap in the other modes.
    pub(crate) fn ensure_worker(&self, journal: &Arc<JournalWriter>) {
        if self.mode != Mode::Background || self.sinks.is_empty() {
            return;
        }
        let own = self.own();
        let mut worker = lock(&own.worker);
        if worker.thread.is_none() && !worker.is_stopping {
            let (shared, journal) = (Arc::clone(own), Arc::clone(journal));
            let (sinks, directory, tails) = (self.sinks.clone(), self.directory.clone(), Arc::clone(&self.tails));
            let body = move || work(&shared, &Way { sinks: &sinks, directory: &directory, tails: &tails }, &journal);
            // Without a thread, flush and close still deliver.
            worker.thread = std::thread::Builder::new().name("tracewire".to_owned()).spawn(body).ok();
        }
    }

    /// A root span ended: inline mode seals and delivers.
    pub(crate) fn run_ended(&self, journal: &JournalWriter) {
        if self.mode == Mode::Inline {
            journal.mark();
            self.drain(journal, Some(RUN_END_BOUND));
        }
    }

    /// Delivers what is sealed, on the calling thread, until all is sent or `bound` has passed.
    pub(crate) fn drain(&self, journal: &JournalWriter, bound: Option<Duration>) {
        if self.mode != Mode::Local {
            let way = Way { sinks: &self.sinks, directory: &self.directory, tails: &self.tails };
            self.own().drain(&way, journal, bound);
        }
    }

    /// Stops the worker and delivers the rest.
    pub(crate) fn finish(&self, journal: &JournalWriter, bound: Option<Duration>) {
        let own = self.own();
        let thread = {
            let mut worker = lock(&own.worker);
            worker.is_stopping = true;
            worker.thread.take()
        };
        own.wake.notify_all();
        self.drain(journal, bound);
        lock(&own.routes).iter_mut().for_each(|route| route.shipper.release());
        // A worker that is inside a slow sink is not waited for: it owns what it needs.
        if let Some(thread) = thread.filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }

    pub(crate) fn counts(&self) -> Delivered {
        let routes = lock(&self.own().routes);
        Delivered {
            sealed: routes.iter().map(|route| route.shipper.sealed_events()).max().unwrap_or(0),
            sent: if self.sinks.is_empty() || self.mode == Mode::Local {
                None
            } else {
                Some(routes.iter().map(|route| route.sent).min().unwrap_or(0))
            },
        }
    }
}

impl Own {
    fn drain(&self, way: &Way<'_>, journal: &JournalWriter, bound: Option<Duration>) {
        let Way { sinks, directory, tails } = way;
        let began = Instant::now();
        let mut routes = lock(&self.routes);
        if routes.is_empty() {
            routes.extend(sinks.iter().map(|sink| Route {
                shipper: tails.sampled(Shipper::new((*directory).clone(), &sink.name(), &journal.process())),
                sink: sink.clone(),
                sent: 0,
            }));
        }
        for route in routes.iter_mut() {
            while bound.is_none_or(|bound| began.elapsed() < bound) {
                let Ok(Some(batch)) = route.shipper.next_batch(BATCH_BYTES) else { break };
                let delivered = route.sink.deliver(&batch.envelopes).is_ok();
                let is_known = route.shipper.batch_result(batch.id, delivered).is_ok();
                if !delivered || !is_known {
                    break;
                }
                if batch.producer.starts_with(&journal.process()) {
                    route.sent += batch.events;
                }
            }
        }
    }
}

/// What is delivered to whom, and by which rules.
struct Way<'a> {
    sinks: &'a [SinkOptions],
    directory: &'a Directory,
    tails: &'a Tails,
}

fn work(own: &Own, way: &Way<'_>, journal: &JournalWriter) {
    let mut written = 0;
    loop {
        let guard = lock(&own.worker);
        if guard.is_stopping {
            return;
        }
        let (guard, _) = own.wake.wait_timeout(guard, WORKER_PERIOD).unwrap_or_else(PoisonError::into_inner);
        if guard.is_stopping {
            return;
        }
        drop(guard);
        let now = journal.counters().written;
        if now != written {
            written = now;
            journal.mark();
            own.drain(way, journal, Some(RUN_END_BOUND));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
