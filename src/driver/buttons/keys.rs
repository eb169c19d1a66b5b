//! What a press means for the calls at a headset, and what its lamps say of them. Pure.
//!
//! | press | calls | wish |
//! | --- | --- | --- |
//! | hook up | one rings | answer |
//! | hook down | one talks, or is dialled | hang up; a conference that is led here ends |
//! | mute | one talks | mute, unmute |
//! | hold | one rings beside | hold, answer |
//! | hold | one talks, one is held | swap |
//! | hold | one talks, or one is held | hold, resume |

use engine::call::{Command, ConferenceCommand};
use engine::news::{CallState, CallView, Direction, TransferState};

use crate::sound::hid::{Lamps, Press};

/// One headset's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keys {
    /// Where the headset believes its hook to be. It follows the lamp, and tells of that as if it had been pressed.
    off_hook: bool,
    lit: Lamps,
}

impl Keys {
    /// What is wished of these calls; nothing where a press means nothing.
    pub fn press(&mut self, press: Press, calls: &[CallView]) -> Vec<Command> {
        let desk = Desk::of(calls);
        match press {
            Press::Hook(off) if std::mem::replace(&mut self.off_hook, off) == off => Vec::new(),
            Press::Hook(true) => desk.ringing.map(answer).into_iter().collect(),
            Press::Hook(false) => desk.talking.or(desk.dialled).map(hang_up).into_iter().collect(),
            Press::Mute => desk.talking.map(toggle_mute).into_iter().collect(),
            Press::Hold => {
                let hold = desk.talking.map(|view| Command::Hold { call: view.call });
                let next = match (desk.ringing, desk.held) {
                    (Some(ringing), _) => Some(answer(ringing)),
                    (None, held) => held.map(|view| Command::Resume { call: view.call }),
                };
                hold.into_iter().chain(next).collect()
            }
            // Whom to dial is on the screen.
            Press::Redial => Vec::new(),
        }
    }

    /// The lamps for these calls, when they change.
    pub fn show(&mut self, calls: &[CallView]) -> Option<Lamps> {
        let desk = Desk::of(calls);
        let lamps = Lamps {
            off_hook: desk.talking.or(desk.held).or(desk.dialled).is_some(),
            ring: desk.ringing.is_some(),
            mute: desk.talking.is_some_and(|view| view.muted),
            hold: desk.talking.is_none() && desk.held.is_some(),
        };
        if lamps.off_hook != self.lit.off_hook {
            self.off_hook = lamps.off_hook;
        }
        (std::mem::replace(&mut self.lit, lamps) != lamps).then_some(lamps)
    }
}

/// The calls that a person at the headset has to do with: the first of each kind.
#[derive(Default)]
struct Desk<'a> {
    ringing: Option<&'a CallView>,
    dialled: Option<&'a CallView>,
    talking: Option<&'a CallView>,
    held: Option<&'a CallView>,
}

impl Desk<'_> {
    fn of(calls: &[CallView]) -> Desk<'_> {
        let mut desk = Desk::default();
        for view in calls.iter().filter(|view| is_here(view)) {
            let place = match (view.state, view.direction) {
                (CallState::Ringing, Direction::Inbound) => &mut desk.ringing,
                (CallState::Answered, _) if view.held => &mut desk.held,
                (CallState::Answered, _) => &mut desk.talking,
                (CallState::Dialling | CallState::Ringing | CallState::EarlyMedia, _) => &mut desk.dialled,
                (CallState::Ended, _) => continue,
            };
            place.get_or_insert(view);
        }
        desk
    }
}

/// Not those that go on without their person: bridged, left, or on their way to somebody else.
fn is_here(view: &CallView) -> bool {
    let left = view.bridged_with.is_some() || view.conference.is_some_and(|conference| !conference.led);
    let sent = view
        .transfer
        .as_ref()
        .is_some_and(|transfer| matches!(transfer.state, TransferState::Trying | TransferState::Ringing));
    !left && !sent
}

fn answer(view: &CallView) -> Command {
    Command::Answer { call: view.call }
}

fn hang_up(view: &CallView) -> Command {
    match view.conference {
        Some(_) => Command::Conference(ConferenceCommand::End { call: view.call }),
        None => Command::HangUp { call: view.call },
    }
}

fn toggle_mute(view: &CallView) -> Command {
    match view.muted {
        true => Command::Unmute { call: view.call },
        false => Command::Mute { call: view.call },
    }
}

#[cfg(test)]
mod tests {
    use engine::id::{CallId, ConferenceId};
    use engine::news::{ConferenceView, TransferView};

    use super::*;

    fn call(number: u64, state: CallState, direction: Direction) -> CallView {
        CallView {
            call: CallId(number),
            protocolo: String::new(),
            direction,
            account: "20".into(),
            user: None,
            queue: None,
            contact: None,
            case: None,
            promise: None,
            number: "30".to_owned(),
            name: None,
            diverted_from: None,
            asserted: None,
            state,
            started: chrono::DateTime::UNIX_EPOCH,
            answered: None,
            ended: None,
            cause: None,
            muted: false,
            held: false,
            held_by_peer: false,
            bridged_with: None,
            conference: None,
            recording: None,
            supervised: Vec::new(),
            consults: None,
            transfer: None,
            trouble: None,
            legs: Vec::new(),
        }
    }

