//! `cargo xtask finder`: the module that looks for a person on their own device, as a folder of static
//! files that `grata serve` finds (docs/find.md). Not a part of the program, and not there by default
//! (BYS-10).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::tools::{self, Outcome, cargo, root, target, works};

/// What browsers run.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Our own half of the worker, seen from the top folder.
const WORKER: &str = "crates/grata-finder/worker.js";

/// The module, as `grata` serves it.
const MODULE: &str = "finder.wasm";

/// The worker that runs it: its glue and our own half in one file, so that it has nothing to load.
const SCRIPT: &str = "finder-worker.js";

/// Makes sure that the compiler can build for browsers.
///
/// # Errors
/// What to do where it cannot.
pub fn ensure_target() -> Outcome<()> {
    if has_target() {
        return Ok(());
    }
    let mut add = std::process::Command::new("rustup");
    add.args(["target", "add", WASM]);
    if !works(add) || !has_target() {
        return Err(format!(
            "this machine cannot build for browsers: `rustup target add {WASM}` failed. Run it where there is \
             a network, or install the package of your system that brings Rust's {WASM}"
        )
        .into());
    }
    Ok(())
}

fn has_target() -> bool {
    let sysroot = std::process::Command::new("rustc").args(["--print", "sysroot"]).output();
    sysroot.is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_string();
        Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir()
    })
}

/// Builds the module and lays out the folder. Where it is.
///
/// # Errors
/// If a step failed.
pub fn run() -> Outcome<PathBuf> {
    ensure_target()?;
    tools::run(cargo(&["build", "--package", "grata-finder", "--target", WASM, "--release", "--locked"]))?;
    let target = target()?;
    let built = target.join(WASM).join("release/grata_finder.wasm");
    let made = target.join("finder-made");
    // The glue is written by the library that belongs to the macro; nobody installs a program for it.
    let mut glue = cargo(&["run", "--package", "xtask", "--features", "glue", "--locked", "--", "glue"]);
    glue.arg(&built).arg(&made);
    tools::run(glue)?;
    let folder = target.join("finder");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let module = fs::read(made.join("grata_finder_bg.wasm"))?;
    let script =
        fs::read_to_string(made.join("grata_finder.js"))? + &fs::read_to_string(root().join(WORKER))?;
    let mut sums = BTreeMap::new();
    for (name, bytes) in [(MODULE, &module[..]), (SCRIPT, script.as_bytes())] {
        fs::write(folder.join(name), bytes)?;
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        sums.insert(name, sum);
    }
    fs::write(folder.join("finder.json"), serde_json::to_string_pretty(&sums)? + "\n")?;
    eprintln!(
        "\ntarget/finder holds the finder, {} KiB. `grata serve` takes it from $GRATA_FINDER, or from \
         ~/.local/share/grata/finder.",
        (module.len() + script.len()) / 1024
    );
    Ok(folder)
}

/// Writes the glue between a module and scripts.
///
/// # Errors
/// If the module is not one of ours.
#[cfg(feature = "glue")]
pub fn glue(mut arguments: impl Iterator<Item = String>) -> Outcome<PathBuf> {
    let (Some(module), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("glue MODULE FOLDER".into());
    };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(module)
        .no_modules(true)?
        .omit_default_module_path(true)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(&folder)?;
    Ok(folder.into())
}
