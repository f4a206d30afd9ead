//! Papers as their readers get them: through the program, and through readers that know nothing of it (poppler, qpdf).

#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it must be")]

mod bounds;
mod hostile;
mod pdf;
mod sample;
mod standard;
