//! GN-13: what a dry run says of the files that people have.

use engine::campaign::Priority;

use super::*;

fn look(bytes: &[u8]) -> Result<Preview, Failure> {
    look_with(bytes, &Options::default())
}

fn look_with(bytes: &[u8], options: &Options) -> Result<Preview, Failure> {
    let scratch = Scratch::new();
    preview(&file(&scratch, "list.csv", bytes), options, &rules(), None, &Progress::default())
}

/// GN-13: a dry run says how a file was understood.
#[test]
fn gn_13_a_spreadsheet_of_brazil_is_understood() {
    let text = "\u{feff}Nome;Celular;Telefone 2;Prioridade;Fuso;CPF;Observação\r\n\
                Ana Conceição;(11) 98765-4321;11 3333-4444;1;America/Manaus;123.456.789-01;\"liga\r\ndepois; das 14h\"\r\n\
                ;;;;;;\r\n\
                Bia;+55 92 98765-4321;;baixa;;;\r\n";
    let found = look(text.as_bytes()).unwrap();
    assert_eq!((found.encoding, found.separator), (Encoding::Utf8, ';'));
    assert_eq!((found.rows, found.leads, found.numbers, found.bad), (3, 2, 3, 0));
    assert_eq!(found.columns[0], Column { name: "Nome".to_owned(), meaning: Meaning::Recipient });
    assert_eq!(found.columns[6], Column { name: "Observação".to_owned(), meaning: Meaning::Field });
    let [ana, bia] = &found.sample[..] else { panic!("{:?}", found.sample) };
    assert_eq!(ana.recipient, "Ana Conceição");
    let phones: Vec<_> =
        ana.phones.iter().map(|(number, label)| (number.normalised.as_str(), label.as_str())).collect();
    assert_eq!(phones, [("+5511987654321", "Celular"), ("+551133334444", "Telefone 2")]);
    assert_eq!((ana.priority, ana.zone), (Priority::FIRST, Some(chrono_tz::America::Manaus)));
    assert_eq!(ana.fields[1], ("Observação".to_owned(), "liga\ndepois; das 14h".to_owned()));
    assert_eq!((bia.priority, bia.zone, bia.fields.len()), (Priority::LAST, None, 0));
}

/// GN-13: whatever the system that wrote it.
#[test]
fn gn_13_separators_and_letters_of_other_systems_are_known() {
    for (bytes, encoding, separator) in [
        (&b"nome,telefone\nJos\xe9,11987654321\n"[..], Encoding::Windows1252, ','),
        (b"nome\ttelefone\rJos\xc3\xa9\t11987654321\r", Encoding::Utf8, '\t'),
        (b"\"nome, por extenso\"|telefone\nJos\xe9|11987654321", Encoding::Windows1252, '|'),
        (b"telefone\n11987654321\n", Encoding::Utf8, ','),
        (b"nome;telefone\nJos\xe9;11987654321\nJo\xc3\xa3o;11987654322\n", Encoding::Mixed, ';'),
    ] {
        let found = look(bytes).unwrap();
        assert_eq!((found.encoding, found.separator, found.bad), (encoding, separator, 0), "{found:?}");
        assert!(found.sample.iter().all(|lead| !lead.recipient.contains(['\u{fffd}', 'Ã'])), "{:?}", found.sample);
    }
}

/// GN-13: each bad row is named with its line, its column, what is wrong and what to do, and nobody's number is in the report.
#[test]
fn gn_13_bad_rows_are_listed_and_hide_their_numbers() {
    let text = "nome;telefone;prioridade;fuso\r\n\
                Ana;11987654321;1;\r\n\
                \"Bia\r\nMaria\";20 98765-4321;;\r\n\
                Caio;190;12;\r\n\
                Davi;;5;\r\n\
                Eva;11987654322;5;Brasília\r\n\
                Gil;11987654323\r\n\
                Hugo;11987654\u{0}324;5;\r\n";
    let found = look(text.as_bytes()).unwrap();
    let said: Vec<_> = found
        .errors
        .iter()
        .map(|error| (error.line, error.column.as_str(), error.code, error.value.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (3, "telefone", "number", "** *****-**21"),
            (5, "telefone", "not-dialled", "190"),
            (5, "prioridade", "priority", "12"),
            (6, "", "missing", ""),
            (7, "fuso", "zone", "Brasília"),
            (8, "", "cells", ""),
            (9, "telefone", "control", "********\u{fffd}*24"),
        ]
    );
    assert_eq!((found.rows, found.leads, found.bad), (7, 1, 6));
    assert!(found.errors.iter().all(|error| error.text.contains([';', ','])), "each says what to do: {found:?}");
}

#[test]
fn a_file_that_says_nothing_of_its_columns_can_be_explained() {
    let text = b"cliente,contato 1,contato 2\nAna,11987654321,11987654322\n";
    let Err(Failure::NoPhone { found }) = look(text) else { panic!("understood") };
    let names: Vec<_> = found.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["cliente", "contato 1", "contato 2"]);
    let columns = [(1, Meaning::Phone), (2, Meaning::Ignored)].into();
    let found = look_with(text, &Options { columns, ..Options::default() }).unwrap();
    assert_eq!((found.leads, found.numbers), (1, 1));
}

#[test]
fn errors_beyond_a_hundred_are_counted() {
    let text = format!("telefone\n{}", "20\n".repeat(1_000));
    let found = look(text.as_bytes()).unwrap();
    assert_eq!((found.bad, found.errors.len()), (1_000, 100));
}
