//! Every kind of live news, and who is told it: said here once more, in other words than the table's.
//!
//! Everything told is of Ana, an agent. Bia is an agent too, and learns nothing of it.

use std::collections::BTreeSet;

use chrono::DateTime;

use super::*;
use crate::access::admits;
use crate::agent::{AgentState, AgentView};
use crate::appointment;
use crate::border::Actor;
use crate::callback::{
    Absence, Alert as OfPromise, Calendar, Doubt, Due, Mode, NoReturn, Promise, PromiseView, Schedule, Standing, Terms,
    Then, Wrong,
};
use crate::campaign::{self, Campaign, DialMode};
use crate::config::{AccountKind, AccountName};
use crate::id::{
    AppointmentId, CampaignId, ConferenceId, ContactId, ItemId, LeadId, LegId, MessageId, OutboxId, PerfilId,
    PromiseId, QueueId, RecordingId, ScheduleId,
};
use crate::leg::Quality;
use crate::news::*;
use crate::outbox;
use crate::staff::{Builtin, Change, Directions, Item, List, Perfil, Queue, Scopes, Staff, User};

const ANA: UserId = UserId(11);
const BIA: UserId = UserId(12);
const SARA: UserId = UserId(13);
const HELENA: UserId = UserId(14);
const OTTO: UserId = UserId(15);
const LEFT: UserId = UserId(16);
const NEVER: UserId = UserId(99);
const CALL: CallId = CallId(7);

/// Who is told; nobody else is.
type Who = &'static [UserId];
const ALL: Who = &[ANA, BIA, SARA, HELENA, OTTO];
/// Ana, and whoever looks after everybody's work: supervisor, administrator, auditor.
const WORK: Who = &[ANA, SARA, HELENA, OTTO];
const LOOKERS: Who = &[SARA, HELENA, OTTO];
/// Ana, and who administers.
const HOUSE: Who = &[ANA, HELENA];
const ADMINISTRATION: Who = &[HELENA];
/// Ana, whose promise it is, and who looks after everybody's.
const CARE: Who = &[ANA, SARA, HELENA];
const CARERS: Who = &[SARA, HELENA];

/// A table without a row for a new kind of news does not compile.
macro_rules! table {
    ($($kind:pat => $who:expr, $example:expr;)*) => {
        fn table() -> Vec<(&'static str, News, Who)> {
            // The patterns have no reader but the compiler.
            let _complete = |news: &News| match news { $($kind => (),)* };
            vec![$((stringify!($kind), $example, $who),)*]
        }
    };
}

