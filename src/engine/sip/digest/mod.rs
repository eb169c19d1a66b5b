//! Digest authentication arithmetic (RFC 7616, RFC 2617, RFC 8760): challenges read, responses computed. No policy.

mod challenge;
mod hash;
mod response;

pub use challenge::{Challenge, challenges};
pub use hash::Algorithm;
pub use response::{Input, Response};
