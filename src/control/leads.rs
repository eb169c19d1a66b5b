//! Lists of leads and leads, as whoever may open the socket sees and changes them.

use std::path::PathBuf;

use chrono::Utc;
use engine::campaign::{Filter, Lead, List, ListState};
use engine::id::{LeadId, ListId};
use engine::number::Number;
use serde_json::{Value, json};

use crate::driver::Handle;
use crate::leads::{Busy, Failure, Known, Options, Order, Standing};
use crate::store::LeadFilter;
use crate::web::shared;

use super::campaigning::terms;
use super::kept::{imports, noted, read, stopping, store, whole};
use super::request::{Error, NewList};
use super::shape::shaped;

/// Those in the store, the newest first, each with its file; and those that are on their way in.
pub(super) async fn lead_lists(handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let known = imports.all();
    let lists = read(imports, |reader| {
        let lists = reader.lists(None, 1_000)?.into_iter();
        lists
            .map(|list| Ok((reader.import(list.list)?, reader.rework_passed(list.list)?, list)))
            .collect::<Result<Vec<_>, _>>()
    });
    let lists = lists.await?.into_iter().map(|(import, pass, list)| {
        let mut shown = shaped(&list);
        shown["file"] = json!(import.as_ref().map(|import| &import.file));
        let conditions: Vec<String> = list.filter.conditions.iter().map(ToString::to_string).collect();
        shown["filter"] = json!(conditions);
        shown["rework"] = json!(pass.map(|pass| json!({ "seen": pass.seen, "changed": pass.changed })));
        shown["rows"] = json!(import.map(|import| import.counts.rows));
        shown
    });
    Ok(json!({ "lists": lists.collect::<Vec<_>>(), "imports": known.iter().map(at_work).collect::<Vec<_>>() }))
}

fn at_work(known: &Known) -> Value {
    let (part, error) = match &known.standing {
        Standing::Running(part) => (Some(*part), None),
        Standing::Failed(why) => (None, Some(json!({ "code": why.code(), "text": why.to_string() }))),
    };
    json!({ "list": known.list.list.to_string(), "name": known.list.name, "file": known.file, "part": part, "error": error })
}

/// Answered when it is begun; how far it is, `lead-lists` says.
pub(super) async fn import_leads(new: NewList, handle: &Handle) -> Result<Value, Error> {
    let NewList { path, name, source, dated, expires, skip_bad, across_lists } = new;
    let imports = imports(handle).await?;
    let now = Utc::now();
    let list = List {
        list: fresh_id(),
        name,
        source,
        dated: dated.unwrap_or(now),
        expires,
        user: None,
        made: now,
        state: ListState::Loading,
        leads: 0,
        numbers: 0,
        filter: Filter::default(),
        aside: 0,
        reworked: false,
    };
    if list.name.trim().is_empty() || list.source.trim().is_empty() {
        return Err(Error::new("bad-request", "name, source: what the list is called, and who gave it"));
    }
    let (id, file) = (list.list, called(&path));
    let detail = json!({ "list": id.to_string(), "name": list.name, "source": list.source, "file": file });
    let options = Options { skip_bad, across_lists, ..Options::default() };
    let order = Order { list, path, file, options, node: imports.node() };
    imports.begin(order, Box::new(|_| {})).map_err(busy)?;
    noted(imports, "leads-import-begun", detail, |_| Ok(Some(()))).await?;
    Ok(json!({ "list": id.to_string() }))
}

pub(super) async fn resume_leads(list: ListId, path: PathBuf, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let there = read(imports.clone(), move |reader| reader.list_of_leads(list)).await?;
    let loading = there.filter(|there| there.state == ListState::Loading);
    let found = loading.ok_or_else(|| Error::new("not-found", format!("no list {list} is being brought in")))?;
    let file = called(&path);
    let detail = json!({ "list": list.to_string(), "file": file });
    imports.resume(found, file, path, Box::new(|_| {})).map_err(busy)?;
    noted(imports, "leads-import-resumed", detail, |_| Ok(Some(()))).await?;
    Ok(json!({ "list": list.to_string() }))
}

pub(super) async fn discard_leads(list: ListId, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let own = imports.clone();
    let gone = tokio::task::spawn_blocking(move || own.discard(list)).await.map_err(|_| stopping())?;
    match gone.map_err(store)? {
        true => noted(imports, "lead-list-discarded", json!({ "list": list.to_string() }), |_| Ok(Some(()))).await?,
        false => return Err(Error::new("not-found", format!("there is no list {list}"))),
    };
    Ok(json!({}))
}

/// What a file would become, with its bad rows and the numbers that are there already; nothing is kept.
pub(super) async fn preview_leads(path: PathBuf, across_lists: bool, handle: &Handle) -> Result<Value, Error> {
    let options = Options { across_lists, ..Options::default() };
    let found = shared::preview(&imports(handle).await?, path, options).await;
    found.map(|found| whole(&found)).map_err(|why| match why {
        Failure::Store(why) => store(why),
        Failure::Stopped => stopping(),
        why => Error::new("bad-file", why.to_string()),
    })
}

/// One, with every attempt, and for each campaign why it is not called now and when it may be.
pub(super) async fn lead(lead: LeadId, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let story = read(imports.clone(), move |reader| reader.lead(lead)).await?;
    let story = story.ok_or_else(|| Error::new("not-found", format!("there is no lead {lead}")))?;
    Ok(whole(&shared::lead(handle, &imports, &terms(handle).await?, &story).await?))
}

/// By a number in any spelling, or part of a name; at most a hundred.
pub(super) async fn leads(q: &str, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let number = Number::read(q.trim(), imports.rules()).ok().map(|number| number.normalised);
    let name = number.is_none().then(|| q.trim().to_owned()).filter(|name| !name.is_empty());
    let filter = LeadFilter { number, name, ..LeadFilter::default() };
    let found: Vec<Lead> = read(imports, move |reader| reader.leads(&filter, 100)).await?;
    Ok(json!({ "leads": shaped(&found) }))
}

/// Whether the attempt that a crash cut off reached anybody.
pub(super) async fn settle_lead(lead: LeadId, reached: bool, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let detail = json!({ "lead": lead.to_string(), "reached": reached });
    let settled = noted(imports, "lead-settled", detail, move |store| store.settle_lead(lead, reached, Utc::now()));
    match settled.await? {
        Some(()) => Ok(json!({})),
        None => Err(Error::new("wrong-state", "nothing is in doubt about this lead")),
    }
}

/// Of the system's randomness: nobody else makes the same one.
fn fresh_id() -> ListId {
    ListId(u64::from_le_bytes(crate::web::random()) >> 1)
}

fn called(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn busy(busy: Busy) -> Error {
    Error::new("importing", busy.to_string())
}
