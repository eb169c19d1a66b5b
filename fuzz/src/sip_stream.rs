//! A stream gives the same messages however it is cut, and keeps no more than one of them.

use engine::sip::stream::{Frame, Framer};

/// The first byte says how long the pieces are.
pub fn check(data: &[u8]) {
    let Some((&cut, stream)) = data.split_first() else { return };
    let whole = messages(stream, stream.len().max(1));
    let cut = messages(stream, usize::from(cut).max(1));
    assert_eq!(whole, cut);
}

/// The messages, and whether the stream was lost. Keep-alives depend on the cut: half a ping is a pong.
fn messages(stream: &[u8], cut: usize) -> (Vec<Frame>, bool) {
    let (mut framer, mut messages) = (Framer::default(), Vec::new());
    for piece in stream.chunks(cut) {
        framer.push(piece);
        loop {
            match framer.next() {
                Ok(Some(frame @ Frame::Message(_))) => messages.push(frame),
                Ok(Some(Frame::Ping | Frame::Pong)) => {}
                Ok(None) => break,
                Err(_) => return (messages, true),
            }
        }
    }
    (messages, false)
}
