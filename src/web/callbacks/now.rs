//! Promises as they are now: the store knows what was written, the engine who waits for an agent, is held for one, or talks.

use std::collections::BTreeMap;

use engine::border::{Look, Reply, What};
use engine::callback::{Phase, PromiseView};
use engine::id::PromiseId;

use crate::store::PromiseLine;
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Callback;

/// In the words of the live state, wherever they are asked for.
pub async fn shown<'l>(
    person: &Person,
    lines: impl IntoIterator<Item = &'l PromiseLine>,
) -> Result<Vec<Callback>, Error> {
    let lines: Vec<&PromiseLine> = lines.into_iter().collect();
    let live = match lines.iter().any(|line| !matches!(line.row.phase, Phase::Over(_))) {
        true => live(person).await?,
        false => BTreeMap::new(),
    };
    let one = |line: &&PromiseLine| match live.get(&line.row.promise.id) {
        Some(view) => Callback::from(view),
        None => Callback::from(&line.row),
    };
    Ok(lines.iter().map(one).collect())
}

async fn live(person: &Person) -> Result<BTreeMap<PromiseId, PromiseView>, Error> {
    let snapshot = person.handle.command(What::Look(Look::Watch { since: None }), None).await?;
    let views = match snapshot {
        Reply::Snapshot(snapshot) => snapshot.promises,
        _ => Vec::new(),
    };
    Ok(views.into_iter().map(|view| (view.promise.id, view)).collect())
}
