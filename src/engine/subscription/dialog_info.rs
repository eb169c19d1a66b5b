//! `application/dialog-info+xml` (RFC 4235): what one extension's dialogs are, and the lamp that follows from them.
//!
//! The document is of the network: at most 16 KiB and 1,024 nodes of it are read, no document type and with that no entity of
//! its own, and only the root and two levels below are looked at.

use std::collections::BTreeMap;

use crate::news::WatchedState;

/// A document as read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    pub version: u32,
    /// Everything there is, rather than what has changed.
    pub full: bool,
    /// By the dialog's id, in this document's order.
    pub dialogs: Vec<(String, Stage)>,
}

/// How far a dialog is, as far as a lamp shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It is called and has not answered.
    Ringing,
    /// It talks, or dials.
    Busy,
    Over,
}

/// Why a document cannot be used; holds nothing of it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("dialog-info: {0}")]
pub struct Unreadable(pub &'static str);

impl Document {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<Document, Unreadable> {
        if body.len() > MOST_BYTES {
            return Err(Unreadable("it is longer than 16 KiB"));
        }
        let text = std::str::from_utf8(body).map_err(|_| Unreadable("it is not UTF-8"))?;
        let options = roxmltree::ParsingOptions { nodes_limit: MOST_NODES, ..Default::default() };
        let tree = roxmltree::Document::parse_with_options(text.trim_start(), options)
            .map_err(|_| Unreadable("it is not XML without a document type"))?;
        let root = tree.root_element();
        if root.tag_name().name() != "dialog-info" {
            return Err(Unreadable("its root is another element"));
        }
        let version = root.attribute("version").and_then(|version| version.trim().parse().ok());
        let dialogs = root.children().filter(|child| child.tag_name().name() == "dialog").take(MOST_DIALOGS);
        Ok(Document {
            version: version.ok_or(Unreadable("it has no version"))?,
            full: root.attribute("state") != Some("partial"),
            dialogs: dialogs.filter_map(dialog).collect(),
        })
    }
}

/// A dialog without id or state says nothing (RFC 4235 §4.1).
fn dialog(element: roxmltree::Node<'_, '_>) -> Option<(String, Stage)> {
    let id: String = element.attribute("id")?.chars().take(MOST_ID).collect();
    let state = element.children().find(|child| child.tag_name().name() == "state")?;
    let dials = element.attribute("direction") == Some("initiator");
    let stage = match state.text()?.trim() {
        "terminated" => Stage::Over,
        "confirmed" => Stage::Busy,
        // trying, proceeding, early
        _ if dials => Stage::Busy,
        _ => Stage::Ringing,
    };
    Some((id, stage))
}

/// The dialogs of one extension, from document to document of one subscription.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    version: Option<u32>,
    dialogs: BTreeMap<String, Stage>,
}

/// Whether a document told all that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    All,
    /// One before it is missing: the full state has to be asked for (RFC 4235 §4.3).
    Gap,
}

impl Table {
    /// Takes a document in (RFC 4235 §4.3). A full one counts whatever its version: NOTIFYs come in the order of their CSeq,
    /// and some PBXs never count up.
    pub fn take(&mut self, document: Document) -> Told {
        let next = self.version.and_then(|version| version.checked_add(1));
        let told = match (document.full, self.version) {
            (true, _) => {
                self.dialogs.clear();
                Told::All
            }
            (false, Some(version)) if document.version <= version => return Told::All,
            (false, _) if next == Some(document.version) => Told::All,
            (false, _) => Told::Gap,
        };
        self.version = Some(document.version);
        for (id, stage) in document.dialogs {
            match stage {
                Stage::Over => drop(self.dialogs.remove(&id)),
                Stage::Ringing | Stage::Busy if self.dialogs.len() < MOST_DIALOGS => {
                    self.dialogs.insert(id, stage);
                }
                Stage::Ringing | Stage::Busy => {}
            }
        }
        told
    }

    /// The lamp: whoever talks is busy, even while another call rings.
    pub fn lamp(&self) -> WatchedState {
        let any = |wanted: Stage| self.dialogs.values().any(|stage| *stage == wanted);
        match (any(Stage::Busy), any(Stage::Ringing)) {
            (true, _) => WatchedState::Talking,
            (false, true) => WatchedState::Ringing,
            (false, false) => WatchedState::Idle,
        }
    }
}

