//! The card's clock and ours part by some hundred parts in a million: sound is stretched by as much, so slightly that nobody
//! hears it, and the ring between the two neither runs dry nor over.
//!
//! What is held is not the mean fill but the *lowest* of each second: whatever size the card's bites have, and however late
//! its thread is, what lies unused at the worst moment is the same reserve. A ring that runs dry gets a larger one, which is given
//! back slowly.

/// Decides how fast samples flow through a ring, from how full it is.
#[derive(Clone, Debug)]
pub struct Pace {
    /// What the ring shall hold at its emptiest.
    reserve: usize,
    lowest: usize,
    ticks: u32,
    step: f64,
}

/// What to do about a ring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Advice {
    GoOn,
    /// Throw away so many samples: what piled up in a stall would be delay for ever.
    Skip(usize),
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { reserve: MARGIN, lowest: usize::MAX, ticks: 0, step: 1.0 }
    }
}

impl Pace {
    /// `lowest`: what the ring holds at its emptiest around this tick, in samples. Once every 10 ms.
    pub fn see(&mut self, lowest: usize) -> Advice {
        self.lowest = self.lowest.min(lowest);
        self.ticks += 1;
        if self.ticks < WINDOW {
            return Advice::GoOn;
        }
        let surplus = self.lowest as f64 - self.reserve as f64;
        self.reserve = self.reserve.saturating_sub(GIVEN_BACK).max(MARGIN);
        (self.lowest, self.ticks) = (usize::MAX, 0);
        if surplus > MOST_SURPLUS as f64 {
            self.step = 1.0;
            return Advice::Skip(surplus as usize);
        }
        self.step = 1.0 + (surplus * GAIN).clamp(-MOST_STRETCH, MOST_STRETCH);
        Advice::GoOn
    }

    /// The ring ran dry: what was measured before says nothing any more, and the reserve was too small.
    pub fn ran_dry(&mut self) {
        (self.lowest, self.ticks) = (usize::MAX, 0);
        self.reserve = (self.reserve + MORE).min(MOST_RESERVE);
    }

    /// What to have in hand before beginning again, in samples.
    pub fn reserve(&self) -> usize {
        self.reserve
    }

    /// Samples that go in for each that comes out.
    pub fn step(&self) -> f64 {
        self.step
    }
}

/// Reads a stream of samples at a slightly other speed: Catmull-Rom curves through four samples.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    taps: [f32; 4],
    /// Between the second tap and the third, 0–1; from 1 on another sample is due.
    position: f64,
}

impl Stretch {
    /// The next sample out; `None` when one is due and `next` has none.
    pub fn pull(&mut self, step: f64, mut next: impl FnMut() -> Option<i16>) -> Option<i16> {
        while self.position >= 1.0 {
            self.take(next()?);
        }
        Some(self.give(step))
    }

    /// One more sample in; `emit` gets what comes out: mostly one, now and then none or two.
    pub fn push(&mut self, step: f64, sample: i16, mut emit: impl FnMut(i16)) {
        self.take(sample);
        while self.position < 1.0 {
            emit(self.give(step));
        }
    }

    fn take(&mut self, sample: i16) {
        let [_, a, b, c] = self.taps;
        self.taps = [a, b, c, f32::from(sample)];
        self.position -= 1.0;
    }

    fn give(&mut self, step: f64) -> i16 {
        let [a, b, c, d] = self.taps;
        let at = self.position as f32;
        let curve = b + 0.5 * at * (c - a + at * (2.0 * a - 5.0 * b + 4.0 * c - d + at * (3.0 * (b - c) + d - a)));
        self.position += step;
        // `as` saturates: a curve may overshoot what it goes through.
        curve.round() as i16
    }
}