table! {
    News::Call(_) => WORK, News::Call(call(Some(ANA)));
    News::CallEnded(_) => WORK, News::CallEnded(call(Some(ANA)));
    News::Digit { .. } => WORK, News::Digit { call: CALL, leg: LegId(1), digit: '5' };
    News::Quality { .. } => WORK, News::Quality { call: CALL, leg: LegId(1), quality: Quality::default() };
    News::Account(_) => HOUSE, News::Account(account());
    News::AccountGone(_) => HOUSE, News::AccountGone(ramal());
    News::Group(_) => ADMINISTRATION, News::Group(group());
    News::Totals(_) => ADMINISTRATION, News::Totals(Totals::default());
    News::Watched(_) => ALL, News::Watched(lamp());
    // What people write to each other is no supervisor's.
    News::Message(_) => HOUSE, News::Message(message());
    News::Staff(StaffNews::Agent(_)) => WORK, News::Staff(StaffNews::Agent(agent()));
    News::Staff(StaffNews::Phone(_)) => WORK, News::Staff(StaffNews::Phone(phone()));
    // Whom Sara supervises does not learn it by this, and who only looks does not either.
    News::Staff(StaffNews::Supervision(_)) => &[SARA, HELENA], News::Staff(StaffNews::Supervision(supervision()));
    News::Staff(StaffNews::TakenOver { .. }) => &[ANA], taken_over();
    News::Staff(StaffNews::Kept(Entry::User(_))) => WORK, kept(Entry::User(person(ANA, Builtin::Agent, true)));
    News::Staff(StaffNews::Kept(Entry::Perfil(_))) => ALL, kept(Entry::Perfil(perfil()));
    News::Staff(StaffNews::Kept(Entry::Queue(_))) => ALL, kept(Entry::Queue(queue()));
    News::Staff(StaffNews::Kept(Entry::Item(_))) => ALL, kept(Entry::Item(item()));
    News::Staff(StaffNews::Kept(Entry::Schedule(_))) => ALL, kept(Entry::Schedule(schedule()));
    News::Staff(StaffNews::Gone(EntryId::Schedule(_))) => ALL, gone(EntryId::Schedule(ScheduleId(9)));
    News::Staff(StaffNews::Kept(Entry::Campaign(_))) => ALL, kept(Entry::Campaign(campaign()));
    News::Staff(StaffNews::Gone(EntryId::Campaign(_))) => ALL, gone(EntryId::Campaign(CampaignId(9)));
    // A lead is a customer's name and number: its agent's, and who steers campaigns.
    News::Staff(StaffNews::Record(_)) => CARE, News::Staff(StaffNews::Record(Box::new(record())));
    News::Staff(StaffNews::Campaign(_)) => ALL, News::Staff(StaffNews::Campaign(progress()));
    News::Staff(StaffNews::Promise(_)) => CARE, News::Staff(StaffNews::Promise(promise()));
    News::Staff(StaffNews::Appointment(_)) => ADMINISTRATION, News::Staff(StaffNews::Appointment(appointed()));
    News::Staff(StaffNews::Letter(_)) => ADMINISTRATION, News::Staff(StaffNews::Letter(letter()));
    News::Staff(StaffNews::Reminder { to: To::Person(_), .. }) => &[ANA], reminder(To::Person(ANA));
    News::Staff(StaffNews::Reminder { to: To::Department(_), .. }) => ADMINISTRATION,
        reminder(To::Department(ItemId(3)));
    News::Staff(StaffNews::Gone(EntryId::User(_))) => WORK, gone(EntryId::User(ANA));
    News::Staff(StaffNews::Gone(EntryId::Perfil(_))) => ALL, gone(EntryId::Perfil(PerfilId(9)));
    News::Staff(StaffNews::Gone(EntryId::Queue(_))) => ALL, gone(EntryId::Queue(QueueId(9)));
    News::Staff(StaffNews::Gone(EntryId::Item(_))) => ALL, gone(EntryId::Item(ItemId(9)));
    News::Alert(Alert::RegistrationLost { .. }) => HOUSE, News::Alert(lost());
    News::Alert(Alert::GroupDown { .. }) => ADMINISTRATION, News::Alert(Alert::GroupDown { group: "pbx".into() });
    News::Alert(Alert::GroupUp { .. }) => ADMINISTRATION, News::Alert(Alert::GroupUp { group: "pbx".into() });
    News::Alert(Alert::StoreFailing { .. }) => ADMINISTRATION, News::Alert(Alert::StoreFailing { why: why() });
    News::Alert(Alert::StoreWorks) => ADMINISTRATION, News::Alert(Alert::StoreWorks);
    News::Alert(Alert::ClockNotSynchronised) => ADMINISTRATION, News::Alert(Alert::ClockNotSynchronised);
    News::Alert(Alert::NoMediaPorts) => ADMINISTRATION, News::Alert(Alert::NoMediaPorts);
    News::Alert(Alert::NoRecordings { .. }) => ADMINISTRATION, News::Alert(Alert::NoRecordings { why: why() });
    News::Alert(Alert::RecordingsWork) => ADMINISTRATION, News::Alert(Alert::RecordingsWork);
    News::Alert(Alert::DiskLow { .. }) => ADMINISTRATION, News::Alert(Alert::DiskLow { free_mb: 1, least_mb: 2 });
    News::Alert(Alert::ForgottenHold { .. }) => WORK,
        News::Alert(Alert::ForgottenHold { call: CALL, account: ramal(), seconds: 60 });
    News::Alert(Alert::NotRecorded { .. }) => WORK, News::Alert(Alert::NotRecorded { call: CALL, account: ramal() });
    News::Alert(Alert::RecordingIncomplete { .. }) => WORK,
        News::Alert(Alert::RecordingIncomplete { call: CALL, recording: RecordingId(1), chunks: 1 });
    News::Alert(Alert::PhoneLost { .. }) => WORK,
        News::Alert(Alert::PhoneLost { device: "mesa".into(), account: ramal(), why: why() });
    News::Alert(Alert::PauseOverLimit { .. }) => WORK,
        News::Alert(Alert::PauseOverLimit { user: ANA, reason: ItemId(1), seconds: 600 });
    News::Alert(Alert::BreakOverdue { .. }) => WORK,
        News::Alert(Alert::BreakOverdue { user: ANA, reason: ItemId(1), at: DateTime::UNIX_EPOCH });
    News::Alert(Alert::NobodySignedIn { .. }) => LOOKERS,
        News::Alert(Alert::NobodySignedIn { queue: QueueId(1), name: "SAC".to_owned() });
    News::Alert(Alert::Promise(_)) => CARE, News::Alert(Alert::Promise(missed()));
    News::Alert(Alert::Letter(_)) => ADMINISTRATION,
        News::Alert(Alert::Letter(outbox::Alert { item: OutboxId(5), why: outbox::Dead::Unknown }));
    News::Alert(Alert::DialingHeld { .. }) => CARERS, News::Alert(Alert::DialingHeld { doubt: Doubt::Clock });
    News::Alert(Alert::NotReturned { .. }) => CARERS, News::Alert(Alert::NotReturned { call: CALL, why: NoReturn::NoHours });
    News::Alert(Alert::Over(_)) => HOUSE, News::Alert(Alert::Over(Box::new(lost())));
}

