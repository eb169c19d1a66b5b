//! A stand-in for the service manager: the notification socket of sd_notify(3), and the watchdog's clock.

use std::collections::BTreeMap;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::wait_for;

/// Listens from its start; what a service says is kept in order.
#[derive(Debug)]
pub struct ServiceManager {
    path: PathBuf,
    said: Arc<Mutex<Vec<Said>>>,
}

/// One notification: its assignments, and when it came.
#[derive(Clone, Debug)]
pub struct Said {
    pub at: Instant,
    pub fields: BTreeMap<String, String>,
}

impl ServiceManager {
    /// With its socket in `folder`.
    pub fn start(folder: &Path) -> ServiceManager {
        let path = folder.join("notify.sock");
        let socket = UnixDatagram::bind(&path).expect("a socket in the test's own folder");
        let said = Arc::new(Mutex::new(Vec::new()));
        let log = said.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]);
                let pairs = text.lines().filter_map(|line| line.split_once('='));
                let fields = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                log.lock().expect("nobody panics with the lock").push(Said { at: Instant::now(), fields });
            }
        });
        ServiceManager { path, said }
    }

    /// What goes into `NOTIFY_SOCKET`.
    pub fn socket(&self) -> &Path {
        &self.path
    }

    /// All notifications so far that assign `field`.
    pub fn said(&self, field: &str) -> Vec<Said> {
        let said = self.said.lock().expect("nobody panics with the lock");
        said.iter().filter(|said| said.fields.contains_key(field)).cloned().collect()
    }

    /// Waits until `field` has been assigned `value`.
    pub fn wait(&self, deadline: Duration, field: &str, value: &str) -> Said {
        wait_for(deadline, &format!("{field}={value} from the service"), || {
            self.said(field).into_iter().find(|said| said.fields.get(field).is_some_and(|v| v == value))
        })
    }

    /// The longest time between two signs of life so far; the real manager kills at `WATCHDOG_USEC`.
    pub fn longest_silence(&self) -> Option<Duration> {
        let alive: Vec<Instant> = self.said("WATCHDOG").iter().map(|said| said.at).collect();
        alive.windows(2).map(|pair| pair[1] - pair[0]).max()
    }
}
