//! Who answers a predictive campaign: people, machines, tones (GN-17).

use engine::agent::AgentState;
use engine::border::RefusalCode;
use engine::campaign::{Detection, Place, ResultKind, Wish};
use engine::id::CallId;
use engine::leg::{Feed, Heard, Listening, MediaEvent, NetworkTone};
use engine::sip::message::Method;
use engine::staff::{Entry, EntryId};

use crate::far::{Far, WithSdp};
use crate::scene::{Floor, NOTICE};
use crate::world::{ms, seconds};

const MESSAGE: &str = "recado";

pub fn message() -> Detection {
    Detection::Message { sound: Some(MESSAGE.into()), beep_s: 20 }
}

/// One call at a time rings; Ana and Bia are ready.
fn floor(detection: Detection) -> (Floor, Far) {
    let mut floor = Floor::paced(2, 60, |terms| (terms.pace.lines, terms.detection) = (1, detection));
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    (floor, maria)
}

/// It has answered.
fn answered(detection: Detection) -> (Floor, Far, CallId, u64) {
    let (mut floor, maria) = floor(detection);
    floor.answers(&maria);
    let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
    (floor, maria, call, lead)
}

pub fn hear(floor: &mut Floor, call: CallId, heard: Heard) {
    floor.media(call, MediaEvent::Heard(heard));
}

/// Who talks with a lead.
fn talker(floor: &Floor) -> Option<engine::id::UserId> {
    [floor.ana, floor.bia].into_iter().find(|user| matches!(floor.place(*user), Some((Place::Talking, _))))
}

fn account(floor: &Floor) -> (u64, u64) {
    (floor.pacing().connected, floor.pacing().abandoned)
}

#[test]
fn GN_17_with_detection_off_nobody_listens_and_an_agent_has_the_call_at_once() {
    let (floor, _, call, _) = answered(Detection::Off);
    assert_eq!(floor.rtp(call).unwrap().listen, None);
    assert!(talker(&floor).is_some());
}

#[test]
fn GN_17_a_person_is_given_to_the_agent_who_was_held_as_soon_as_that_is_known() {
    let (mut floor, _, call, lead) = answered(Detection::HangUp);
    let wish = Listening { deadline_ms: 4_000, sure: 80, greeting_ms: None };
    assert_eq!(floor.rtp(call).unwrap().listen, Some(wish));
    floor.pass(ms(700));
    assert_eq!((talker(&floor), floor.rtp(call).unwrap().feed), (None, Feed::Silence));
    hear(&mut floor, call, Heard::Person);
    let ana = talker(&floor).expect("an agent");
    assert!(!floor.record_of(ana).unwrap().machine);
    assert_eq!(account(&floor), (1, 0));
    floor.hangs_up();
    assert_eq!(floor.results(lead), [Some(ResultKind::Connected)]);
}

#[test]
fn GN_17_nobody_waits_longer_than_two_seconds_for_a_verdict() {
    let (mut floor, _, _, _) = answered(Detection::HangUp);
    floor.pass(ms(1_799));
    assert_eq!(talker(&floor), None);
    floor.pass(ms(1));
    assert!(talker(&floor).is_some(), "media said nothing: it may have failed");
    assert_eq!(account(&floor), (1, 0));
}

#[test]
fn GN_17_a_machine_is_hung_up_takes_no_agent_and_counts_neither_as_talked_with_nor_as_abandoned() {
    let (mut floor, _, call, lead) = answered(Detection::HangUp);
    floor.pass(ms(1_500));
    hear(&mut floor, call, Heard::Machine);
    floor.get(Method::Bye);
    assert_eq!(floor.results(lead), [Some(ResultKind::Machine)]);
    assert_eq!(floor.waits(lead).num_minutes(), 240);
    let (ana, bia) = (floor.ana, floor.bia);
    assert_eq!((floor.state(ana), floor.state(bia)), (AgentState::Ready, AgentState::Ready));
    assert_eq!(account(&floor), (0, 0));
    floor.pass(seconds(5));
    assert_eq!(account(&floor), (0, 0));
    assert!(floor.is_calling(), "its line is free for the next");
}

#[test]
fn GN_17_a_message_is_left_after_the_beep() {
    let (mut floor, _, call, lead) = answered(message());
    assert_eq!(floor.rtp(call).unwrap().listen.unwrap().greeting_ms, Some(20_000));
    floor.pass(ms(1_200));
    hear(&mut floor, call, Heard::Machine);
    assert_eq!(floor.results(lead), [Some(ResultKind::Machine)], "written at once");
    let (ana, bia) = (floor.ana, floor.bia);
    assert_eq!((floor.state(ana), floor.state(bia)), (AgentState::Ready, AgentState::Ready));
    floor.pass(seconds(9));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Silence, "it still greets");
    hear(&mut floor, call, Heard::GreetingOver);
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Sound { name: MESSAGE.into(), repeat: false });
    floor.pass(seconds(7));
    assert!(floor.inbox.is_empty(), "it is not hung up before the message is over");
    floor.media(call, MediaEvent::SoundEnded);
    floor.get(Method::Bye);
    assert_eq!((floor.results(lead), account(&floor)), (vec![Some(ResultKind::Machine)], (0, 0)));
}

