//! `grata provider`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use crate::app::provider::{self, Provider, ProviderFiles};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::harmless;

/// A provider of OpenID Connect with whom colleagues sign in as well
///
/// grata never asks the provider anything: hand over what it publishes as two files, and again when
/// it changes its keys. Tell the provider that answers go to ADDRESS/sign-in/back, where ADDRESS is
/// the setting `address`, and that grata wants an `id_token` in the fragment. Colleagues link their
/// own account once they are signed in; nobody gets an account by it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata provider install --metadata openid-configuration.json --jwks jwks.json --client grata --name School
  grata provider show
  grata provider remove

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Install(Install),
    Show(Show),
    Remove(Remove),
}

/// Install a provider, instead of the one before
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  grata provider install --metadata openid-configuration.json --jwks jwks.json \
                        --client grata --name School"
)]
struct Install {
    /// What the provider publishes at /.well-known/openid-configuration
    #[arg(long, value_name = "FILE")]
    metadata: PathBuf,
    /// What it publishes at its `jwks_uri`
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,
    /// As whom the provider knows this installation
    #[arg(long, value_name = "ID")]
    client: String,
    /// What colleagues call the provider
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    common: Common,
}

/// Print which provider is installed
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata provider show")]
struct Show {
    #[command(flatten)]
    common: Common,
}

/// Do without a provider; links with it stay, and lead nowhere
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata provider remove")]
struct Remove {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    name: String,
    issuer: String,
    authorization: String,
    client: String,
    keys: usize,
}

impl From<Provider> for Line {
    fn from(provider: Provider) -> Self {
        let Provider { name, issuer, authorization, client, keys } = provider;
        Self { name, issuer, authorization: authorization.into(), client, keys: keys.len() }
    }
}

impl Line {
    fn words(&self) -> String {
        let [name, issuer, client] = [&self.name, &self.issuer, &self.client].map(|text| harmless(text));
        format!("{name}: {issuer}, as {client}\n  goes to {}\n  keys: {}", self.authorization, self.keys)
    }
}

#[derive(Serialize)]
struct Removed {
    removed: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Install(Install { metadata, jwks, client, name, common }) => {
            let provider = provider::examine(&ProviderFiles { metadata, keys: jwks, client, name })?;
            provider::install(&*common.data.open()?, &provider, cx.by())?;
            print::line(common.json, &Line::from(provider), Line::words);
        }
        Action::Show(Show { common }) => {
            let found = provider::installed(&common.data.open()?.read()?)?;
            let provider = found.ok_or_else(|| {
                AppError::new(ErrorKind::NotFound, "no provider is installed")
                    .hint("`grata provider install` installs one.")
            })?;
            print::line(common.json, &Line::from(provider), Line::words);
        }
        Action::Remove(Remove { common }) => {
            provider::remove(&*common.data.open()?, cx.by())?;
            print::line(common.json, &Removed { removed: true }, |_| {
                "No provider is installed any more.".into()
            });
        }
    }
    Ok(Finish::AllDone)
}
