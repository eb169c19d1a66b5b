//! Rust source as text: enough reading for the house rules, no more.

use std::fmt;
use std::path::{Path, PathBuf};

/// One file, its path relative to the repository.
#[derive(Debug)]
pub struct Source {
    pub path: PathBuf,
    pub text: String,
}

impl Source {
    pub fn read(file: PathBuf) -> Source {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let path = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).map(Path::to_owned).unwrap_or(file);
        Source { path, text }
    }

    /// Every Rust file in these folders that exist.
    pub fn all(folders: &[&str]) -> Vec<Source> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rust = |path: &Path| path.extension().is_some_and(|ending| ending == "rs");
        folders.iter().flat_map(|folder| files(&root.join(folder), &rust)).map(Source::read).collect()
    }

    /// Whether the whole file is for tests.
    pub fn is_test(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs" || part == "benches")
    }

    /// This test itself, which quotes what it forbids.
    pub fn is_tidy(&self) -> bool {
        self.path.starts_with("tests/tidy") || self.path == Path::new("tests/tidy.rs")
    }

    /// Without comments and without the tests at the bottom.
    pub fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
    }

    /// What is for tests only: the whole file, or what follows `#[cfg(test)]`.
    pub fn tests(&self) -> String {
        match self.text.split_once("#[cfg(test)]\nmod ") {
            _ if self.is_test() => self.text.clone(),
            Some((_, tests)) => tests.to_owned(),
            None => String::new(),
        }
    }

    /// Its module path inside the engine, as `sip::dialog`; empty for the root.
    pub fn module(&self) -> String {
        let path = self.path.strip_prefix("src/engine").unwrap_or(&self.path).with_extension("");
        let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
        parts.filter(|part| part != "mod" && part != "lib").collect::<Vec<_>>().join("::")
    }

    /// Whether code names a crate: `media::`, not `crate::media::` nor `some_media::`.
    pub fn names_crate(&self, name: &str) -> bool {
        let code = self.code();
        code.match_indices(name).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
        })
    }

    /// The module paths that code names through `crate` and `super`, braces unfolded.
    pub fn modules_named(&self) -> Vec<String> {
        let code = self.code();
        let mut named = Vec::new();
        for (at, _) in code.match_indices("crate::") {
            unfold("", &code[at + "crate::".len()..], &mut named);
        }
        let room = self.module();
        for (at, _) in code.match_indices("super::").filter(|(at, _)| !code[..*at].ends_with("super::")) {
            let mut rest = &code[at..];
            let mut base: Vec<&str> = room.split("::").filter(|part| !part.is_empty()).collect();
            while let Some(inner) = rest.strip_prefix("super::") {
                base.pop();
                rest = inner;
            }
            let prefix = base.iter().map(|part| format!("{part}::")).collect::<String>();
            unfold(&prefix, rest, &mut named);
        }
        named
    }

    /// How many variants the enum `name` has; 0 when there is none.
    pub fn variants(&self, name: &str) -> usize {
        let code = self.code();
        let head = code.lines().position(|line| {
            let word = line.split_once("enum ").map(|(_, rest)| rest.split(|c: char| !c.is_alphanumeric()).next());
            word == Some(Some(name))
        });
        let (mut depth, mut variants) = (0_usize, 0);
        for line in code.lines().skip(head.unwrap_or(usize::MAX)) {
            if depth == 1 && line.trim_start().starts_with(char::is_uppercase) {
                variants += 1;
            }
            depth += line.matches(['{', '(']).count();
            depth = depth.saturating_sub(line.matches(['}', ')']).count());
            if depth == 0 {
                break;
            }
        }
        variants
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

/// `a::{b, c::{d}}` after `prefix` becomes `prefix a::b` and `prefix a::c::d`.
fn unfold(prefix: &str, text: &str, named: &mut Vec<String>) {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    match text[end..].strip_prefix('{') {
        Some(inner) if path.ends_with("::") || path.is_empty() => {
            for part in top_level_parts(inner) {
                unfold(&path, part.trim_start(), named);
            }
        }
        Some(_) | None => named.push(path.trim_end_matches(':').to_owned()),
    }
}

/// The parts between commas up to the brace that closes.
fn top_level_parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&text[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// All files below a folder that `wanted` takes; what is built and what git keeps is left out.
pub fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !["target", ".git", "node_modules", "artifacts", "corpus"].contains(&&*name) {
                found.extend(files(&path, wanted));
            }
        } else if name != ".git" && wanted(&path) {
            found.push(path);
        }
    }
    found
}
