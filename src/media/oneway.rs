//! Why only one side is heard (SP-07): the facts of a leg turned into one named cause, in one place.
//!
//! Each leg looks at its own half: a device leg at what we send, a leg to the network at what we receive and at what the far
//! end says of us. A cause is told when it has lasted for its patience, and once more, as none, when it is over.

use std::time::Duration;

use crate::order::Event;
use crate::time::Moment;

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OneWay {
    /// We send silence: the person's device is not there.
    DeviceGone,
    /// We send silence: the system does not let us use the microphone.
    NotPermitted,
    /// We send silence, as the person wished.
    Muted,
    /// We send what the microphone gives, and it gives nothing: switched off at the headset, or the wrong one.
    SilentMicrophone,
    /// Not one packet has come.
    NeverReceived,
    /// Packets came, and come no more.
    StoppedReceiving,
    /// Packets come, from an address that is not the far end's.
    WrongAddress,
    /// Packets come, and none of them has sound in it.
    ComfortNoise,
    /// The far end says that it loses what we send.
    FarEndLoses,
}

/// What a device says of its microphone in one tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Microphone {
    /// There is none: silence is all it is meant to say.
    None,
    Open,
    /// Open, and every sample of it is zero.
    Still,
    Gone,
    Forbidden,
}

/// Packets by what they are, as one stream has seen them.
#[derive(Clone, Debug)]
pub struct Arrivals {
    since: Moment,
    sound: Option<Moment>,
    other: Option<Moment>,
    wrong: (u64, Option<Moment>),
}

/// Tells a cause when it has lasted, and its end.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    suspected: Option<(OneWay, Moment)>,
    told: Option<OneWay>,
}

/// What we send.
pub fn sending(microphone: Microphone, muted: bool) -> Option<OneWay> {
    match (microphone, muted) {
        (Microphone::Gone, _) => Some(OneWay::DeviceGone),
        (Microphone::Forbidden, _) => Some(OneWay::NotPermitted),
        (Microphone::None | Microphone::Open | Microphone::Still, true) => Some(OneWay::Muted),
        (Microphone::Still, false) => Some(OneWay::SilentMicrophone),
        (Microphone::None | Microphone::Open, false) => None,
    }
}

impl Arrivals {
    /// Packets are expected from now on.
    pub fn expected(now: Moment) -> Arrivals {
        Arrivals { since: now, sound: None, other: None, wrong: (0, None) }
    }

    /// A packet of the stream came, with sound in it or with something else.
    pub fn see(&mut self, now: Moment, sound: bool) {
        let last = if sound { &mut self.sound } else { &mut self.other };
        *last = Some(now);
    }

    /// So many datagrams were refused for their address, all told.
    pub fn see_wrong(&mut self, now: Moment, count: u64) {
        if count > self.wrong.0 {
            self.wrong = (count, Some(now));
        }
    }

    /// What we receive; `remote_loss` is the share lost in the far end's last report.
    pub fn cause(&self, now: Moment, remote_loss: f32) -> Option<OneWay> {
        let lately = |at: Option<Moment>| at.is_some_and(|at| now.since(at) < LATELY);
        if lately(self.sound) || now.since(self.since) < LATELY {
            return (remote_loss >= MUCH_LOSS).then_some(OneWay::FarEndLoses);
        }
        Some(match () {
            () if lately(self.wrong.1) => OneWay::WrongAddress,
            () if lately(self.other) => OneWay::ComfortNoise,
            () if self.sound.is_some() || self.other.is_some() => OneWay::StoppedReceiving,
            () => OneWay::NeverReceived,
        })
    }
}

impl Watch {
    /// What is told at present.
    pub fn told(&self) -> Option<OneWay> {
        self.told
    }

    /// What is the case now. Once per tick.
    pub fn see(&mut self, now: Moment, cause: Option<OneWay>) -> Option<Event> {
        self.suspected = match (self.suspected, cause) {
            (_, None) => None,
            (Some((old, since)), Some(new)) if old == new => Some((old, since)),
            (_, Some(new)) => Some((new, now)),
        };
        let cause = match self.suspected {
            Some((cause, since)) if now.since(since) >= cause.patience() => Some(cause),
            // A new suspicion does not clear what was told: the one thing is wrong or the other.
            Some(_) => self.told,
            None => None,
        };
        (std::mem::replace(&mut self.told, cause) != cause).then_some(Event::OneWay { cause })
    }
}

