//! Evidence on its way from who has it to who may read it: two envelopes around each file, the keys to both, and what
//! shows afterwards which bytes went where. The inner envelope is an `age` file (C2SP `age`) for the receiver's vault
//! key, the outer one is this project's own and opens with a release key that the instance holds.
//! It streams: nothing here holds a file, and nothing here knows a database, a network or the hour.
//! It never says that something is proved that it has not computed itself.

/// A debug form that tells nothing of the content, for keys, and for whatever names people or holds free text (rule 10).
macro_rules! opaque {
    ($($name:ident),+ $(,)?) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

pub mod case;
pub mod court;
pub mod custody;
mod hash;
mod hybrid;
pub mod inner;
mod json;
pub mod manifest;
pub mod outer;
mod share;
pub mod signed;
pub mod stamp;
mod vault;
mod word;
pub mod wrap;

pub use hash::{Digest, Weighed};
pub use rustls_pki_types::CertificateDer;
pub use vault::{KeyFault, KeyKind, MAX_RECIPIENTS, VaultKey, VaultRecipient, read_keys, read_recipients};
pub use word::{When, seen};

/// Fills bytes from the operating system's generator, where `age` takes its own randomness too.
///
/// # Errors
/// There is none to be had; nothing may be sealed then.
pub(crate) fn fill(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(|_| std::io::Error::other("the operating system gives no random bytes"))
}
