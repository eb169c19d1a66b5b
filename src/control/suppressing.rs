//! Do-not-call lists and their numbers, as whoever may open the socket sees and changes them.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use engine::campaign::{NumberList, Scope};
use engine::number::Number;
use serde_json::{Value, json};

use crate::driver::Handle;
use crate::leads::Imports;
use crate::store::{Store, SuppressionLine};
use crate::web::shared::{self, Ground, NewSuppression, Parts, Report, Scopes, SuppressionScope};

use super::campaigning::terms;
use super::kept::{imports, noted, read, stopping, whole};
use super::request::{Error, NewSuppressions};

/// Numbers that are not dialled automatically, the newest first; at most a hundred. `number`: how they begin.
pub(super) async fn suppressions(number: Option<&str>, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let number = Number::normalised_or_as_is(number.unwrap_or_default().trim(), imports.rules());
    let lines = read(imports, move |reader| reader.suppressions(&number, None, 100)).await?;
    Ok(json!({ "suppressions": lines.into_iter().map(shown).collect::<Vec<_>>() }))
}

fn shown(line: SuppressionLine) -> Value {
    whole(&shared::Suppression::from(line))
}

pub(super) async fn suppress(new: NewSuppression, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    known(new.scope, handle).await?;
    let line = shared::suppression(new, &Ground::of(&imports, None), &imports).await?;
    let (kept, detail) = (line.clone(), json!({ "source": line.source }));
    let ids = noted(imports, "suppression-added", detail, move |store| store.suppress(vec![kept]).map(Some)).await?;
    let suppression = ids.and_then(|ids| ids.first().copied()).unwrap_or_default();
    Ok(shown(SuppressionLine { suppression, ..line }))
}

pub(super) async fn unsuppress(suppression: u64, handle: &Handle) -> Result<Value, Error> {
    let imports = imports(handle).await?;
    let detail = json!({ "suppression": suppression.to_string() });
    let forget = move |store: &Store| Ok(store.forget_suppression(suppression)?.then_some(()));
    match noted(imports, "suppression-removed", detail, forget).await? {
        Some(()) => Ok(json!({})),
        None => Err(Error::new("not-found", "there is no such entry")),
    }
}

/// What is said of each list: whom it binds, and how old it is.
pub(super) async fn suppression_lists(handle: &Handle) -> Result<Value, Error> {
    Ok(json!({ "lists": whole(&shared::number_lists(&imports(handle).await?).await?) }))
}

pub(super) async fn keep_suppression_list(list: NumberList, handle: &Handle) -> Result<Value, Error> {
    known(Some(list.scope.into()), handle).await?;
    let list = shared::number_list(list)?;
    let detail = shared::noted_list(&list);
    let keep = move |store: &Store| store.keep_number_list(list).map(Some);
    noted(imports(handle).await?, "suppression-list-kept", detail, keep).await?;
    Ok(json!({}))
}

/// The good lines of a file are kept, unless it is only looked at.
pub(super) async fn import_suppressions(new: NewSuppressions, handle: &Handle) -> Result<Value, Error> {
    known(new.scope, handle).await?;
    let imports = imports(handle).await?;
    let scopes = Scopes::of(&imports, new.scope).await?;
    let (own, apply) = (imports.clone(), new.apply);
    let work = move || import(&new, &own, &scopes);
    let report = tokio::task::spawn_blocking(work).await.map_err(|_| stopping())??;
    if apply && report.created > 0 {
        let detail = json!({ "created": report.created });
        noted(imports, "suppressions-imported", detail, |_| Ok(Some(()))).await?;
    }
    Ok(whole(&report))
}

/// Part by part, so that a file may be large.
fn import(new: &NewSuppressions, imports: &Arc<Imports>, scopes: &Scopes) -> Result<Report, Error> {
    let unread = |why| unread(&new.path, &why);
    let mut parts = Parts::of(BufReader::new(File::open(&new.path).map_err(unread)?)).map_err(unread)?;
    let source = new.source.as_deref().unwrap_or("CSV");
    let ground = Ground { source, until: new.until, ..Ground::of(imports, None) };
    let mut report = Report { columns: Vec::new(), lines: 0, created: 0, bad: Vec::new(), applied: new.apply };
    while let Some(part) = parts.next().map_err(unread)? {
        let good = shared::add_part(&mut report, &part, &ground, scopes)?;
        if new.apply {
            for some in good.chunks(shared::AT_ONCE) {
                imports.store.suppress(some.to_vec()).map_err(super::kept::store)?;
            }
        }
        report.bad.truncate(MOST_BAD);
    }
    if report.columns.is_empty() {
        return Err(Error::new("bad-file", "the file is empty: its first line must name the columns"));
    }
    Ok(report)
}

async fn known(scope: Option<SuppressionScope>, handle: &Handle) -> Result<(), Error> {
    let Some(campaign) = scope.and_then(|scope| Scope::from(scope).campaign) else { return Ok(()) };
    match terms(handle).await?.iter().any(|terms| terms.id == campaign) {
        true => Ok(()),
        false => Err(Error::new("no-campaign", format!("scope: there is no campaign {campaign}"))),
    }
}

fn unread(path: &Path, why: &std::io::Error) -> Error {
    Error::new("bad-file", format!("{}: {why}; the daemon has to be able to read it", path.display()))
}

/// As old as now, where nobody says how old.
pub(super) fn list(
    source: String,
    scope: SuppressionScope,
    dated: Option<chrono::DateTime<Utc>>,
    expires: Option<chrono::DateTime<Utc>>,
) -> NumberList {
    NumberList { source, scope: scope.into(), dated: dated.unwrap_or_else(Utc::now), expires }
}

/// Enough to see what is wrong with all of them.
const MOST_BAD: usize = 100;
