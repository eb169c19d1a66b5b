//! What an agent does with a record (GN-05 to GN-12).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::access::{Action, Whose};
use engine::campaign::{Command, Wish};
use engine::id::ItemId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::web::body::{Body, Named};
use crate::web::callbacks;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::shape::Id;

use super::{Done, is_disposition, wish};

pub fn add(routes: Routes) -> Routes {
    routes
        .post("/api/v1/records/{lead}/accept", accept, about("Takes the record that is offered"))
        .post(
            "/api/v1/records/{lead}/reject",
            reject,
            about("Lets it go by: another agent gets it, and no attempt is counted"),
        )
        .post("/api/v1/records/{lead}/later", later, about("Not now: back to the list"))
        .post(
            "/api/v1/records/{lead}/never",
            never,
            about("Not ever: off the list, and not to be called where the campaign says so"),
        )
        .post(
            "/api/v1/records/{lead}/dial",
            dial,
            about("Dials one of its numbers, by its place")
                .takes::<RecordDial>(json!({ "phone": 0, "caller_id": null })),
        )
        .post(
            "/api/v1/records/{lead}/callback",
            callback,
            about("A callback was promised to this person, or called off (null)")
                .takes::<RecordCallback>(json!({ "callback": "77" })),
        )
        .post(
            "/api/v1/records/{lead}/close",
            close,
            about("The record is done; `stop`: and no more come")
                .takes::<RecordClose>(json!({ "disposition": "5", "stop": false })),
        )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDial {
    phone: u8,
    /// One of the campaign's; null: its first.
    caller_id: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCallback {
    callback: Option<Id>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordClose {
    /// *Tabulação*.
    disposition: Option<Id>,
    #[serde(default)]
    stop: bool,
}

async fn done(person: &Person, key: &Key, lead: Id, of: Wish) -> Done {
    let command = Command::Record { lead: lead.into(), user: person.user, wish: of };
    wish(person, key, command).await.map(|()| StatusCode::NO_CONTENT)
}

async fn accept(person: Person, key: Key, Named(lead): Named<Id>) -> Done {
    done(&person, &key, lead, Wish::Accept).await
}

async fn reject(person: Person, key: Key, Named(lead): Named<Id>) -> Done {
    done(&person, &key, lead, Wish::Reject).await
}

async fn later(person: Person, key: Key, Named(lead): Named<Id>) -> Done {
    done(&person, &key, lead, Wish::Later).await
}

async fn never(person: Person, key: Key, Named(lead): Named<Id>) -> Done {
    done(&person, &key, lead, Wish::Never).await
}

async fn dial(person: Person, key: Key, Named(lead): Named<Id>, Body(wanted): Body<RecordDial>) -> Done {
    done(&person, &key, lead, Wish::Dial { phone: wanted.phone, caller_id: wanted.caller_id }).await
}

/// One that this person may see, whoever made it.
async fn callback(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(lead): Named<Id>,
    Body(wanted): Body<RecordCallback>,
) -> Done {
    person.may(Action::TakePart, Whose::Of(person.user)).await?;
    if let Some(callback) = wanted.callback {
        callbacks::may_see(&desk, &person, callback.into()).await?;
    }
    done(&person, &key, lead, Wish::Callback { promise: wanted.callback.map(Into::into) }).await
}

async fn close(
    person: Person,
    key: Key,
    State(desk): State<Arc<Desk>>,
    Named(lead): Named<Id>,
    Body(wanted): Body<RecordClose>,
) -> Done {
    person.may(Action::TakePart, Whose::Of(person.user)).await?;
    let disposition: Option<ItemId> = wanted.disposition.map(Into::into);
    if !disposition.is_none_or(|item| is_disposition(&desk.people.staff(), item)) {
        return Err(Error::field("disposition", "invalid", "there is no such disposition"));
    }
    done(&person, &key, lead, Wish::Close { disposition, stop: wanted.stop }).await
}
