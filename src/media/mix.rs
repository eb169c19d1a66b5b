//! Voices added up once, each listener's own taken out again (VZ-10).
//!
//! Legs that hear the same set of voices, themselves aside, share one sum. What that set is, is planned when the
//! orders change ([`plan`]); per tick there is one [`Sum`] a set and one subtraction a listener.

use std::collections::BTreeMap;

use crate::resample::Converter;
use crate::{Frame, Rate};

/// The voices of one sum: places of legs, in order.
pub type Voices = Vec<usize>;

/// Which sum a listener hears.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Share {
    /// Place in the list of sums.
    pub sum: usize,
    /// Whether the listener's own voice is in it, to be taken out.
    pub own: bool,
}

/// The fewest sums that serve these listeners: each by its place, with the places it wants to hear.
pub fn plan(listeners: &[(usize, Voices)]) -> (Vec<Voices>, Vec<Share>) {
    let with_self: Vec<Voices> = listeners.iter().map(|(own, voices)| joined(voices, *own)).collect();
    let mut wanted: BTreeMap<&Voices, usize> = BTreeMap::new();
    for set in &with_self {
        *wanted.entry(set).or_default() += 1;
    }
    let mut sums: Vec<Voices> = Vec::new();
    let mut shares = Vec::new();
    for ((_, voices), with_self) in listeners.iter().zip(&with_self) {
        // Alone with its own voice in the sum, a listener is better served by a sum without it.
        let own = wanted.get(with_self).is_some_and(|count| *count > 1);
        let set = if own { with_self } else { voices };
        let sum = sums.iter().position(|sum| sum == set).unwrap_or_else(|| {
            sums.push(set.clone());
            sums.len() - 1
        });
        shares.push(Share { sum, own });
    }
    (sums, shares)
}

fn joined(voices: &[usize], own: usize) -> Voices {
    let mut all = voices.to_vec();
    all.push(own);
    all.sort_unstable();
    all.dedup();
    all
}

/// Voices brought to one rate and added up without loss: 16 bits each, far fewer than 2^15 of them.
#[derive(Clone, Debug)]
pub struct Sum {
    rate: Rate,
    voices: Vec<Voice>,
    samples: [i32; Rate::Full.frame()],
}

#[derive(Clone, Debug)]
struct Voice {
    /// Place of the leg.
    of: usize,
    converter: Converter,
    /// What it says in this tick, at the sum's rate.
    said: Frame,
}

impl Sum {
    /// Of these voices, at `rate`.
    pub fn new(voices: &[usize], rate: Rate) -> Sum {
        let voice = |of: &usize| Voice { of: *of, converter: Converter::new(rate), said: Frame::silence(rate) };
        Sum { rate, voices: voices.iter().map(voice).collect(), samples: [0; Rate::Full.frame()] }
    }

    /// Whether it is the sum of these voices at this rate, and may go on.
    pub fn is_of(&self, voices: &[usize], rate: Rate) -> bool {
        self.rate == rate && self.voices.iter().map(|voice| &voice.of).eq(voices)
    }

    /// 20 ms of all voices; `said` gives what the leg at a place said.
    pub fn tick<'f>(&mut self, said: impl Fn(usize) -> Option<&'f Frame>) {
        self.samples.fill(0);
        for voice in &mut self.voices {
            let Some(frame) = said(voice.of) else { continue };
            voice.said = voice.converter.convert(frame);
            for (sum, sample) in self.samples.iter_mut().zip(voice.said.samples()) {
                *sum += i32::from(*sample);
            }
        }
    }

    /// 20 ms of two voices, added up.
    pub fn both(&mut self, said: &[Frame; 2]) -> Frame {
        self.tick(|place| said.get(place));
        self.without(None)
    }

    /// Everybody, but for the leg at place `own` if one is named; what is too loud for 16 bits is cut.
    pub fn without(&self, own: Option<usize>) -> Frame {
        let own = own.and_then(|own| self.voices.iter().find(|voice| voice.of == own));
        let mine = own.map_or(&[][..], |voice| voice.said.samples()).iter().copied().chain(std::iter::repeat(0));
        let mut frame = Frame::silence(self.rate);
        for ((place, sum), mine) in frame.samples_mut().iter_mut().zip(&self.samples).zip(mine) {
            *place = (sum - i32::from(mine)).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
        }
        frame
    }
}

#[cfg(test)]
#[allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]
mod tests {
    use super::*;

    #[test]
    fn VZ_10_sixteen_who_all_hear_each_other_share_one_sum() {
        let everybody: Vec<usize> = (0..16).collect();
        let others = |own: usize| everybody.iter().copied().filter(|place| *place != own).collect();
        let listeners: Vec<_> = everybody.iter().map(|own| (*own, others(*own))).collect();
        let (sums, shares) = plan(&listeners);
        assert_eq!(sums, [everybody]);
        assert!(shares.iter().all(|share| *share == Share { sum: 0, own: true }));
    }

    #[test]
    fn listeners_who_are_not_heard_share_what_they_hear() {
        let (sums, shares) = plan(&[(1, vec![2, 3]), (2, vec![1, 3]), (7, vec![1, 2, 3]), (8, vec![1, 2, 3])]);
        assert_eq!(sums, [vec![1, 2, 3]]);
        let own: Vec<bool> = shares.iter().map(|share| share.own).collect();
        assert_eq!(own, [true, true, false, false]);
    }

    #[test]
    fn a_voice_goes_on_without_a_click_while_others_join_and_leave() {
        let tone = |at: usize| (8_000.0 * (at as f32 * 0.37).sin()) as i16;
        let mut heard = Vec::new();
        // Alone, with a supervisor who says nothing yet, alone again: each is a sum of its own.
        for (tick, voices) in [&[0][..], &[0, 2], &[0, 1, 2], &[0]].into_iter().enumerate() {
            let customer = Frame::from_fn(Rate::Narrow, |at| tone(tick * 160 + at));
            let said = [customer, Frame::silence(Rate::Narrow), Frame::silence(Rate::Narrow)];
            let mut sum = Sum::new(voices, Rate::Narrow);
            sum.tick(|place| said.get(place));
            heard.extend_from_slice(sum.without(None).samples());
        }
        assert!(heard.iter().enumerate().all(|(at, sample)| *sample == tone(at)), "not as it was said");
    }

    #[test]
    fn nobody_hears_themselves_and_what_is_too_loud_is_cut() {
        let voice = |level: i16| Frame::from_fn(Rate::Narrow, |_| level);
        let voices = [voice(20_000), voice(15_000), voice(-3_000)];
        let mut sum = Sum::new(&[0, 1, 2], Rate::Narrow);
        sum.tick(|place| voices.get(place));
        let heard: Vec<i16> = (0..3).map(|own| sum.without(Some(own)).samples()[159]).collect();
        assert_eq!(heard, [12_000, 17_000, i16::MAX]);
        assert_eq!(sum.without(None).samples()[0], 32_000);
    }
}
