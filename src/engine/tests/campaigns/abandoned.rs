//! Who answered and found nobody (GN-18).

use engine::campaign::{DialMode, LeadState, Place, ResultKind};
use engine::leg::{Feed, MediaEvent};
use engine::sip::message::Method;

use crate::far::Far;
use crate::scene::{Floor, NOTICE, lead, number};
use crate::world::{ms, seconds};

/// Somebody answered, and everybody has left meanwhile.
fn answered(floor: &mut Floor) -> Far {
    floor.pass(seconds(3));
    let maria = floor.all_rung().remove(0);
    floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
    floor.answers(&maria);
    maria
}

#[test]
fn GN_18_without_an_agent_within_two_seconds_the_person_hears_who_called_and_is_let_go() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    let maria = answered(&mut floor);
    let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
    floor.pass(ms(1_999));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Silence);
    assert_eq!(floor.results(lead), [None]);
    floor.pass(ms(1));
    assert_eq!(floor.rtp(call).unwrap().feed, Feed::Sound { name: NOTICE.into(), repeat: false });
    assert_eq!(floor.results(lead), [Some(ResultKind::Abandoned)], "written at once");
    let ana = floor.ana;
    floor.comes(ana);
    assert_eq!(floor.place(ana), None, "it is too late");
    floor.pass(seconds(4));
    floor.media(call, MediaEvent::SoundEnded);
    floor.get(Method::Bye);
    assert_eq!(floor.waits(lead).num_hours(), 72);
    assert_eq!((floor.pacing().connected, floor.pacing().abandoned), (0, 1));
    assert_eq!(floor.pacing().abandoned_permille, 1_000);
}

#[test]
fn GN_18_a_notice_that_does_not_end_is_ended() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    answered(&mut floor);
    floor.pass(seconds(61));
    assert!(floor.inbox.is_empty(), "it may be a long one");
    floor.pass(seconds(2));
    floor.get(Method::Bye);
}

#[test]
fn GN_18_who_hangs_up_before_an_agent_is_there_was_abandoned_too() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    let mut maria = answered(&mut floor);
    let lead = floor.lead_of(&maria);
    floor.pass(ms(700));
    let bye = maria.request(Method::Bye);
    floor.deliver(&bye);
    assert_eq!(floor.results(lead), [Some(ResultKind::Abandoned)]);
    let ana = floor.ana;
    floor.comes(ana);
    assert_eq!(floor.place(ana), None);
    assert_eq!(floor.pacing().abandoned, 1);
}

#[test]
fn GN_18_the_key_that_the_notice_names_puts_the_number_on_the_do_not_call_list() {
    let mut floor = Floor::paced(2, 60, |terms| terms.pace.lines = 1);
    let maria = answered(&mut floor);
    let (call, lead) = (floor.call_of(&maria).call, floor.lead_of(&maria));
    let press = |floor: &mut Floor, digit| floor.media(call, MediaEvent::Digit { digit, duration_ms: 100 });
    press(&mut floor, '9');
    assert!(floor.shell.store.promised.suppressed.is_empty(), "nothing was said yet");
    floor.pass(seconds(3));
    press(&mut floor, '8');
    assert!(floor.shell.store.promised.suppressed.is_empty());
    press(&mut floor, '9');
    let on_it = floor.shell.store.promised.suppressed[&format!("+55{}", number(lead))].clone();
    assert_eq!((on_it.source.as_str(), on_it.until), ("opted-out", None));
}

#[test]
fn GN_18_where_the_notice_names_no_key_none_means_anything() {
    let mut floor = Floor::paced(2, 60, |terms| (terms.pace.lines, terms.pace.opt_out) = (1, None));
    let maria = answered(&mut floor);
    let call = floor.call_of(&maria).call;
    floor.pass(seconds(3));
    floor.media(call, MediaEvent::Digit { digit: '9', duration_ms: 100 });
    assert!(floor.shell.store.promised.suppressed.is_empty());
}

#[test]
fn GN_18_the_number_is_not_dialled_for_whoever_is_free_within_the_cool_down_in_whatever_campaign() {
    let mut floor = Floor::paced(2, 1, |terms| terms.pace.lines = 1);
    let maria = answered(&mut floor);
    floor.pass(seconds(3));
    let call = floor.call_of(&maria).call;
    floor.media(call, MediaEvent::SoundEnded);
    floor.inbox.clear();
    // The same person, by another lead: as in another list, or after a restart.
    let mut floor = floor.crash();
    floor.world.shell.store.leads.add(lead(2, &[&number(1)]));
    floor.pass(seconds(31));
    floor.inbox.clear();
    let ana = floor.ana;
    floor.comes(ana);
    floor.join(ana);
    floor.pass(seconds(30));
    floor.nobody_is_called();
    assert_eq!(floor.results(2), []);
    assert_eq!(floor.waits(2).num_hours(), 71, "what is left of three days");
    assert!(matches!(floor.lead(1), LeadState::Waiting { .. }));
    // With an agent held for the call they may be called.
    floor.change(|terms| terms.mode = DialMode::Preview);
    floor.world.shell.store.leads.add(lead(3, &[&number(1)]));
    floor.get_record(ana).unwrap();
    floor.pass(seconds(11));
    assert_eq!(floor.place(ana), Some((Place::Open, 3)));
    floor.wish(ana, engine::campaign::Wish::Dial { phone: 0, caller_id: None }).unwrap();
    floor.rings("90", &number(1));
}
