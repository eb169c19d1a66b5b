//! Campaigns, lists of leads, leads and do-not-call lists as whoever may open the socket sees and changes them. What changes is in the
//! audit log like what is done over the web.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use engine::border::{IdempotencyKey, Look, StoreError, What};
use engine::campaign::{Command, Lead, List, ListState, Scope, Steer};
use engine::id::{CampaignId, LeadId, ListId};
use engine::number::Number;
use engine::staff::Entry;
use serde_json::{Value, json};

use crate::driver::Handle;
use crate::leads::{Busy, Imports, Known, Options, Order, Standing};
use crate::store::{AuditEntry, LeadFilter, Reader, Store, SuppressionLine};

use super::request::{Error, NewList};
use super::shape::shaped;

/// Their terms, and how they go.
pub(super) async fn campaigns(handle: &Handle) -> Result<Value, Error> {
    let snapshot = handle.command(What::Look(Look::Watch { since: None }), None).await?.snapshot().unwrap_or_default();
    let terms = snapshot.entries.into_iter().filter_map(|entry| match entry {
        Entry::Campaign(terms) => Some(terms),
        Entry::User(_) | Entry::Perfil(_) | Entry::Queue(_) | Entry::Item(_) | Entry::Schedule(_) => None,
    });
    Ok(json!({ "campaigns": shaped(&terms.collect::<Vec<_>>()), "live": shaped(&snapshot.campaigns) }))
}

pub(super) async fn steer(
    campaign: CampaignId,
    to: Steer,
    key: Option<IdempotencyKey>,
    handle: &Handle,
) -> Result<Value, Error> {
    handle.command(What::Campaign(Command::Steer { campaign, to }), key).await?;
    let imports = imports(handle).await?;
    noted(imports, "campaign-steered", json!({ "campaign": campaign.to_string(), "to": to }), |_| Ok(())).await?;
    Ok(json!({}))
}

/// Those in the store, the newest first, each with its file; and those that are on their way in.
pub(super) async fn lead_lists(handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let known = imports.all();
    let lists = read(imports, |reader| {
        let lists = reader.lists(None, 1_000)?.into_iter();
        lists.map(|list| Ok((reader.import(list.list)?, list))).collect::<Result<Vec<_>, _>>()
    });
    let lists = lists.await?.into_iter().map(|(import, list)| {
        let mut shown = shaped(&list);
        shown["file"] = json!(import.as_ref().map(|import| &import.file));
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
    };
    if list.name.trim().is_empty() || list.source.trim().is_empty() {
        return Err(Error::new("bad-request", "name, source: what the list is called, and who gave it"));
    }
    let (id, file) = (list.list, called(&path));
    let detail = json!({ "list": id.to_string(), "name": list.name, "source": list.source, "file": file });
    let options = Options { skip_bad, across_lists, ..Options::default() };
    let order = Order { list, path, file, options, node: imports.node() };
    imports.begin(order, Box::new(|_| {})).map_err(busy)?;
    noted(imports, "leads-import-begun", detail, |_| Ok(())).await?;
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
    noted(imports, "leads-import-resumed", detail, |_| Ok(())).await?;
    Ok(json!({ "list": list.to_string() }))
}

pub(super) async fn discard_leads(list: ListId, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let own = imports.clone();
    let gone = tokio::task::spawn_blocking(move || own.discard(list)).await.map_err(|_| stopping())?;
    match gone.map_err(store)? {
        true => noted(imports, "lead-list-discarded", json!({ "list": list.to_string() }), |_| Ok(())).await?,
        false => return Err(Error::new("not-found", format!("there is no list {list}"))),
    }
    Ok(json!({}))
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
    let settled =
        noted(imports, "lead-settled", detail, move |store| match store.settle_lead(lead, reached, Utc::now())? {
            Some(()) => Ok(true),
            None => Ok(false),
        });
    match settled.await? {
        true => Ok(json!({})),
        false => Err(Error::new("wrong-state", "nothing is in doubt about this lead")),
    }
}

/// Numbers that are not dialled automatically, the newest first; at most a hundred. `number`: how they begin.
pub(super) async fn suppressions(number: Option<&str>, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let number = Number::normalised_or_as_is(number.unwrap_or_default().trim(), imports.rules());
    let lines = read(imports, move |reader| reader.suppressions(&number, None, 100)).await?;
    Ok(json!({ "suppressions": lines.iter().map(suppression).collect::<Vec<_>>() }))
}

fn suppression(line: &SuppressionLine) -> Value {
    json!({ "suppression": line.suppression.to_string(), "number": line.number, "source": line.source, "note": line.note,
        "since": line.since, "until": line.until,
        "scope": { "campaign": line.scope.campaign.map(|campaign| campaign.to_string()), "aim": line.scope.aim } })
}

pub(super) async fn suppress(
    number: &str,
    source: String,
    until: Option<DateTime<Utc>>,
    handle: &Handle,
) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let number =
        Number::read(number, imports.rules()).map_err(|why| Error::new("bad-request", format!("number: {why}")))?;
    if source.trim().is_empty() || source.len() > MAX_SOURCE {
        return Err(Error::new(
            "bad-request",
            format!("source: the list, or whose wish it was: 1 to {MAX_SOURCE} bytes"),
        ));
    }
    let line = SuppressionLine {
        suppression: 0,
        number: number.normalised,
        source: source.clone(),
        note: String::new(),
        // As it is kept.
        since: Utc::now().trunc_subsecs(3),
        until,
        user: None,
        scope: Scope::default(),
    };
    let kept = line.clone();
    let ids = noted(imports, "suppression-added", json!({ "source": source }), move |store| store.suppress(vec![kept]));
    let suppression = ids.await?.first().copied().unwrap_or_default();
    Ok(self::suppression(&SuppressionLine { suppression, ..line }))
}

pub(super) async fn unsuppress(suppression: u64, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let detail = json!({ "suppression": suppression.to_string() });
    match noted(imports, "suppression-removed", detail, move |store| store.forget_suppression(suppression)).await? {
        true => Ok(json!({})),
        false => Err(Error::new("not-found", "there is no such entry")),
    }
}

async fn imports(handle: &Handle) -> Result<Arc<Imports>, Error> {
    handle.imports().await.ok_or_else(stopping)
}

async fn read<T: Send + 'static>(
    imports: Arc<Imports>,
    read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Error> {
    let work = move || imports.store.reader_of_all().and_then(|reader| read(&reader));
    tokio::task::spawn_blocking(work).await.map_err(|_| stopping())?.map_err(store)
}

/// Done, and written down.
async fn noted<T: Send + 'static>(
    imports: Arc<Imports>,
    action: &'static str,
    detail: Value,
    work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Error> {
    let entry = AuditEntry {
        at: Utc::now(),
        user: None,
        address: "local".to_owned(),
        action: action.to_owned(),
        detail: detail.to_string(),
    };
    let work = move || {
        let done = work(&imports.store)?;
        imports.store.audit(entry).map(|_| done)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| stopping())?.map_err(store)
}

/// Of the system's randomness: nobody else makes the same one.
fn fresh_id() -> ListId {
    ListId(u64::from_le_bytes(crate::web::random()) >> 1)
}

fn called(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn busy(busy: Busy) -> Error {
    Error::new("busy", busy.to_string())
}

fn store(why: StoreError) -> Error {
    Error::new("store", why.0)
}

fn stopping() -> Error {
    Error::new("draining", "the daemon is stopping")
}

/// As over the web.
const MAX_SOURCE: usize = 64;
