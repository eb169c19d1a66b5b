//! What the journal is told: state, never secrets, numbers redacted.

use engine::callback::Wrong;
use engine::news::{Alert, News, RegistrationState, StaffNews};
use engine::number::redacted;
use tracing::{debug, info, warn};

/// One line for each piece of news that an operator may want to find again.
pub(super) fn news(news: &News) {
    match news {
        News::Call(view) => {
            debug!(call = %view.call, number = %redacted(&view.number), state = ?view.state, trouble = ?view.trouble, "call")
        }
        News::CallEnded(view) => {
            let cause = view.cause.as_ref();
            info!(
                call = %view.call,
                protocolo = %view.protocolo,
                number = %redacted(&view.number),
                account = %view.account,
                direction = ?view.direction,
                answered = view.answered.is_some(),
                kind = ?cause.map(|cause| cause.kind),
                by = ?cause.map(|cause| cause.by),
                sip = cause.and_then(|cause| cause.sip),
                "call ended"
            );
        }
        News::Account(view) => match view.registration.state {
            RegistrationState::Refused => {
                warn!(account = %view.account, why = view.registration.last_error.as_deref(), "registration refused");
            }
            RegistrationState::Waiting
            | RegistrationState::Registering
            | RegistrationState::Registered
            | RegistrationState::Unregistered
            | RegistrationState::NotNeeded => {
                debug!(account = %view.account, state = ?view.registration.state, "account");
            }
        },
        News::AccountGone(account) => info!(%account, "account left the configuration"),
        News::Group(view) => info!(
            group = %view.group,
            up = view.up,
            registered = view.registered,
            accounts = view.accounts,
            error = view.last_error.as_deref(),
            "registrar"
        ),
        News::Watched(view) => debug!(account = %view.account, watched = %view.number, state = ?view.state, "watched"),
        News::Message(view) => info!(
            message = %view.message,
            account = %view.account,
            number = %redacted(&view.number),
            direction = ?view.direction,
            state = ?view.state,
            why = view.why.as_deref(),
            "text message"
        ),
        News::Alert(alert) => alert_line(alert),
        News::Staff(news) => staff(news),
        News::Totals(_) | News::Digit { .. } | News::Quality { .. } => {}
    }
}

fn staff(news: &StaffNews) {
    match news {
        StaffNews::Agent(view) => debug!(user = %view.user, state = ?view.state, "agent"),
        StaffNews::Phone(view) => info!(
            device = %view.device,
            number = %redacted(&view.number),
            account = %view.account,
            state = ?view.state,
            why = ?view.why.as_ref().map(|why| why.kind),
            "desk phone"
        ),
        StaffNews::Supervision(view) => info!(
            call = %view.call,
            account = %view.account,
            mode = ?view.mode,
            why = ?view.why,
            "supervision"
        ),
        StaffNews::TakenOver { call, .. } => info!(call = %call.call, "taken over"),
        StaffNews::Record(view) => debug!(lead = %view.lead, place = ?view.standing, "record"),
        StaffNews::Campaign(view) => debug!(campaign = %view.campaign, dialling = view.dialling, "campaign"),
        StaffNews::Promise(view) => debug!(callback = %view.promise.id, state = ?view.standing, "callback"),
        StaffNews::Appointment(row) => debug!(appointment = %row.appointment.id, phase = ?row.phase, "appointment"),
        StaffNews::Reminder { row, .. } => debug!(appointment = %row.appointment.id, "somebody is told"),
        StaffNews::Letter(row) => debug!(item = %row.item.letter.id, phase = ?row.phase, "message on its way out"),
        StaffNews::Kept(entry) => info!(entry = ?entry.id(), "kept"),
        StaffNews::Gone(entry) => info!(?entry, "deleted"),
    }
}

fn alert_line(alert: &Alert) {
    match alert {
        Alert::RegistrationLost { account, why } => warn!(%account, %why, "registration lost"),
        Alert::GroupDown { group } => warn!(%group, "registrar does not answer"),
        Alert::GroupUp { group } => info!(%group, "registrar answers"),
        Alert::StoreFailing { why } => warn!(%why, "the store fails; calls live on, nothing is dialled automatically"),
        Alert::StoreWorks => info!("the store works again"),
        Alert::NobodySignedIn { name, .. } => info!(queue = %name, "a queue is open and nobody is signed in"),
        Alert::DiskLow { free_mb, least_mb } => warn!(free_mb, least_mb, "the disk is nearly full"),
        Alert::Over(alert) => info!(?alert, "over"),
        Alert::ClockNotSynchronised => warn!("the clock is not synchronised"),
        Alert::PhoneLost { device, why, .. } => {
            warn!(%device, %why, "a desk phone was put down in mid-call; its call waits")
        }
        Alert::NoRecordings { why } => warn!(%why, "no new recordings; calls go on"),
        Alert::RecordingsWork => info!("calls can be recorded again"),
        Alert::NotRecorded { call, account } => warn!(%call, %account, "a call that should be recorded is not"),
        Alert::RecordingIncomplete { call, recording, chunks } => {
            warn!(%call, %recording, chunks, "a recording lacks seconds: the disk does not keep up");
        }
        Alert::ForgottenHold { call, account, seconds } => warn!(%call, %account, seconds, "on hold for long"),
        Alert::PauseOverLimit { user, seconds, .. } => info!(%user, seconds, "a pause is over its limit"),
        Alert::BreakOverdue { user, at, .. } => info!(%user, %at, "a planned break was not begun"),
        // The rule alone: its sentence is for screens.
        Alert::Promise(alert) => match &alert.what {
            Wrong::Denied(denial) => warn!(callback = %alert.promise, rule = %denial.rule, "not dialled"),
            what => warn!(callback = %alert.promise, ?what, "a callback is not kept as it should be"),
        },
        Alert::Letter(alert) => warn!(item = %alert.item, why = ?alert.why, "a message waits for a person"),
        Alert::DialingHeld { doubt } => warn!(?doubt, "nothing is dialled automatically"),
        Alert::NotReturned { call, why } => warn!(%call, ?why, "a dropped call is not returned"),
        Alert::NoMediaPorts => warn!("every media port is in use; widen media.rtp_ports"),
    }
}
