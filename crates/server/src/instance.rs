//! Which instance a command of the console is about: one with a configuration, or the data of a demonstration.

use crate::config::{Config, shipped_procedures, system_clock};
use crate::demo;
use clap::Args;
use comity_service::{Exchange, Settings};
use std::path::PathBuf;

/// Address of a demonstration that is not served by this process; nothing of it is written anywhere.
pub(crate) const NOWHERE: &str = "http://127.0.0.1";

/// A configuration, or the data of a demonstration.
#[derive(Debug, Args)]
pub(crate) struct InstanceArguments {
    /// The configuration file of the instance.
    #[arg(long, required_unless_present = "data", conflicts_with = "data")]
    config: Option<PathBuf>,
    /// The data folder of a demonstration.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The PostgreSQL address with which that demonstration was started.
    #[arg(long, requires = "data")]
    database_url: Option<String>,
}

impl InstanceArguments {
    /// How the instance is set up, and its configuration where it has one.
    pub(crate) fn settings(&self) -> Result<(Settings, Option<Config>), String> {
        match (&self.config, &self.data) {
            (Some(config), _) => {
                let config = Config::read(config)?;
                Ok((config.settings()?, Some(config)))
            }
            (None, Some(data)) if self.database_url.is_some() || data.join("comity.sqlite").exists() => {
                let database = demo::database(data, self.database_url.as_deref());
                Ok((demo::settings(database, data, NOWHERE, shipped_procedures()?)?, None))
            }
            (None, Some(data)) => Err(format!("--data {}: no demonstration is there", data.display())),
            (None, None) => Err("--config or --data: one of them says which instance is meant".to_owned()),
        }
    }

    /// How an instance is set up that a restore is to bring about.
    pub(crate) fn settings_to_be(&self) -> Result<Settings, String> {
        match (&self.config, &self.data) {
            (None, Some(data)) => {
                let database = demo::database(data, self.database_url.as_deref());
                demo::settings(database, data, NOWHERE, shipped_procedures()?)
            }
            _ => Ok(self.settings()?.0),
        }
    }

    /// The instance, also while it is served by another process.
    pub(crate) fn open(&self) -> Result<Exchange, String> {
        Exchange::open(self.settings()?.0, system_clock()).map_err(|fault| fault.to_string())
    }
}
