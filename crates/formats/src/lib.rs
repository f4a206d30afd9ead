//! Interchange formats: hostile bytes to typed messages and back. Each format is a module of its own.
//! Nothing here decides, stores, reads a clock or opens a connection.

pub mod etsi_103120;
pub mod inspection;
pub mod paper;
