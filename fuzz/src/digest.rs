//! Any text is a challenge or an error, and our answer to a challenge is verified by our own server side.

use engine::sip::digest::{Input, Response, challenges};

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(response) = text.parse::<Response>() {
        response.verify("secret", "REGISTER", data);
    }
    for challenge in challenges(text) {
        let input = Input {
            user: "maria",
            secret: "secret",
            method: "REGISTER",
            uri: "sip:pbx",
            cnonce: "c",
            nc: 1,
            body: b"",
        };
        let answer: Response = challenge.answer(&input).parse().expect("our answer can be read");
        assert!(answer.verify("secret", "REGISTER", b""));
        assert_eq!((answer.realm, answer.nonce), (challenge.realm, challenge.nonce));
    }
}