#[test]
fn GN_17_a_beep_at_once_is_a_machine_that_records() {
    let (mut floor, _, call, _) = answered(message());
    hear(&mut floor, call, Heard::Beep);
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Sound { name: MESSAGE.into(), repeat: false });
}

#[test]
fn GN_17_without_a_beep_the_message_is_left_when_the_time_for_it_is_over() {
    let (mut floor, _, call, _) = answered(message());
    hear(&mut floor, call, Heard::Machine);
    floor.pass(ms(22_999));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Silence);
    floor.pass(ms(1));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Sound { name: MESSAGE.into(), repeat: false });
}

#[test]
fn GN_17_with_connect_nothing_is_held_back_and_the_agent_is_shown_the_machine() {
    let (mut floor, _, call, lead) = answered(Detection::Connect);
    let ana = talker(&floor).expect("an agent at once");
    assert_eq!(account(&floor), (1, 0));
    floor.pass(seconds(3));
    hear(&mut floor, call, Heard::Machine);
    assert!(floor.record_of(ana).unwrap().machine);
    assert_eq!((floor.place(ana), account(&floor)), (Some((Place::Talking, lead)), (0, 0)));
    floor.hangs_up();
    assert_eq!(floor.results(lead), [Some(ResultKind::Machine)]);
    floor.wish(ana, Wish::Close { disposition: None, stop: false }).unwrap();
    assert_eq!(floor.waits(lead).num_minutes(), 240);
}

#[test]
fn GN_17_a_machine_for_which_no_agent_was_free_is_let_go_and_not_abandoned() {
    let (mut floor, maria) = floor(Detection::Connect);
    floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
    floor.answers(&maria);
    let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
    floor.pass(seconds(1));
    hear(&mut floor, call, Heard::Machine);
    floor.pass(seconds(1));
    floor.get(Method::Bye);
    assert_eq!((floor.results(lead), account(&floor)), (vec![Some(ResultKind::Machine)], (0, 0)));
}

#[test]
fn GN_17_a_late_verdict_is_told_and_the_agent_decides() {
    let (mut floor, _, call, lead) = answered(message());
    floor.pass(ms(1_800));
    let ana = talker(&floor).expect("an agent");
    floor.pass(ms(900));
    hear(&mut floor, call, Heard::Machine);
    assert!(floor.record_of(ana).unwrap().machine);
    floor.pass(seconds(30));
    hear(&mut floor, call, Heard::GreetingOver);
    assert_eq!(floor.place(ana), Some((Place::Talking, lead)), "nobody's call is taken from them");
    assert!(floor.inbox.iter().all(|message| message.method() != Some(Method::Bye)));
    floor.hangs_up();
    assert_eq!(floor.results(lead), [Some(ResultKind::Connected)]);
    assert!(!floor.record_of(ana).unwrap().machine, "of the call, not of the record");
}

#[test]
fn GN_18_a_person_whom_nobody_serves_hears_the_notice_whatever_is_heard_afterwards() {
    for detection in [Detection::HangUp, message()] {
        let (mut floor, maria) = floor(detection);
        floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
        floor.answers(&maria);
        let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
        floor.pass(ms(1_999));
        assert_eq!(floor.rtp(call).unwrap().feed, Feed::Silence);
        floor.pass(ms(1));
        let notice = Feed::Sound { name: NOTICE.into(), repeat: false };
        assert_eq!(floor.rtp(call).unwrap().feed, notice);
        hear(&mut floor, call, Heard::Machine);
        assert_eq!((floor.rtp(call).unwrap().feed, account(&floor)), (notice, (0, 1)));
        assert_eq!(floor.results(lead), [Some(ResultKind::Abandoned)], "a late guess excuses nothing");
    }
}

#[test]
fn GN_17_an_agent_who_comes_free_while_it_is_heard_who_answered_has_the_call() {
    let (mut floor, maria) = floor(Detection::HangUp);
    floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
    floor.answers(&maria);
    let call = floor.call_of(&maria).call;
    hear(&mut floor, call, Heard::Person);
    floor.pass(ms(1_900));
    let bia = floor.bia;
    floor.comes(bia);
    assert_eq!(talker(&floor), Some(bia));
}

#[test]
fn GN_17_an_agent_who_was_held_and_leaves_is_replaced_by_another() {
    let (mut floor, _, call, _) = answered(Detection::HangUp);
    let (ana, bia) = (floor.ana, floor.bia);
    floor.pass(ms(500));
    floor.leaves(ana);
    floor.pass(ms(500));
    hear(&mut floor, call, Heard::Person);
    assert_eq!(talker(&floor), Some(bia));
}

