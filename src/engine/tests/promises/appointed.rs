//! What the system does at a date and time (AG-01 to AG-08): the case, the message, who is told.

use chrono::{TimeDelta, Utc};
use engine::appointment::{self, Action, Draft, End, Failure, Message as Sent, Phase, To};
use engine::border::*;
use engine::id::{AppointmentId, ContactId, ItemId, UserId};
use engine::news::{Alert, News, StaffNews};
use engine::number::{Number, NumberKind};
use engine::outbox::{self, Dead, Destination};
use engine::sip::message::{Message, Method};
use engine::staff::{Builtin, Entry, EntryId, Item, List, User};

use crate::office::user;
use crate::scene::{Office, wall};
use crate::world::seconds;

const MARIA: ContactId = ContactId(41);

/// Helena administers, so that she may make appointments; the base knows Maria.
pub struct House {
    pub office: Office,
    pub helena: UserId,
    support: ItemId,
}

impl House {
    pub fn new() -> House {
        let mut office = Office::new();
        let helena = office.hire(User { perfil: Builtin::Administrator.id(), ramal: None, ..user("helena") });
        let department = Item { list: List::Department, ..crate::office::reason("Suporte", None) };
        let support = match office.world.create(Entry::Item(department)) {
            Ok(EntryId::Item(item)) => item,
            other => panic!("no department: {other:?}"),
        };
        office.shell.store.appointed.contacts.insert(MARIA);
        House { office, helena, support }
    }

    /// For Ana, at a time of today; two actions send a text.
    pub fn draft(&self, action: Action, time: &str) -> Draft {
        let number = "+5511912345678".to_owned();
        let number = Number { dialled: number.clone(), normalised: number, kind: NumberKind::National };
        let message = action
            .opens_case()
            .then(|| Sent { to: Destination::Text { number }, body: "Sua visita é amanhã.".to_owned() });
        Draft {
            person: None,
            contact: Some(MARIA),
            department: Some(self.support),
            agent: Some(self.office.ana),
            action,
            comment: "Confirmar a visita".to_owned(),
            message,
            files: vec![],
            when: wall(&format!("{} {time}", self.office.today())),
            zone: chrono_tz::America::Sao_Paulo,
        }
    }

    pub fn ask(&mut self, draft: Draft) -> Result<Reply, Refusal> {
        self.office.command_as(self.helena, What::Appointment(appointment::Command::Create(Box::new(draft))))
    }

    #[track_caller]
    fn appoint(&mut self, action: Action, time: &str) -> AppointmentId {
        let draft = self.draft(action, time);
        match self.ask(draft) {
            Ok(Reply::Appointed { appointment }) => appointment,
            other => panic!("not appointed: {other:?}"),
        }
    }

    #[track_caller]
    pub fn phase(&self, id: AppointmentId) -> Phase {
        self.office.shell.store.appointed.rows[&id].phase.clone()
    }

    fn reminded(&self) -> Vec<To> {
        let told = self.office.shell.news.iter().filter_map(|(_, news)| match news {
            News::Staff(StaffNews::Reminder { to, .. }) => Some(*to),
            _ => None,
        });
        told.collect()
    }

    pub fn crash(self) -> House {
        House { office: self.office.crash(), ..self }
    }

    /// The PBX answers the text that it got.
    #[track_caller]
    pub fn text(&mut self, status: u16) -> Message {
        let text = self.office.get(Method::Message);
        self.office.deliver(&Message::response(&text, status));
        text
    }

    pub fn letters(&self) -> Vec<outbox::Phase> {
        self.office.shell.store.appointed.letters.values().map(|row| row.phase).collect()
    }
}

pub const DONE: Phase = Phase::Over { end: End::Done };

#[test]
fn AG_01_AG_04_at_its_time_the_case_is_opened_the_message_sent_and_the_agent_told() {
    let mut house = House::new();
    let id = house.appoint(Action::OpenCaseAndNotify, "18:00:00");
    house.office.at("17:59:59");
    assert!(house.office.shell.store.appointed.cases.is_empty(), "not before its time");
    house.office.at("18:00:01");
    let case = house.office.shell.store.appointed.cases.values().next().expect("a case").clone();
    assert_eq!((case.contact, case.owner, case.department), (MARIA, house.office.ana, house.support));
    assert_eq!(house.text(200).body, "Sua visita é amanhã.".as_bytes());
    assert_eq!((house.phase(id), house.letters()), (DONE, vec![outbox::Phase::Done]));
    assert_eq!(house.reminded(), [To::Person(house.office.ana)]);
    assert_eq!(house.office.shell.store.appointed.notices.len(), 1);
}

