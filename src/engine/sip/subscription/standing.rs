//! Subscription-State: how a subscription stands by the notifier's word (RFC 6665 §4.1.3, §8.4).

use std::str::FromStr;

use crate::sip::message::ParseError;
use crate::sip::uri::Params;

/// One value: `active;expires=600`, `terminated;reason=probation;retry-after=30`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubscriptionState {
    pub standing: Standing,
    /// Seconds until it runs out.
    pub expires: Option<u32>,
    pub reason: Option<Reason>,
    /// Seconds to stay away.
    pub retry_after: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Active,
    /// Nobody has decided yet whether we may watch.
    Pending,
    Terminated,
}

/// Why a notifier ended it, and with that whether to come again (RFC 6665 §4.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Come again at once.
    Deactivated,
    /// Come again, after a while where it names one.
    Probation,
    /// Do not come again.
    Rejected,
    /// Come again at once.
    Timeout,
    /// Come again, after a while where it names one.
    GiveUp,
    /// What was watched is no more.
    NoResource,
    /// What is watched will not change.
    Invariant,
    /// One that is not known here: come again at once.
    Other,
}

impl FromStr for SubscriptionState {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<SubscriptionState, ParseError> {
        let (word, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let params = Params::of_field(params).map_err(|error| error.within("Subscription-State"))?;
        let number = |name: &str| params.get(name).and_then(|value| value.trim().parse().ok());
        let standing = match word.trim().to_ascii_lowercase().as_str() {
            "terminated" => Standing::Terminated,
            "pending" => Standing::Pending,
            "" => return Err(ParseError { part: "Subscription-State", why: "is empty".to_owned() }),
            // Words of extensions too: the subscription stands (RFC 6665 §4.1.3).
            _ => Standing::Active,
        };
        let reason = params.get("reason").map(|reason| match reason.to_ascii_lowercase().as_str() {
            "deactivated" => Reason::Deactivated,
            "probation" => Reason::Probation,
            "rejected" => Reason::Rejected,
            "timeout" => Reason::Timeout,
            "giveup" => Reason::GiveUp,
            "noresource" => Reason::NoResource,
            "invariant" => Reason::Invariant,
            _ => Reason::Other,
        });
        Ok(SubscriptionState { standing, expires: number("expires"), reason, retry_after: number("retry-after") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let read = |text: &str| text.parse::<SubscriptionState>().unwrap();
        assert_eq!(read("active;expires=600").expires, Some(600));
        assert_eq!(read("Pending").standing, Standing::Pending);
        let ended = read("terminated ; reason=probation;retry-after=30");
        assert_eq!((ended.standing, ended.reason), (Standing::Terminated, Some(Reason::Probation)));
        assert_eq!(ended.retry_after, Some(30));
        assert_eq!(read("terminated;reason=nap").reason, Some(Reason::Other));
        assert_eq!(read("dozing").standing, Standing::Active);
        assert_eq!(read("active;expires=99999999999").expires, None);
        assert!("".parse::<SubscriptionState>().is_err());
        assert!(";expires=3".parse::<SubscriptionState>().is_err());
    }
}
