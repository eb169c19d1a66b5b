//! A file of leads is brought before it is looked at: its bytes as they are, piece by piece.

use std::sync::Arc;

use axum::body::{Body as Raw, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::id::FileId;
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::secret;
use crate::web::shape::Id;

use super::inbox::{Coming, InboxError};
use super::may;

/// Where files come in: a slow line is waited for longer than elsewhere.
pub const PATH: &str = "/api/v1/lead-lists/files";

pub fn add(routes: Routes) -> Routes {
    let one = json!({ "file": "5", "name": "clientes.csv", "size": 48_213 });
    routes.post(
        PATH,
        bring,
        about("Brings a CSV file to be previewed and imported within the hour; its name in the header X-File-Name, percent-encoded")
            .takes_file("text/csv")
            .gives::<LeadFile>(201, one),
    )
}

/// A file that was brought.
#[derive(Serialize, ToSchema)]
pub struct LeadFile {
    file: Id,
    name: String,
    /// Bytes.
    size: u64,
}

async fn bring(
    person: Person,
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Raw,
) -> Result<Response, Error> {
    may(&person).await?;
    let said = headers.get("x-file-name").and_then(|name| name.to_str().ok()).unwrap_or("leads.csv");
    let (id, user) = (FileId(u64::from_le_bytes(secret::random()) >> 1), person.user);
    let (inbox, name) = (desk.inbox.clone(), unescaped(said));
    let mut pieces = body.into_data_stream();
    let begun = blocking(move || inbox.begin(id, user, &name)).await;
    let taken = match begun {
        Ok(coming) => take(coming, &mut pieces).await,
        Err(why) => Err(why),
    };
    if taken.is_err() {
        run_out(pieces).await;
    }
    let (name, size) = taken?;
    let detail = json!({ "file": Id::from(id), "name": name, "size": size });
    desk.audit(Some(person.user), person.address, "lead-file-brought", detail).await?;
    Ok((StatusCode::CREATED, axum::Json(LeadFile { file: id.into(), name, size })).into_response())
}

/// Each piece is written before the next one is read.
async fn take(coming: Coming, pieces: &mut BodyDataStream) -> Result<(String, u64), Error> {
    let mut coming = coming;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Error::bad("the file did not come whole; send it again"))?;
        coming = blocking(move || coming.write(&piece).map(|()| coming)).await?;
    }
    blocking(move || coming.keep()).await
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

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, InboxError> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await?.map_err(Error::from)
}

impl From<InboxError> for Error {
    fn from(why: InboxError) -> Error {
        let text = why.to_string();
        match why {
            InboxError::TooLarge => Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", text),
            InboxError::TooMany => Error::new(StatusCode::CONFLICT, "too-many", text),
            InboxError::Full => Error::new(StatusCode::INSUFFICIENT_STORAGE, "full", text),
            InboxError::Empty => Error::field("file", "empty", text),
            InboxError::Io(why) => {
                tracing::error!(%why, "a file of leads cannot be written");
                Error::new(StatusCode::SERVICE_UNAVAILABLE, "store", "the file cannot be written; see the log")
            }
        }
    }
}

/// RFC 3986 §2.1; what is no escape stays as it is.
fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, others @ ..] = rest {
        let escape = others.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Bytes of a refused file that are read and thrown away.
const MOST_RUN_OUT: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn gn_13_a_name_of_any_letters_comes_through_a_header() {
        assert_eq!(unescaped("mar%C3%A7o%20100%.csv"), "março 100%.csv");
    }
}
