//! Every saved fuzz input through the same functions as the fuzz targets, on the stable toolchain.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/digest.rs"]
mod digest;
#[path = "../fuzz/src/sip_message.rs"]
mod sip_message;
#[path = "../fuzz/src/sip_stream.rs"]
mod sip_stream;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the checkout") {
        let path = entry.expect("a folder can be listed").path();
        let input = fs::read(&path).expect("a corpus file can be read");
        println!("{}", path.display());
        check(&input);
        // Cut short and with one byte missing, each input is several.
        (0..input.len().min(2048)).for_each(|at| {
            check(&input[..at]);
            check(&[&input[..at], &input[at + 1..]].concat());
        });
        inputs += 1;
    }
    assert!(inputs > 0, "{} holds no inputs", folder.display());
}

#[test]
fn sip_messages() {
    replay("sip_message", sip_message::check);
}

#[test]
fn sip_streams() {
    replay("sip_stream", sip_stream::check);
}

#[test]
fn digests() {
    replay("digest", digest::check);
}

#[test]
fn fragments_of_answers() {
    replay("sipfrag", engine::sip::sipfrag::fuzz);
}

#[test]
fn dialogs_to_be_replaced() {
    replay("replaces", engine::sip::header::replaces::fuzz);
}

#[test]
fn session_descriptions() {
    replay("sdp", engine::sdp::fuzz);
}

#[test]
fn what_extensions_watch() {
    replay("dialog_info", engine::subscription::dialog_info::fuzz);
    replay("message_summary", engine::subscription::message_summary::fuzz);
}

#[test]
fn media_packets() {
    replay("rtp", media::rtp::fuzz);
    replay("rtcp", media::rtcp::fuzz);
    replay("playout", media::playout::fuzz);
}

#[test]
fn payloads() {
    replay("codec", media::codec::fuzz);
}

#[test]
fn recordings() {
    replay("recording", media::record::fuzz);
}
