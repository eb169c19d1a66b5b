//! Files of appointments' messages: brought one by one before the form names them, read by whoever may see the appointment (AG-05).

use std::sync::Arc;

use axum::body::{Body as Raw, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use engine::access::{Action, Kind, Whose};
use engine::appointment::{MOST_FILES, MOST_MIB_OF_FILES};
use engine::id::FileId;
use engine::outbox::Attachment;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::files::{self, MOST_MIB};
use crate::web::body::{Asked, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::recordings::stream_of;
use crate::web::secret;
use crate::web::shape::{Attached, Id};

use super::attaching::{of_appointment, with};

pub fn add(routes: Routes) -> Routes {
    let limits =
        json!({ "most": 10, "most_bytes_each": 10_485_760, "most_bytes": 20_971_520, "kinds": ["application/pdf"] });
    let one = json!({ "file": "5", "name": "fatura.pdf", "kind": "application/pdf", "size": 48_213 });
    routes
        .get("/api/v1/files", limits_of, about("What may be attached to a message").gives::<FileLimits>(200, limits))
        .post(
            "/api/v1/files",
            bring,
            about("Brings a file for a form to name within the hour; its Content-Type is its own, `name` as people see it")
                .asks(&["name"])
                .takes_file("application/pdf")
                .gives::<Attached>(201, one),
        )
        .delete("/api/v1/files/{file}", remove, about("Takes one back that no form has named"))
        .get("/api/v1/appointments/{appointment}/files/{file}", download, about("The file, to be saved"))
}

/// What may be attached to one message.
#[derive(Serialize, ToSchema)]
#[schema(as = FileLimits)]
pub struct FileLimits {
    most: usize,
    most_bytes_each: u64,
    most_bytes: u64,
    /// Media types.
    kinds: Vec<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Owed; who may not bring any is told so first.
    name: Option<String>,
}

async fn limits_of(person: Person) -> Result<axum::Json<FileLimits>, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    Ok(axum::Json(FileLimits {
        most: MOST_FILES,
        most_bytes_each: MOST_MIB << 20,
        most_bytes: MOST_MIB_OF_FILES << 20,
        kinds: files::kinds().collect(),
    }))
}

async fn bring(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(Wanted { name }): Asked<Wanted>,
    headers: HeaderMap,
    body: Raw,
) -> Result<Response, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    let name = name.ok_or_else(|| Error::bad("name: say what the file is called, as ?name=fatura.pdf"))?;
    let said = |name| headers.get(name).and_then(|said| said.to_str().ok()).unwrap_or_default().to_owned();
    let (kind, size) = (said(header::CONTENT_TYPE), said(header::CONTENT_LENGTH).parse().ok());
    let (id, user) = (FileId(u64::from_le_bytes(secret::random()) >> 1), person.user);
    let mut pieces = body.into_data_stream();
    let begun = with(&desk, move |files| files.begin(id, user, &name, &kind, size)).await;
    let taken = match begun {
        Ok(incoming) => take(&desk, incoming, &mut pieces).await,
        Err(why) => Err(why),
    };
    if taken.is_err() {
        run_out(pieces).await;
    }
    let file = taken?;
    let detail = json!({ "file": Id::from(file.id), "name": file.name, "size": file.size, "sha256": file.sha256 });
    desk.audit(Some(person.user), person.address, "file-attached", detail).await?;
    Ok((StatusCode::CREATED, axum::Json(Attached::from(&file))).into_response())
}

/// Each piece is on the disk before the next one is read.
async fn take(desk: &Arc<Desk>, incoming: files::Incoming, pieces: &mut BodyDataStream) -> Result<Attachment, Error> {
    let mut incoming = incoming;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Error::bad("the file did not come whole; send it again"))?;
        incoming = with(desk, move |_| incoming.write(&piece).map(|()| incoming)).await?;
    }
    with(desk, move |_| incoming.keep(Utc::now())).await
}

/// A browser reads why only when it could send what it had to say.
async fn run_out(mut pieces: BodyDataStream) {
    let mut left = MOST_RUN_OUT;
    while let Some(Ok(piece)) = pieces.next().await {
        match left.checked_sub(piece.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

async fn remove(person: Person, State(desk): State<Arc<Desk>>, Named(file): Named<Id>) -> Result<StatusCode, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    let user = person.user;
    match with(&desk, move |files| Ok(files.discard(file.into(), user)?)).await? {
        true => {
            desk.audit(Some(user), person.address, "file-removed", json!({ "file": file })).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Error::not_found()),
    }
}

async fn download(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named((appointment, file)): Named<(Id, Id)>,
) -> Result<Response, Error> {
    person.may(Action::See(Kind::Appointment), Whose::Nothing).await?;
    let all = of_appointment(&desk, appointment.into()).await?;
    let known = all.into_iter().find(|known| known.id == file.into()).ok_or_else(Error::not_found)?;
    let wanted = known.clone();
    let opened = with(&desk, move |files| files.read(&wanted)).await?;
    let detail = json!({ "appointment": appointment, "file": file, "name": known.name });
    desk.audit(Some(person.user), person.address, "file-read", detail).await?;
    let mut response = stream_of(opened, 0, known.size)?.into_response();
    let plain = |text: &str| HeaderValue::from_str(text).map_err(|_| Error::not_found());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, plain(&known.kind)?);
    headers.insert(header::CONTENT_LENGTH, known.size.into());
    headers.insert(header::CONTENT_DISPOSITION, plain(&disposition(&known.name))?);
    Ok(response)
}

/// RFC 6266 §4: to be saved, never shown; beyond ASCII by RFC 8187 §3.2.
fn disposition(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_. ".contains(letter);
    let ascii: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let is_attr = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let escaped = |byte: u8| if is_attr(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let all: String = name.bytes().map(escaped).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{all}")
}

/// Bytes of a refused file that are read and thrown away.
const MOST_RUN_OUT: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn ag_05_a_file_is_saved_by_its_name_and_no_name_breaks_the_header() {
        assert_eq!(
            disposition("março \"1\"; x=y.pdf"),
            "attachment; filename=\"mar_o _1__ x_y.pdf\"; filename*=UTF-8''mar%C3%A7o%20%221%22%3B%20x%3Dy.pdf"
        );
    }
}
