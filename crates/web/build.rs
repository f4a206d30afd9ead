//! Makes sure that the style sheet, the script and the fonts have been built before they are embedded.
//! It never builds them itself: that takes another tool chain.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    if dist.join("manifest.json").is_file() {
        return ExitCode::SUCCESS;
    }
    println!("cargo::error=assets/dist is missing: run `make assets` first (it needs Node.js 20 or newer)");
    ExitCode::FAILURE
}