/// What the fuzz target does with its bytes, cut at NUL: document after document of one subscription.
pub fn fuzz(data: &[u8]) {
    let mut table = Table::default();
    for body in data.split(|byte| *byte == 0) {
        if let Ok(document) = Document::read(body) {
            let (full, alone) = (document.full, document.clone());
            table.take(document);
            assert!(table.dialogs.len() <= MOST_DIALOGS);
            let mut fresh = Table::default();
            fresh.take(alone);
            assert!(!full || fresh.lamp() == table.lamp(), "a full state leaves nothing of the one before");
        }
    }
}

/// A switchboard's extension with many calls takes 4 KiB.
const MOST_BYTES: usize = 16 * 1024;
/// Elements, texts and comments.
const MOST_NODES: u32 = 1_024;
/// More calls than any extension has.
const MOST_DIALOGS: usize = 64;
/// Letters of a dialog's id.
const MOST_ID: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn info(version: u32, state: &str, dialogs: &str) -> Document {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
             state=\"{state}\" entity=\"sip:1002@pbx\">{dialogs}</dialog-info>"
        );
        Document::read(text.as_bytes()).unwrap()
    }

    fn one(id: &str, state: &str) -> String {
        format!("<dialog id=\"{id}\" direction=\"recipient\"><state code=\"200\">{state}</state></dialog>")
    }

    #[test]
    fn the_lamp_follows_full_states() {
        let mut table = Table::default();
        for (version, state, lamp) in [
            (0, "terminated", WatchedState::Idle),
            (1, "early", WatchedState::Ringing),
            (2, "confirmed", WatchedState::Talking),
            (3, "terminated", WatchedState::Idle),
        ] {
            assert_eq!(table.take(info(version, "full", &one("1002", state))), Told::All);
            assert_eq!(table.lamp(), lamp);
        }
        assert_eq!(table.take(info(4, "full", "")), Told::All);
        assert_eq!(table.lamp(), WatchedState::Idle);
    }

    #[test]
    fn partial_states_add_up_and_a_gap_in_their_versions_is_noticed() {
        let mut table = Table::default();
        table.take(info(7, "full", &one("a", "confirmed")));
        assert_eq!(table.take(info(8, "partial", &one("b", "early"))), Told::All);
        assert_eq!(table.lamp(), WatchedState::Talking, "who talks is busy, even while another call rings");
        assert_eq!(table.take(info(9, "partial", &one("a", "terminated"))), Told::All);
        assert_eq!(table.lamp(), WatchedState::Ringing);
        assert_eq!(table.take(info(9, "partial", &one("b", "terminated"))), Told::All, "told before");
        assert_eq!(table.lamp(), WatchedState::Ringing);
        assert_eq!(table.take(info(11, "partial", &one("c", "early"))), Told::Gap);
        assert_eq!(Table::default().take(info(3, "partial", "")), Told::Gap, "nothing is known before a full state");
    }

    #[test]
    fn who_dials_is_not_rung() {
        let dials = "<dialog id=\"a\" direction=\"initiator\"><state>early</state></dialog>";
        let mut table = Table::default();
        table.take(info(0, "full", dials));
        assert_eq!(table.lamp(), WatchedState::Talking);
    }

    #[test]
    fn what_is_no_document_or_a_bomb_is_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><dialog-info version=\"1\">&b;</dialog-info>";
        let wide = format!("<dialog-info version=\"1\">{}</dialog-info>", "<a/>".repeat(2_000));
        let deep = format!("<dialog-info version=\"1\">{}", "<a>".repeat(4_000));
        let long = format!("<dialog-info version=\"1\">{}</dialog-info>", " ".repeat(MOST_BYTES));
        for text in ["", "nonsense", "<presence version=\"1\"/>", "<dialog-info/>", bomb, &wide, &deep, &long] {
            assert!(Document::read(text.as_bytes()).is_err(), "{}", &text[..text.len().min(40)]);
        }
        assert!(Document::read(b"\xff\xfe").is_err());
    }
}
