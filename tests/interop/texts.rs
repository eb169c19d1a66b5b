//! Text messages (RFC 3428) from extension to extension through Asterisk's dialplan.

use engine::news::{Direction, MessageState};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::Setup;
use crate::support::{LONG, Softphone, wait_for};

#[test]
fn a_text_goes_out_and_comes_in_and_both_are_kept() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let text = "Volto às 15h: ação, coração & <tudo> \"bem\"";
    let id = ramal.message(1001, "1002", text).expect("it is taken");
    let sent = wait_for(LONG, "the answer", || {
        ramal.messages().into_iter().find(|one| one.message == id && one.state != MessageState::Sending)
    });
    // Asterisk takes a text before it passes it on.
    assert_eq!((sent.state, sent.why.as_deref()), (MessageState::Accepted, None));
    let came =
        wait_for(LONG, "the text", || ramal.messages().into_iter().find(|one| one.direction == Direction::Inbound));
    assert_eq!((came.account.as_str(), came.number.as_str(), came.text.as_str()), ("1002", "1001", text));
    assert_eq!(came.state, MessageState::Received);
}

#[test]
fn a_text_to_nobody_fails_with_words() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let id = ramal.message(1001, "1999", "olá").expect("the gate lets it through");
    let failed = wait_for(LONG, "the answer", || {
        ramal.messages().into_iter().find(|one| one.message == id && one.state == MessageState::Failed)
    });
    assert_eq!(failed.why.as_deref(), Some("there is no such number (404 Not Found)"));
    let refusal = ramal.message(1001, "+14155550100", "hello").expect_err("the gate is asked");
    assert_eq!(refusal["code"], "gate");
    let refusal = ramal.message(1001, "1002", &"x".repeat(1_301)).expect_err("it is too long for a datagram");
    assert_eq!(refusal["code"], "bad-request");
}
