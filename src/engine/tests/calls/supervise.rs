//! A supervisor listens to an agent's call, whispers to the agent, joins the call, takes it over.

use std::sync::Arc;

use engine::agent::{AgentState, Wish as Work};
use engine::border::*;
use engine::call::{
    Command as Wish, ConferenceCommand as Conference, RecordWish, SuperviseCommand as Supervise, SuperviseMode as Mode,
    TransferCommand as Transfer,
};
use engine::config::{Phone, RecordPolicy};
use engine::id::{CallId, LegId, UserId};
use engine::leg::{Feed, LegMedia, MediaEvent, OneWay, Tone};
use engine::news::{CallState, News, StaffNews, SupervisionEnd as End, SupervisionView};
use engine::records::Record;
use engine::sip::message::Method;
use engine::staff::{Builtin, Entry, Permission, User};

use crate::far::{Far, WithSdp, invite_to, sdp};
use crate::office::{queue, user};
use crate::shell::pbx::{config, extension};
use crate::world::{World, profile, seconds};

/// Ana works at ramal 20 and is in a call with a customer; Rita supervises from ramal 21, Bia is an agent at 22.
struct Floor {
    world: World,
    ana: UserId,
    rita: UserId,
    bia: UserId,
    call: CallId,
    far: Far,
}

impl Floor {
    fn new() -> Floor {
        Floor::with(|_| {})
    }

    fn with(change: impl Fn(&mut engine::config::Account)) -> Floor {
        let accounts = [20, 21, 22].map(|number| {
            let mut account = extension(number);
            account.max_calls = 8;
            account.limits.calls_at_once = 8;
            profile(&mut account).record = RecordPolicy::OnDemand;
            change(&mut account);
            account
        });
        Floor::of(World::of(config(accounts.into_iter())))
    }

    fn of(mut world: World) -> Floor {
        let faturas = world.open_queue(queue("Faturas", "800", 30));
        let ana = world.hire(User { queues: [faturas].into(), ..user("ana") });
        let supervisor = Builtin::Supervisor.id();
        let rita = world.hire(User { perfil: supervisor, ramal: Some("21".into()), ..user("rita") });
        let bia = world.hire(User { ramal: Some("22".into()), ..user("bia") });
        for person in [ana, rita, bia] {
            world.work(person, Work::SignIn { device: None }).unwrap();
        }
        let (call, far) = world.taken("c1");
        Floor { world, ana, rita, bia, call, far }
    }

    fn attend(&mut self, mode: Mode) -> Result<Reply, Refusal> {
        self.attend_as(self.rita, mode)
    }

    fn attend_as(&mut self, user: UserId, mode: Mode) -> Result<Reply, Refusal> {
        let wish = Supervise::Attend { call: self.call, mode, through: None };
        self.world.wish_as(user, Wish::Supervise(wish))
    }

    fn take_over(&mut self) -> Result<Reply, Refusal> {
        self.world.wish_as(self.rita, Wish::Supervise(Supervise::TakeOver { call: self.call, through: None }))
    }

    fn stop(&mut self) -> Result<Reply, Refusal> {
        self.world.wish_as(self.rita, Wish::Supervise(Supervise::Stop { call: self.call, through: None }))
    }

    fn now(&self) -> Vec<SupervisionView> {
        self.world.shell.engine.snapshot().supervisions
    }

    /// The supervisor's leg; it is there.
    #[track_caller]
    fn ear(&self) -> LegId {
        self.now()[0].leg.unwrap()
    }

    /// Customer's and agent's.
    fn legs(&self) -> (LegId, LegId) {
        let legs = self.world.call(self.call).legs;
        (legs[0].leg, legs[1].leg)
    }

    /// What three hear: customer, agent, supervisor.
    fn heard(&self) -> [Vec<LegId>; 3] {
        let (customer, agent) = self.legs();
        [customer, agent, self.ear()].map(|leg| heard(&self.world, leg))
    }

    /// Why each supervision was over, in order, as the audit log has it.
    fn ends(&self) -> Vec<End> {
        self.audited().into_iter().filter_map(|view| view.why).collect()
    }

    fn audited(&self) -> Vec<SupervisionView> {
        let rows = self.world.shell.store.records.iter();
        rows.filter_map(|record| match record {
            Record::Supervised { view, .. } => Some(view.clone()),
            _ => None,
        })
        .collect()
    }
}

