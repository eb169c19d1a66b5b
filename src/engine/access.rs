//! Who may do what to whose object: the one table, asked for every command.
//!
//! A new command or a new role does not compile before it has its place here.

use crate::border::{AccountCommand, Actor, Refusal, RefusalCode, What};
use crate::call;
use crate::messages;

/// Asks the table for one command.
pub fn allowed(actor: &Actor, what: &What) -> Result<(), Refusal> {
    let action = Action::of(what);
    match right(Role::of(actor), action) {
        Right::Everyones => Ok(()),
        Right::None => Err(Refusal::new(RefusalCode::NotAllowed, format!("{actor:?} has no right to {action:?}"))),
    }
}

/// What is done, without to whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Action {
    Dial,
    Answer,
    Reject,
    HangUp,
    /// Hold and resume, mute and unmute, consent, digits.
    Handle,
    Bridge,
    Conference,
    Record,
    Transfer,
    /// Sign a desk phone in and out.
    ConnectPhone,
    DoNotDisturb,
    Register,
    /// Which lamps an extension shows.
    WatchNumbers,
    SendMessage,
    Watch,
    Drain,
}

/// What an actor is to us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// Whoever may open the daemon's own socket (mode 0600) could as well stop the daemon.
    Administrator,
}

/// Whose objects a role may do an action to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Right {
    Everyones,
    #[expect(dead_code, reason = "the one role there is may do everything")]
    None,
}

fn right(role: Role, action: Action) -> Right {
    match (action, role) {
        (Action::Dial, Role::Administrator) => Right::Everyones,
        (Action::Answer, Role::Administrator) => Right::Everyones,
        (Action::Reject, Role::Administrator) => Right::Everyones,
        (Action::HangUp, Role::Administrator) => Right::Everyones,
        (Action::Handle, Role::Administrator) => Right::Everyones,
        (Action::Bridge, Role::Administrator) => Right::Everyones,
        (Action::Conference, Role::Administrator) => Right::Everyones,
        (Action::Record, Role::Administrator) => Right::Everyones,
        (Action::Transfer, Role::Administrator) => Right::Everyones,
        (Action::ConnectPhone, Role::Administrator) => Right::Everyones,
        (Action::DoNotDisturb, Role::Administrator) => Right::Everyones,
        (Action::Register, Role::Administrator) => Right::Everyones,
        (Action::WatchNumbers, Role::Administrator) => Right::Everyones,
        (Action::SendMessage, Role::Administrator) => Right::Everyones,
        (Action::Watch, Role::Administrator) => Right::Everyones,
        (Action::Drain, Role::Administrator) => Right::Everyones,
    }
}

impl Role {
    fn of(actor: &Actor) -> Role {
        match actor {
            Actor::Local => Role::Administrator,
        }
    }
}

impl Action {
    fn of(what: &What) -> Action {
        match what {
            What::Call(command) => Action::of_call(command),
            What::Account(AccountCommand::DoNotDisturb { .. }) => Action::DoNotDisturb,
            What::Account(AccountCommand::Register { .. }) => Action::Register,
            What::Subscription(_) => Action::WatchNumbers,
            What::Message(messages::Command::Send { .. }) => Action::SendMessage,
            What::Watch { .. } => Action::Watch,
            What::Drain => Action::Drain,
        }
    }

    fn of_call(command: &call::Command) -> Action {
        match command {
            call::Command::Dial { .. } => Action::Dial,
            call::Command::Answer { .. } => Action::Answer,
            call::Command::Reject { .. } => Action::Reject,
            call::Command::HangUp { .. } => Action::HangUp,
            call::Command::Hold { .. }
            | call::Command::Resume { .. }
            | call::Command::Mute { .. }
            | call::Command::Unmute { .. }
            | call::Command::AdvertConsent { .. }
            | call::Command::Dtmf { .. } => Action::Handle,
            call::Command::Conference(_) => Action::Conference,
            call::Command::Transfer(_) => Action::Transfer,
            call::Command::Bridge { .. } => Action::Bridge,
            call::Command::Record { .. } => Action::Record,
            call::Command::Phone(_) => Action::ConnectPhone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CallId;

    #[test]
    fn whoever_opens_the_socket_may_do_everything() {
        let call = CallId(1);
        let account = "20".into();
        for what in [
            What::Call(call::Command::Dial { route: None, number: "190".to_owned(), caller_id: None }),
            What::Call(call::Command::HangUp { call }),
            What::Call(call::Command::Bridge { first: call, second: CallId(2) }),
            What::Account(AccountCommand::DoNotDisturb { account, on: true }),
            What::Watch { since: None },
            What::Drain,
        ] {
            assert_eq!(allowed(&Actor::Local, &what), Ok(()));
        }
    }
}
