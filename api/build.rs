//! Embeds the GraphQL playground into the server.
//!
//! Two pages exist. The full one is `GraphiQL`, whose browser files come from npm packages pinned in
//! `playground/package-lock.json`; the small one is our own and needs nothing but this repository.
//! The full page is taken where `npm` can install those packages, the small one everywhere else or
//! where `SAFEPACT_PLAYGROUND=small` asks for it. A missing Node never fails the build.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of `playground/src` and the name it is served under.
type Source = (&'static str, &'static str);

/// Sources of both pages.
const SHARED: &[Source] = &[("guard.js", "guard.js"), ("common.js", "common.js"), ("common.css", "common.css")];

/// Sources of the `GraphiQL` page.
const FULL_PAGE: &[Source] =
    &[("full.html", "index.html"), ("full.js", "playground.js"), ("full.css", "playground.css")];

/// Sources of the page that needs no Node.
const SMALL_PAGE: &[Source] = &[
    ("small.html", "index.html"),
    ("small.js", "playground.js"),
    ("small-live.js", "small-live.js"),
    ("small-schema.js", "small-schema.js"),
    ("small.css", "playground.css"),
];

/// Files of npm packages that the `GraphiQL` page loads, and the names they are served under.
const VENDOR: &[Source] = &[
    ("react/umd/react.production.min.js", "react.production.min.js"),
    ("react-dom/umd/react-dom.production.min.js", "react-dom.production.min.js"),
    ("graphql-ws/umd/graphql-ws.min.js", "graphql-ws.min.js"),
    ("graphiql/graphiql.min.js", "graphiql.min.js"),
    ("graphiql/graphiql.min.css", "graphiql.min.css"),
];

/// Copy of the lock that stands in `node_modules` after a complete installation of it.
const STAMP: &str = ".safepact-lock.json";

/// The name the collected licence texts are served under.
const LICENSES: &str = "licenses.txt";

/// A file to embed: the name it is served under and where it lies.
struct Asset {
    name: String,
    file: PathBuf,
}

fn main() -> io::Result<()> {
    let home = directory("CARGO_MANIFEST_DIR")?.join("playground");
    let out = directory("OUT_DIR")?;
    let sources = home.join("src");

    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SAFEPACT_PLAYGROUND");
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        println!("cargo:rerun-if-changed={}", home.join(file).display());
    }
    for (file, _) in SHARED.iter().chain(FULL_PAGE).chain(SMALL_PAGE) {
        println!("cargo:rerun-if-changed={}", sources.join(file).display());
    }

    let vendor = if env::var("SAFEPACT_PLAYGROUND").is_ok_and(|choice| choice == "small") {
        None
    } else {
        match vendor_assets(&home, &out) {
            Ok(assets) => Some(assets),
            Err(reason) => {
                // Cargo cannot watch for an npm that is not there, hence the touch.
                println!(
                    "cargo:warning=the small playground page is embedded, without GraphiQL: {reason}. \
                     For the full page install Node.js with npm, run `touch api/build.rs` and build \
                     again; SAFEPACT_PLAYGROUND=small silences this."
                );
                None
            }
        }
    };

    let page = if vendor.is_some() { FULL_PAGE } else { SMALL_PAGE };
    let full = vendor.is_some();
    let mut assets: Vec<Asset> = page
        .iter()
        .chain(SHARED)
        .map(|&(file, name)| Asset { name: name.to_owned(), file: sources.join(file) })
        .collect();
    assets.extend(vendor.unwrap_or_default());
    write_if_changed(&out.join("playground_assets.rs"), &table(full, &assets))
}

/// The directory that Cargo names in the environment variable `name`.
fn directory(name: &str) -> io::Result<PathBuf> {
    env::var_os(name)
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{name} is not set")))
}

