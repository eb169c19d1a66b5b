//! Gateways: messages handed on by signed HTTP, for WhatsApp, SMS or whatever takes them (AG-06).
//!
//! How to drive it: [`Gateways::post`] says in its own time, and exactly once, what came of a try. It runs beside the driver, in
//! tasks of the same runtime, which wait and never block. When to try again is the outbox's to decide, and so is how many are under
//! way: a handful. Where hooks lead and what they are signed with is known here alone.
//!
//! `request` makes and signs it, `exchange` brings it there, `outcome` says what an answer means. Of an answer the status counts
//! and `Retry-After`: its body is read up to a bound, so that its writer can end, and thrown away. Redirects are not followed.

mod exchange;
mod outcome;
mod request;
mod trust;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use engine::outbox::{Outcome, Post, PostId, no_gateway};
use tokio::time::Instant;
use tokio_rustls::rustls::ClientConfig;

use crate::config::Webhook;
use crate::files::FileError;
use crate::net::Resolver;

pub use trust::TrustError;

/// All that are configured.
#[derive(Debug)]
pub struct Gateways {
    by_name: BTreeMap<String, Arc<Gateway>>,
    resolver: Resolver,
    /// Where files are that go with messages.
    files: PathBuf,
}

/// One, ready to be sent to.
#[derive(Debug)]
struct Gateway {
    hook: Webhook,
    key: hmac::Key,
    /// None: it is near enough to go without TLS.
    tls: Option<Arc<ClientConfig>>,
}

impl Gateways {
    pub(crate) fn new(
        hooks: &BTreeMap<String, Webhook>,
        resolver: Resolver,
        files: PathBuf,
    ) -> Result<Gateways, TrustError> {
        let mut by_name = BTreeMap::new();
        for (name, hook) in hooks {
            let tls = hook.url.secure.then(|| trust::client(hook.authorities.as_deref())).transpose()?;
            let key = hmac::Key::new(hmac::HMAC_SHA256, hook.secret.0.as_bytes());
            by_name.insert(name.clone(), Arc::new(Gateway { hook: hook.clone(), key, tls }));
        }
        Ok(Gateways { by_name, resolver, files })
    }

    /// Tries once; `tell` hears what came of it.
    pub(crate) fn post(&self, post: Post, now: DateTime<Utc>, tell: impl FnOnce(PostId, Outcome) + Send + 'static) {
        let Some(gateway) = self.by_name.get(&post.hook).cloned() else {
            return tell(post.id, Outcome::Refused { why: no_gateway(&post.hook) });
        };
        let (resolver, folder) = (self.resolver.clone(), self.files.clone());
        tokio::spawn(async move {
            let id = post.id;
            let outcome = match request::body(post.clone(), folder).await {
                Ok(body) => gateway.attempt(&post, body, now, &resolver).await,
                Err(why) => without_files(why),
            };
            tell(id, outcome);
        });
    }
}

impl Gateway {
    async fn attempt(&self, post: &Post, body: String, now: DateTime<Utc>, resolver: &Resolver) -> Outcome {
        let until = Instant::now() + self.hook.timeout;
        match request::signed(&post.key, body, &self.hook.url, &self.key, now) {
            Ok(request) => match tokio::time::timeout_at(until, self.exchange(request, resolver)).await {
                Ok(Ok(answer)) => {
                    let outcome = outcome::of(answer.status(), answer.headers());
                    answer.read_out(until).await;
                    outcome
                }
                Ok(Err(why)) => outcome::failed(&why.to_string()),
                Err(_) => outcome::failed(&format!("no answer came within {} s", self.hook.timeout.as_secs())),
            },
            // The configuration's checks let nothing through that is no request.
            Err(why) => Outcome::Refused { why: format!("it cannot be made a request: {why}") },
        }
    }
}

/// What is gone stays gone; a disk that cannot be read now may be read the next time.
fn without_files(why: FileError) -> Outcome {
    match why {
        FileError::Io(why) => outcome::failed(&format!("its files cannot be read: {why}")),
        lost => Outcome::Refused { why: lost.to_string() },
    }
}
