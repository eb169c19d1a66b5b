//! What follows from the end of a subscription: when to come again, and why in words (RFC 6665 §4.1.3).

use std::time::Duration;

use crate::random::Random;
use crate::sip::subscription::{End, Reason};
use crate::sip::ua::SendFailure;

/// When to subscribe again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// In turn, without delay.
    Again,
    In(Duration),
    /// Not before the group comes up anew, or a person wishes it.
    Never,
}

/// `failures`: short-lived subscriptions before this one.
pub(super) fn next(end: &End, failures: u32, random: &mut Random) -> Next {
    let back_off = |first: Duration, longest: Duration, random: &mut Random| {
        let wait = first.saturating_mul(1 << failures.min(16)).min(longest);
        // Those who failed together do not come back together.
        wait * (750 + random.below(501)) / 1000
    };
    match end {
        End::Ours => Next::Never,
        // The PBX has no such package.
        End::Refused { status: 405 | 489 | 501, .. } => Next::Never,
        End::Refused { status: 408 | 429 | 480 | 491 | 500..=599, retry_after, .. } => {
            Next::In(back_off(FIRST_BACK_OFF, LONGEST_BACK_OFF, random).max(*retry_after))
        }
        End::Refused { retry_after, .. } => {
            Next::In(back_off(FIRST_AFTER_REFUSAL, LONGEST_AFTER_REFUSAL, random).max(*retry_after))
        }
        End::Terminated { reason: Some(Reason::Rejected | Reason::NoResource | Reason::Invariant), .. } => Next::Never,
        End::Terminated { reason: Some(Reason::Probation | Reason::GiveUp), retry_after } => {
            Next::In(back_off(FIRST_BACK_OFF, LONGEST_BACK_OFF, random).max(*retry_after))
        }
        End::Terminated { reason: Some(Reason::Deactivated | Reason::Timeout | Reason::Other) | None, retry_after } => {
            match (failures, retry_after.is_zero()) {
                (0, true) => Next::Again,
                (_, _) => Next::In(back_off(FIRST_BACK_OFF, LONGEST_BACK_OFF, random).max(*retry_after)),
            }
        }
        End::Lost | End::Expired if failures == 0 => Next::Again,
        End::Lost | End::Expired | End::Silent | End::Failed(_) => {
            Next::In(back_off(FIRST_BACK_OFF, LONGEST_BACK_OFF, random))
        }
    }
}

/// Why, for the person who looks at a dark lamp.
pub(super) fn words(end: &End) -> String {
    match end {
        End::Ours => "unsubscribed".to_owned(),
        End::Refused { status: 405 | 489 | 501, why, .. } => {
            format!("{why}: the PBX does not offer this; check its modules")
        }
        End::Refused { status: 404 | 604, why, .. } => {
            format!("{why}: the PBX knows nothing of it; check its hint or mailbox")
        }
        End::Refused { status: 403, why, .. } => {
            format!("{why}: the PBX does not allow it; check that subscribing is allowed")
        }
        End::Refused { why, .. } => why.clone(),
        End::Terminated { reason: Some(Reason::Rejected), .. } => "the PBX rejected the subscription".to_owned(),
        End::Terminated { reason: Some(Reason::NoResource), .. } => "the PBX no longer has it".to_owned(),
        End::Terminated { .. } => "the PBX ended the subscription".to_owned(),
        End::Silent => "the PBX accepted the subscription but told nothing".to_owned(),
        End::Lost => "the PBX lost the subscription".to_owned(),
        End::Expired => "the subscription ran out".to_owned(),
        End::Failed(SendFailure::Timeout) => "no answer to SUBSCRIBE".to_owned(),
        End::Failed(SendFailure::Cancelled) => "SUBSCRIBE was given up before it was sent".to_owned(),
        End::Failed(SendFailure::Transport(why) | SendFailure::Unresolved(why)) => {
            format!("SUBSCRIBE could not be sent: {why}")
        }
    }
}

const FIRST_BACK_OFF: Duration = Duration::from_secs(5);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);
/// Slow: it takes a person over there.
const FIRST_AFTER_REFUSAL: Duration = Duration::from_secs(300);
const LONGEST_AFTER_REFUSAL: Duration = Duration::from_secs(3600);