/// The legs that a leg hears.
fn heard(world: &World, leg: LegId) -> Vec<LegId> {
    let feed = match &world.shell.media[&leg].media {
        Some(LegMedia::Rtp(media)) => media.feed.clone(),
        Some(LegMedia::Device(media)) => media.feed.clone(),
        None => panic!("leg {leg} is closed"),
    };
    match feed {
        Feed::Peer(one) => vec![one],
        Feed::Mix(legs) => legs,
        Feed::Nothing | Feed::Silence | Feed::Sound { .. } | Feed::Tone(_) => Vec::new(),
    }
}

fn is_open(world: &World, leg: LegId) -> bool {
    world.shell.media.get(&leg).is_some_and(|state| state.media.is_some())
}

#[track_caller]
fn code(result: Result<Reply, Refusal>) -> RefusalCode {
    result.expect_err("it is refused").code
}

#[test]
fn who_hears_whom_in_each_mode() {
    let mut floor = Floor::new();
    let (customer, agent) = floor.legs();
    for mode in [Mode::Listen, Mode::Whisper, Mode::Barge, Mode::Whisper, Mode::Listen, Mode::Barge] {
        floor.attend(mode).unwrap();
        let rita = floor.ear();
        let (by_customer, by_agent) = match mode {
            Mode::Listen => (vec![agent], vec![customer]),
            Mode::Whisper => (vec![agent], vec![customer, rita]),
            Mode::Barge => (vec![agent, rita], vec![customer, rita]),
        };
        assert_eq!(floor.heard(), [by_customer, by_agent, vec![customer, agent]], "{mode:?}");
    }
    let rita = floor.ear();
    floor.stop().unwrap();
    assert!(!is_open(&floor.world, rita) && floor.now().is_empty());
    assert_eq!((heard(&floor.world, customer), heard(&floor.world, agent)), (vec![agent], vec![customer]));
}

#[test]
fn listening_changes_nothing_for_those_who_are_listened_to() {
    let mut floor = Floor::new();
    let (customer, agent) = floor.legs();
    let before = [customer, agent].map(|leg| floor.world.shell.media[&leg].clone());
    floor.attend(Mode::Listen).unwrap();
    assert_eq!([customer, agent].map(|leg| floor.world.shell.media[&leg].clone()), before);
    floor.stop().unwrap();
    assert_eq!([customer, agent].map(|leg| floor.world.shell.media[&leg].clone()), before);
}

#[test]
fn a_supervisor_in_a_call_of_their_own_is_told_so_and_so_is_one_without_a_ramal() {
    let mut floor = Floor::new();
    let dial = Wish::Dial { route: None, number: "3000".to_owned(), caller_id: None };
    let Ok(Reply::Dialled { call, .. }) = floor.world.wish_as(floor.rita, dial) else { panic!("not dialled") };
    let refused = floor.attend(Mode::Listen).unwrap_err();
    assert_eq!(refused.code, RefusalCode::OwnCall);
    assert!(refused.text.contains(&call.to_string()), "{refused}");
    assert_eq!(code(floor.take_over()), RefusalCode::OwnCall);
    floor.world.wish_as(floor.rita, Wish::HangUp { call }).unwrap();
    floor.world.edit(Entry::User(User { ramal: None, ..floor.world.user(floor.rita) })).unwrap();
    assert_eq!(code(floor.attend(Mode::Listen)), RefusalCode::NoSuchAccount);
    assert!(floor.audited().is_empty(), "what was refused is no supervision");
}

#[test]
fn only_an_answered_call_of_somebody_else_is_supervised() {
    let mut floor = Floor::new();
    let (ringing, _) = floor.world.rung("c2");
    let attend = |call| Wish::Supervise(Supervise::Attend { call, mode: Mode::Listen, through: None });
    assert_eq!(code(floor.world.wish_as(floor.rita, attend(ringing))), RefusalCode::WrongState);
    assert_eq!(code(floor.world.wish_as(floor.rita, attend(CallId(9)))), RefusalCode::NoSuchCall);
    floor.world.edit(Entry::User(User { perfil: Builtin::Supervisor.id(), ..floor.world.user(floor.ana) })).unwrap();
    assert_eq!(code(floor.attend_as(floor.ana, Mode::Listen)), RefusalCode::OwnCall);
    assert_eq!(code(floor.stop()), RefusalCode::WrongState, "nothing is supervised");
}

