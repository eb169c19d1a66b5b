//! *Visualização*: the agent asks for a record, reads it, and dials (GN-02, GN-05).

use engine::agent::AgentState;
use engine::border::{Refusal, RefusalCode, Reply};
use engine::campaign::{DialMode, LeadState, Place, Refused, ResultKind, Steer, Wish};
use engine::id::ItemId;

use crate::scene::{Floor, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };
const DONE: Wish = Wish::Close { disposition: None, stop: false };

#[test]
fn GN_02_GN_05_the_agent_asks_reads_and_dials_and_the_record_ends_with_what_the_agent_says() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.join(ana);
    floor.moment();
    assert_eq!(floor.place(ana), None, "nothing comes by itself");
    assert_eq!(floor.get_record(ana), Ok(Reply::Done));
    let record = floor.record_of(ana).unwrap();
    assert_eq!((record.standing, record.recipient.as_str()), (Place::Open, "Maria 1"));
    assert_eq!(record.fields, [("plano".to_owned(), "Essencial".to_owned())], "seen before the call");
    assert_eq!(floor.state(ana), AgentState::Preview);
    floor.nobody_is_called();
    assert_eq!(floor.wish(ana, DIAL), Ok(Reply::Done));
    let maria = floor.rings("20", &number(1));
    assert_eq!(floor.results(1), [None], "written before it rang");
    assert_eq!(floor.place(ana), Some((Place::Connecting, 1)));
    floor.answers(&maria);
    assert_eq!((floor.place(ana), floor.state(ana)), (Some((Place::Talking, 1)), AgentState::Talking));
    let call = floor.calls()[0].clone();
    assert_eq!((call.user, floor.record_of(ana).unwrap().call), (Some(ana), Some(call.call)));
    floor.hangs_up();
    assert_eq!(floor.place(ana), Some((Place::Closing, 1)));
    assert_eq!(floor.wish(ana, Wish::Close { disposition: Some(ItemId(77)), stop: false }), Ok(Reply::Done));
    assert_eq!((floor.place(ana), floor.state(ana)), (None, AgentState::Ready));
    assert_eq!((floor.lead(1), floor.results(1)), (LeadState::Done, vec![Some(ResultKind::Connected)]));
    let dispositions = floor.shell.store.leads.dispositions.clone();
    assert_eq!(dispositions.into_iter().collect::<Vec<_>>(), [(floor.attempts(1)[0].attempt, ItemId(77))]);
}

#[test]
fn GN_02_a_call_that_reached_nobody_leaves_the_record_with_its_agent_who_may_try_again() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    assert_eq!((floor.place(ana), floor.results(1)), (Some((Place::Closing, 1)), vec![Some(ResultKind::Busy)]));
    assert_eq!(floor.record_of(ana).unwrap().tried, [(format!("+55{}", number(1)), ResultKind::Busy)]);
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 480);
    floor.wish(ana, DONE).unwrap();
    assert_eq!(floor.results(1), [Some(ResultKind::Busy), Some(ResultKind::NoAnswer)]);
    assert_eq!(floor.waits(1).num_minutes(), 120, "as the table says of the last");
}

#[test]
fn GN_07_after_concluido_e_interrompido_no_record_comes_until_one_is_asked_for() {
    let mut floor = Floor::new(DialMode::PushPreview);
    let ana = floor.ana;
    floor.join(ana);
    floor.wish(ana, Wish::Accept).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.answers(&maria);
    floor.hangs_up();
    floor.wish(ana, Wish::Close { disposition: None, stop: true }).unwrap();
    floor.pass(seconds(60));
    assert_eq!(floor.place(ana), None);
    floor.get_record(ana).unwrap();
    assert_eq!(floor.place(ana), Some((Place::Offered, 2)));
}

#[test]
fn GN_01_nobody_takes_part_in_a_campaign_that_is_not_started_and_records_end_with_it() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.steer(Steer::Pause);
    assert_eq!(floor.place(ana), Some((Place::Open, 1)), "what is being read is brought to its end");
    let refused = |answer: Result<Reply, Refusal>| answer.unwrap_err().code;
    let bia = floor.bia;
    assert_eq!(refused(floor.get_record(bia)), RefusalCode::Campaign(Refused::NotRunning));
    let refusal = refused(floor.wish(ana, DONE));
    assert_eq!(refusal, RefusalCode::Campaign(Refused::NothingTried), "nothing was dialled: it is declined");
    floor.wish(ana, Wish::Later).unwrap();
    assert_eq!((floor.place(ana), floor.waits(1).num_minutes()), (None, 120));
    assert_eq!(floor.results(1), []);
}

#[test]
fn GN_14_a_number_that_does_not_exist_is_dead_and_another_of_the_lead_is_next() {
    let mut floor = Floor::with(DialMode::Preview, 0, |_| {});
    floor.world.shell.store.leads.add(crate::scene::lead(1, &["11912340001", "1130304040"]));
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.pass(seconds(11));
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", "11912340001");
    floor.refuses(&maria, 404);
    let refusal = floor.wish(ana, DIAL).unwrap_err();
    let why = RefusalCode::Campaign(Refused::NoSuchNumber);
    assert_eq!((refusal.code, refusal.field.as_deref()), (why, Some("phone")), "it does not exist");
    floor.wish(ana, Wish::Dial { phone: 1, caller_id: None }).unwrap();
    let maria = floor.rings("20", "1130304040");
    floor.refuses(&maria, 486);
    floor.wish(ana, DONE).unwrap();
    let lead = floor.shell.store.leads.lead(engine::id::LeadId(1));
    assert_eq!((lead.turn(), lead.attempts), (1, 2));
}

#[test]
fn GN_15_what_the_gate_refuses_is_not_dialled_and_the_agent_sees_why() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    let hit = engine::gate::Hit { source: "Procon".to_owned(), since: floor.now.civil, until: None };
    floor.world.shell.store.promised.suppressed.insert(format!("+55{}", number(1)), hit);
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    let record = floor.record_of(ana).unwrap();
    assert_eq!((record.standing, record.denied.unwrap().rule.as_str()), (Place::Open, "do-not-call"));
    assert_eq!(floor.results(1), []);
    floor.wish(ana, Wish::Never).unwrap();
    assert_eq!(floor.lead(1), LeadState::Declined);
}

#[test]
fn GN_08_a_page_that_closes_leaves_the_record_for_the_next() {
    let mut floor = Floor::new(DialMode::Preview);
    let (ana, bia) = (floor.ana, floor.bia);
    floor.get_record(ana).unwrap();
    floor.work(ana, engine::agent::Wish::SignOut).unwrap();
    assert_eq!(floor.place(ana), None);
    floor.get_record(bia).unwrap();
    floor.moment();
    assert!(floor.place(bia).is_some(), "somebody else gets the next");
}
