//! Appointments in virtual time: beside the real outbox, a disk that keeps rows, a customer base, screens and a network that do as told.

mod crash;
mod forms;
mod spacing;
mod stories;
mod world;

use chrono::{NaiveDateTime, TimeDelta};

use super::*;
use crate::callback::Due;
use crate::id::{CommandId, ContactId, FileId, ItemId, UserId};
use crate::number::{Number, NumberKind};
use crate::outbox::{Attachment, Destination};

const ANA: UserId = UserId(1);
const BRUNO: UserId = UserId(2);
const SUPPORT: ItemId = ItemId(1);
const SALES: ItemId = ItemId(2);
const MARIA: ContactId = ContactId(1);
const JOSE: ContactId = ContactId(2);
const FIRST: AppointmentId = AppointmentId(1);
const ZONE: chrono_tz::Tz = chrono_tz::America::Sao_Paulo;

/// `"2026-11-23 09:30:00"`, on the wall in São Paulo.
fn wall(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a time")
}

/// On that Monday, which all stories begin on.
fn today(time: &str) -> NaiveDateTime {
    let seconds = if time.len() == 5 { ":00" } else { "" };
    wall(&format!("2026-11-23 {time}{seconds}"))
}

/// Maria's, for Ana of the support.
fn draft(action: Action, time: &str) -> Draft {
    Draft {
        person: None,
        contact: Some(MARIA),
        department: Some(SUPPORT),
        agent: Some(ANA),
        action,
        comment: "Ligar sobre a fatura".to_owned(),
        message: None,
        files: vec![],
        when: today(time),
        zone: ZONE,
    }
}

fn file(name: &str, size: u64) -> Attachment {
    let (name, kind) = (name.to_owned(), "application/pdf".to_owned());
    Attachment { id: FileId(7), name, kind, size, sha256: "00".repeat(32) }
}

fn number() -> Number {
    let text = "+5511987654321".to_owned();
    Number { dialled: text.clone(), normalised: text, kind: NumberKind::National }
}

fn text(body: &str) -> Option<Message> {
    Some(Message { to: Destination::Text { number: number() }, body: body.to_owned() })
}

fn webhook(body: &str) -> Option<Message> {
    let to = Destination::Webhook { hook: "whatsapp".to_owned(), number: Some(number()) };
    Some(Message { to, body: body.to_owned() })
}