#[test]
fn agents_have_no_right_to_it_and_do_not_learn_of_the_call() {
    let mut floor = Floor::new();
    assert_eq!(code(floor.attend_as(floor.bia, Mode::Listen)), RefusalCode::NotFound);
    assert_eq!(code(floor.attend_as(floor.ana, Mode::Listen)), RefusalCode::NotAllowed, "the own one is seen");
    let auditor = Builtin::Auditor.id();
    floor.world.edit(Entry::User(User { perfil: auditor, ..floor.world.user(floor.bia) })).unwrap();
    for mode in [Mode::Listen, Mode::Whisper, Mode::Barge] {
        assert_eq!(code(floor.attend_as(floor.bia, mode)), RefusalCode::NotAllowed);
    }
    let listens = floor.world.perfil("escuta", &[Permission::Calls, Permission::CallsSeeAll, Permission::CallsListen]);
    floor.world.edit(Entry::User(User { perfil: listens, ..floor.world.user(floor.rita) })).unwrap();
    floor.attend(Mode::Barge).unwrap();
    assert_eq!(code(floor.take_over()), RefusalCode::NotAllowed, "taking over is a right of its own");
    let through = Some("22".into());
    let wish = Supervise::Attend { call: floor.call, mode: Mode::Listen, through };
    assert_eq!(code(floor.world.wish_as(floor.rita, Wish::Supervise(wish))), RefusalCode::NotAllowed);
}

#[test]
fn a_right_that_is_taken_ends_it_at_once_and_so_does_signing_out() {
    let mut floor = Floor::new();
    floor.attend(Mode::Listen).unwrap();
    floor.world.edit(Entry::User(User { perfil: Builtin::Agent.id(), ..floor.world.user(floor.rita) })).unwrap();
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::NotAllowed]));
    floor.world.edit(Entry::User(User { perfil: Builtin::Supervisor.id(), ..floor.world.user(floor.rita) })).unwrap();
    floor.attend(Mode::Whisper).unwrap();
    floor.world.work(floor.rita, Work::SignOut).unwrap();
    assert_eq!((floor.now().len(), floor.ends().len()), (0, 2));
}

#[test]
fn the_agent_is_told_who_whispers_or_joins_and_not_who_listens_but_where_that_is_set() {
    for show_listeners in [false, true] {
        let mut floor = Floor::with(|account| profile(account).show_listeners = show_listeners);
        for (mode, shown) in [(Mode::Listen, show_listeners), (Mode::Whisper, true), (Mode::Barge, true)] {
            floor.attend(mode).unwrap();
            let seen = floor.world.seen_by(floor.ana);
            assert_eq!(seen.supervisions, [], "who supervises whom is for supervisors");
            let supervised: Vec<_> = seen.calls[0].supervised.iter().map(|view| (view.mode, &*view.by)).collect();
            assert_eq!(supervised, if shown { vec![(mode, "rita")] } else { vec![] });
            assert_eq!(floor.world.seen_by(floor.rita).supervisions.len(), 1);
        }
        floor.stop().unwrap();
        assert_eq!(floor.world.seen_by(floor.ana).calls[0].supervised, []);
    }
}

#[test]
fn every_start_change_and_stop_is_written_down_with_who_whom_and_which_call() {
    let mut floor = Floor::new();
    floor.attend(Mode::Listen).unwrap();
    floor.attend(Mode::Listen).unwrap();
    floor.attend(Mode::Whisper).unwrap();
    floor.stop().unwrap();
    let rows = floor.audited();
    assert!(
        rows.iter().all(|row| (row.supervisor, row.agent, row.call) == (Some(floor.rita), Some(floor.ana), floor.call))
    );
    let modes: Vec<_> = rows.iter().map(|row| (row.mode, row.why)).collect();
    assert_eq!(modes, [(Some(Mode::Listen), None), (Some(Mode::Whisper), None), (None, Some(End::Stopped))]);
}

#[test]
fn nobody_begins_to_listen_while_it_cannot_be_written_down() {
    let mut floor = Floor::new();
    floor.attend(Mode::Listen).unwrap();
    floor.world.shell.store_fails = true;
    floor.attend(Mode::Whisper).unwrap();
    assert_eq!(code(floor.attend(Mode::Barge)), RefusalCode::NotStored);
    floor.stop().unwrap();
}

