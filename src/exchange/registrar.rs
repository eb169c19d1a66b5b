//! Where each extension is (RFC 3261 §10.3): one contact each, the last one registered.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::border::Flow;
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::uri::{NameAddr, Uri};
use engine::time::Moment;

use super::Settings;

/// All extensions that are reachable.
#[derive(Debug, Default)]
pub(super) struct Registrar {
    bindings: BTreeMap<String, Binding>,
}

/// Where one extension is.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    /// What requests to it are addressed to.
    pub contact: Uri,
    /// The way its REGISTER came.
    pub flow: Flow,
    until: Moment,
    call_id: String,
    cseq: u32,
}

impl Registrar {
    /// The live binding of an extension.
    pub fn find(&self, extension: &str, now: Moment) -> Option<&Binding> {
        self.bindings.get(extension).filter(|binding| binding.until > now)
    }

    /// How many extensions are reachable.
    pub fn count(&self, now: Moment) -> usize {
        self.bindings.values().filter(|binding| binding.until > now).count()
    }

    /// The answer to the REGISTER of an extension that has proved who it is.
    pub fn register(
        &mut self,
        account: &str,
        (flow, request): (Flow, &Message),
        settings: &Settings,
        now: Moment,
    ) -> Message {
        if request.to().ok().and_then(|to| to.uri.user_text()).as_deref() != Some(account) {
            return Message::response(request, 403);
        }
        match self.change(account, (flow, request), settings, now) {
            Ok(()) => self.bound(account, request, now),
            Err(refusal) => *refusal,
        }
    }

    fn change(
        &mut self,
        account: &str,
        (flow, request): (Flow, &Message),
        settings: &Settings,
        now: Moment,
    ) -> Result<(), Box<Message>> {
        let refused = |status| Box::new(Message::response(request, status));
        let (Ok(call_id), Ok((cseq, _))) = (request.call_id(), request.cseq()) else { return Err(refused(400)) };
        let old = self.bindings.get(account);
        if old.is_some_and(|binding| binding.call_id == call_id && binding.cseq >= cseq) {
            // RFC 3261 §10.3 step 7: out of order, nothing changes.
            return Err(refused(500));
        }
        if request.header(&Name::Contact).is_some_and(|value| value == "*") {
            self.bindings.remove(account);
            return Ok(());
        }
        let contacts = request.contacts().map_err(|_| refused(400))?;
        let Some(contact) = contacts.into_iter().next() else { return Ok(()) };
        let wanted = expiry(&contact, request);
        if wanted.is_zero() {
            self.bindings.remove(account);
            return Ok(());
        }
        if wanted < settings.min_expires {
            let mut response = refused(423);
            response.push(Name::MinExpires, settings.min_expires.as_secs().to_string());
            return Err(response);
        }
        let until = now + wanted.min(settings.max_expires);
        let binding = Binding { contact: contact.uri, flow, until, call_id: call_id.into_owned(), cseq };
        self.bindings.insert(account.to_owned(), binding);
        Ok(())
    }

    /// 200 with what is bound now and for how much longer.
    fn bound(&self, account: &str, request: &Message, now: Moment) -> Message {
        let mut response = Message::response(request, 200);
        if let Some(binding) = self.find(account, now) {
            let mut contact = NameAddr::new(binding.contact.clone());
            let left = binding.until.since(now).as_secs().to_string();
            contact.params.set("expires", Some(&left));
            response.push(Name::Contact, contact.to_string());
        }
        response
    }
}

/// The contact's own, else the message's, else an hour (RFC 3261 §10.2.1.1).
fn expiry(contact: &NameAddr, request: &Message) -> Duration {
    let own = contact.params.get("expires").and_then(|value| value.parse().ok());
    let seconds: u32 = own.or_else(|| request.number(&Name::Expires)).unwrap_or(3_600);
    Duration::from_secs(u64::from(seconds))
}
