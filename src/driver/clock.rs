//! The only place where the daemon looks at clocks for the engine.

use engine::time::{Moment, Now};
use nix::time::{ClockId, clock_gettime};

/// Boot time with suspend counted, and civil time.
pub fn now() -> Now {
    // The clock exists since Linux 2.6.39; without it time stands still and nothing works, which the watchdog notices.
    let moment = clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Moment::ZERO, |time| {
        let (seconds, nanos) = (time.tv_sec().unsigned_abs(), time.tv_nsec().unsigned_abs());
        Moment(seconds * 1_000_000_000 + nanos)
    });
    Now { moment, civil: chrono::Utc::now() }
}
