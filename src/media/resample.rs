//! From one rate to another: polyphase filters of windowed sinc.
//!
//! Whoever uses a frame brings it to its own rate with a [`Converter`]: a leg to its codec's, a device to its own. Our rates
//! are multiples of each other, so the filters are short; 20 ms cost about as much as one packet of the network. The delay
//! is 16 samples of the lower rate, 2 ms at most.

use crate::{Frame, Rate};

/// One direction's way to `rate`. Frames of that rate pass untouched and cost nothing.
#[derive(Clone, Debug)]
pub struct Converter {
    to: Rate,
    /// Made when the first frame of another rate comes.
    filter: Option<Box<Filter>>,
}

#[derive(Clone, Debug)]
struct Filter {
    from: Rate,
    kernel: Kernel,
    /// The end of what came before, then the frame.
    window: Vec<f32>,
}

/// The impulse response cut into rows: the row of an output is its place between two inputs.
#[derive(Clone, Debug)]
struct Kernel {
    up: usize,
    down: usize,
    /// Inputs that one output is made of.
    span: usize,
    rows: Vec<f32>,
}

impl Converter {
    pub fn new(to: Rate) -> Converter {
        Converter { to, filter: None }
    }

    /// What frames come out at.
    pub fn rate(&self) -> Rate {
        self.to
    }

    /// The next frame of a stream. A stream that changes its rate begins anew.
    pub fn convert(&mut self, frame: &Frame) -> Frame {
        if frame.rate() == self.to {
            self.filter = None;
            return *frame;
        }
        let filter = match self.filter.take() {
            Some(filter) if filter.from == frame.rate() => filter,
            Some(_) | None => Box::new(Filter::new(frame.rate(), self.to)),
        };
        self.filter.insert(filter).run(frame, self.to)
    }
}

impl Filter {
    fn new(from: Rate, to: Rate) -> Filter {
        let kernel = Kernel::new(from.per_ms(), to.per_ms());
        Filter { from, window: vec![0.0; kernel.span - 1 + from.frame()], kernel }
    }

    fn run(&mut self, frame: &Frame, to: Rate) -> Frame {
        let history = self.kernel.span - 1;
        for (place, sample) in self.window.iter_mut().skip(history).zip(frame.samples()) {
            *place = f32::from(*sample);
        }
        let mut converted = Frame::silence(to);
        for (place, sample) in converted.samples_mut().iter_mut().zip(self.kernel.outputs(&self.window)) {
            *place = sample;
        }
        self.window.copy_within(frame.samples().len().., 0);
        converted
    }
}

/// A whole sound of any rate in Hz at `to`; nothing is delayed.
pub fn resample(samples: &[i16], from: u32, to: Rate) -> Vec<i16> {
    if from == to.hertz() || from == 0 {
        return if from == 0 { Vec::new() } else { samples.to_vec() };
    }
    let kernel = Kernel::new(from, to.hertz());
    let mut window = vec![0.0; kernel.span / 2 - 1];
    window.extend(samples.iter().map(|sample| f32::from(*sample)));
    window.resize(window.len() + kernel.span, 0.0);
    let count = samples.len() as u64 * u64::from(to.hertz()) / u64::from(from);
    kernel.outputs(&window).take(count as usize).collect()
}

impl Kernel {
    /// Any two rates in one unit.
    fn new(from: u32, to: u32) -> Kernel {
        let common = common_divisor(from, to);
        let (up, down) = ((to / common) as usize, (from / common) as usize);
        let span = (TAPS * down.div_ceil(up)).next_multiple_of(LANES);
        // Cycles per input sample.
        let cutoff = CUTOFF * (up as f64 / down as f64).min(1.0);
        let mut rows = Vec::with_capacity(up * span);
        for row in 0..up {
            let distance = |at: usize| at as f64 - (span / 2 - 1) as f64 - row as f64 / up as f64;
            let taps: Vec<f64> =
                (0..span).map(|at| tap(distance(at), cutoff) * kaiser(distance(at) * 2.0 / span as f64)).collect();
            // Every row passes a constant as it is.
            let sum: f64 = taps.iter().sum();
            rows.extend(taps.iter().map(|tap| (tap / sum) as f32));
        }
        Kernel { up, down, span, rows }
    }

    /// What comes out of the inputs in `window`, one after the other.
    fn outputs(&self, window: &[f32]) -> impl Iterator<Item = i16> {
        let (mut first, mut row) = (0, 0);
        std::iter::from_fn(move || {
            let inputs = window.get(first..first + self.span)?;
            let taps = self.rows.get(row * self.span..(row + 1) * self.span)?;
            row += self.down;
            while row >= self.up {
                row -= self.up;
                first += 1;
            }
            Some(rounded(dot(inputs, taps)))
        })
    }
}

