//! What can be chosen of an exchange.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use engine::sip::digest::Algorithm;

use super::Plan;

/// What an exchange is like.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub address: SocketAddr,
    pub realm: String,
    /// Secrets by extension.
    pub accounts: BTreeMap<String, String>,
    /// Challenges are made for each of these, in this order.
    pub algorithms: Vec<Algorithm>,
    /// After this a nonce is stale.
    pub nonce_life: Duration,
    /// Shorter registrations get 423.
    pub min_expires: Duration,
    /// Longer ones get this.
    pub max_expires: Duration,
    pub plan: Plan,
}

impl Settings {
    /// For these extensions: SHA-256 and MD5, nonces for five minutes, registrations of one minute to an hour.
    pub fn new(address: SocketAddr, accounts: BTreeMap<String, String>, plan: Plan) -> Settings {
        Settings {
            address,
            realm: "exchange".to_owned(),
            accounts,
            algorithms: vec![Algorithm::Sha256, Algorithm::Md5],
            nonce_life: Duration::from_secs(300),
            min_expires: Duration::from_secs(60),
            max_expires: Duration::from_secs(3_600),
            plan,
        }
    }
}
