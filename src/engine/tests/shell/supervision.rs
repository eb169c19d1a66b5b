//! What must hold whoever supervises: nobody hears what they may not, and nobody listens to what is no call.

use std::collections::{BTreeMap, BTreeSet};

use engine::call::SuperviseMode as Mode;
use engine::config::AccountName;
use engine::id::LegId;
use engine::leg::{Feed, LegMedia, LegState};
use engine::news::{CallState, CallView, Snapshot, SupervisionView};

/// As it was told.
#[derive(Default)]
pub struct Supervisions {
    now: BTreeMap<AccountName, SupervisionView>,
    /// Legs of whoever supervised once.
    legs: BTreeSet<LegId>,
    /// How often one was told, by its mode or its end.
    pub told: BTreeMap<String, usize>,
}

impl Supervisions {
    pub fn on_news(&mut self, view: &SupervisionView) {
        let word = view.mode.map_or_else(|| format!("{:?}", view.why.unwrap()), |mode| format!("{mode:?}"));
        *self.told.entry(word).or_default() += 1;
        self.legs.extend(view.leg);
        match view.mode {
            Some(_) => drop(self.now.insert(view.account.clone(), view.clone())),
            None => drop(self.now.remove(&view.account)),
        }
    }

    /// After every input.
    pub fn check(&self, snapshot: impl FnOnce() -> Snapshot, media: &BTreeMap<LegId, LegState>) {
        if self.legs.is_empty() {
            return;
        }
        let Snapshot { calls, supervisions, .. } = snapshot();
        assert_eq!(supervisions, self.now.values().cloned().collect::<Vec<_>>(), "told is what is");
        for view in &supervisions {
            let call = calls.iter().find(|call| call.call == view.call).expect("a listener is left without a call");
            assert_eq!(call.state, CallState::Answered);
            self.check_one(view, call, &calls, media);
        }
        for (leg, heard) in hearing(media).filter(|(leg, _)| self.legs.contains(leg)) {
            let far_ends = calls.iter().filter(|call| heard.contains(&call.legs[0].leg));
            far_ends.for_each(|call| assert!(may_hear(*leg, call, &calls, &supervisions), "{leg} overhears {call:?}"));
        }
    }

    fn check_one(
        &self,
        view: &SupervisionView,
        call: &CallView,
        calls: &[CallView],
        media: &BTreeMap<LegId, LegState>,
    ) {
        let own = view.leg.unwrap();
        for (leg, _) in hearing(media).filter(|(_, heard)| heard.contains(&own)) {
            let far_end = calls.iter().find(|other| other.legs[0].leg == *leg);
            let supervisor = self.now.values().find(|other| other.leg == Some(*leg));
            match (view.mode.unwrap(), far_end, supervisor) {
                (Mode::Listen, ..) => panic!("a listener is heard by {leg}"),
                (Mode::Whisper, Some(_), _) => panic!("a far end hears a whisper"),
                (Mode::Whisper, _, Some(_)) => panic!("a supervisor hears another's whisper"),
                (Mode::Barge, Some(far_end), _) => {
                    assert!(!far_end.held && !call.held, "who is held hears music");
                    assert!(far_end.call == call.call || together(far_end, call), "a stranger hears a supervisor");
                }
                (Mode::Whisper, None, None) | (Mode::Barge, None, _) => {}
            }
        }
        for state in media.values() {
            if let Some(LegMedia::Rtp(rtp)) = &state.media
                && let Some(tap) = &rtp.record
            {
                assert!(view.mode == Some(Mode::Barge) || !tap.against.contains(&own), "a whisper is recorded");
            }
        }
    }
}

/// Every leg, with the legs it hears.
fn hearing(media: &BTreeMap<LegId, LegState>) -> impl Iterator<Item = (&LegId, &[LegId])> {
    media.iter().filter_map(|(leg, state)| {
        let feed = match state.media.as_ref()? {
            LegMedia::Rtp(rtp) => &rtp.feed,
            LegMedia::Device(device) => &device.feed,
        };
        match feed {
            Feed::Peer(one) => Some((leg, std::slice::from_ref(one))),
            Feed::Mix(legs) => Some((leg, &legs[..])),
            Feed::Nothing | Feed::Silence | Feed::Sound { .. } | Feed::Tone(_) => None,
        }
    })
}

fn together(one: &CallView, other: &CallView) -> bool {
    let conference = |view: &CallView| view.conference.map(|conference| conference.conference);
    conference(one).is_some() && conference(one) == conference(other)
}

/// Its own person, the parties of its conference with their person, and who supervises one of these.
fn may_hear(leg: LegId, call: &CallView, calls: &[CallView], supervisions: &[SupervisionView]) -> bool {
    let mut parties = calls.iter().filter(|other| other.call == call.call || together(other, call));
    parties.any(|party| {
        let supervised = supervisions.iter().any(|view| view.call == party.call && view.leg == Some(leg));
        supervised || party.legs.iter().any(|own| own.leg == leg)
    })
}
