//! What legs are told of their recordings, held to what persons wished (SP-08).

use std::collections::BTreeMap;

use engine::call::RecordWish;
use engine::id::{LegId, RecordingId};
use engine::leg::{LegMedia, LegState, RtpMedia, Tap};

/// One recording for as long as its leg lives, or a person stops it, whatever is done to its call; nothing but a person's
/// wish pauses it or lets it go on.
#[derive(Default)]
pub struct Recordings {
    /// The wish that is being carried out.
    pub wished: Option<RecordWish>,
    /// Each one's leg.
    legs: BTreeMap<RecordingId, LegId>,
}

impl Recordings {
    /// `state` follows `last` on a leg.
    pub fn check(&mut self, last: Option<&LegState>, state: &LegState) {
        let (before, now) = (last.and_then(tap), tap(state));
        if let Some(now) = now {
            let leg = *self.legs.entry(now.recording).or_insert(state.leg);
            assert_eq!(leg, state.leg, "recording {} is on two legs", now.recording);
            assert!(rtp(state).is_some_and(|rtp| rtp.receive) || now.against.is_empty(), "what is held is recorded");
        }
        match (before, now) {
            (Some(before), Some(now)) => {
                let same = (before.recording, before.started) == (now.recording, now.started);
                assert!(same, "{before:?} becomes {now:?}");
                let wish = if now.paused { RecordWish::Pause } else { RecordWish::Resume };
                let wished = before.paused == now.paused || self.wished == Some(wish);
                assert!(wished, "nobody wished that {before:?} becomes {now:?}");
            }
            (Some(before), None) => {
                let over = state.media.is_none() || self.wished == Some(RecordWish::Stop);
                assert!(over, "recording {} ends before its call", before.recording);
            }
            (None, Some(now)) => {
                assert!(!now.paused, "it begins paused: {now:?}");
            }
            (None, None) => {}
        }
    }
}

fn rtp(state: &LegState) -> Option<&RtpMedia> {
    match state.media.as_ref()? {
        LegMedia::Rtp(rtp) => Some(rtp),
        LegMedia::Device(_) => None,
    }
}

fn tap(state: &LegState) -> Option<&Tap> {
    rtp(state)?.record.as_ref()
}
