//! Promises, kept and broken, in virtual time: beside `assign`, a disk that keeps rows, a gate and an exchange that do as told.

mod crash;
mod slots;
mod stories;
mod wishes;
mod world;

use chrono::{NaiveDate, NaiveDateTime};

use super::*;
use crate::assign::Work;
use crate::id::{CommandId, QueueId};
use crate::judgement::{Denial, Judgement};
use crate::number::{Number, NumberKind};

const ANA: UserId = UserId(1);
const BRUNO: UserId = UserId(2);
const SALES: QueueId = QueueId(1);
const DAILY: ScheduleId = ScheduleId(1);
const FIRST: PromiseId = PromiseId(1);

/// Weekdays nine to six in São Paulo, half an hour a slot, two promises each.
fn daily() -> Schedule {
    let hours = Some(Hours { from: 9 * 60, until: 18 * 60 });
    Schedule {
        id: DAILY,
        name: "Dias úteis".to_owned(),
        zone: chrono_tz::America::Sao_Paulo,
        week: [hours, hours, hours, hours, hours, None, None],
        closed: BTreeMap::from([(day(2026, 11, 20), "Consciência Negra".to_owned())]),
        slot_minutes: 30,
        capacity: 2,
        attempts: 3,
        interval_minutes: 10,
        mode: Mode::Automatic,
        absence: Absence { grace_minutes: 15, then: Then::Queue(SALES) },
        patience_s: 60,
        queues: BTreeSet::new(),
        returns: false,
        calendar: Calendar::default(),
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

/// `"2026-11-23 09:30"`, on the wall in São Paulo.
fn wall(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time")
}

fn draft(when: &str, owner: Owner) -> Draft {
    let text = "+5511987654321".to_owned();
    let number = Number { dialled: text.clone(), normalised: text, kind: NumberKind::National };
    Draft { recipient: "Dona Maria".to_owned(), number, note: String::new(), owner, when: wall(when) }
}
