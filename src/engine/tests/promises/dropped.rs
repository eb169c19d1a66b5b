//! Calls that our side dropped after the answer go back to whoever was cut off (CB-13).

use engine::call::Command as Call;
use engine::callback::{End, Kind, NoReturn, Outcome, Owner, Phase, Wrong};
use engine::leg::MediaEvent;
use engine::news::{Alert, News};
use engine::sip::message::Method;

use crate::far::Far;
use crate::scene::{Office, instant};
use crate::world::seconds;

/// The one promise there is.
fn returned(office: &Office) -> engine::callback::Row {
    let rows: Vec<_> = office.shell.store.promised.rows.values().collect();
    let [row] = rows[..] else { panic!("{} promises", rows.len()) };
    assert_eq!(row.promise.kind, Kind::Return);
    row.clone()
}

/// Who called is called back.
#[track_caller]
fn rings(office: &mut Office) -> Far {
    let invite = office.get(Method::Invite);
    assert_eq!(invite.uri().unwrap().user.as_deref(), Some("+5511988887777"));
    assert_eq!(invite.from().unwrap().uri.user.as_deref(), Some("20"), "the same agent first");
    office.ringing(&invite)
}

#[test]
fn CB_13_a_call_that_a_crash_cut_off_is_returned_at_once_by_the_same_agent_once_for_its_Protocolo() {
    let mut office = Office::new();
    let (call, _) = office.taken("in1");
    let protocolo = office.call(call).protocolo;
    let mut office = office.crash();
    office.pass(seconds(4));
    let caller = rings(&mut office);
    let row = returned(&office);
    assert_eq!(row.promise.protocolo.as_ref().unwrap().to_string(), protocolo);
    assert_eq!((row.promise.terms.owner, row.promise.terms.recipient.as_str()), (Owner::Person(office.ana), "Maria"));
    office.deliver(&crate::far::WithSdp::with_sdp(caller.answer(200), "sendrecv"));
    assert_eq!(returned(&office).phase, Phase::Over(End::Done));
    let back = office.calls().into_iter().find(|view| view.promise.is_some()).unwrap();
    assert_eq!(back.protocolo, protocolo, "the same matter");
    let mut office = office.crash();
    office.inbox.clear();
    office.at("19:50:00");
    office.nobody_is_called();
    assert_eq!(office.shell.store.promised.rows.len(), 1, "once, though the second was cut off too");
}

#[test]
fn CB_13_a_call_that_lost_its_media_is_returned_while_we_live() {
    let mut office = Office::new();
    let (call, _) = office.taken("in1");
    office.inbox.clear();
    office.media(call, MediaEvent::Failed { why: "port closed".to_owned() });
    office.moment();
    rings(&mut office);
    assert_eq!(returned(&office).promise.terms.owner, Owner::Person(office.ana));
}

#[test]
fn CB_13_outside_the_hours_it_waits_for_the_next_opening_and_is_told_now() {
    let mut office = Office::new();
    office.at("21:00:00");
    office.taken("in1");
    let mut office = office.crash();
    office.pass(seconds(4));
    office.nobody_is_called();
    assert_eq!(
        (returned(&office).promise.next, office.wrongs()),
        (instant("2026-05-29 08:00"), vec![Wrong::ReturnLater])
    );
    assert_eq!(office.standing_alerts(), 1);
    let mut office = office.crash();
    assert_eq!(office.wrongs(), [], "told once");
    office.inbox.clear();
    office.at("2026-05-29 08:00:01");
    rings(&mut office);
}

#[test]
fn CB_13_who_hangs_up_is_not_called_back_and_who_was_never_answered_neither() {
    let mut office = Office::new();
    let (call, _) = office.taken("in1");
    office.wish(Call::HangUp { call }).unwrap();
    let (call, mut far) = office.taken("in2");
    office.deliver(&far.request(Method::Bye));
    office.cause(call);
    office.rung("in3");
    let mut office = office.crash();
    office.pass(seconds(10));
    office.nobody_is_called();
    assert_eq!(office.shell.store.promised.rows.len(), 0);
}

#[test]
fn CB_13_where_it_cannot_be_returned_somebody_is_told() {
    let mut office = Office::with(|escala| escala.returns = false);
    let (call, _) = office.taken("in1");
    office.media(call, MediaEvent::Failed { why: "port closed".to_owned() });
    let told = |(_, news): &(_, News)| matches!(news, News::Alert(Alert::NotReturned { call: of, .. }) if *of == call);
    assert!(office.shell.news.iter().any(told));
}

#[test]
fn CB_13_what_could_not_be_written_is_returned_when_it_can() {
    let mut office = Office::new();
    let (call, _) = office.taken("in1");
    office.shell.store_fails = true;
    office.media(call, MediaEvent::Failed { why: "port closed".to_owned() });
    let told = News::Alert(Alert::NotReturned { call, why: NoReturn::NotWritten });
    assert_eq!(
        office.shell.news.iter().filter(|(_, news)| *news == told).count(),
        1,
        "a power cut would take it along"
    );
    office.inbox.clear();
    office.pass(seconds(300));
    office.nobody_is_called();
    assert_eq!(office.shell.news.iter().filter(|(_, news)| *news == told).count(), 1, "once");
    assert_eq!(office.shell.store.promised.rows.len(), 0);
    office.shell.store_fails = false;
    office.pass(seconds(20));
    rings(&mut office);
}

#[test]
fn CB_13_a_call_that_ended_while_nothing_could_be_written_is_not_returned_at_the_next_start() {
    let mut office = Office::new();
    let (call, _) = office.taken("in1");
    office.shell.store_fails = true;
    office.wish(Call::HangUp { call }).unwrap();
    office.pass(seconds(20));
    office.shell.store_fails = false;
    office.pass(seconds(20));
    let mut office = office.crash();
    office.inbox.clear();
    office.pass(seconds(10));
    office.nobody_is_called();
    assert_eq!(office.shell.store.promised.rows.len(), 0);
}

#[test]
fn CB_13_the_return_is_tried_like_every_promise() {
    let mut office = Office::new();
    office.taken("in1");
    let mut office = office.crash();
    office.pass(seconds(4));
    let caller = rings(&mut office);
    office.deliver(&caller.answer(486));
    let row = returned(&office);
    assert_eq!((row.phase, row.promise.attempts), (Phase::Open, 1));
    assert_eq!(office.outcomes(row.promise.id), [Some(Outcome::Busy)]);
}
