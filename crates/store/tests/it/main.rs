//! Tests of the store, each on both engines.

mod backup;
mod blob;
mod disk;
mod engine;
mod inspection;
mod job;
mod measure;
mod migrate;
mod seal;
mod statement;
mod upload;
