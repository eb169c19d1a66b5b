//! Software that nobody on this project wrote; `tests/interop/install` brings it.

mod asterisk;
mod baresip;
mod kamailio;
mod phones;
mod pjsua;
mod rtpengine;
mod sipp;

use std::path::PathBuf;

pub use asterisk::{Asterisk, HoldMusic, Options};
pub use baresip::{Answering, Baresip, Line};
pub use kamailio::Kamailio;
pub use phones::Phones;
pub use pjsua::Pjsua;
pub use rtpengine::Rtpengine;
pub use sipp::{Sipp, Transport};

/// A file of `tests/interop`.
pub fn interop(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(path)
}

/// Where `tests/interop/install` puts what is no Debian package.
pub fn cache() -> PathBuf {
    match (std::env::var_os("RAMAL_PEERS"), std::env::var_os("HOME")) {
        (Some(peers), _) => peers.into(),
        (None, Some(home)) => PathBuf::from(home).join(".cache/ramal-peers"),
        (None, None) => panic!("neither RAMAL_PEERS nor HOME says where the peers are"),
    }
}