#[test]
fn a_supervisor_is_busy_and_has_one_call_at_a_time() {
    let mut floor = Floor::new();
    floor.world.wish_as(floor.ana, Wish::Hold { call: floor.call }).unwrap();
    let (second, _far) = floor.world.up();
    assert_eq!(floor.world.agent(floor.rita).state, AgentState::Ready);
    floor.attend(Mode::Whisper).unwrap();
    assert_eq!(floor.world.agent(floor.rita).state, AgentState::Talking);
    let attend = Supervise::Attend { call: second, mode: Mode::Listen, through: None };
    floor.world.wish_as(floor.rita, Wish::Supervise(attend)).unwrap();
    assert_eq!((floor.now().len(), floor.now()[0].call, floor.ends()), (1, second, vec![End::Moved]));
    assert_eq!(heard(&floor.world, floor.ear()).len(), 2);
    floor.world.wish(Wish::HangUp { call: second }).unwrap();
    assert_eq!(floor.world.agent(floor.rita).state, AgentState::Ready);
}

#[test]
fn the_end_of_the_call_is_the_end_of_it() {
    let mut floor = Floor::new();
    floor.attend(Mode::Barge).unwrap();
    let rita = floor.ear();
    let bye = floor.far.request(Method::Bye);
    floor.world.deliver(&bye);
    floor.world.got(200);
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::CallEnded]));
    assert!(!is_open(&floor.world, rita));
    floor.world.over();
}

#[test]
fn a_held_customer_hears_music_and_never_a_supervisor() {
    let mut floor = Floor::new();
    let (customer, agent) = floor.legs();
    floor.attend(Mode::Listen).unwrap();
    floor.world.wish_as(floor.ana, Wish::Hold { call: floor.call }).unwrap();
    assert_eq!(floor.heard(), [vec![], vec![], vec![]], "who only listens does not overhear the room");
    for mode in [Mode::Whisper, Mode::Barge] {
        floor.attend(mode).unwrap();
        let rita = floor.ear();
        assert_eq!(floor.heard(), [vec![], vec![rita], vec![agent]], "they talk about it meanwhile");
        assert!(matches!(floor.world.rtp(floor.call).unwrap().feed, Feed::Sound { .. }));
    }
    floor.world.wish_as(floor.ana, Wish::Resume { call: floor.call }).unwrap();
    let rita = floor.ear();
    assert_eq!(floor.heard(), [vec![agent, rita], vec![customer, rita], vec![customer, agent]]);
}

#[test]
fn a_consultation_is_another_call_that_the_supervisor_does_not_overhear() {
    let mut floor = Floor::with(|account| account.exclusive = true);
    let agent = floor.legs().1;
    floor.attend(Mode::Whisper).unwrap();
    let consult = Transfer::Consult { call: floor.call, number: "3000".to_owned(), route: None };
    floor.world.wish_as(floor.ana, Wish::Transfer(consult)).unwrap();
    let invite = floor.world.get(Method::Invite);
    let far = Far::called(&invite, "b1");
    floor.world.deliver(&far.answer(200).with_sdp("sendrecv"));
    floor.world.get(Method::Ack);
    let asked = floor.world.calls().last().unwrap().legs[0].leg;
    assert_eq!(heard(&floor.world, agent), [asked], "and is not heard in it");
    assert_eq!(heard(&floor.world, floor.ear()), []);
    assert_eq!(code(floor.take_over()), RefusalCode::WrongState, "somebody is asked about it");
    floor.world.wish_as(floor.ana, Wish::Transfer(Transfer::Back { call: floor.call })).unwrap();
    let rita = floor.ear();
    assert_eq!(heard(&floor.world, agent), [floor.legs().0, rita]);
}

#[test]
fn an_agent_who_transfers_the_call_takes_it_away_from_the_supervisor() {
    let mut floor = Floor::with(|account| profile(account).refer = false);
    floor.attend(Mode::Listen).unwrap();
    let blind = Transfer::Blind { call: floor.call, number: "3000".to_owned(), route: None };
    floor.world.wish_as(floor.ana, Wish::Transfer(blind)).unwrap();
    assert_eq!(heard(&floor.world, floor.ear()), [], "the customer hears it ring");
    let invite = floor.world.get(Method::Invite);
    let far = Far::called(&invite, "b1");
    floor.world.deliver(&far.answer(200).with_sdp("sendrecv"));
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::AgentLeft]), "strangers talk now");
}

