//! Do-not-call lists that are got from somebody: whose calls each speaks of, and when it has to be got anew (GN-15).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use engine::access::{Action, Kind, Whose};
use engine::campaign::{Aim, ListStanding, NumberList, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::leads::Imports;

use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::{CampaignAim, Id};
use super::suppression_lines::MAX_NAME;

pub fn routes() -> Routes {
    let scope = json!({ "campaign": null, "aim": "sales" });
    let kept = json!({ "scope": scope, "dated": "2026-11-22T12:00:00Z", "expires": "2026-12-22T12:00:00Z" });
    let one = json!({ "source": "Não Me Perturbe", "scope": scope, "dated": "2026-11-22T12:00:00Z",
        "expires": "2026-12-22T12:00:00Z", "standing": { "kind": "ready", "since": null }, "numbers": 120_000 });
    Routes::default()
        .get(
            "/api/v1/suppression-lists",
            all,
            about("Do-not-call lists with their scope and age").lists::<SuppressionList>(json!([one])),
        )
        .put(
            "/api/v1/suppression-lists/{source}",
            keep,
            about("Says of a list, by the source that its numbers name, whom it binds and how old it is")
                .takes::<SuppressionListTerms>(kept),
        )
}

/// What calls are spoken of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionScope {
    /// Null: whoever calls.
    pub campaign: Option<Id>,
    /// Null: whatever for.
    #[schema(value_type = Option<CampaignAim>)]
    pub aim: Option<Aim>,
}

/// One list.
#[derive(Serialize, ToSchema)]
pub struct SuppressionList {
    source: String,
    scope: SuppressionScope,
    /// When it was got.
    dated: DateTime<Utc>,
    /// To be got anew by then; null: it is our own.
    expires: Option<DateTime<Utc>>,
    standing: SuppressionListStanding,
    numbers: u32,
}

#[derive(Serialize, ToSchema)]
pub struct SuppressionListStanding {
    /// `ready`, `stale`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Too old since then.
    since: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionListTerms {
    #[serde(default)]
    scope: SuppressionScope,
    dated: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
}

impl From<Scope> for SuppressionScope {
    fn from(scope: Scope) -> SuppressionScope {
        SuppressionScope { campaign: scope.campaign.map(Id::from), aim: scope.aim }
    }
}

impl From<SuppressionScope> for Scope {
    fn from(scope: SuppressionScope) -> Scope {
        Scope { campaign: scope.campaign.map(Into::into), aim: scope.aim }
    }
}

/// What is said of an entry, or else of its list.
#[derive(Debug)]
pub struct Scopes {
    said: Option<Scope>,
    lists: BTreeMap<String, Scope>,
}

impl Scopes {
    /// # Errors
    /// The store cannot be read.
    pub async fn of(imports: &Arc<Imports>, said: Option<SuppressionScope>) -> Result<Scopes, Error> {
        let lists = imports.read(|reader| reader.number_lists()).await?;
        let lists = lists.into_iter().map(|list| (list.source, list.scope)).collect();
        Ok(Scopes { said: said.map(Scope::from), lists })
    }

    pub fn scope(&self, source: &str) -> Scope {
        self.said.or_else(|| self.lists.get(source).copied()).unwrap_or_default()
    }
}

async fn all(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<SuppressionList>>, Error> {
    person.may(Action::See(Kind::Suppression), Whose::Nothing).await?;
    Ok(axum::Json(shown(&desk.imports).await?))
}

pub async fn shown(imports: &Arc<Imports>) -> Result<Vec<SuppressionList>, Error> {
    let (lists, numbers) = imports.read(|reader| Ok((reader.number_lists()?, reader.numbers_by_source()?))).await?;
    let now = Utc::now();
    let one = |list: NumberList| SuppressionList {
        scope: list.scope.into(),
        dated: list.dated,
        expires: list.expires,
        standing: match list.standing(now) {
            ListStanding::Stale { since } => SuppressionListStanding { kind: "stale", since: Some(since) },
            ListStanding::Ready | ListStanding::Loading | ListStanding::Reworked | ListStanding::Discarded => {
                SuppressionListStanding { kind: "ready", since: None }
            }
        },
        numbers: numbers.get(&list.source).copied().unwrap_or_default(),
        source: list.source,
    };
    Ok(lists.into_iter().map(one).collect())
}

async fn keep(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(source): Named<String>,
    Body(terms): Body<SuppressionListTerms>,
) -> Result<StatusCode, Error> {
    person.may(Action::Create(Kind::Suppression), Whose::Nothing).await?;
    let SuppressionListTerms { scope, dated, expires } = terms;
    known(&desk, scope)?;
    let list = checked(NumberList { source, scope: scope.into(), dated, expires })?;
    let detail = noted(&list);
    desk.stored(move |store| store.keep_number_list(list)).await?;
    desk.audit(Some(person.user), person.address, "suppression-list-kept", detail).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A list as it may be kept.
pub fn checked(list: NumberList) -> Result<NumberList, Error> {
    let source = list.source.trim().to_owned();
    if source.is_empty() || source.len() > MAX_NAME {
        return Err(Error::field("source", "invalid", format!("the list's name: 1 to {MAX_NAME} bytes")));
    }
    if list.expires.is_some_and(|expires| expires <= list.dated) {
        return Err(Error::field("expires", "invalid", "expires: after the date of the list"));
    }
    Ok(NumberList { source, ..list })
}

/// As the audit log has it.
pub fn noted(list: &NumberList) -> Value {
    let scope = SuppressionScope::from(list.scope);
    json!({ "source": list.source, "scope": scope, "dated": list.dated, "expires": list.expires })
}

pub fn known(desk: &Desk, scope: SuppressionScope) -> Result<(), Error> {
    let there = |campaign: Id| desk.people.staff().campaign(campaign.into()).is_some();
    match scope.campaign.is_none_or(there) {
        true => Ok(()),
        false => Err(Error::field("scope", "invalid", "there is no such campaign")),
    }
}
