//! `cargo xtask pictures`: the before-and-after pictures of the README.
//!
//! The portrait of Eileen Collins is NASA's and in the public domain; scikit-image ships it.

use std::fs;
use std::process::Command;

use crate::tools::{self, Outcome, Venv, bench_folder, cargo, ensure_pack, root, target};

/// Makes `docs/pictures/{before,after-veil,after-fill}.jpg`.
///
/// # Errors
/// If a program fails, or a picture comes out as it went in.
pub fn run() -> Outcome<()> {
    let venv = Venv::ensure()?;
    tools::run(cargo(&["build", "--release", "--locked", "--package", "grata"]))?;
    let grata = target()?.join("release/grata");
    ensure_pack(&grata)?;

    let pictures = root().join("docs/pictures");
    fs::create_dir_all(&pictures)?;
    let before = pictures.join("before.jpg");
    let mut portrait = venv.script("portrait.py");
    portrait.arg(&before);
    tools::run(portrait)?;
    for style in ["veil", "fill"] {
        let out = bench_folder()?.join("pictures");
        let mut obscure = Command::new(&grata);
        obscure.arg("obscure").arg(&before).args(["--overwrite", "--style", style, "--out"]).arg(&out);
        tools::run(obscure)?;
        let after = fs::read(out.join("before.jpg"))?;
        if after == fs::read(&before)? {
            return Err(format!("no face was hidden with style {style}").into());
        }
        fs::write(pictures.join(format!("after-{style}.jpg")), after)?;
    }
    Ok(())
}
