//! The table as each of the built-in *perfis* meets it.

use std::collections::BTreeSet;

use super::*;
use crate::staff::{Builtin, Change, Directions, Entry, User};

const AGENT: UserId = UserId(11);
const SUPERVISOR: UserId = UserId(12);
const ADMINISTRATOR: UserId = UserId(13);
const AUDITOR: UserId = UserId(14);
const GONE: UserId = UserId(15);

fn staff() -> Staff {
    let mut staff = Staff::default();
    let people = [
        (AGENT, Builtin::Agent, true),
        (SUPERVISOR, Builtin::Supervisor, true),
        (ADMINISTRATOR, Builtin::Administrator, true),
        (AUDITOR, Builtin::Auditor, true),
        (GONE, Builtin::Administrator, false),
    ];
    for (user, builtin, active) in people {
        staff.apply(Change::Keep(Entry::User(User {
            user,
            login: format!("{builtin:?}{active}"),
            name: "Someone".to_owned(),
            language: "en".to_owned(),
            perfil: builtin.id(),
            ramal: None,
            location: None,
            queues: BTreeSet::new(),
            departments: BTreeSet::new(),
            directions: Directions::Both,
            active,
        })));
    }
    staff
}

fn code(actor: Actor, action: Action, whose: Whose) -> Option<RefusalCode> {
    allowed(&staff(), actor, action, whose).err().map(|refusal| refusal.code)
}

const ACTIONS: &[Action] = &[
    Action::Dial,
    Action::Answer,
    Action::Reject,
    Action::HangUp,
    Action::Handle,
    Action::Bridge,
    Action::Conference,
    Action::Record,
    Action::Transfer,
    Action::Supervise,
    Action::TakeOver,
    Action::DoNotDisturb,
    Action::Register,
    Action::WatchNumbers,
    Action::SendMessage,
    Action::ChooseState,
    Action::ChooseQueues,
    Action::ChooseDevice,
    Action::LeavePage,
    Action::Drain,
    Action::KeepPromise,
    Action::Reassign,
    Action::Export,
    Action::Associate,
    Action::Import,
    Action::Settings,
];

#[test]
fn who_has_left_or_never_was_may_do_nothing() {
    for user in [GONE, UserId(99)] {
        for action in ACTIONS.iter().copied().chain([Action::Watch, Action::See(Kind::Queue)]) {
            assert_eq!(code(Actor::User(user), action, Whose::Of(user)), Some(RefusalCode::NotAllowed), "{action:?}");
        }
    }
}

#[test]
fn whoever_opens_the_socket_may_do_everything() {
    for action in ACTIONS {
        assert_eq!(code(Actor::Local, *action, Whose::Of(AGENT)), None, "{action:?}");
    }
}

#[test]
fn an_agent_works_with_own_calls_and_learns_nothing_of_others() {
    let agent = Actor::User(AGENT);
    for action in [Action::Answer, Action::HangUp, Action::Transfer, Action::Handle, Action::Record] {
        assert_eq!(code(agent, action, Whose::Of(AGENT)), None, "{action:?}");
        for whose in [Whose::Of(SUPERVISOR), Whose::Shared, Whose::Missing] {
            assert_eq!(code(agent, action, whose), Some(RefusalCode::NotFound), "{action:?} {whose:?}");
        }
    }
    assert_eq!(code(agent, Action::Create(Kind::User), Whose::Nothing), Some(RefusalCode::NotAllowed));
    assert_eq!(code(agent, Action::Drain, Whose::Nothing), Some(RefusalCode::NotAllowed));
}

#[test]
fn a_supervisor_ends_others_calls_but_does_not_speak_in_their_name() {
    let supervisor = Actor::User(SUPERVISOR);
    assert_eq!(code(supervisor, Action::HangUp, Whose::Of(AGENT)), None);
    assert_eq!(code(supervisor, Action::ChooseState, Whose::Of(AGENT)), None);
    assert_eq!(code(supervisor, Action::LeavePage, Whose::Of(AGENT)), Some(RefusalCode::NotAllowed));
    assert_eq!(code(Actor::User(AGENT), Action::LeavePage, Whose::Of(AGENT)), None);
    assert_eq!(code(supervisor, Action::Dial, Whose::Of(AGENT)), Some(RefusalCode::NotFound), "over another's ramal");
    assert_eq!(code(supervisor, Action::Answer, Whose::Of(AGENT)), Some(RefusalCode::NotAllowed), "seen, not answered");
    assert_eq!(code(supervisor, Action::Answer, Whose::Missing), Some(RefusalCode::NotFound));
    assert_eq!(code(supervisor, Action::Edit(Kind::User), Whose::Shared), Some(RefusalCode::NotAllowed));
}

#[test]
fn supervisors_and_administrators_supervise_and_to_agents_there_is_no_such_call() {
    for action in [Action::Supervise, Action::TakeOver] {
        for may in [SUPERVISOR, ADMINISTRATOR] {
            assert_eq!(code(Actor::User(may), action, Whose::Of(AGENT)), None, "{action:?}");
        }
        assert_eq!(code(Actor::User(AGENT), action, Whose::Of(SUPERVISOR)), Some(RefusalCode::NotFound));
        assert_eq!(code(Actor::User(AGENT), action, Whose::Of(AGENT)), Some(RefusalCode::NotAllowed));
        assert_eq!(code(Actor::User(AUDITOR), action, Whose::Of(AGENT)), Some(RefusalCode::NotAllowed));
    }
}

#[test]
fn an_auditor_looks_and_changes_nothing() {
    let auditor = Actor::User(AUDITOR);
    for kind in [Kind::Call, Kind::History, Kind::Recording, Kind::Audit, Kind::User] {
        assert_eq!(code(auditor, Action::See(kind), Whose::Of(AGENT)), None, "{kind:?}");
    }
    for action in ACTIONS.iter().filter(|action| **action != Action::Export) {
        assert!(code(auditor, *action, Whose::Of(AGENT)).is_some(), "{action:?}");
    }
}

#[test]
fn an_administrator_administers_and_still_has_no_share_in_others_talk() {
    let administrator = Actor::User(ADMINISTRATOR);
    for kind in [Kind::User, Kind::Perfil, Kind::Queue, Kind::Item(List::PauseReason), Kind::Item(List::Disposition)] {
        for action in [Action::Create(kind), Action::Edit(kind), Action::Delete(kind)] {
            assert_eq!(code(administrator, action, Whose::Shared), None, "{action:?}");
        }
    }
    assert_eq!(code(administrator, Action::Handle, Whose::Of(AGENT)), Some(RefusalCode::NotAllowed));
    assert_eq!(
        code(administrator, Action::Drain, Whose::Nothing),
        Some(RefusalCode::NotAllowed),
        "only the socket may"
    );
}

#[test]
fn what_is_told_of_a_call_reaches_its_person_and_who_sees_all() {
    let staff = staff();
    let audience = Audience::Owner { user: Some(AGENT), others: Permission::CallsSeeAll };
    let told =
        [AGENT, SUPERVISOR, ADMINISTRATOR, AUDITOR, GONE].map(|user| admits(&staff, Actor::User(user), &audience));
    assert_eq!(told, [true, true, true, true, false]);
    let audience = Audience::Owner { user: Some(SUPERVISOR), others: Permission::CallsSeeAll };
    assert!(!admits(&staff, Actor::User(AGENT), &audience));
}
