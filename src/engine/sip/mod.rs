//! The session initiation protocol, from bytes up to dialogs. Nothing in here knows what a call is.

pub mod asked;
pub mod auth;
pub mod dialog;
pub mod digest;
pub mod header;
pub mod message;
pub mod session;
pub mod sipfrag;
pub mod stream;
pub mod subscription;
pub mod transaction;
pub mod ua;
pub mod uri;
