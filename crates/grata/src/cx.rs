//! What a use case needs from around it.

use std::io::Write;

use crate::app::models;
use crate::config::Config;
use crate::error::AppError;
use crate::stop::Stop;
use crate::worker::converter::Converters;
use crate::worker::process::WorkerCommand;
use crate::worker::protocol::ModelFiles;

/// What a use case needs from around it; built in `cli`.
#[derive(Debug, Clone)]
pub struct Cx {
    /// What the environment says.
    pub config: Config,
    /// What does the work.
    pub hands: Hands,
    /// Who may end the work.
    pub stop: Stop,
}

/// What does the work: the worker program, what converts for it, and where its
/// model comes from. Tests bring others.
#[derive(Debug, Clone)]
pub struct Hands {
    /// The program that works on photos.
    pub workers: WorkerCommand,
    /// What reads HEIC and AVIF for them.
    pub converters: Converters,
    /// Finds the model of pack `detect`, and installs it if need be, after saying so.
    pub detect_model: fn(&Config, &Stop, &mut dyn Write) -> Result<ModelFiles, AppError>,
}

impl Hands {
    /// This very program, and the installed packs.
    pub fn own() -> Self {
        Self {
            workers: WorkerCommand::this_program(),
            converters: Converters::of_the_system(),
            detect_model: installed_detect,
        }
    }
}

fn installed_detect(config: &Config, stop: &Stop, say: &mut dyn Write) -> Result<ModelFiles, AppError> {
    models::ensure_detect(config, stop, say).map(|pack| pack.files())
}
