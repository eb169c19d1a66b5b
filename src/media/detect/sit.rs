//! Special information tones: three tones rising one after the other, before an announcement that says why a call failed.
//!
//! ITU-T E.180 §4 (Q.35) has 950, 1,400 and 1,800 Hz, ±50, each 330 ms ±70. North America says by pitch and length of the
//! first two what is wrong (Telcordia GR-1162).

use super::tones::{Pitch, Run, Step};

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sit {
    /// The number was changed or is out of service.
    Intercept,
    /// There is no such number.
    VacantCode,
    /// The exchange is busy or failed; later it may work.
    Reorder,
    /// No line is free; later it may work.
    NoCircuit,
    /// What the announcement says: countries other than North America give the tones no finer meaning.
    Unspecified,
}

/// Puts tones together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequence {
    /// That came so far, and when the last one ended.
    first: Option<Part>,
    second: Option<Part>,
    ended_ms: u32,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Part {
    height: Height,
    long: bool,
}

/// Of the two that North America knows for a tone; neither: the international one between them.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Height {
    Low,
    Between,
    High,
}

impl Sequence {
    /// Something once the third tone has ended.
    pub fn see(&mut self, step: Step) -> Option<Sit> {
        let Step::Ended(run) = step else { return None };
        let follows = run.began_ms <= self.ended_ms.saturating_add(GAP_MS);
        let before = if follows { (self.first, self.second) } else { (None, None) };
        *self = Sequence { ended_ms: run.began_ms.saturating_add(run.ms), ..Sequence::default() };
        match before {
            (Some(first), Some(second)) if part(&run, THIRD).is_some() => return Some(meaning(first, second)),
            (Some(first), None) if part(&run, SECOND).is_some() => {
                (self.first, self.second) = (Some(first), part(&run, SECOND));
            }
            (Some(_) | None, Some(_) | None) => self.first = part(&run, FIRST),
        }
        None
    }
}

fn part(run: &Run, (low, high): (f32, f32)) -> Option<Part> {
    let Pitch::One(hertz) = run.pitch else { return None };
    let middle = (low + high) / 2.0;
    let fits = (hertz - middle).abs() <= BAND && (SHORTEST_MS..=LONGEST_MS).contains(&run.ms);
    let height = match hertz {
        _ if (hertz - low).abs() <= NEAR => Height::Low,
        _ if (hertz - high).abs() <= NEAR => Height::High,
        _ => Height::Between,
    };
    fits.then_some(Part { height, long: run.ms > LONG_MS })
}

fn meaning(first: Part, second: Part) -> Sit {
    use Height::{Between, High, Low};
    match ((first.height, first.long), (second.height, second.long)) {
        ((Low, false), (Low, false)) => Sit::Intercept,
        ((High, true), (Low, false)) => Sit::VacantCode,
        ((Low, false), (High, true)) | ((High, false), (Low, true)) => Sit::Reorder,
        ((High, true), (High, true)) | ((Low, true), (Low, true)) => Sit::NoCircuit,
        ((Low | Between | High, _), (Low | Between | High, _)) => Sit::Unspecified,
    }
}

/// Low and high of each tone, in Hz.
const FIRST: (f32, f32) = (913.8, 985.2);
const SECOND: (f32, f32) = (1_370.6, 1_428.5);
const THIRD: (f32, f32) = (1_776.7, 1_800.0);
/// ±50 by E.180, and what the measure adds.
const BAND: f32 = 65.0;
/// The international tones are 29 Hz and more from the North American ones.
const NEAR: f32 = 18.0;
/// 274 and 380 ms; measured to ±20.
const LONG_MS: u32 = 330;
const SHORTEST_MS: u32 = 200;
const LONGEST_MS: u32 = 460;
/// Up to 30 ms, measured to ±40.
const GAP_MS: u32 = 80;
