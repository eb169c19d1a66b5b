//! Passes over lists of leads, as whoever may open the socket begins them, or looks at what they would do.

use std::collections::BTreeSet;

use engine::campaign::{Condition, Filter, Recycling, Rework};
use engine::fold::folded;
use engine::id::{ItemId, ListId};
use engine::staff::{Entry, Item, List};
use serde_json::{Value, json};

use crate::driver::Handle;
use crate::leads::NotReworked;

use super::campaigning::snapshot;
use super::kept::{imports, noted, stopping, store, unseen, whole};
use super::request::{Chosen, Error};

pub(super) async fn filter_leads(
    list: ListId,
    conditions: Vec<String>,
    dry_run: bool,
    handle: &Handle,
) -> Result<Value, Error> {
    let read: Result<Vec<Condition>, _> = conditions.iter().map(|text| text.parse()).collect();
    let filter = Filter { conditions: read.map_err(NotReworked::from)? };
    let detail = json!({ "list": list.to_string(), "conditions": conditions });
    rework(list, Rework::Filter { filter }, dry_run, ("leads-filtered", detail), handle).await
}

pub(super) async fn recycle_leads(
    list: ListId,
    chosen: Chosen,
    dry_run: bool,
    handle: &Handle,
) -> Result<Value, Error> {
    let Chosen { results, dispositions, uncalled, next } = chosen;
    let detail = json!({ "list": list.to_string(), "results": results, "dispositions": dispositions, "uncalled": uncalled, "next": next });
    let dispositions = items(&dispositions, handle).await?;
    let chosen = Recycling { results, dispositions, uncalled, next };
    rework(list, Rework::Recycle { chosen }, dry_run, ("leads-recycled", detail), handle).await
}

/// By their names, in any spelling.
async fn items(names: &BTreeSet<String>, handle: &Handle) -> Result<BTreeSet<ItemId>, Error> {
    if names.is_empty() {
        return Ok(BTreeSet::new());
    }
    let of_list = |entry| match entry {
        Entry::Item(item) if item.list == List::Disposition => Some(item),
        Entry::Item(_)
        | Entry::User(_)
        | Entry::Perfil(_)
        | Entry::Queue(_)
        | Entry::Schedule(_)
        | Entry::Campaign(_) => None,
    };
    let known: Vec<Item> = snapshot(handle).await?.entries.into_iter().filter_map(of_list).collect();
    let one = |name: &String| {
        let found = known.iter().find(|item| folded(&item.name) == folded(name));
        let all = || known.iter().map(|item| item.name.as_str()).collect::<Vec<_>>().join(", ");
        found.map(|item| item.item).ok_or_else(|| {
            Error::new("no-disposition", format!("there is no disposition {name}; there are: {}", all()))
        })
    };
    names.iter().map(one).collect()
}

/// Answered when it is begun; how far it is, `lead-lists` says.
async fn rework(
    list: ListId,
    rework: Rework,
    dry_run: bool,
    (action, detail): (&'static str, Value),
    handle: &Handle,
) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let (own, asked) = (imports.clone(), rework.clone());
    let work = move || if dry_run { own.check_rework(list, &asked) } else { own.begin_rework(list, asked) };
    tokio::task::spawn_blocking(work).await.map_err(|_| stopping())??;
    if dry_run {
        return Ok(whole(&imports.foresee_rework(list, rework).await.map_err(unseen)?));
    }
    noted(imports, action, detail, |_| Ok(Some(()))).await?;
    Ok(json!({ "list": list.to_string() }))
}

impl From<NotReworked> for Error {
    fn from(why: NotReworked) -> Error {
        match why {
            NotReworked::Store(why) => store(why),
            why => Error::new(why.code(), why.to_string()),
        }
    }
}
