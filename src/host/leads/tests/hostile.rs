//! Files that are broken, or mean harm: refused with a line and words, in bounded memory.

use std::io::Write;

use super::*;

fn look(bytes: &[u8]) -> Result<Preview, Failure> {
    let scratch = Scratch::new();
    preview(&file(&scratch, "list.csv", bytes), &Options::default(), &rules(), None, &Progress::default())
}

#[test]
fn what_is_no_csv_is_named() {
    assert!(matches!(look(b""), Err(Failure::Empty)));
    assert!(matches!(look(b"\r\n\r\n"), Err(Failure::Empty)));
    assert!(matches!(look(b"\xff\xfen\0o\0m\0e\0"), Err(Failure::Utf16)));
    assert!(matches!(look(b"PK\x03\x04\x14\0\x06\0"), Err(Failure::NotText)));
    assert!(matches!(look(b"telefone\0\n11987654321\n"), Err(Failure::NotText)));
    let scratch = Scratch::new();
    let missing = preview(&scratch.path().join("no.csv"), &Options::default(), &rules(), None, &Progress::default());
    assert!(missing.unwrap_err().to_string().contains("no.csv"));
}

#[test]
fn a_line_of_a_hundred_megabytes_ends_the_reading_soon() {
    let scratch = Scratch::new();
    let path = scratch.path().join("long.csv");
    let mut long = std::fs::File::create(&path).unwrap();
    long.write_all(b"telefone\n11987654321\n").unwrap();
    (0..100).for_each(|_| long.write_all(&vec![b'9'; 1 << 20]).unwrap());
    let progress = Progress::default();
    let found = preview(&path, &Options::default(), &rules(), None, &progress);
    assert!(matches!(found, Err(Failure::Record { line: 3 })), "{found:?}");
    assert!(progress.part() < 0.01, "{}", progress.part());
}

#[test]
fn a_quote_that_is_never_closed_is_found_where_it_opens() {
    let mut text = people(10).replace("Pessoa 5;", "\"Pessoa 5;");
    text += &people(30_000);
    let found = look(text.as_bytes());
    assert!(matches!(found, Err(Failure::Record { line: 7 })), "{found:?}");
    // Near the end it swallows less than a record may have: then the row is bad.
    let found = look(people(10).replace("Pessoa 5;", "\"Pessoa 5;").as_bytes()).unwrap();
    assert_eq!((found.leads, found.bad, found.errors[0].line, found.errors[0].code), (5, 1, 7, "cells"));
    // Within a cell quotes are letters.
    let found = look(b"nome;telefone\nAna \"Aninha\" Lima;11987654321\n").unwrap();
    assert_eq!(found.sample[0].recipient, "Ana \"Aninha\" Lima");
}

#[test]
fn ten_thousand_columns_are_too_many() {
    let header = vec!["telefone"; 10_000].join(";");
    assert!(matches!(look(header.as_bytes()), Err(Failure::Columns(10_000))));
    let row = format!("nome;telefone\n{}\n", vec!["11987654321"; 10_000].join(";"));
    let found = look(row.as_bytes()).unwrap();
    assert_eq!((found.bad, found.errors[0].code), (1, "cells"));
    let header = format!("telefone;{}\n", "n".repeat(500));
    assert!(matches!(look(header.as_bytes()), Err(Failure::ColumnName(2))));
}

#[test]
fn cells_have_their_limits() {
    let long = "á".repeat(LONGEST_CELL + 1);
    let found = look(format!("telefone;nota\n11987654321;{long}\n").as_bytes()).unwrap();
    assert_eq!((found.bad, found.errors[0].code), (1, "too-long"));
    assert!(found.errors[0].value.chars().count() <= 60);
    let columns = ["telefone"; 11].join(";");
    let numbers: Vec<String> = (0..11).map(|number| format!("119876543{number:02}")).collect();
    let found = look(format!("{columns}\n{}\n", numbers.join(";")).as_bytes()).unwrap();
    assert_eq!(found.errors[0].code, "too-many");
}

/// Whatever the bytes are, there is an answer.
#[test]
fn no_file_breaks_the_reader() {
    let seed = people(40).into_bytes();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    let scratch = Scratch::new();
    let path = scratch.path().join("list.csv");
    for _ in 0..1_000 {
        let mut bytes = seed.clone();
        for _ in 0..random() % 20 {
            let at = random() % bytes.len();
            match random() % 3 {
                0 => bytes[at] = [0, b'"', b';', b'\n', b'\r', 0xc3, 0xff, b'9'][random() % 8],
                1 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at + 1),
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(found) = preview(&path, &Options::default(), &rules(), None, &Progress::default()) {
            assert!(found.rows <= 60 && found.leads + found.bad <= found.rows, "{found:?}");
        }
    }
}
