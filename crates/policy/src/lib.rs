//! Who may: one default-deny table (`permissions.toml`), compiled into an array and asked before every act and view.
//! It assumes that the subject was authenticated and that the facts are true.
//! It never says what follows from an act (that is the domain) and never reads a file, a clock or a database.

mod action;
mod condition;
mod gate;
mod guard;
mod matrix;
mod subject;
mod table;
mod word;

pub use action::Action;
pub use condition::{Condition, Facts};
pub use gate::{Gate, Verdict};
pub use guard::Breach;
pub use matrix::matrix;
pub use subject::{Holder, Relation, Subject};
pub use table::{BUILT_IN, DEFAULT_DENY, MAX_BYTES, MAX_RULES, Rule, TableError};