    fn rings(number: u64) -> CallView {
        call(number, CallState::Ringing, Direction::Inbound)
    }

    fn talks(number: u64) -> CallView {
        call(number, CallState::Answered, Direction::Inbound)
    }

    fn held(number: u64) -> CallView {
        CallView { held: true, ..talks(number) }
    }

    #[test]
    fn sp_05_the_hook_answers_what_rings_and_hangs_up_what_talks() {
        let mut keys = Keys::default();
        assert_eq!(keys.show(&[rings(1)]), Some(Lamps { ring: true, ..Lamps::default() }));
        assert_eq!(keys.press(Press::Hook(true), &[rings(1)]), [Command::Answer { call: CallId(1) }]);
        assert_eq!(keys.show(&[talks(1)]), Some(Lamps { off_hook: true, ..Lamps::default() }));
        assert_eq!(keys.show(&[talks(1)]), None, "said once");
        assert_eq!(keys.press(Press::Hook(false), &[talks(1)]), [Command::HangUp { call: CallId(1) }]);
        assert_eq!(keys.show(&[]), Some(Lamps::default()));
        let dialled = call(2, CallState::Dialling, Direction::Outbound);
        keys.show(std::slice::from_ref(&dialled));
        assert_eq!(keys.press(Press::Hook(false), &[dialled]), [Command::HangUp { call: CallId(2) }]);
    }

    #[test]
    fn sp_05_a_headset_that_follows_its_lamp_has_pressed_nothing() {
        let mut keys = Keys::default();
        // Answered by the mouse while another one rings: the headset goes off the hook by itself and says so.
        let calls = [talks(1), rings(2)];
        keys.show(&calls);
        assert_eq!(keys.press(Press::Hook(true), &calls), []);
        // Hung up by the mouse; a new call is up when the headset says that it is on the hook.
        keys.show(&[]);
        assert_eq!(keys.press(Press::Hook(false), &[talks(3)]), []);
        // What is pressed then counts again.
        assert_eq!(keys.press(Press::Hook(true), &[rings(4)]), [Command::Answer { call: CallId(4) }]);
    }

    #[test]
    fn vz_06_the_mute_button_toggles_and_its_lamp_follows() {
        let mut keys = Keys::default();
        assert_eq!(keys.press(Press::Mute, &[talks(1)]), [Command::Mute { call: CallId(1) }]);
        let muted = [CallView { muted: true, ..talks(1) }];
        assert_eq!(keys.show(&muted), Some(Lamps { off_hook: true, mute: true, ..Lamps::default() }));
        assert_eq!(keys.press(Press::Mute, &muted), [Command::Unmute { call: CallId(1) }]);
        assert_eq!(keys.press(Press::Mute, &[rings(2)]), [], "nothing to mute");
    }

    #[test]
    fn vz_05_the_hold_button_holds_resumes_swaps_and_takes_the_waiting_call() {
        let mut keys = Keys::default();
        let (hold, resume) =
            (|call| Command::Hold { call: CallId(call) }, |call| Command::Resume { call: CallId(call) });
        assert_eq!(keys.press(Press::Hold, &[talks(1)]), [hold(1)]);
        assert_eq!(keys.show(&[held(1)]), Some(Lamps { off_hook: true, hold: true, ..Lamps::default() }));
        assert_eq!(keys.press(Press::Hold, &[held(1)]), [resume(1)]);
        assert_eq!(keys.press(Press::Hold, &[held(1), talks(2)]), [hold(2), resume(1)]);
        let waiting = [talks(2), rings(3)];
        assert_eq!(keys.press(Press::Hold, &waiting), [hold(2), Command::Answer { call: CallId(3) }]);
        assert_eq!(keys.press(Press::Hold, &[]), []);
    }

    #[test]
    fn vz_10_putting_down_ends_the_conference_one_leads_and_touches_no_call_one_has_left() {
        let part = |led| Some(ConferenceView { conference: ConferenceId(9), led, silenced: false });
        let conference = |led| [1, 2].map(|number| CallView { conference: part(led), ..talks(number) });
        let mut keys = Keys::default();
        keys.show(&conference(true));
        let ends = [Command::Conference(ConferenceCommand::End { call: CallId(1) })];
        assert_eq!(keys.press(Press::Hook(false), &conference(true)), ends);
        let transfer = Some(TransferView { to: "40".to_owned(), state: TransferState::Ringing });
        for gone in [
            CallView { conference: part(false), ..talks(1) },
            CallView { bridged_with: Some(CallId(2)), ..talks(1) },
            CallView { transfer, ..talks(1) },
        ] {
            let mut keys = Keys { off_hook: true, ..Keys::default() };
            assert_eq!(keys.show(std::slice::from_ref(&gone)), None, "{gone:?}");
            assert_eq!(keys.press(Press::Hook(false), &[gone]), []);
        }
    }
}
