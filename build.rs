//! Builds the page in `web/` and writes down its files, so that the program carries them.
#![expect(clippy::panic, reason = "a build reports by panicking")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    println!("cargo::rerun-if-env-changed=RAMAL_WEB_DIST");
    let dist = match env::var_os("RAMAL_WEB_DIST") {
        Some(dist) => PathBuf::from(dist),
        None => built(&root.join("web"), &out),
    };
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    collect(&dist, &dist, &mut files);
    assert!(files.iter().any(|(name, _)| name == "index.html"), "{}: holds no index.html", dist.display());
    files.sort();
    let rows: String = files.iter().filter(|(name, _)| !is_variant(name)).map(|file| row(file, &files)).collect();
    let table = format!("/// Every file of the page, by name.\nstatic FILES: &[File] = &[\n{rows}];\n");
    fs::write(out.join("page.rs"), table).expect("OUT_DIR can be written");
}

/// One file as `src/web/page.rs` has it: with what Vite has compressed of it, and with a tag of its content.
fn row((name, path): &(String, PathBuf), files: &[(String, PathBuf)]) -> String {
    let variant = |ending: &str| {
        let found = files.iter().find(|(other, _)| other.strip_suffix(ending) == Some(name));
        found.map_or("None".to_owned(), |(_, path)| format!("Some(include_bytes!({path:?}))"))
    };
    let mut tag = DefaultHasher::new();
    fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display())).hash(&mut tag);
    format!(
        "    File {{ name: {name:?}, tag: \"{:016x}\", plain: include_bytes!({path:?}), brotli: {}, gzip: {} }},\n",
        tag.finish(),
        variant(".br"),
        variant(".gz")
    )
}

fn is_variant(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
}

/// Runs Vite; only its packages are left in the checkout.
fn built(web: &Path, out: &Path) -> PathBuf {
    let dist = out.join("dist");
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", web.join(input).display());
    }
    if !are_packages_there(web) {
        npm(web, &["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]);
    }
    npm(web, &["exec", "--", "vite", "build", "--emptyOutDir", "--outDir", &dist.to_string_lossy()]);
    dist
}

/// Whether what was installed last is what is asked for now.
fn are_packages_there(web: &Path) -> bool {
    let changed = |name: &str| fs::metadata(web.join(name)).and_then(|file| file.modified()).ok();
    let installed = changed("node_modules/.package-lock.json");
    installed.is_some() && installed >= changed("package.json").max(changed("package-lock.json"))
}

/// What the page is made of.
const INPUTS: [&str; 10] = [
    "package.json",
    "package-lock.json",
    "index.html",
    "src",
    "public",
    "build",
    "mock",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

fn npm(web: &Path, arguments: &[&str]) {
    let ran = Command::new("npm").args(arguments).current_dir(web).output();
    match ran {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "the page cannot be built: npm {} failed:\n{}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(why) => panic!(
            "the page cannot be built: npm cannot be run ({why}); install nodejs (18 or later) and npm, or point \
             RAMAL_WEB_DIST at a page that is built already"
        ),
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(name) = path.strip_prefix(root) {
            files.push((name.to_string_lossy().into_owned(), path.clone()));
        }
    }
}
