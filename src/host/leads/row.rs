//! A row of a file as a lead, or all that is wrong with it.

use std::borrow::Cow;

use engine::campaign::Priority;
use engine::config::GateRules;
use engine::number::{Number, NumberKind};

use super::columns::{Column, Meaning};
use super::fault::{Fault, RowError};
use super::{LONGEST_CELL, LONGEST_NAME, MOST_PHONES};
use crate::store::NewLead;

/// What a row is.
pub(super) enum Row {
    Lead(NewLead),
    Bad(Vec<RowError>),
    /// Separators and nothing between them.
    Blank,
}

/// From the cells of a record that begins on `line`.
pub(super) fn read<'r>(
    cells: impl Iterator<Item = Cow<'r, str>>,
    has: usize,
    line: u64,
    columns: &[Column],
    rules: &GateRules,
) -> Row {
    let cells: Vec<Cow<'r, str>> = cells.collect();
    if cells.iter().all(|cell| cell.is_empty()) {
        return Row::Blank;
    }
    if has != columns.len() {
        return Row::Bad(vec![RowError::new(line, "", "", &Fault::Cells { has, wanted: columns.len() })]);
    }
    let mut reading = Reading { lead: empty(), line, bad: Vec::new() };
    for (column, cell) in columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        if let Err(fault) = reading.take(column, &cell, rules) {
            reading.bad.push(RowError::new(line, &column.name, &cell, &fault));
        }
    }
    reading.finish()
}

struct Reading {
    lead: NewLead,
    line: u64,
    bad: Vec<RowError>,
}

impl Reading {
    fn take(&mut self, column: &Column, cell: &str, rules: &GateRules) -> Result<(), Fault> {
        if column.meaning == Meaning::Ignored {
            return Ok(());
        }
        within(cell, if column.meaning == Meaning::Recipient { LONGEST_NAME } else { LONGEST_CELL })?;
        match column.meaning {
            Meaning::Recipient => self.lead.recipient = cell.to_owned(),
            Meaning::Phone => self.lead.phones.push((number(cell, rules)?, column.name.clone())),
            Meaning::Priority => self.lead.priority = priority(cell).ok_or(Fault::Priority)?,
            Meaning::Zone => self.lead.zone = Some(cell.parse().map_err(|_| Fault::Zone)?),
            Meaning::Field => self.lead.fields.push((column.name.clone(), cell.to_owned())),
            Meaning::Ignored => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Row {
        let count = self.lead.phones.len();
        if count > MOST_PHONES {
            self.bad.push(RowError::new(self.line, "", "", &Fault::Phones));
        } else if count == 0 && self.bad.is_empty() {
            self.bad.push(RowError::new(self.line, "", "", &Fault::NoPhone));
        }
        if self.bad.is_empty() { Row::Lead(self.lead) } else { Row::Bad(self.bad) }
    }
}

fn empty() -> NewLead {
    NewLead {
        recipient: String::new(),
        phones: Vec::new(),
        priority: Priority::default(),
        zone: None,
        fields: Vec::new(),
    }
}

/// Text as it may be kept and shown.
pub(super) fn within(cell: &str, longest: usize) -> Result<(), Fault> {
    if cell.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(Fault::Control);
    }
    // Bytes are counted first, being many times as fast.
    match cell.len() > longest && cell.chars().count() > longest {
        true => Err(Fault::Long(longest)),
        false => Ok(()),
    }
}

pub(super) fn number(cell: &str, rules: &GateRules) -> Result<Number, Fault> {
    let number = Number::read(cell, rules)?;
    match number.kind {
        NumberKind::National | NumberKind::TollFree | NumberKind::International => Ok(number),
        NumberKind::Extension | NumberKind::Premium | NumberKind::Service | NumberKind::Emergency => Err(Fault::Kind),
    }
}

fn priority(cell: &str) -> Option<Priority> {
    match cell.to_lowercase().as_str() {
        "alta" | "high" => Some(Priority::FIRST),
        "média" | "media" | "normal" | "medium" => Some(Priority::default()),
        "baixa" | "low" => Some(Priority::LAST),
        digit => digit.parse().ok().map(Priority).filter(|own| (Priority::FIRST..=Priority::LAST).contains(own)),
    }
}