#[test]
fn every_kind_of_news_reaches_who_must_see_it_and_nobody_else() {
    let (staff, mut faults) = (staff(), Vec::new());
    for (kind, news, who) in table() {
        let audience = audience(&news, |_| Some(ANA), |_| Some(ANA), |_| false);
        for user in [ANA, BIA, SARA, HELENA, OTTO, LEFT, NEVER] {
            let told = admits(&staff, Actor::User(user), &audience);
            if told != who.contains(&user) {
                faults.push(format!("{kind}: user {} is {}told", user.0, if told { "" } else { "not " }));
            }
        }
        assert!(admits(&staff, Actor::Local, &audience), "{kind}: the daemon's own socket is told everything");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_nobodys_reaches_no_agent_but_what_everybody_may_know() {
    let staff = staff();
    for (kind, news, who) in table() {
        let unowned = match news {
            News::Call(_) => News::Call(call(None)),
            News::CallEnded(_) => News::CallEnded(call(None)),
            // Of a person by their nature.
            News::Staff(StaffNews::Agent(_) | StaffNews::TakenOver { .. } | StaffNews::Reminder { .. }) => continue,
            News::Staff(StaffNews::Kept(Entry::User(_)) | StaffNews::Gone(EntryId::User(_))) => continue,
            News::Alert(Alert::PauseOverLimit { .. } | Alert::BreakOverdue { .. }) => continue,
            News::Staff(StaffNews::Promise(_) | StaffNews::Record(_)) | News::Alert(Alert::Promise(_)) => continue,
            other => other,
        };
        let audience = audience(&unowned, |_| None, |_| None, |_| false);
        let told = [ANA, BIA].map(|user| admits(&staff, Actor::User(user), &audience));
        assert_eq!(told, [who == ALL; 2], "{kind}");
        let others = who.iter().filter(|user| **user != ANA && **user != BIA);
        others.for_each(|user| assert!(admits(&staff, Actor::User(*user), &audience), "{kind}: {}", user.0));
    }
}

#[test]
fn a_program_is_told_what_its_person_is_as_far_as_its_scopes_go() {
    let staff = staff();
    let program = |user, scopes: &[Permission]| {
        let scopes: Scopes = scopes.iter().copied().collect();
        Actor::Program { user, scopes }
    };
    for (kind, news, who) in table() {
        let audience = audience(&news, |_| Some(ANA), |_| Some(ANA), |_| false);
        let of = |user, scopes| admits(&staff, program(user, scopes), &audience);
        assert_eq!(of(HELENA, &[]), who == ALL, "{kind}: a right that was not given to the program");
        assert_eq!(of(HELENA, Permission::ALL), who.contains(&HELENA), "{kind}");
        assert_eq!(of(BIA, Permission::ALL), who.contains(&BIA), "{kind}: a right that its person does not have");
        assert!(!of(LEFT, Permission::ALL), "{kind}");
    }
}

fn staff() -> Staff {
    let mut staff = Staff::default();
    let people = [
        (ANA, Builtin::Agent, true),
        (BIA, Builtin::Agent, true),
        (SARA, Builtin::Supervisor, true),
        (HELENA, Builtin::Administrator, true),
        (OTTO, Builtin::Auditor, true),
        (LEFT, Builtin::Administrator, false),
    ];
    people.into_iter().for_each(|(user, builtin, active)| {
        staff.apply(Change::Keep(Entry::User(person(user, builtin, active))));
    });
    staff
}

fn person(user: UserId, builtin: Builtin, active: bool) -> User {
    User {
        user,
        login: format!("u{}", user.0),
        name: "Someone".to_owned(),
        language: "en".to_owned(),
        perfil: builtin.id(),
        ramal: None,
        location: None,
        queues: BTreeSet::new(),
        departments: BTreeSet::new(),
        directions: Directions::Both,
        active,
    }
}

fn ramal() -> AccountName {
    "20".into()
}

fn why() -> String {
    "for no reason".to_owned()
}

fn lost() -> Alert {
    Alert::RegistrationLost { account: ramal(), why: why() }
}

fn kept(entry: Entry) -> News {
    News::Staff(StaffNews::Kept(entry))
}

fn gone(id: EntryId) -> News {
    News::Staff(StaffNews::Gone(id))
}

fn taken_over() -> News {
    News::Staff(StaffNews::TakenOver { call: Box::new(call(Some(ANA))), by: "Sara".to_owned() })
}

fn perfil() -> Perfil {
    Perfil { perfil: PerfilId(9), name: "x".to_owned(), builtin: None, permissions: BTreeSet::new() }
}

fn item() -> Item {
    Item { item: ItemId(9), list: List::PauseReason, name: "Café".to_owned(), limit_s: None, nr17: false, shift: None }
}

fn queue() -> Queue {
    Queue {
        queue: QueueId(9),
        name: "SAC".to_owned(),
        number: "800".to_owned(),
        wrap_up_s: 0,
        music: None,
        script: String::new(),
        hours: Vec::new(),
        holidays: BTreeSet::new(),
    }
}

fn campaign() -> Campaign {
    Campaign::new(CampaignId(9), "Renova", DialMode::Preview, Vec::new())
}

fn progress() -> campaign::CampaignView {
    campaign::CampaignView {
        pacing: None,
        campaign: CampaignId(9),
        standing: campaign::Standing::Running,
        members: vec![ANA],
        ready: 3,
        dialling: 1,
        talking: 0,
        held: Vec::new(),
        lacks: Vec::new(),
        dry: false,
    }
}

/// Ana has it.
fn record() -> campaign::RecordView {
    campaign::RecordView {
        lead: LeadId(4),
        campaign: CampaignId(9),
        standing: campaign::Place::Open,
        user: Some(ANA),
        recipient: "Maria".to_owned(),
        phones: Vec::new(),
        fields: Vec::new(),
        tried: Vec::new(),
        call: None,
        machine: false,
        callback: None,
        until: None,
        denied: None,
    }
}

fn schedule() -> Schedule {
    Schedule {
        id: ScheduleId(9),
        name: "Retornos".to_owned(),
        zone: chrono_tz::America::Sao_Paulo,
        week: [None; 7],
        closed: Default::default(),
        slot_minutes: 30,
        capacity: 1,
        attempts: 3,
        interval_minutes: 10,
        mode: Mode::Automatic,
        absence: Absence { grace_minutes: 15, then: Then::Stay },
        patience_s: 60,
        queues: BTreeSet::new(),
        returns: false,
        calendar: Calendar::default(),
    }
}

/// Ana is to keep it.
fn promise() -> PromiseView {
    let due = Due::of(&schedule(), DateTime::UNIX_EPOCH);
    let number = crate::number::Number {
        dialled: "22".to_owned(),
        normalised: "22".to_owned(),
        kind: crate::number::NumberKind::Extension,
    };
    let owner = callback::Owner::Person(ANA);
    let promise = Promise {
        id: PromiseId(8),
        kind: crate::callback::Kind::Callback,
        version: 1,
        schedule: ScheduleId(9),
        terms: Terms { recipient: "Maria".to_owned(), number, note: String::new(), owner, due },
        protocolo: None,
        next: due.at,
        attempts: 0,
        tries: 0,
        denied: None,
    };
    PromiseView { promise, standing: Standing::Open, user: None }
}

fn appointed() -> Box<appointment::Row> {
    let terms = appointment::Terms {
        person: None,
        contact: ContactId(41),
        department: ItemId(3),
        agent: Some(ANA),
        action: appointment::Action::Notify,
        comment: String::new(),
        message: None,
        files: Vec::new(),
        due: Due::of(&schedule(), DateTime::UNIX_EPOCH),
    };
    let changed = DateTime::UNIX_EPOCH;
    let appointment = appointment::Appointment { id: AppointmentId(9), version: 1, creator: HELENA, changed, terms };
    Box::new(appointment::Row { appointment, phase: appointment::Phase::Open })
}

#[test]
fn ag_08_a_department_with_people_in_it_is_reminded_and_nobody_else() {
    let mut staff = staff();
    let news = reminder(To::Department(ItemId(3)));
    let told = |staff: &Staff| {
        let audience = audience(&news, |_| None, |_| None, |item| staff.staffed_departments().contains(&item));
        let all = ALL.iter().filter(|user| admits(staff, Actor::User(**user), &audience));
        all.copied().collect::<Vec<_>>()
    };
    let before = told(&staff);
    assert_eq!(before, ADMINISTRATION, "nobody is in it: who makes appointments");
    let bia = User { departments: BTreeSet::from([ItemId(3)]), ..person(BIA, Builtin::Agent, true) };
    staff.apply(Change::Keep(Entry::User(bia.clone())));
    assert_eq!(told(&staff), [BIA]);
    staff.apply(Change::Keep(Entry::User(User { active: false, ..bia })));
    assert_eq!(told(&staff), before, "Bia has left");
}

fn reminder(to: To) -> News {
    News::Staff(StaffNews::Reminder { to, row: appointed() })
}

fn letter() -> Box<outbox::Row> {
    let letter = outbox::Letter {
        id: OutboxId(5),
        key: "appointment-9".to_owned(),
        to: outbox::Destination::Webhook { hook: "sms".to_owned(), number: None },
        body: "Bom dia".to_owned(),
        files: Vec::new(),
        appointment: None,
    };
    let next = DateTime::UNIX_EPOCH;
    let item = outbox::Item { letter, version: 1, next, tries: 0, failures: 0, why: None };
    Box::new(outbox::Row { item, phase: outbox::Phase::Queued })
}

fn missed() -> OfPromise {
    OfPromise { promise: PromiseId(8), owner: callback::Owner::Person(ANA), what: Wrong::Missed }
}

fn agent() -> AgentView {
    AgentView {
        user: ANA,
        name: "Ana".to_owned(),
        ramal: Some(ramal()),
        state: AgentState::Ready,
        since: DateTime::UNIX_EPOCH,
        until: None,
        after_call: None,
        queues: Vec::new(),
        device: None,
        next_break: None,
        page_gone: false,
    }
}

/// Sara listens to Ana's call.
fn supervision() -> SupervisionView {
    SupervisionView {
        account: "21".into(),
        supervisor: Some(SARA),
        name: "Sara".to_owned(),
        leg: Some(LegId(3)),
        call: CALL,
        agent: Some(ANA),
        mode: Some(crate::call::SuperviseMode::Listen),
        since: DateTime::UNIX_EPOCH,
        why: None,
    }
}

fn phone() -> PhoneView {
    PhoneView {
        device: "mesa".into(),
        number: "1005".to_owned(),
        account: ramal(),
        leg: LegId(4),
        state: PhoneState::Connected,
        since: DateTime::UNIX_EPOCH,
        why: None,
    }
}

fn lamp() -> WatchedView {
    WatchedView { account: ramal(), number: "22".to_owned(), state: WatchedState::Idle, since: None, why: None }
}

fn group() -> GroupView {
    GroupView { group: "pbx".into(), up: true, registered: 1, accounts: 1, round_trip_ms: None, last_error: None }
}

fn account() -> AccountView {
    AccountView {
        account: ramal(),
        kind: AccountKind::Extension,
        group: "pbx".into(),
        registration: RegistrationView::default(),
        do_not_disturb: false,
        calls: 0,
        device: "null".into(),
        messages: None,
    }
}

fn message() -> MessageView {
    MessageView {
        message: MessageId(5),
        direction: Direction::Inbound,
        account: ramal(),
        number: "22".to_owned(),
        name: None,
        text: "olá".to_owned(),
        at: DateTime::UNIX_EPOCH,
        state: MessageState::Received,
        why: None,
    }
}

fn call(user: Option<UserId>) -> CallView {
    CallView {
        call: CALL,
        protocolo: "20260312000001".to_owned(),
        direction: Direction::Inbound,
        account: ramal(),
        user,
        queue: None,
        contact: None,
        case: None,
        promise: None,
        number: "+5511900000000".to_owned(),
        name: None,
        diverted_from: None,
        asserted: None,
        state: CallState::Answered,
        started: DateTime::UNIX_EPOCH,
        answered: None,
        ended: None,
        cause: None,
        muted: false,
        held: false,
        held_by_peer: false,
        bridged_with: None,
        conference: Some(ConferenceView { conference: ConferenceId(1), led: true, silenced: false }),
        recording: None,
        supervised: Vec::new(),
        consults: None,
        transfer: None,
        trouble: None,
        legs: Vec::new(),
    }
}
