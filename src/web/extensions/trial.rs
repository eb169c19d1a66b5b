//! *Testar conexão*: the fields as they are being typed, tried by the engine.

use std::sync::Arc;

use axum::extract::State;
use engine::access::{Action, Kind, Whose};
use engine::border::{AccountCommand, Reply, What};
use engine::config::Credentials;
use engine::trial::{Finding, Step, Wish};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::config;
use crate::control::shaped;
use crate::web::administering::Work;
use crate::web::body::Body;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;

use super::fields::ExtensionFields;

pub fn add(routes: Routes, fields: Value) -> Routes {
    let failed = json!({ "ok": false, "steps": [
        { "step": "connect", "ok": true, "code": "ok", "said": "UDP 127.0.0.1:5060", "ms": 0 },
        { "step": "options", "ok": true, "code": "ok", "said": "200 OK", "ms": 2 },
        { "step": "register", "ok": false, "code": "not-accepted", "said": "401 Unauthorized", "ms": 3 },
    ]});
    routes.post(
        "/api/v1/extensions/test",
        test,
        about("Registers for a moment and says how far it went; nothing is kept. `account`: what is not named is that one's")
            .takes::<TestedFields>(fields)
            .gives::<TestResult>(200, failed),
    )
}

/// What shall be tried.
#[derive(Deserialize, ToSchema)]
pub struct TestedFields {
    /// One that is there already.
    account: Option<String>,
    #[serde(flatten)]
    fields: ExtensionFields,
}

#[derive(Serialize, ToSchema)]
pub struct TestResult {
    ok: bool,
    steps: Vec<TestStep>,
}

/// One step, in the order taken; the last one may have failed.
#[derive(Serialize, ToSchema)]
pub struct TestStep {
    /// `resolve`, `connect`, `options`, `register`
    #[schema(value_type = String)]
    step: Value,
    ok: bool,
    /// `ok`, `name-not-found`, `not-connected`, `no-answer`, `not-accepted`, `forbidden`, `unknown-extension`, `too-brief`, `busy`, `refused`
    #[schema(value_type = String)]
    code: Value,
    /// Address, status or the system's words.
    said: String,
    ms: u64,
}

impl From<Step> for TestStep {
    fn from(step: Step) -> TestStep {
        let ok = step.found == Finding::Ok;
        TestStep { step: shaped(&step.step), ok, code: shaped(&step.found), said: step.said, ms: step.took_ms }
    }
}

async fn test(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Body(asked): Body<TestedFields>,
) -> Result<axum::Json<TestResult>, Error> {
    person.may(Action::Create(Kind::Account), Whose::Shared).await?;
    let wish = Work::begin_with(&desk, move |work| wish(&asked, work)).await?;
    let tried = json!({ "account": wish.user, "server": wish.server.host.to_string() });
    desk.audit(Some(person.user), person.address, "extension-tested", tried).await?;
    let command = What::Account(AccountCommand::Test(Box::new(wish)));
    let Reply::Tested(steps) = person.handle.command(command, None).await? else {
        return Err(Error::bad("the trial has no result"));
    };
    let ok = steps.iter().all(|step| step.found == Finding::Ok);
    Ok(axum::Json(TestResult { ok, steps: steps.into_iter().map(TestStep::from).collect() }))
}

/// The fields as typed, over those of the extension that is named.
fn wish(asked: &TestedFields, work: &Work) -> Result<Wish, Error> {
    let TestedFields { account, fields } = asked;
    let invalid = |wrong: config::WrongField| Error::field(wrong.field, "invalid", wrong.problem);
    let settings = match account {
        Some(number) => {
            let found = work.now.extensions().into_iter().find(|one| one.account.as_str() == number);
            fields.unmoved_or_with_password(&work.now, number)?;
            Some(found.ok_or_else(Error::not_found)?)
        }
        None => None,
    };
    let number = match &settings {
        Some(settings) => settings.account.to_string(),
        None => fields.complete()?,
    };
    let kept = work.now.engine.accounts.get(&number.as_str().into()).filter(|_| settings.is_some());
    let typed = fields.as_config(settings.as_ref());
    let (host, transport) = typed.server.unwrap_or_default();
    let server = config::destination(&host, &transport).map_err(invalid)?;
    let user = kept.map_or_else(|| number.clone(), |account| account.user.clone());
    let kept_secret = kept.and_then(|account| account.credentials.as_ref());
    let auth_user = typed.auth_user.filter(|user| !user.is_empty());
    let auth_user = auth_user.or_else(|| kept_secret.map(|one| one.user.clone())).unwrap_or_else(|| user.clone());
    let secret = typed.password.or_else(|| kept_secret.map(|one| one.secret.clone()));
    let moved =
        kept.is_none_or(|account| work.now.engine.groups.get(&account.group).is_none_or(|g| g.registrar != server));
    let domain = kept.filter(|_| !moved).map_or_else(|| server.host.clone(), |account| account.domain.clone());
    let credentials = secret.map(|secret| Credentials { user: auth_user, secret, realm: None });
    Ok(Wish { user, domain, server, credentials })
}