/// In lanes that a processor multiplies together.
fn dot(inputs: &[f32], taps: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    for (inputs, taps) in inputs.as_chunks::<LANES>().0.iter().zip(taps.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += inputs[lane] * taps[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}

/// To the nearest; what is too loud is held at the edge.
fn rounded(sample: f32) -> i16 {
    // Positive, so that cutting the fraction off rounds down.
    ((sample + 32_768.5) as i32 - 32_768).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

fn tap(distance: f64, cutoff: f64) -> f64 {
    let turn = std::f64::consts::TAU * cutoff * distance;
    if turn.abs() < 1e-9 { 1.0 } else { turn.sin() / turn }
}

/// Kaiser's window over −1…1.
fn kaiser(at: f64) -> f64 {
    bessel(BETA * (1.0 - at * at).max(0.0).sqrt())
}

/// I₀ by its series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let term = |(sum, term): (f64, f64), n: i32| (sum + term, term * quarter / f64::from(n * n));
    (1..30).fold((0.0, 1.0), term).0
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { common_divisor(b, a % b) }
}

/// Samples of the lower rate under the filter.
const TAPS: usize = 32;
const LANES: usize = 8;
/// Half of the amplitude passes here, in cycles per sample of the lower rate: 3.8 of 4 kHz.
const CUTOFF: f64 = 0.475;
/// 65 dB between what passes and what does not.
const BETA: f64 = 6.2;

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// One second of a tone through frames.
    fn through(from: Rate, to: Rate, hertz: f64) -> Vec<i16> {
        let mut converter = Converter::new(to);
        let sample = |at: usize| (8_000.0 * (TAU * hertz * at as f64 / f64::from(from.hertz())).sin()) as i16;
        (0..50)
            .flat_map(|frame| {
                let frame = Frame::from_fn(from, |at| sample(frame * from.frame() + at));
                converter.convert(&frame).samples().to_vec()
            })
            .collect()
    }

    /// Amplitude of `hertz` and of everything else, in the middle of a second.
    fn heard(samples: &[i16], rate: Rate, hertz: f64) -> (f64, f64) {
        let samples = &samples[rate.frame() * 5..rate.frame() * 45];
        let (mut sine, mut cosine) = (0.0, 0.0);
        let turn = |at: usize| TAU * hertz * at as f64 / f64::from(rate.hertz());
        for (at, sample) in samples.iter().enumerate() {
            sine += f64::from(*sample) * turn(at).sin();
            cosine += f64::from(*sample) * turn(at).cos();
        }
        let scale = 2.0 / samples.len() as f64;
        let (sine, cosine) = (sine * scale, cosine * scale);
        let rest = samples
            .iter()
            .enumerate()
            .map(|(at, sample)| (f64::from(*sample) - sine * turn(at).sin() - cosine * turn(at).cos()).powi(2));
        (sine.hypot(cosine), (rest.sum::<f64>() * scale).sqrt())
    }

    const RATES: [Rate; 3] = [Rate::Narrow, Rate::Wide, Rate::Full];

    #[test]
    fn a_tone_keeps_its_pitch_and_level_and_gains_nothing_else() {
        for (from, to) in RATES.into_iter().flat_map(|from| RATES.map(|to| (from, to))) {
            for hertz in [300.0, 1_000.0, 3_300.0] {
                let (level, rest) = heard(&through(from, to, hertz), to, hertz);
                assert!((level - 8_000.0).abs() < 120.0, "{from:?} to {to:?}, {hertz} Hz: {level}");
                assert!(rest < 12.0, "{from:?} to {to:?}, {hertz} Hz: {rest}, 56 dB below");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_does_not_fold_down() {
        for (from, to, hertz) in [
            (Rate::Full, Rate::Narrow, 5_000.0),
            (Rate::Full, Rate::Wide, 10_000.0),
            (Rate::Wide, Rate::Narrow, 5_000.0),
        ] {
            let most = through(from, to, hertz).into_iter().skip(to.frame()).map(i16::unsigned_abs).max();
            assert!(most < Some(12), "{from:?} to {to:?}: {most:?}");
        }
    }

    #[test]
    fn frames_of_the_rate_wanted_pass_untouched_and_the_loudest_do_not_wrap() {
        let mut converter = Converter::new(Rate::Wide);
        let frame = Frame::from_fn(Rate::Wide, |at| (at as i16).wrapping_mul(12_345));
        assert_eq!(converter.convert(&frame), frame);
        let square = Frame::from_fn(Rate::Narrow, |at| if at % 20 < 10 { i16::MAX } else { i16::MIN });
        let loud = converter.convert(&square);
        let turned = loud.samples().windows(2).filter(|pair| pair[0].abs_diff(pair[1]) > 60_000).count();
        assert_eq!(turned, 0, "{loud:?}");
    }

    #[test]
    fn a_whole_sound_of_any_rate_keeps_its_length_and_pitch() {
        for from in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let source: Vec<i16> =
                (0..from).map(|at| (8_000.0 * (TAU * 600.0 * f64::from(at) / f64::from(from)).sin()) as i16).collect();
            for to in RATES {
                let sound = resample(&source, from, to);
                assert_eq!(sound.len(), to.hertz() as usize, "{from}");
                let (level, rest) = heard(&sound, to, 600.0);
                assert!((level - 8_000.0).abs() < 80.0 && rest < 12.0, "{from} to {to:?}: {level} {rest}");
            }
        }
        assert!(resample(&[1, 2, 3], 0, Rate::Wide).is_empty());
    }
}
