//! A request of ours that has no final answer yet, and the challenges it was answered with.

use super::auth::AuthClient;
use super::header::Name;
use super::message::{Message, Method};
use crate::random::Random;

/// A request as sent, without Via.
#[derive(Clone, Debug)]
pub struct Asked {
    pub request: Message,
    /// Answers to challenges it carried.
    answered: u8,
}

impl Asked {
    /// With the credentials that the last nonce is good for, where there is one.
    pub fn new(mut request: Message, auth: Option<&mut AuthClient>, random: &mut Random) -> Asked {
        let fields = auth.map_or_else(Vec::new, |auth| auth.preempt(&request, random));
        fields.into_iter().for_each(|(name, value)| request.push(name, value));
        Asked { request, answered: 0 }
    }

    /// The same with the next number and an answer to the 401 or 407 `response`; or why there is none.
    pub fn answering(
        mut self,
        response: &Message,
        auth: Option<&mut AuthClient>,
        random: &mut Random,
    ) -> Result<Asked, String> {
        let auth = auth.ok_or("the PBX asks for a password and the account has none")?;
        let fields = auth.answer(&self.request, response, self.answered, random).map_err(|why| why.0)?;
        self.request.remove(&Name::Authorization);
        self.request.remove(&Name::ProxyAuthorization);
        fields.into_iter().for_each(|(name, value)| self.request.push(name, value));
        let (number, method) = self.cseq();
        self.request.set(Name::CSeq, format!("{} {method}", number.saturating_add(1)));
        self.answered += 1;
        Ok(self)
    }

    /// Number and method.
    pub fn cseq(&self) -> (u32, Method) {
        // Every request of ours has one.
        self.request.cseq().unwrap_or((0, Method::Ack))
    }
}
