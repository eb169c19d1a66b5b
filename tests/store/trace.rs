//! What a run did to the disk, read back, and what of it a power cut would leave.
//!
//! A write is on the disk for certain once its file was synced; a name once the directory was. Until then each write is there,
//! is not, or is there in part (by sectors), whatever became of those before and after it. What a sync that *failed* was to bring
//! there is decided at that moment and stays lost: the kernel counts it as written.

use std::collections::BTreeMap;
use std::path::Path;

/// One thing that was done, in order.
#[derive(Debug)]
pub enum Step {
    Created(String),
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Cut {
        file: String,
        size: usize,
    },
    Synced(String),
    SyncFailed(String),
    Unlinked(String),
    /// A batch was said yes to.
    Said(u64),
}

/// Reads what tests/store/disk.c and a run have written.
pub fn read(path: &Path) -> Vec<Step> {
    let all = std::fs::read(path).unwrap();
    let (mut rest, mut steps) = (&all[..], Vec::new());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8(rest[..end].to_vec()).unwrap();
        rest = &rest[end + 1..];
        let mut words = line.split(' ');
        let kind = words.next().unwrap();
        let mut word = || words.next().unwrap_or_else(|| panic!("cut short: {line}")).to_owned();
        steps.push(match kind {
            "W" => {
                let (file, at, length) = (word(), word().parse().unwrap(), word().parse().unwrap());
                let (bytes, after) = rest.split_at(length);
                rest = after;
                Step::Write { file, at, bytes: bytes.to_vec() }
            }
            "C" => Step::Created(word()),
            "T" => Step::Cut { file: word(), size: word().parse().unwrap() },
            "S" => Step::Synced(word()),
            "F" => Step::SyncFailed(word()),
            "U" => Step::Unlinked(word()),
            "A" => Step::Said(word().parse().unwrap()),
            "N" | "O" => continue,
            _ => panic!("no step: {line}"),
        });
    }
    steps
}

/// The disk as far as the steps have come.
#[derive(Debug, Default)]
pub struct Platter {
    files: BTreeMap<String, Content>,
    /// Unlinked, and the directory not synced since: may come back.
    ghosts: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Default)]
struct Content {
    certain: Vec<u8>,
    uncertain: Vec<Change>,
    /// Whether its name is on the disk.
    named: bool,
}

#[derive(Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

impl Platter {
    pub fn take(&mut self, step: Step, dice: &mut Dice) {
        match step {
            Step::Created(file) => drop(self.files.insert(file, Content::default())),
            Step::Write { file, at, bytes } => self.file(file).uncertain.push(Change::Write(at, bytes)),
            Step::Cut { file, size } => self.file(file).uncertain.push(Change::Cut(size)),
            Step::Synced(file) if file == "." => {
                self.ghosts.clear();
                self.files.values_mut().for_each(|content| content.named = true);
            }
            Step::Synced(file) => {
                let content = self.file(file);
                for change in std::mem::take(&mut content.uncertain) {
                    change.apply(&mut content.certain);
                }
            }
            Step::SyncFailed(file) if file == "." => {}
            Step::SyncFailed(file) => {
                let content = self.file(file);
                content.certain = content.after_a_cut(dice);
                content.uncertain.clear();
            }
            Step::Unlinked(file) => {
                let content = self.files.remove(&file).unwrap_or_default();
                if content.named {
                    let whole = content.uncertain.iter().fold(content.certain, |mut bytes, change| {
                        change.apply(&mut bytes);
                        bytes
                    });
                    self.ghosts.insert(file, whole);
                }
            }
            Step::Said(_) => {}
        }
    }

    /// Whether a cut now may leave something else than an end now.
    pub fn is_uncertain(&self) -> bool {
        self.files.values().any(|content| !content.uncertain.is_empty())
    }

    fn file(&mut self, name: String) -> &mut Content {
        self.files.entry(name).or_default()
    }

    /// The power goes: what is found in `folder` afterwards.
    pub fn lay_out(&self, folder: &Path, dice: &mut Dice) {
        for (name, whole) in &self.ghosts {
            if dice.one_in(2) {
                std::fs::write(folder.join(name), whole).unwrap();
            }
        }
        for (name, content) in &self.files {
            let ghost = self.ghosts.contains_key(name) && folder.join(name).exists();
            if content.named || (!ghost && dice.one_in(2)) {
                std::fs::write(folder.join(name), content.after_a_cut(dice)).unwrap();
            }
        }
    }
}

impl Content {
    fn after_a_cut(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.certain.clone();
        for change in &self.uncertain {
            match (dice.below(3), change) {
                (0, _) => {}
                (1, _) | (_, Change::Cut(_)) => change.apply(&mut bytes),
                (_, Change::Write(at, whole)) => {
                    for (sector, part) in whole.chunks(SECTOR).enumerate() {
                        if dice.one_in(2) {
                            overwrite(&mut bytes, at + sector * SECTOR, part);
                        }
                    }
                }
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write(at, part) => overwrite(bytes, *at, part),
            Change::Cut(size) => bytes.resize(*size, 0),
        }
    }
}

fn overwrite(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    if bytes.len() < at + part.len() {
        bytes.resize(at + part.len(), 0);
    }
    bytes[at..at + part.len()].copy_from_slice(part);
}

/// xorshift64*: the same seed falls the same way.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;