/// What a ring holds in reserve where nothing is ever late, in samples at 48 kHz: 15 ms. The card's bites drift past our ticks,
/// and now and then one falls behind a tick instead of before it: that takes 10 ms at once.
const MARGIN: usize = 720;
/// For a ring that ran dry, each time: 10 ms.
const MORE: usize = 480;
/// 60 ms: for a machine that has no time for us.
const MOST_RESERVE: usize = 2_880;
/// In each second without trouble: 0.25 ms.
const GIVEN_BACK: usize = 12;
/// Ticks of 10 ms between two decisions: 1 s.
const WINDOW: u32 = 100;
/// A surplus is worked off within about 10 s; 200 ppm leave the ring 96 samples (2 ms) beside its mark.
const GAIN: f64 = 1.0 / (48_000.0 * 10.0);
/// 0.4 %, a fifteenth of a semitone; cards are within 0.05 %.
const MOST_STRETCH: f64 = 0.004;
/// More than this is skipped and not worked off: 40 ms.
const MOST_SURPLUS: usize = 1_920;

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A microphone whose clock is off by `ppm`, delivering in bites of `bite` samples, read for so many seconds.
    struct Capture {
        pace: Pace,
        stretch: Stretch,
        ring: VecDeque<i16>,
        made: u64,
        out: Vec<i16>,
        fills: Vec<usize>,
    }

    fn capture(ppm: f64, bite: usize, seconds: u32) -> Capture {
        let mut run = Capture {
            pace: Pace::default(),
            stretch: Stretch::default(),
            ring: VecDeque::from(vec![0; 2 * MARGIN + bite]),
            made: 0,
            out: Vec::new(),
            fills: Vec::new(),
        };
        for tick in 1..=seconds * 100 {
            let due = (f64::from(tick) * 480.0 * (1.0 + ppm / 1e6)) as u64;
            while run.made + bite as u64 <= due {
                (0..bite as u64).for_each(|n| run.ring.push_back(tone(run.made + n)));
                run.made += bite as u64;
            }
            if let Advice::Skip(count) = run.pace.see(run.ring.len().saturating_sub(480)) {
                run.ring.drain(..count);
            }
            for _ in 0..480 {
                let ring = &mut run.ring;
                run.out.push(run.stretch.pull(run.pace.step(), || ring.pop_front()).expect("the ring ran dry"));
            }
            run.fills.push(run.ring.len());
        }
        run
    }

    /// 440 Hz as the card's own clock has it.
    fn tone(n: u64) -> i16 {
        ((std::f64::consts::TAU * 440.0 * n as f64 / 48_000.0).sin() * 10_000.0) as i16
    }

    #[test]
    fn sp_05_an_hour_at_200_ppm_neither_runs_dry_nor_over_nor_adds_delay() {
        for ppm in [200.0, -200.0] {
            let run = capture(ppm, 480, 3_600);
            let settled = &run.fills[6_000..];
            let (least, most) = (settled.iter().min().unwrap(), settled.iter().max().unwrap());
            println!("{ppm} ppm: {least} to {most} samples in the ring after the first minute");
            assert!(*least > 100 && *most < 1_440, "{ppm} ppm: {least} to {most}");
        }
    }

    #[test]
    fn sp_05_whatever_bites_the_card_takes_the_reserve_is_the_same() {
        for bite in [4, 64, 480, 1_024, 1_920] {
            let run = capture(200.0, bite, 300);
            let lowest = run.fills[6_000..].iter().min().unwrap();
            assert!((100..=960).contains(lowest), "bites of {bite}: {lowest}");
        }
    }

    #[test]
    fn sp_05_the_stretched_tone_has_no_click_and_the_speed_of_our_clock() {
        let run = capture(200.0, 480, 120);
        let settled = &run.out[60 * 48_000..];
        // 440 Hz of a card that is fast by 200 ppm: 0.088 Hz more on our clock.
        let steepest = settled.windows(2).map(|pair| i32::from(pair[1]) - i32::from(pair[0])).max().unwrap();
        assert!(steepest <= 580, "a step of {steepest}, where the tone has 576");
        let rises = settled.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count() as f64;
        let hertz = rises / (settled.len() as f64 / 48_000.0);
        assert!((hertz - 440.088).abs() < 0.03, "{hertz} Hz");
    }

    #[test]
    fn what_piled_up_in_a_stall_is_skipped_within_a_second() {
        let mut pace = Pace::default();
        let advice: Vec<_> = (0..100).map(|_| pace.see(9_600)).filter(|advice| *advice != Advice::GoOn).collect();
        assert_eq!(advice, [Advice::Skip(9_600 - MARGIN)]);
        assert_eq!(pace.step(), 1.0);
    }

    #[test]
    fn push_gives_as_many_samples_as_the_step_says() {
        let mut stretch = Stretch::default();
        let mut out = 0;
        (0..100_000).for_each(|_| stretch.push(1.001, 5, |_| out += 1));
        assert!((99_899..=99_902).contains(&out), "{out}");
    }
}