impl OneWay {
    /// How long it must last: longer than what passes by itself.
    fn patience(self) -> Duration {
        match self {
            OneWay::Muted | OneWay::NotPermitted | OneWay::FarEndLoses => Duration::ZERO,
            // A new default device is opened within this.
            OneWay::DeviceGone => Duration::from_secs(1),
            OneWay::WrongAddress => Duration::from_secs(1),
            // A bad network, a far end that is slow to begin: with what is still "lately", 3 s in all.
            OneWay::NeverReceived | OneWay::StoppedReceiving => Duration::from_secs(2),
            // Microphones give noise; who switches one off for a word switches it on again.
            OneWay::SilentMicrophone => Duration::from_millis(2_500),
            // The far end may be thinking.
            OneWay::ComfortNoise => Duration::from_secs(8),
        }
    }
}

/// What came within this time is coming.
const LATELY: Duration = Duration::from_secs(1);
/// A share at which words are lost whatever conceals them.
const MUCH_LOSS: f32 = 0.2;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment(10_000_000_000) + Duration::from_millis(ms)
    }

    /// Ticks of 20 ms up to `end`; what is told and when, in ms.
    fn told(end: u64, mut cause: impl FnMut(u64) -> Option<OneWay>) -> Vec<(u64, Option<OneWay>)> {
        let mut watch = Watch::default();
        let mut tell = |ms| match watch.see(at(ms), cause(ms))? {
            Event::OneWay { cause } => Some((ms, cause)),
            _ => None,
        };
        (0..=end).step_by(20).filter_map(&mut tell).collect()
    }

    #[test]
    fn sp_07_each_way_to_send_nothing_has_its_name() {
        let causes = [
            (Microphone::Gone, false, Some(OneWay::DeviceGone)),
            (Microphone::Forbidden, false, Some(OneWay::NotPermitted)),
            (Microphone::Still, false, Some(OneWay::SilentMicrophone)),
            (Microphone::Still, true, Some(OneWay::Muted)),
            (Microphone::Open, true, Some(OneWay::Muted)),
            (Microphone::Open, false, None),
            (Microphone::None, false, None),
        ];
        for (microphone, muted, cause) in causes {
            assert_eq!(sending(microphone, muted), cause, "{microphone:?}, muted: {muted}");
        }
    }

    #[test]
    fn sp_07_a_cause_is_told_within_seconds_once_and_its_end_at_once() {
        let gone = told(9_000, |ms| (1_000..5_000).contains(&ms).then_some(OneWay::DeviceGone));
        assert_eq!(gone, [(2_000, Some(OneWay::DeviceGone)), (5_000, None)]);
        let still = told(9_000, |_| Some(OneWay::SilentMicrophone));
        assert_eq!(still, [(2_500, Some(OneWay::SilentMicrophone))]);
        assert_eq!(told(9_000, |ms| (ms % 3_000 > 1_000).then_some(OneWay::StoppedReceiving)), [], "pauses pass");
    }

    #[test]
    fn sp_07_each_way_to_receive_nothing_has_its_name() {
        let story = |packet: fn(&mut Arrivals, u64)| {
            let mut arrivals = Arrivals::expected(at(0));
            told(20_000, move |ms| {
                packet(&mut arrivals, ms);
                arrivals.cause(at(ms), 0.0)
            })
        };
        let names = |told: Vec<(u64, Option<OneWay>)>| told.into_iter().map(|(_, cause)| cause).collect::<Vec<_>>();
        assert_eq!(names(story(|_, _| ())), [Some(OneWay::NeverReceived)]);
        assert_eq!(names(story(|arrivals, ms| arrivals.see_wrong(at(ms), ms))), [Some(OneWay::WrongAddress)]);
        assert_eq!(names(story(|arrivals, ms| arrivals.see(at(ms), false))), [Some(OneWay::ComfortNoise)]);
        assert_eq!(names(story(|arrivals, ms| arrivals.see(at(ms), true))), []);
        let stops = story(|arrivals, ms| {
            if !(5_000..15_000).contains(&ms) {
                arrivals.see(at(ms), true);
            }
        });
        assert_eq!(stops, [(7_980, Some(OneWay::StoppedReceiving)), (15_000, None)]);
    }

    #[test]
    fn sp_07_a_far_end_that_loses_much_says_so() {
        let mut arrivals = Arrivals::expected(at(0));
        arrivals.see(at(1_900), true);
        assert_eq!(arrivals.cause(at(2_000), 0.19), None);
        assert_eq!(arrivals.cause(at(2_000), 0.2), Some(OneWay::FarEndLoses));
    }
}
