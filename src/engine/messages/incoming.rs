//! A message to us (RFC 3428 §7): from the PBX, for an account of ours, plain text.

use crate::config::AccountName;
use crate::id::{MessageId, TransactionId};
use crate::news::{Direction, MessageState, MessageView};
use crate::number::Number;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::session::tagged;
use crate::sip::uri::Params;

use super::{Context, MOST_BYTES, Messages};

impl Messages {
    /// A MESSAGE for `account`, outside any dialog or in one of its calls, from a source that is trusted (SP-09); answered in
    /// any case.
    pub fn on_request(
        &mut self,
        id: TransactionId,
        account: Option<AccountName>,
        request: &Message,
        cx: &mut Context<'_>,
    ) {
        let taken = self.take(account, request, cx);
        let status = taken.err().unwrap_or(200);
        let mut response = tagged(Message::response(request, status), cx.random);
        if status == 415 {
            response.push(Name::Accept, "text/plain");
        }
        cx.ua.respond(id, response, cx.now);
    }

    fn take(&mut self, account: Option<AccountName>, request: &Message, cx: &mut Context<'_>) -> Result<(), u16> {
        let account = account.ok_or(404_u16)?;
        if request.body.len() > MOST_BYTES {
            return Err(413);
        }
        if !is_plain(&request.header(&Name::ContentType).unwrap_or_default()) {
            return Err(415);
        }
        let text = String::from_utf8(request.body.to_vec()).map_err(|_| 400_u16)?;
        let from = request.from().map_err(|_| 400_u16)?;
        let user = from.uri.user_text().unwrap_or_else(|| from.uri.host.to_string());
        let view = MessageView {
            message: MessageId(cx.ids.next(cx.now.civil)),
            direction: Direction::Inbound,
            account,
            number: Number::normalised_or_as_is(&user, &cx.config.gate),
            name: from.display,
            text,
            at: cx.now.civil,
            state: MessageState::Received,
            why: None,
        };
        self.show(view);
        Ok(())
    }
}

/// `text/plain` in UTF-8 or ASCII, its own subset.
fn is_plain(content_type: &str) -> bool {
    let (kind, params) = content_type.split_at(content_type.find(';').unwrap_or(content_type.len()));
    let Ok(params) = Params::of_field(params) else { return false };
    let charset = params.get("charset").unwrap_or("utf-8").trim_matches('"');
    kind.trim().eq_ignore_ascii_case("text/plain")
        && ["utf-8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
}
