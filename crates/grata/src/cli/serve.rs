//! `grata serve`

use std::io;
use std::num::NonZeroUsize;

use core::net::SocketAddr;

use clap::Args;

use super::Finish;
use super::arguments::{DataArguments, jobs};
use crate::cx::Cx;
use crate::error::AppError;
use crate::web::serve::{ServeOrder, serve};

/// Where pages are served if nobody says.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Serve the web application: the desk, the pages of people, galleries
///
/// It listens on this machine alone unless told otherwise. For others to reach it, put a web server
/// with a certificate before it and say so once: `grata init --address https://...`. The first start
/// prints a link with which the owner makes their account.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata serve
  grata serve --data /srv/photos --listen 127.0.0.1:9000

Exit codes: 0 it was stopped; 1 nothing was served.")]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,

    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = DEFAULT_LISTEN)]
    listen: SocketAddr,

    /// Photos to work on at once [default: one a processor, as far as memory goes]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was served.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let order = ServeOrder { listen: arguments.listen, jobs: arguments.jobs, release: None };
    serve(&order, arguments.data.open_as_it_is()?, cx, &mut io::stderr())?;
    Ok(Finish::Stopped)
}
