//! Files of messages, as the API has them.

use engine::outbox::Attachment;
use serde::Serialize;
use utoipa::ToSchema;

use super::Id;

/// A file that goes with a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = AttachedFile)]
pub struct Attached {
    file: Id,
    name: String,
    /// Its media type.
    kind: String,
    /// Bytes.
    size: u64,
}

impl From<&Attachment> for Attached {
    fn from(file: &Attachment) -> Attached {
        Attached { file: file.id.into(), name: file.name.clone(), kind: file.kind.clone(), size: file.size }
    }
}
