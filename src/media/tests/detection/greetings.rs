//! A message after the beep: when a machine's greeting is over.

use media::detect::{Detector, Ending, Seen, Settings, Verdict};
use media::{Frame, Rate, SILENCE};

use crate::clips::{Clip, Set};
use crate::frames;

/// Takes whoever speaks for a machine, and waits for the end.
fn waiting(settings: Settings) -> Detector {
    Detector::new(Settings { sure: 0, await_end: true, ..settings })
}

/// How a greeting ended, and when.
fn end(detector: &mut Detector, frames: impl Iterator<Item = Frame>) -> Option<(Ending, u32)> {
    let mut verdict = None;
    for frame in frames {
        match detector.listen(&frame) {
            Some(Seen::Decided(decision)) => verdict = Some(decision.verdict),
            Some(Seen::GreetingOver { ending, at_ms }) => {
                assert_eq!(verdict, Some(Verdict::Machine));
                return Some((ending, at_ms));
            }
            None => {}
        }
    }
    None
}

#[test]
fn gn_17_a_message_begins_right_after_the_beep() {
    let clips = (0..).map(|n| Clip::make(Set::Judging, 2 * n + 1));
    let (mut beeps, mut missed) = (0, Vec::new());
    for clip in clips.filter(|clip| clip.beep_ended_ms.is_some()).take(20) {
        let ended = clip.beep_ended_ms.unwrap();
        match end(&mut waiting(Settings::default()), frames(&clip)) {
            Some((Ending::Beep, at)) if (ended..ended + 700).contains(&at) => beeps += 1,
            other => missed.push(format!("{other:?}, beep to {ended}: {}", clip.said)),
        }
    }
    assert!(beeps >= 18, "{beeps} of 20; missed: {missed:#?}");
}

#[test]
fn without_a_beep_long_silence_ends_a_greeting_and_so_does_patience() {
    let clip = Clip::make(Set::Judging, 1);
    let spoken = || clip.samples.chunks_exact(160).map(|samples| Frame::new(Rate::Narrow, samples)).take(150);
    let silence = std::iter::repeat_n(SILENCE, 500);
    let (ending, at) = end(&mut waiting(Settings::default()), spoken().chain(silence)).unwrap();
    assert_eq!(ending, Ending::Silence);
    assert!((2_500..=5_600).contains(&at), "{at}");

    let settings = Settings { silence_ms: 60_000, ceiling_ms: 5_000, ..Settings::default() };
    let endless = std::iter::repeat_with(spoken).flatten();
    let (ending, at) = end(&mut waiting(settings), endless.take(600)).unwrap();
    assert_eq!(ending, Ending::Ceiling);
    assert!((5_000..=9_000).contains(&at), "{at}");
}
