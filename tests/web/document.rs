//! The API's description: what the program says of itself is what is committed, and what the front end's types are made of.

use std::process::Command;

use crate::support::Folder;

#[test]
fn the_committed_document_is_what_the_program_says_of_itself() {
    let folder = Folder::new("web-document");
    let output = Command::new(env!("CARGO_BIN_EXE_ramal")).arg("openapi").current_dir(folder.path()).output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all("web").unwrap();
        std::fs::write("web/openapi.json", &said).unwrap();
    }
    let committed = std::fs::read_to_string("web/openapi.json").unwrap_or_default();
    assert!(said == committed, "web/openapi.json is not what `ramal openapi` prints: write it anew with BLESS=1");
}