#[test]
fn a_transfer_that_fails_brings_the_call_back_to_both() {
    let mut floor = Floor::with(|account| profile(account).refer = false);
    let (customer, agent) = floor.legs();
    floor.attend(Mode::Listen).unwrap();
    let blind = Transfer::Blind { call: floor.call, number: "3000".to_owned(), route: None };
    floor.world.wish_as(floor.ana, Wish::Transfer(blind)).unwrap();
    let invite = floor.world.get(Method::Invite);
    floor.world.deliver(&Far::called(&invite, "b1").answer(486));
    assert_eq!(heard(&floor.world, floor.ear()), [customer, agent]);
}

#[test]
fn a_conference_is_heard_whole_and_a_whisper_in_it_by_its_agent_alone() {
    let mut floor = Floor::with(|account| account.exclusive = true);
    let (second, _far) = floor.world.taken("c2");
    let calls = vec![floor.call, second];
    floor.world.wish_as(floor.ana, Wish::Conference(Conference::Join { calls })).unwrap();
    let (first, agent) = floor.legs();
    let other = floor.world.call(second).legs[0].leg;
    floor.attend(Mode::Whisper).unwrap();
    let rita = floor.ear();
    let sorted = |mut legs: Vec<LegId>| {
        legs.sort_unstable();
        legs
    };
    assert_eq!(heard(&floor.world, rita), sorted(vec![first, agent, other]));
    assert_eq!(heard(&floor.world, agent), sorted(vec![first, other, rita]));
    assert_eq!(heard(&floor.world, other), sorted(vec![first, agent]));
    floor.attend(Mode::Barge).unwrap();
    assert_eq!(heard(&floor.world, other), sorted(vec![first, agent, rita]));
    floor.world.wish_as(floor.ana, Wish::Conference(Conference::Leave { call: second })).unwrap();
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::AgentLeft]));
    assert_eq!(heard(&floor.world, other), [first]);
}

#[test]
fn SP_08_a_recording_has_who_joined_beside_the_agent_and_never_a_whisper() {
    let mut floor = Floor::new();
    let agent = floor.legs().1;
    floor.world.wish_as(floor.ana, Wish::Record { call: floor.call, what: RecordWish::Start }).unwrap();
    for (mode, joined) in [(Mode::Listen, false), (Mode::Whisper, false), (Mode::Barge, true), (Mode::Whisper, false)] {
        floor.attend(mode).unwrap();
        let rita = floor.ear();
        let tap = floor.world.rtp(floor.call).unwrap().record.unwrap();
        assert_eq!(tap.against, if joined { vec![agent, rita] } else { vec![agent] }, "{mode:?}");
    }
}

#[test]
fn two_supervisors_hear_each_other_where_both_have_joined_and_no_whisper_of_the_other() {
    let mut floor = Floor::new();
    floor.world.edit(Entry::User(User { perfil: Builtin::Supervisor.id(), ..floor.world.user(floor.bia) })).unwrap();
    floor.attend(Mode::Barge).unwrap();
    floor.attend_as(floor.bia, Mode::Whisper).unwrap();
    let [rita, bia] = [0, 1].map(|at| floor.now()[at].leg.unwrap());
    let (customer, agent) = floor.legs();
    assert_eq!(heard(&floor.world, rita), [customer, agent]);
    assert_eq!(heard(&floor.world, bia), [customer, agent, rita]);
    assert_eq!(heard(&floor.world, agent), [customer, rita, bia]);
    assert_eq!(heard(&floor.world, customer), [agent, rita]);
    floor.attend_as(floor.bia, Mode::Barge).unwrap();
    assert_eq!(heard(&floor.world, rita), [customer, agent, bia]);
}

#[test]
fn a_call_for_the_supervisor_rings_softly_and_answering_it_ends_the_supervision() {
    let mut floor = Floor::with(|account| account.exclusive = true);
    floor.attend(Mode::Whisper).unwrap();
    let rita = floor.ear();
    let invite = invite_to("21", "c9", Some(&sdp("sendrecv")));
    let (own, _) = floor.world.rung_by(&invite);
    assert_eq!(floor.world.call(own).user, Some(floor.rita));
    assert_eq!(floor.world.rings(own), Some(Tone::CallWaiting));
    assert_eq!(heard(&floor.world, rita).len(), 2, "it goes on meanwhile");
    floor.world.wish_as(floor.rita, Wish::Answer { call: own }).unwrap();
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::OwnCall]));
    assert_eq!(heard(&floor.world, rita), [floor.world.call(own).legs[0].leg]);
}