/// The files of the npm packages, installed if need be, or the reason why they cannot be had.
///
/// They are copied to `out`, so that a later removal of `node_modules` leaves the build intact.
fn vendor_assets(home: &Path, out: &Path) -> Result<Vec<Asset>, String> {
    let modules = home.join("node_modules");
    if !installed(home, &modules) {
        install(home, &modules)?;
    }
    let mut assets = Vec::new();
    for &(file, name) in VENDOR {
        let copy = out.join(name);
        fs::copy(modules.join(file), &copy).map_err(|error| format!("{file}: {error}"))?;
        assets.push(Asset { name: name.to_owned(), file: copy });
    }
    let licenses = out.join(LICENSES);
    collect_licenses(&modules)
        .and_then(|text| write_if_changed(&licenses, &text))
        .map_err(|error| format!("licence texts: {error}"))?;
    assets.push(Asset { name: LICENSES.to_owned(), file: licenses });
    Ok(assets)
}

/// Whether `modules` holds a complete installation of the present lock.
fn installed(home: &Path, modules: &Path) -> bool {
    let lock = fs::read(home.join("package-lock.json"));
    let stamp = fs::read(modules.join(STAMP));
    matches!((lock, stamp), (Ok(lock), Ok(stamp)) if lock == stamp)
        && VENDOR.iter().all(|(file, _)| modules.join(file).is_file())
}

/// Installs the locked packages with `npm ci`, without running any script of theirs.
fn install(home: &Path, modules: &Path) -> Result<(), String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        // Without a network, give up soon: the small page is good enough to go on with.
        .args(["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"])
        .current_dir(home)
        .output()
        .map_err(|error| format!("npm cannot be run ({error})"))?;
    if !done.status.success() {
        let log = String::from_utf8_lossy(&done.stderr);
        let cause = log.lines().find(|line| line.contains("npm error")).unwrap_or("no message");
        return Err(format!("`npm ci` failed ({}: {cause})", done.status));
    }
    fs::copy(home.join("package-lock.json"), modules.join(STAMP))
        .map(|_| ())
        .map_err(|error| format!("{STAMP}: {error}"))
}

/// The licence texts of all installed packages: `GraphiQL`'s bundle contains most of them, and their
/// licences ask that the text goes along.
fn collect_licenses(modules: &Path) -> io::Result<String> {
    let mut packages = Vec::new();
    for name in names(modules)? {
        if name.starts_with('@') {
            let scoped = names(&modules.join(&name))?;
            packages.extend(scoped.into_iter().map(|inner| format!("{name}/{inner}")));
        } else if !name.starts_with('.') {
            packages.push(name);
        }
    }
    let mut text = String::from("Licences of the packages behind the GraphiQL page\n");
    for package in packages {
        let folder = modules.join(&package);
        for file in names(&folder)? {
            let upper = file.to_ascii_uppercase();
            let path = folder.join(&file);
            if (upper.starts_with("LICENSE") || upper.starts_with("LICENCE")) && path.is_file() {
                let license = fs::read(path)?;
                text.push_str("\n==== ");
                text.push_str(&package);
                text.push_str(" ====\n\n");
                text.push_str(String::from_utf8_lossy(&license).trim());
                text.push('\n');
            }
        }
    }
    Ok(text)
}

/// The names in a folder, sorted, so that equal inputs give equal outputs; none for a plain file.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The Rust source of the table of assets.
fn table(full: bool, assets: &[Asset]) -> String {
    let mut text = format!(
        "/// Whether the `GraphiQL` page is embedded, not the small one.\n\
         pub const FULL: bool = {full};\n\n\
         /// The files of the playground: name, content type, content.\n\
         pub static ASSETS: &[(&str, &str, &[u8])] = &[\n"
    );
    for Asset { name, file } in assets {
        let kind = content_type(name);
        let file = file.to_string_lossy();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    ({name:?}, {kind:?}, include_bytes!({file:?})),");
    }
    text.push_str("];\n");
    text
}

/// The content type by the ending of a file name.
fn content_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Writes `text` unless the file holds it already: an untouched file saves a compilation.
fn write_if_changed(file: &Path, text: &str) -> io::Result<()> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    fs::write(file, text)
}
