//! Lists as the API has them: what the store knows, and what is known only of an import at work.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{List, ListStanding, ListState};
use engine::id::ListId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::leads::{Failure, Known, Standing};
use crate::store::{ImportRow, Passed, Reader};
use crate::web::desk::Desk;
use crate::web::error::Error;
use crate::web::shape::Id;

use super::rework::{LeadCondition, Pass};

/// Leads that came together.
#[derive(Serialize, ToSchema)]
pub struct LeadList {
    list: Id,
    name: String,
    /// Who gave it.
    source: String,
    dated: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
    /// Who brought it in.
    user: Option<Id>,
    made: DateTime<Utc>,
    #[schema(value_type = LeadListState)]
    state: ListState,
    standing: LeadListStanding,
    leads: u32,
    numbers: u32,
    /// Which of them are called; empty: all.
    filter: Vec<LeadCondition>,
    /// Those that it leaves out.
    aside: u32,
    /// A pass over it, while one goes on: nothing of it is called.
    rework: Option<Pass>,
    /// Null: it came from no file.
    import: Option<LeadImport>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::ListState, for the document alone")]
pub enum LeadListState {
    /// Being brought in: nobody of it is called.
    Loading,
    Ready,
    Discarded,
}

/// Whether it may be used now.
#[derive(Serialize, ToSchema)]
pub struct LeadListStanding {
    /// `loading`, `ready`, `stale`, `reworked`, `discarded`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Of `stale`: too old since then.
    since: Option<DateTime<Utc>>,
}

/// The file that a list came from, or is coming from.
#[derive(Serialize, ToSchema)]
pub struct LeadImport {
    /// As the person called it.
    file: String,
    /// Read by now, below the names of the columns.
    rows: u32,
    /// Left out for an error.
    bad: u32,
    /// Left out because all their numbers were there.
    twice: u32,
    /// 0 to 1, while it runs.
    part: Option<f64>,
    /// A list that loads and does not run was cut off: it is gone on with by the same file, or discarded.
    running: bool,
    /// Why it is not kept.
    error: Option<LeadImportError>,
}

#[derive(Serialize, ToSchema)]
pub struct LeadImportError {
    /// `bad-rows`, `no-phone`, `not-text`, `changed` …
    #[schema(value_type = String)]
    code: &'static str,
    /// In English.
    text: String,
    /// Of `bad-rows`: the first of them.
    errors: Vec<super::import::BadRow>,
}

/// The newest first; those that are not in the store yet before all.
pub async fn all(desk: &Arc<Desk>) -> Result<Vec<LeadList>, Error> {
    let stored = desk.read(|reader| {
        let lists = reader.lists(None, MOST_SHOWN)?.into_iter();
        lists.map(|list| Stored::of(reader, list)).collect::<Result<Vec<_>, _>>()
    });
    let (stored, known) = (stored.await?, desk.imports.all());
    let is_stored = |known: &&Known| stored.iter().any(|stored| stored.list.list == known.list.list);
    let new = known.iter().filter(|known| !is_stored(known)).map(of_work);
    let of = |list: ListId| known.iter().find(|known| known.list.list == list);
    let rest = stored.iter().map(|stored| shown(stored, of(stored.list.list)));
    Ok(new.chain(rest).collect())
}

/// One; a discarded one is not there.
pub async fn one(desk: &Arc<Desk>, list: ListId) -> Result<LeadList, Error> {
    // First what is at work: what it has kept is in the store then.
    let known = desk.imports.one(list);
    let stored = desk.read(move |reader| reader.list_of_leads(list)?.map(|list| Stored::of(reader, list)).transpose());
    match stored.await? {
        Some(Stored { list, .. }) if list.state == ListState::Discarded => Err(Error::not_found()),
        Some(stored) => Ok(shown(&stored, known.as_ref())),
        None => known.as_ref().map(of_work).ok_or_else(Error::not_found),
    }
}

/// What the store knows of a list.
struct Stored {
    list: List,
    import: Option<ImportRow>,
    pass: Option<Passed>,
}

impl Stored {
    fn of(reader: &Reader, list: List) -> Result<Stored, StoreError> {
        Ok(Stored { import: reader.import(list.list)?, pass: reader.rework_passed(list.list)?, list })
    }
}

/// Of a list that the store does not know yet.
fn of_work(known: &Known) -> LeadList {
    shown(&Stored { list: known.list.clone(), import: None, pass: None }, Some(known))
}

fn shown(stored: &Stored, known: Option<&Known>) -> LeadList {
    let Stored { list, import, pass } = stored;
    let import = import.as_ref();
    let counts = import.map(|import| import.counts).unwrap_or_default();
    let file = import.map(|import| &import.file).or(known.map(|known| &known.file));
    let (part, error) = match known.map(|known| &known.standing) {
        Some(Standing::Running(part)) => (Some(*part), None),
        Some(Standing::Failed(why)) => (None, Some(LeadImportError::from(&**why))),
        None => (None, None),
    };
    // What is known of an import is of the list as it was ordered: it is not ready before the store says so.
    let state = if import.is_none() && known.is_some() { ListState::Loading } else { list.state };
    LeadList {
        list: list.list.into(),
        name: list.name.clone(),
        source: list.source.clone(),
        dated: list.dated,
        expires: list.expires,
        user: list.user.map(Id::from),
        made: list.made,
        state,
        standing: standing(&List { state, ..list.clone() }),
        leads: list.leads,
        numbers: list.numbers,
        filter: list.filter.conditions.iter().map(LeadCondition::from).collect(),
        aside: list.aside,
        rework: pass.map(|Passed { seen, changed, .. }| Pass { seen, changed }),
        import: file.map(|file| LeadImport {
            file: file.clone(),
            rows: counts.rows,
            bad: counts.bad,
            twice: counts.twice,
            part,
            running: part.is_some(),
            error,
        }),
    }
}

fn standing(list: &List) -> LeadListStanding {
    let (kind, since) = match list.standing(Utc::now()) {
        ListStanding::Loading => ("loading", None),
        ListStanding::Ready => ("ready", None),
        ListStanding::Reworked => ("reworked", None),
        ListStanding::Stale { since } => ("stale", Some(since)),
        ListStanding::Discarded => ("discarded", None),
    };
    LeadListStanding { kind, since }
}

impl From<&Failure> for LeadImportError {
    fn from(why: &Failure) -> LeadImportError {
        let errors = match why {
            Failure::BadRows(found) => found.errors.iter().map(super::import::BadRow::from).collect(),
            _ => Vec::new(),
        };
        LeadImportError { code: why.code(), text: super::import::said(why), errors }
    }
}

const MOST_SHOWN: u32 = 1_000;
