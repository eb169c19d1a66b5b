//! A lead that somebody wrote by hand or a program sent: looked at like a row of a file.

use engine::campaign::Priority;
use engine::config::GateRules;

use super::fault::Fault;
use super::row::{number, within};
use super::{LONGEST_CELL, LONGEST_NAME, MOST_COLUMNS, MOST_PHONES};
use crate::store::NewLead;

/// As it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    pub recipient: String,
    /// Numbers in any spelling, each with its label, in the order to be tried.
    pub phones: Vec<(String, String)>,
    /// 1 (first) to 9; none: 5.
    pub priority: Option<u8>,
    /// As `America/Manaus`; none: by prefix.
    pub zone: Option<String>,
    /// Names and values that the agent is shown, in this order.
    pub fields: Vec<(String, String)>,
}

/// What is wrong with a field of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    pub field: &'static str,
    pub fault: Fault,
}

impl Given {
    /// The lead that it is.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn read(self, rules: &GateRules) -> Result<NewLead, Wrong> {
        let of = |field: &'static str| move |fault: Fault| Wrong { field, fault };
        let recipient = self.recipient.trim().to_owned();
        within(&recipient, LONGEST_NAME).map_err(of("recipient"))?;
        match self.phones.len() {
            0 => return Err(of("phones")(Fault::NoPhone)),
            count if count > MOST_PHONES => return Err(of("phones")(Fault::Phones)),
            _ => {}
        }
        let phone = |(written, label): &(String, String)| {
            within(label, LONGEST_NAME)?;
            Ok((number(written.trim(), rules)?, label.trim().to_owned()))
        };
        let phones = self.phones.iter().map(phone).collect::<Result<_, Fault>>().map_err(of("phones"))?;
        let priority = self.priority.map_or_else(Priority::default, Priority);
        if !(Priority::FIRST..=Priority::LAST).contains(&priority) {
            return Err(of("priority")(Fault::Priority));
        }
        let zone = self.zone.map(|zone| zone.parse().map_err(|_| of("zone")(Fault::Zone))).transpose()?;
        if self.fields.len() > MOST_COLUMNS {
            return Err(of("fields")(Fault::Fields));
        }
        for (name, value) in &self.fields {
            within(name, LONGEST_NAME).and_then(|()| within(value, LONGEST_CELL)).map_err(of("fields"))?;
        }
        Ok(NewLead { recipient, phones, priority, zone, fields: self.fields })
    }
}
