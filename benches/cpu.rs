//! Processor time, user and system, in nanoseconds.

use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// Of the calling thread.
pub fn of_thread() -> f64 {
    read(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// Of all other threads of this process.
pub fn of_other_threads() -> f64 {
    read(ClockId::CLOCK_PROCESS_CPUTIME_ID) - of_thread()
}

/// Of another process and its living children.
pub fn of_family(pid: u32) -> f64 {
    let own = clock_getcpuclockid(Pid::from_raw(pid.cast_signed())).map_or(0.0, read);
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    own + children.split_whitespace().filter_map(|child| child.parse().ok()).map(of_family).sum::<f64>()
}

fn read(clock: ClockId) -> f64 {
    let time = clock_gettime(clock).expect("the clock of a living thread or process");
    time.tv_sec() as f64 * 1e9 + time.tv_nsec() as f64
}

/// Of one turn of work in memory.
pub fn of_turn(turns: u32, mut work: impl FnMut()) -> f64 {
    let before = of_thread();
    (0..turns).for_each(|_| work());
    (of_thread() - before) / f64::from(turns)
}

/// One figure of each contestant in every round, in turn.
pub fn rounds<const N: usize>(count: usize, mut contestants: [&mut dyn FnMut() -> f64; N]) -> [Vec<f64>; N] {
    let mut figures = [const { Vec::new() }; N];
    for _ in 0..count {
        for (contestant, figures) in contestants.iter_mut().zip(&mut figures) {
            figures.push(contestant());
        }
    }
    figures
}