#[test]
fn AG_04_where_a_case_is_open_nothing_is_sent_and_the_agent_and_the_creator_are_told() {
    let mut house = House::new();
    let first = house.appoint(Action::OpenCase, "18:00:00");
    let second = house.appoint(Action::OpenCase, "19:00:00");
    house.office.at("18:00:01");
    house.text(202);
    let case = house.office.shell.store.appointed.open_case(MARIA).expect("a case");
    house.office.at("19:00:01");
    let failure = Failure::CaseOpen { case };
    assert_eq!((house.phase(first), house.phase(second)), (DONE, Phase::Over { end: End::Failed { failure } }));
    assert_eq!(house.letters().len(), 1, "nothing more is sent");
    assert_eq!(house.reminded(), [To::Person(house.office.ana), To::Person(house.helena)]);

    house.office.shell.store.appointed.closed.insert(case);
    let third = house.appoint(Action::OpenCase, "20:00:00");
    house.office.at("20:00:01");
    house.text(200);
    assert_eq!(house.phase(third), DONE);
}

#[test]
fn AG_03_six_minutes_are_allowed_and_a_second_less_is_refused_with_the_nearest_times() {
    let mut house = House::new();
    house.appoint(Action::Notify, "18:00:00");
    let draft = house.draft(Action::Notify, "18:05:59");
    let refusal = house.ask(draft).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::TooNear);
    let near = refusal.near.expect("times that are far enough");
    let named = [near.before, near.after].map(|due| due.expect("one").local.format("%H:%M:%S").to_string());
    assert_eq!(named, ["17:54:00", "18:06:00"]);
    house.appoint(Action::Notify, "18:06:00");
    house.appoint(Action::Notify, "17:54:00");
}

#[test]
fn AG_07_only_whoever_has_the_right_makes_changes_and_calls_off() {
    let mut house = House::new();
    let draft = house.draft(Action::Notify, "18:00:00");
    let ana = house.office.ana;
    let create = What::Appointment(appointment::Command::Create(Box::new(draft)));
    assert_eq!(house.office.command_as(ana, create).unwrap_err().code, RefusalCode::NotAllowed);
    let appointment = house.appoint(Action::Notify, "18:00:00");
    let cancel = || What::Appointment(appointment::Command::Cancel { appointment, version: 1 });
    assert_eq!(house.office.command_as(ana, cancel()).unwrap_err().code, RefusalCode::NotFound);
    let helena = house.helena;
    assert_eq!(house.office.command_as(helena, cancel()), Ok(Reply::Appointed { appointment }));
    house.office.at("18:00:01");
    assert_eq!(house.reminded(), []);
}

#[test]
fn AG_04_a_crash_between_case_and_message_doubles_neither() {
    let mut house = House::new();
    let id = house.appoint(Action::OpenCaseAndNotify, "18:00:00");
    house.office.at("17:59:59");
    house.office.shell.store_is_silent = true;
    house.office.at("18:00:01");
    // What it is going to do is on the disk, and nobody heard that it is.
    assert!(matches!(house.phase(id), Phase::Running(_)));
    let mut house = house.crash();
    // Its ramal is registered first.
    house.office.pass(seconds(70));
    house.text(200);
    assert_eq!((house.phase(id), house.office.shell.store.appointed.cases.len()), (DONE, 1));
    let mut house = house.crash();
    house.office.pass(seconds(120));
    assert_eq!(house.letters(), [outbox::Phase::Done]);
    house.office.quiet();
}

#[test]
fn AG_06_a_text_without_an_answer_is_a_persons_to_try_again() {
    let mut house = House::new();
    house.appoint(Action::OpenCase, "18:00:00");
    house.office.at("18:00:01");
    house.office.get(Method::Message);
    house.office.pass(seconds(40));
    assert_eq!(house.letters(), [outbox::Phase::Dead(Dead::Unknown)], "it may have been read");
    let alert = |news: &News| matches!(news, News::Alert(Alert::Letter(_)));
    assert!(house.office.shell.news.iter().any(|(_, news)| alert(news)));
    house.office.world.inbox.clear();
    let row = house.office.shell.store.appointed.letters.values().next().expect("a letter").clone();
    let (item, version) = (row.item.letter.id, row.item.version);
    let retry = What::Outbox(outbox::Command::Retry { item, version });
    let helena = house.helena;
    assert_eq!(house.office.command_as(helena, retry), Ok(Reply::Posted { item }));
    house.text(200);
    assert_eq!(house.letters(), [outbox::Phase::Done]);
}

#[test]
fn AG_06_at_night_a_message_waits_for_the_hours_of_the_law() {
    let mut house = House::new();
    house.appoint(Action::OpenCase, "23:00:00");
    house.office.at("23:00:01");
    house.office.quiet();
    assert_eq!(house.letters(), [outbox::Phase::Queued]);
    let row = house.office.shell.store.appointed.letters.values().next().expect("a letter").clone();
    let wait = row.item.next - house.office.now.civil;
    assert!(wait > TimeDelta::hours(7) && wait < TimeDelta::hours(9), "till seven: {wait}");
    assert!(row.item.why.is_some() && row.item.next > chrono::DateTime::<Utc>::MIN_UTC);
}
