//! Why a number may be dialled or not, and the rules that decide it (GN-15).

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use engine::access::{Action, Kind, Whose};
use engine::border::{Look, Reply, What};
use engine::gate::{Explained, Purpose, Says};
use engine::rules::{Basis, Pack, Standing};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::Asked;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;

pub fn routes() -> Routes {
    let explained = json!({ "number": "+5511987654321", "kind": "national", "allowed": false,
        "lines": [{ "rule": "hours", "says": "denies", "fact": "It is 22:10 in São Paulo.", "source": "Decreto 11.034" }],
        "next": "2026-11-23T12:00:00Z", "zone": "America/Sao_Paulo" });
    let rule = json!({ "rule": "holiday Natal", "from": "1949-04-06", "until": null, "source": "Lei 662/1949", "standing": "in-force" });
    Routes::default()
        .get(
            "/api/v1/gate/explain",
            explain,
            about("Whether a number may be dialled now: every rule in order; `purpose`: by-hand, callback, campaign …")
                .asks(&["number", "purpose"])
                .gives::<GateExplained>(200, explained),
        )
        .get(
            "/api/v1/rules",
            rules,
            about("What binds calls, from when until when, by which source").lists::<RuleLine>(json!([rule])),
        )
        .get(
            "/api/v1/rule-packs",
            packs,
            about("Packs of rules that a campaign may keep").lists::<RulePack>(json!([
                { "name": "brazil-telecom", "title": "Telecomunicações", "basis": "code" }
            ])),
        )
}

/// What one country, law or code lays down about campaigns.
#[derive(Serialize, ToSchema)]
pub struct RulePack {
    /// As campaigns name it.
    name: String,
    title: String,
    /// `law`, `code`, `prudence`.
    #[schema(value_type = String)]
    basis: Basis,
}

#[derive(Deserialize)]
struct Wanted {
    number: String,
    purpose: Option<Purpose>,
}

/// A decision with all its reasons.
#[derive(Serialize, ToSchema)]
pub struct GateExplained {
    /// Null: it is no number.
    number: Option<String>,
    kind: Option<String>,
    allowed: bool,
    lines: Vec<GateLine>,
    /// When it may be dialled, where it may not now and time alone helps.
    next: Option<DateTime<Utc>>,
    /// Where the number is.
    zone: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct GateLine {
    rule: String,
    #[schema(value_type = GateSays)]
    says: &'static str,
    /// In English.
    fact: Option<String>,
    /// The law or list it stands on.
    source: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "words, for the document alone")]
enum GateSays {
    Passes,
    Warns,
    Denies,
    NotAsked,
}

/// A rule and its time.
#[derive(Serialize, ToSchema)]
pub struct RuleLine {
    rule: String,
    from: NaiveDate,
    until: Option<NaiveDate>,
    source: String,
    /// `in-force`, `over`, `to-come`.
    #[schema(value_type = String)]
    standing: &'static str,
}

impl From<Explained> for GateExplained {
    fn from(explained: Explained) -> GateExplained {
        let line = |line: engine::gate::Line| GateLine {
            rule: line.rule.into_owned(),
            says: match line.says {
                Says::Nothing => "not-asked",
                Says::Yes => "passes",
                Says::Warning => "warns",
                Says::No => "denies",
            },
            fact: line.fact,
            source: line.source,
        };
        let kind = explained.number.as_ref().and_then(|number| serde_json::to_value(number.kind).ok());
        GateExplained {
            number: explained.number.map(|number| number.normalised),
            kind: kind.and_then(|kind| kind.as_str().map(str::to_owned)),
            allowed: explained.allowed,
            lines: explained.rules.into_iter().map(line).collect(),
            next: explained.next.map(|next| next.at),
            zone: explained.zones.first().map(ToString::to_string),
        }
    }
}

async fn explain(person: Person, Asked(wanted): Asked<Wanted>) -> Result<axum::Json<GateExplained>, Error> {
    let purpose = wanted.purpose.unwrap_or(Purpose::ByHand);
    let look = What::Look(Look::Explain { number: wanted.number, purpose, account: None });
    match person.handle.command(look, None).await? {
        Reply::Explained(explained) => Ok(axum::Json((*explained).into())),
        _ => Err(Error::not_found()),
    }
}

async fn packs(_: Person, State(desk): State<Arc<Desk>>) -> axum::Json<Vec<RulePack>> {
    let pack = |pack: &Pack| RulePack { name: pack.name.clone(), title: pack.title.clone(), basis: pack.basis };
    axum::Json(desk.options.rules.packs.values().map(pack).collect())
}

async fn rules(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<RuleLine>>, Error> {
    person.may(Action::See(Kind::Schedule), Whose::Nothing).await?;
    let today = Utc::now().with_timezone(&desk.options.zone).date_naive();
    let line = |(rule, term): (String, &engine::rules::Term)| RuleLine {
        rule,
        from: term.from,
        until: term.until,
        source: term.source.clone(),
        standing: match term.standing(today) {
            Standing::InForce => "in-force",
            Standing::Expired => "over",
            Standing::NotYet => "to-come",
        },
    };
    Ok(axum::Json(desk.options.rules.terms().map(line).collect()))
}
