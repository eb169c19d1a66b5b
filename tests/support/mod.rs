//! Furniture for integration tests: real peers, the daemon itself, a stand-in for the service manager, and the one place
//! that waits.
//!
//! A test claims a [`Host`] for each party, starts peers on them and waits with [`wait_for`]. Everything started here is
//! ended by its pid when its value is dropped, and by the kernel when the test itself is killed.

#![allow(dead_code, unused_imports, reason = "every test binary includes this module and uses its own part of it")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

pub mod browser;
pub mod carrier;
pub mod control;
pub mod daemon;
mod document;
pub mod folder;
pub mod host;
pub mod manager;
pub mod market;
pub mod peers;
pub mod process;
pub mod pulse;
pub mod softphone;
pub mod sound;
pub mod tap;
pub mod uhid;

use std::time::{Duration, Instant};

pub use browser::{Answer, Browser};
pub use daemon::Daemon;
pub use folder::Folder;
pub use host::Host;
pub use manager::ServiceManager;
pub use pulse::Pulse;
pub use softphone::Softphone;

/// What takes a moment, on a machine that is busy with other tests: a deadline to catch hanging.
pub const LONG: Duration = Duration::from_secs(30);

/// Asks `ready` again and again until it gives a value; panics with `what` when `deadline` has passed.
///
/// The only place of the tests that sleeps: other processes tell their state by files, logs and command replies, which
/// nothing else can wait for. A deadline is there to catch hanging and never measures anything.
pub fn wait_for<T>(deadline: Duration, what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(Instant::now() < end, "waited {deadline:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// For [`wait_for`]: a condition without a value.
pub fn when(condition: bool) -> Option<()> {
    condition.then_some(())
}
