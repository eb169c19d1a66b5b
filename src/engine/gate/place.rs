//! Where a number is, as far as its digits tell: what hours, holidays and the days of attempts go by.

use chrono_tz::Tz;

use super::Law;
use crate::number::{Number, NumberKind};
use crate::rules::{Area, Whom};
use crate::time::Now;

/// A number with all places where it may be.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub law: &'a Law<'a>,
    pub number: &'a Number,
    pub area: Option<&'a Area>,
    /// All zones of the prefix, else the installation's; never empty.
    pub zones: &'a [Tz],
}

impl<'a> Place<'a> {
    pub fn of(law: &'a Law<'a>, number: &'a Number, now: Now) -> Place<'a> {
        let area = law.rules.area(number, now.civil.date_naive());
        let zones = area.map_or(std::slice::from_ref(&law.zone), |area| &area.zones);
        Place { law, number, area, zones }
    }

    pub fn whom(&self) -> Whom<'a> {
        Whom::of(self.number, self.area)
    }

    /// In another country, of which no rule speaks: it may be any hour there.
    pub fn is_unknown(&self) -> bool {
        self.area.is_none() && self.number.kind == NumberKind::International
    }
}
