//! Makes sure that the style sheet, the script and the fonts have been built before they are embedded.
//! It never builds them itself: that takes another tool chain.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Asked at run time: a target folder may outlive the checkout in which this file was compiled.
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let dist = crate_folder.join("../../assets/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    if dist.join("manifest.json").is_file() {
        return ExitCode::SUCCESS;
    }
    println!("cargo::error=assets/dist is missing: run `make assets` first (it needs Node.js 20 or newer)");
    ExitCode::FAILURE
}