#[test]
fn GN_18_who_hangs_up_before_anything_is_known_counts_as_a_person() {
    let (mut floor, mut maria, _, lead) = answered(Detection::HangUp);
    floor.pass(ms(900));
    let bye = maria.request(Method::Bye);
    floor.deliver(&bye);
    assert_eq!((floor.results(lead), account(&floor)), (vec![Some(ResultKind::Abandoned)], (0, 1)));
    assert_eq!(talker(&floor), None);
}

#[test]
fn GN_17_what_a_network_says_by_tones_after_an_answer_is_the_result() {
    let said = [
        (NetworkTone::Busy, ResultKind::Busy),
        (NetworkTone::Congestion, ResultKind::Congestion),
        (NetworkTone::NoSuchNumber, ResultKind::NumberUnknown),
        (NetworkTone::Announcement, ResultKind::Failed),
    ];
    for (tone, kind) in said {
        let (mut floor, _, call, lead) = answered(message());
        hear(&mut floor, call, Heard::Tone(tone));
        floor.get(Method::Bye);
        assert_eq!((floor.results(lead), account(&floor)), (vec![Some(kind)], (0, 0)));
    }
}

#[test]
fn GN_17_somebody_who_is_still_rung_after_the_answer_is_waited_for_like_a_person() {
    let (mut floor, _, call, _) = answered(message());
    hear(&mut floor, call, Heard::Tone(NetworkTone::Ringing));
    assert!(talker(&floor).is_some());
}

#[test]
fn GN_17_tones_before_the_answer_end_the_call_and_are_its_result() {
    let (mut floor, maria) = floor(Detection::HangUp);
    floor.deliver(&maria.answer(183).with_sdp("sendrecv"));
    let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
    assert_eq!(floor.rtp(call).unwrap().listen.unwrap().deadline_ms, 180_000);
    hear(&mut floor, call, Heard::Machine);
    assert!(floor.inbox.is_empty(), "an announcement is no machine");
    hear(&mut floor, call, Heard::Tone(NetworkTone::NoSuchNumber));
    let cancel = floor.get(Method::Cancel);
    floor.deliver(&maria.answer_to(&cancel, 200));
    floor.deliver(&maria.answer(487));
    assert_eq!(floor.results(lead), [Some(ResultKind::NumberUnknown)]);
    assert_eq!(account(&floor), (0, 0));
}

#[test]
fn GN_17_a_crash_while_a_message_is_left_loses_neither_result_nor_turn() {
    let (mut floor, _, call, lead) = answered(message());
    hear(&mut floor, call, Heard::Machine);
    floor.pass(seconds(5));
    let mut floor = floor.crash();
    floor.pass(seconds(60));
    assert_eq!(floor.results(lead), [Some(ResultKind::Machine)]);
    let left = floor.waits(lead).num_minutes();
    assert!((230..=240).contains(&left), "{left} minutes");
}

#[test]
fn GN_17_after_a_crash_before_it_is_known_who_answered_nobody_is_dialled_anew() {
    let (mut floor, _, _, lead) = answered(message());
    floor.pass(ms(600));
    let floor = floor.crash();
    assert_eq!(floor.results(lead), [Some(ResultKind::Unknown)]);
    assert!(
        matches!(floor.lead(lead), engine::campaign::LeadState::Unknown { .. }),
        "it is not dialled again by itself"
    );
}

#[test]
fn GN_17_terms_that_change_while_it_rings_are_those_of_the_next_call() {
    let (mut floor, maria) = floor(Detection::Off);
    floor.change(|terms| terms.detection = Detection::HangUp);
    floor.answers(&maria);
    assert!(talker(&floor).is_some());
}

#[test]
fn GN_17_a_campaign_that_leaves_messages_needs_one() {
    let mut floor = Floor::paced(2, 1, |_| {});
    let id = EntryId::Campaign(floor.campaign);
    let entries = floor.shell.engine.snapshot().entries;
    let Some(Entry::Campaign(terms)) = entries.into_iter().find(|entry| entry.id() == id) else {
        panic!("no campaign")
    };
    for wrong in
        [Detection::Message { sound: None, beep_s: 20 }, Detection::Message { sound: Some(MESSAGE.into()), beep_s: 0 }]
    {
        let entry = Entry::Campaign(engine::campaign::Campaign { detection: wrong, ..terms.clone() });
        let refused = floor.edit(entry).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("detection"));
        assert_eq!(refused.code, RefusalCode::Invalid);
    }
    let entry = Entry::Campaign(engine::campaign::Campaign { detection: message(), ..terms });
    assert!(floor.edit(entry).is_ok());
}

#[test]
fn GN_19_a_machine_is_a_short_call_however_long_it_takes() {
    let (mut floor, maria, call, _) = answered(message());
    hear(&mut floor, call, Heard::Beep);
    floor.pass(seconds(12));
    floor.media(call, MediaEvent::SoundEnded);
    floor.get(Method::Bye);
    drop(maria);
    floor.pass(seconds(1));
    let short = floor.pacing().short;
    assert_eq!((short.calls, short.short), (1, 1));
}
