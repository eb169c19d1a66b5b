//! The spans of RFC 3261 §17. The timers themselves are named beside the machine that owns them.
//!
//! ```text
//!   letter  name                              span                   reliable   source
//!   A       client_invite::Timer::Retransmit  T1, doubling           –          §17.1.1.2
//!   B       client_invite::Timer::GiveUp      64·T1                  same       §17.1.1.2
//!   C       (none: proxies only)
//!   D       client_invite::Timer::Absorb      32 s                   0          §17.1.1.2
//!   E       client_other::Timer::Retransmit   T1, doubling to T2     –          §17.1.2.2
//!   F       client_other::Timer::GiveUp       64·T1                  same       §17.1.2.2
//!   G       server_invite::Timer::Retransmit  T1, doubling to T2     –          §17.2.1
//!   H       server_invite::Timer::GiveUp      64·T1                  same       §17.2.1
//!   I       server_invite::Timer::Absorb      T4                     0          §17.2.1
//!   J       server_other::Timer::Absorb       64·T1                  0          §17.2.2
//!   K       client_other::Timer::Absorb       T4                     0          §17.1.2.2
//!   L       server_invite::Timer::Accepted    64·T1                  same       RFC 6026 §7.1
//!   M       client_invite::Timer::Accepted    64·T1                  same       RFC 6026 §7.2
//! ```

use std::time::Duration;

/// Estimate of the round trip (RFC 3261 §17.1.1.1, table 4).
pub const T1: Duration = Duration::from_millis(500);
/// Longest pause between retransmissions of non-INVITE requests and INVITE answers (table 4).
pub const T2: Duration = Duration::from_secs(4);
/// Longest life of a message in the network (table 4).
pub const T4: Duration = Duration::from_secs(5);
/// 64·T1: how long an answer or an ACK is waited for (Timers B, F, H, J, L, M).
pub const PATIENCE: Duration = Duration::from_secs(32);
/// Timer D: at least 32 s on unreliable transports (§17.1.1.2).
pub const ABSORB_FINAL: Duration = Duration::from_secs(32);
/// An INVITE not answered by then gets a 100 (§17.2.1).
pub const TRYING_AFTER: Duration = Duration::from_millis(200);

/// What a machine wants done; `T` is its own timers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Action<T> {
    Send(bytes::Bytes),
    /// Sets the timer anew.
    Arm(T, Duration),
    Disarm(T),
    /// The message just received goes up.
    Deliver,
    /// The layer above hears that it failed.
    Fail(Failure),
    /// Terminated: the table forgets the transaction.
    End,
}

/// Runs one step of a machine; `wrap` makes its timers the table's.
pub(crate) fn run<T, U>(wrap: impl Fn(T) -> U, step: impl FnOnce(&mut Vec<Action<T>>)) -> Vec<Action<U>> {
    let mut actions = Vec::new();
    step(&mut actions);
    actions.into_iter().map(|action| action.map(&wrap)).collect()
}

impl<T> Action<T> {
    fn map<U>(self, wrap: impl Fn(T) -> U) -> Action<U> {
        match self {
            Action::Send(bytes) => Action::Send(bytes),
            Action::Arm(timer, span) => Action::Arm(wrap(timer), span),
            Action::Disarm(timer) => Action::Disarm(wrap(timer)),
            Action::Deliver => Action::Deliver,
            Action::Fail(failure) => Action::Fail(failure),
            Action::End => Action::End,
        }
    }
}

/// Why a transaction failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    /// Timer B, F or H.
    Timeout,
    /// The transport said that it did not get through.
    Transport,
}

/// The class of a response, as far as transactions care.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// 1xx.
    Provisional,
    /// 2xx.
    Success,
    /// 3xx to 6xx.
    Failure,
}

impl Class {
    pub(crate) fn of(status: u16) -> Class {
        match status {
            0..=199 => Class::Provisional,
            200..=299 => Class::Success,
            300.. => Class::Failure,
        }
    }
}
