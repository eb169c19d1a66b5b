//! Files that come, are named by forms, and go (AG-05).

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use chrono::TimeDelta;

use super::*;
use crate::store::tests::Scratch;

const ANA: UserId = UserId(1);
const BRUNO: UserId = UserId(2);
const LIMITS: FileLimits = FileLimits { keep_days: 7, most_mib: 20 };

fn open(scratch: &Scratch) -> Arc<Files> {
    Files::open(scratch.path(), LIMITS).unwrap()
}

fn bring(files: &Arc<Files>, id: u64, bytes: &[u8]) -> Result<Attachment, FileError> {
    let mut incoming = files.begin(FileId(id), ANA, "fatura.pdf", "application/pdf", None)?;
    bytes.chunks(4_096).try_for_each(|piece| incoming.write(piece))?;
    incoming.keep(noon())
}

fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn names(scratch: &Scratch) -> Vec<String> {
    let all = fs::read_dir(folder(scratch.path())).unwrap();
    let mut all: Vec<_> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn ag_05_a_file_is_kept_as_it_came_for_nobody_else_to_read() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let file = bring(&files, 7, b"%PDF-1.7 a bill").unwrap();
    assert_eq!((file.name.as_str(), file.kind.as_str(), file.size), ("fatura.pdf", "application/pdf", 15));
    assert_eq!(content(&folder(scratch.path()), &file).unwrap(), b"%PDF-1.7 a bill");
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = folder(scratch.path());
    assert_eq!([mode(folder.clone()), mode(folder.join("7")), mode(folder.join("7.json"))], [0o700, 0o600, 0o600]);
    assert_eq!(open(&scratch).known(FileId(7)).unwrap().unwrap().file, file, "a restart changes nothing");
}

#[test]
fn ag_05_what_cannot_be_taken_is_refused_by_name_and_leaves_nothing() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let said = |result: Result<Attachment, FileError>| result.unwrap_err().to_string();
    assert!(said(bring(&files, 1, b"")).starts_with("fatura.pdf is empty"));
    assert!(said(bring(&files, 2, b"MZ\x90\0 a program")).starts_with("fatura.pdf is no application/pdf inside"));
    let large = [b"%PDF-".to_vec(), vec![0; 10 << 20]].concat();
    assert!(said(bring(&files, 3, &large)).starts_with("fatura.pdf has more than 10 MiB"));
    let html = files.begin(FileId(4), ANA, "a.html", "text/html", None).unwrap_err().to_string();
    assert!(html.starts_with("a.html: a file of this type is not taken"), "{html}");
    let announced = files.begin(FileId(5), ANA, "a.pdf", "application/pdf", Some(u64::MAX)).unwrap_err();
    assert!(matches!(announced, FileError::TooLarge { .. }));
    assert_eq!((names(&scratch), files.is_empty()), (vec![], true));
}

#[test]
fn ag_05_there_is_room_for_so_much_and_for_so_many_of_one_person() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let most = [b"%PDF-".to_vec(), vec![0; (10 << 20) - 5]].concat();
    bring(&files, 1, &most).unwrap();
    bring(&files, 2, &most).unwrap();
    let full = bring(&files, 3, b"%PDF-").unwrap_err().to_string();
    assert!(full.contains("fatura.pdf") && full.contains("20 MiB") && full.contains("files_most_mib"), "{full}");
    assert!(matches!(bring(&open(&scratch), 4, b"%PDF-"), Err(FileError::Full { .. })), "counted again at a start");
    assert!(files.discard(FileId(1), ANA).unwrap());
    for id in 10..33 {
        bring(&files, id, b"%PDF-").unwrap();
    }
    assert!(matches!(bring(&files, 40, b"%PDF-"), Err(FileError::TooManyLoose { .. })));
    files.begin(FileId(41), BRUNO, "b.pdf", "application/pdf", None).unwrap();
}

#[test]
fn ag_05_what_no_form_names_within_the_hour_is_deleted() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let file = bring(&files, 7, b"%PDF-").unwrap();
    let nobody = BTreeSet::new();
    assert_eq!(files.sweep(&nobody, noon() + TimeDelta::minutes(60)).unwrap(), []);
    let gone = files.sweep(&nobody, noon() + TimeDelta::minutes(61)).unwrap();
    assert_eq!(gone.into_iter().map(|kept| kept.file).collect::<Vec<_>>(), [file]);
    assert_eq!((names(&scratch), files.is_empty()), (vec![], true));
}

#[test]
fn ag_05_what_a_message_needed_goes_so_many_days_after_it_was_sent() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let file = bring(&files, 7, b"%PDF-").unwrap();
    files.attach(std::slice::from_ref(&file)).unwrap();
    let (nobody, needed) = (BTreeSet::new(), BTreeSet::from([file.id]));
    let day = |days| noon() + TimeDelta::days(days);
    assert_eq!(files.sweep(&needed, day(300)).unwrap(), [], "its appointment is far away");
    assert_eq!(files.sweep(&nobody, day(301)).unwrap(), []);
    assert_eq!(files.known(file.id).unwrap().unwrap().standing, Standing::Over { since: day(301) });
    files.sweep(&needed, day(302)).unwrap();
    assert_eq!(files.known(file.id).unwrap().unwrap().standing, Standing::Attached, "a person has it tried again");
    files.sweep(&nobody, day(303)).unwrap();
    assert_eq!(files.sweep(&nobody, day(310)).unwrap(), []);
    assert_eq!(files.sweep(&nobody, day(311)).unwrap().len(), 1);
    let gone = content(&folder(scratch.path()), &file).unwrap_err().to_string();
    assert!(gone.starts_with("the file fatura.pdf is not there any more"), "{gone}");
}

#[test]
fn ag_05_a_form_that_is_refused_gives_back_what_it_was_the_first_to_name() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let [first, second] = [7, 8].map(|id| bring(&files, id, b"%PDF-").unwrap());
    assert_eq!(files.attach(std::slice::from_ref(&first)).unwrap(), [first.id]);
    assert_eq!(files.attach(&[first.clone(), second.clone()]).unwrap(), [second.id]);
    assert!(!files.discard(second.id, ANA).unwrap(), "a form names it");
    files.release(&[second.id], noon()).unwrap();
    assert!(!files.discard(second.id, BRUNO).unwrap(), "it is Ana's");
    assert!(files.discard(second.id, ANA).unwrap());
    assert!(matches!(files.attach(&[second]), Err(FileError::Gone { .. })));
}

#[test]
fn ag_05_a_crash_leaves_whole_files_and_no_halves() {
    let scratch = Scratch::new();
    let files = open(&scratch);
    let file = bring(&files, 7, b"%PDF-").unwrap();
    let mut half = files.begin(FileId(8), ANA, "b.pdf", "application/pdf", None).unwrap();
    half.write(b"%PDF-").unwrap();
    // Nothing of it runs any more.
    std::mem::forget(half);
    fs::write(folder(scratch.path()).join("9.part"), b"{").unwrap();
    let files = open(&scratch);
    assert_eq!(names(&scratch), ["7", "7.json"]);
    fs::write(folder(scratch.path()).join("7"), b"%PDF!").unwrap();
    let changed = content(&folder(scratch.path()), &file).unwrap_err();
    assert!(matches!(changed, FileError::Changed { .. }), "{changed}");
    assert!(!files.is_empty());
}