#[test]
fn a_device_that_fails_ends_it_and_the_agents_call_goes_on() {
    let mut floor = Floor::new();
    floor.attend(Mode::Barge).unwrap();
    let (leg, generation) = (floor.ear(), floor.world.shell.media[&floor.ear()].generation);
    let event = MediaEvent::Failed { why: "unplugged".to_owned() };
    let news = engine::leg::MediaNews { leg, generation, event };
    floor.world.shell.handle(Input::Media(news), floor.world.now);
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::DeviceLost]));
    assert_eq!(floor.world.call(floor.call).state, CallState::Answered);
}

#[test]
fn SP_05_another_device_goes_on_with_it() {
    let mut floor = Floor::new();
    floor.attend(Mode::Whisper).unwrap();
    floor.world.work(floor.rita, Work::Device(Some("browser".into()))).unwrap();
    let leg = floor.ear();
    let Some(LegMedia::Device(media)) = &floor.world.shell.media[&leg].media else { panic!("a device") };
    assert_eq!(media.device.to_string(), format!("browser-{}", floor.rita));
    assert_eq!(heard(&floor.world, floor.legs().1), [floor.legs().0, leg]);
    floor.stop().unwrap();
    assert!(!is_open(&floor.world, leg));
}

#[test]
fn SP_06_a_customer_whose_agents_page_is_gone_talks_with_who_has_joined() {
    let mut floor = Floor::with(|account| account.exclusive = true);
    floor.world.work(floor.ana, Work::Device(Some("browser".into()))).unwrap();
    floor.attend(Mode::Barge).unwrap();
    let gone = MediaEvent::OneWay { cause: Some(OneWay::DeviceGone) };
    floor.world.device_media(floor.call, gone);
    floor.world.pass(seconds(3));
    assert!(heard(&floor.world, floor.legs().0).contains(&floor.ear()));
    floor.attend(Mode::Whisper).unwrap();
    assert!(matches!(floor.world.rtp(floor.call).unwrap().feed, Feed::Sound { repeat: true, .. }));
}

/// Rita's device is the desk phone 2001.
fn with_phone() -> (Floor, Far) {
    let accounts = [20, 21, 22].map(|number| {
        let mut account = extension(number);
        if number == 21 {
            account.device = "mesa".into();
        }
        account
    });
    let mut config = config(accounts.into_iter());
    let phone = Phone { device: "mesa".into(), number: "2001".to_owned(), account: "21".into() };
    config.phones.insert("mesa".into(), Arc::new(phone));
    let mut floor = Floor::of(World::of(config));
    let reply = floor.attend(Mode::Barge).unwrap();
    assert_eq!(reply, Reply::PhoneFirst { device: "mesa".into() });
    let (customer, agent) = floor.legs();
    assert_eq!(heard(&floor.world, customer), [agent], "nobody is at the phone yet");
    let invite = floor.world.get(Method::Invite);
    let phone = Far::called(&invite, "mesa1");
    (floor, phone)
}

#[test]
fn SP_05_a_desk_phone_is_called_first_and_putting_it_down_ends_it() {
    let (mut floor, mut phone) = with_phone();
    floor.world.deliver(&phone.answer(200).with_sdp("sendrecv"));
    floor.world.get(Method::Ack);
    let (customer, agent) = floor.legs();
    let rita = floor.ear();
    assert_eq!(
        floor.heard(),
        [vec![agent, rita], vec![customer, rita], vec![customer, agent]].map(|mut legs| {
            legs.sort_unstable();
            legs
        })
    );
    let bye = phone.request(Method::Bye);
    floor.world.deliver(&bye);
    floor.world.got(200);
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::DeviceLost]));
    assert_eq!(heard(&floor.world, customer), [agent]);
}

#[test]
fn SP_05_a_desk_phone_that_is_not_picked_up_ends_it_too() {
    let (mut floor, phone) = with_phone();
    floor.world.deliver(&phone.answer(486));
    assert_eq!((floor.now().len(), floor.ends()), (0, vec![End::DeviceLost]));
}

