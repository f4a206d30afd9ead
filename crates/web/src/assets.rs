//! The style sheet, the script, the fonts and the sign of the window, built into the program and addressed by their digest.
//! They are the same for everybody and may be kept for ever; nothing here depends on who asks.

use crate::error::PageError;
use axum::extract::{Path, RawQuery};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../assets/dist"]
struct Dist;

/// The address of an asset with its version, such as `/assets/comity.css?v=0123456789ab`.
pub(crate) fn url(name: &str) -> String {
    match Dist::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)),
        None => format!("/assets/{name}"),
    }
}

/// The first twelve digits of the file's SHA-256, as the assets' own addresses in the style sheet write it.
fn version(file: &rust_embed::EmbeddedFile) -> String {
    hex(&file.metadata.sha256_hash()[..6])
}

/// SHA-256 of the manifest, in lower-case hexadecimal: it names every file for browsers with its digest.
pub fn manifest_digest() -> String {
    Dist::get("manifest.json").map_or_else(String::new, |file| hex(&file.metadata.sha256_hash()))
}

/// What a page says of a file that it loads, so that a browser takes no other (W3C Subresource Integrity): the manifest's
/// own word for it, such as `sha384-…`; empty for a file that the manifest does not name.
pub(crate) fn integrity(name: &str) -> &'static str {
    static ALL: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let manifest = Dist::get("manifest.json").map(|file| file.data).unwrap_or_default();
        let entries: BTreeMap<String, Entry> = serde_json::from_slice(&manifest).unwrap_or_default();
        entries.into_iter().map(|(name, entry)| (name, entry.integrity)).collect()
    });
    ALL.get(name).map_or("", String::as_str)
}

/// What the manifest says of one file, as far as pages need it.
#[derive(serde::Deserialize)]
struct Entry {
    integrity: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

/// An asset; immutable where the address names its version.
pub(crate) async fn serve(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let file = Dist::get(&name).ok_or_else(PageError::not_found)?;
    let exact = query.is_some_and(|query| query == format!("v={}", version(&file)));
    let keep = if exact { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type(&name))),
        (CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    Ok((headers, file.data).into_response())
}

/// `GET /favicon.ico`: browsers ask for it beside every answer that is no page of ours, such as JSON.
pub(crate) async fn favicon() -> Redirect {
    Redirect::temporary(&url("favicon.svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_version_that_the_manifest_names() {
        let manifest: serde_json::Value =
            serde_json::from_slice(&Dist::get("manifest.json").unwrap().data).unwrap();
        for name in ["comity.css", "comity.js", "favicon.svg"] {
            let digest = manifest[name]["sha256"].as_str().unwrap();
            assert_eq!(url(name), format!("/assets/{name}?v={}", &digest[..12]));
            assert_eq!(integrity(name), manifest[name]["integrity"].as_str().unwrap());
        }
    }

    #[test]
    fn every_asset_has_a_content_type() {
        for name in Dist::iter() {
            assert_ne!(content_type(&name), "application/octet-stream", "{name}");
        }
    }
}
