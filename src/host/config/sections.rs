//! What the desktop may write of the configuration beside extensions, as it is in force and as a file would spell it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::report::Place;
use super::table::Table;

/// Values by key, as a file spells them; null where there is none.
pub(super) type Spelled = BTreeMap<&'static str, Value>;

/// One section.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Section {
    /// As in brackets: `alerts`, `profile.asterisk`.
    pub section: String,
    /// `file:line`; none: it stands nowhere, and is what the program brings along.
    pub place: Option<String>,
    /// It stands in the desktop's own file, or nowhere yet: it is changed there.
    pub administered: bool,
    pub keys: BTreeMap<&'static str, Setting>,
}

/// One key of a section.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Setting {
    pub value: Value,
    /// What it is where nothing is said.
    pub usual: Value,
}

impl Section {
    pub(super) fn new(section: String, place: Option<Place>, own: &Table<'_>, now: Spelled, usual: Spelled) -> Section {
        let administered = place.as_ref().is_none_or(|place| place.file == own.here().file);
        let setting = |(key, value)| (key, Setting { value, usual: usual.get(key).cloned().unwrap_or_default() });
        let keys = now.into_iter().map(setting).collect();
        Section { section, place: place.map(|place| place.short()), administered, keys }
    }
}
