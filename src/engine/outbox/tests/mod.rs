//! Letters on their way, in virtual time: a disk that keeps rows, and a network that does as told.

mod crash;
mod events;
mod stories;
mod turns;
mod world;

use super::*;
use crate::id::FileId;
use crate::number::{Number, NumberKind};

const FIRST: OutboxId = OutboxId(1);

fn number(text: &str) -> Number {
    Number { dialled: text.to_owned(), normalised: text.to_owned(), kind: NumberKind::National }
}

/// A text message; its number ends with `to`.
fn text(id: u64, to: u64) -> Letter {
    letter(id, Destination::Text { number: number(&format!("+551198765432{to}")) })
}

fn webhook(id: u64, hook: &str, to: u64) -> Letter {
    let number = Some(number(&format!("+551198765432{to}")));
    letter(id, Destination::Webhook { hook: hook.to_owned(), number })
}

fn event(id: u64, hook: &str, about: u64) -> Letter {
    letter(id, Destination::Event { hook: hook.to_owned(), about: about.to_string() })
}

fn letter(id: u64, to: Destination) -> Letter {
    Letter {
        id: OutboxId(id),
        key: format!("key-{id}"),
        to,
        body: format!("body {id}"),
        files: vec![],
        appointment: None,
    }
}