#[test]
fn taking_over_gives_the_call_to_the_supervisor_and_lets_the_agent_write() {
    let mut floor = Floor::new();
    floor.world.wish_as(floor.ana, Wish::Record { call: floor.call, what: RecordWish::Start }).unwrap();
    floor.attend(Mode::Whisper).unwrap();
    let old = floor.legs().1;
    floor.take_over().unwrap();
    let view = floor.world.call(floor.call);
    assert_eq!((view.user, view.supervised.len(), floor.now().len()), (Some(floor.rita), 0, 0));
    let (customer, own) = floor.legs();
    assert_eq!((heard(&floor.world, customer), heard(&floor.world, own)), (vec![own], vec![customer]));
    assert!(own == old || !is_open(&floor.world, old), "the agent hears nothing of it any more");
    assert_eq!(floor.world.rtp(floor.call).unwrap().record.unwrap().against, [own], "the recording goes on");
    assert_eq!(floor.world.agent(floor.ana).state, AgentState::WrapUp);
    assert_eq!(floor.world.agent(floor.rita).state, AgentState::Talking);
    assert_eq!(floor.ends(), [End::TookOver]);
    assert_eq!(code(floor.world.wish_as(floor.ana, Wish::HangUp { call: floor.call })), RefusalCode::NotFound);
    assert_eq!(floor.world.seen_by(floor.ana).calls, []);
    floor.world.wish_as(floor.rita, Wish::Hold { call: floor.call }).unwrap();
    floor.world.wish_as(floor.rita, Wish::HangUp { call: floor.call }).unwrap();
    assert_eq!(floor.world.agent(floor.rita).state, AgentState::WrapUp);
    floor.world.pass(seconds(31));
    assert_eq!([floor.ana, floor.rita].map(|one| floor.world.agent(one).state), [AgentState::Ready; 2]);
}

#[test]
fn whose_call_is_taken_over_is_told_that_it_is_over_for_them() {
    let mut floor = Floor::new();
    floor.take_over().unwrap();
    let told = floor.world.shell.news.iter().find_map(|(_, news)| match news {
        News::Staff(StaffNews::TakenOver { call, by }) => Some((call.clone(), by.clone())),
        _ => None,
    });
    let (view, by) = told.expect("the agent is told");
    assert_eq!((view.user, view.state, &*by), (Some(floor.ana), CallState::Ended, "rita"));
    assert_eq!(floor.ends(), [End::TookOver], "without having listened before");
    assert_eq!(floor.world.call(floor.call).state, CallState::Answered);
}

#[test]
fn a_held_call_that_is_taken_over_is_resumed_and_a_conference_comes_whole() {
    let mut floor = Floor::with(|account| account.exclusive = true);
    let (second, _far) = floor.world.taken("c2");
    let calls = vec![floor.call, second];
    floor.world.wish_as(floor.ana, Wish::Conference(Conference::Join { calls })).unwrap();
    floor.world.wish_as(floor.ana, Wish::Hold { call: floor.call }).unwrap();
    floor.take_over().unwrap();
    let own = floor.legs().1;
    for call in [floor.call, second] {
        let view = floor.world.call(call);
        assert_eq!((view.user, view.held, view.legs[1].leg), (Some(floor.rita), false, own));
        assert!(heard(&floor.world, view.legs[0].leg).contains(&own));
    }
    assert_eq!(floor.world.agent(floor.ana).state, AgentState::WrapUp);
    floor.world.work(floor.rita, Work::Device(Some("browser".into()))).unwrap();
    let Some(LegMedia::Device(media)) = &floor.world.shell.media[&floor.legs().1].media else { panic!("a device") };
    assert_eq!(media.device.to_string(), format!("browser-{}", floor.rita), "where its person is");
}

#[test]
fn whoever_opens_the_socket_names_the_extension_whose_device_listens() {
    let mut floor = Floor::new();
    let attend = |through: Option<&str>| {
        Wish::Supervise(Supervise::Attend { call: CallId(0), mode: Mode::Listen, through: through.map(Into::into) })
    };
    assert_eq!(code(floor.world.wish(attend(None))), RefusalCode::BadRequest);
    assert_eq!(code(floor.world.wish(attend(Some("99")))), RefusalCode::NoSuchAccount);
    let wish = Supervise::Attend { call: floor.call, mode: Mode::Listen, through: Some("21".into()) };
    floor.world.wish(Wish::Supervise(wish)).unwrap();
    assert_eq!((floor.now()[0].supervisor, &*floor.now()[0].name), (Some(floor.rita), "rita"));
    floor.stop().unwrap();
}
