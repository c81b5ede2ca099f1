//! Arguments in; plain words, JSON lines and an exit code out.
//!
//! Standard output carries what machines read, standard error all else. Exit codes: 0 all done; 1
//! wrong usage or configuration, nothing was done; 2 some photos failed, all others were done;
//! [`STOPPED_EXIT_CODE`] after Ctrl-C, everything that was finished is whole.
// A closed standard error ends nothing: `print::say` does without it, the macros do not.
#![deny(clippy::print_stderr)]

mod add;
mod album;
mod arguments;
mod backup;
mod channel;
mod code;
mod consent;
mod demo;
mod detect;
mod doctor;
mod evaluate;
mod group;
mod init;
mod log;
mod models;
mod notice;
mod obscure;
mod person;
mod print;
mod progress;
mod provider;
mod recall;
mod records;
mod release;
mod report;
mod restore;
mod retention;
mod rights;
mod serve;
mod settings;
mod tag;
mod verify;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use grata_core::audit::entry::ActorClass;

use crate::config::Config;
use crate::cx::{Cx, Hands};
use crate::error::{AppError, ErrorKind};
use crate::stop::{STOPPED_EXIT_CODE, Stop};
use crate::worker::{converter, engine, serve as work};

/// Exit code after wrong usage or configuration: nothing was done.
const NOTHING_DONE: u8 = 1;

/// Exit code if some photos failed and all others were done.
const SOME_FAILED: u8 = 2;

/// Publish photos so that only people who said yes are shown.
#[derive(Debug, Parser)]
#[command(name = "grata", version, arg_required_else_help = true)]
#[command(after_help = "Example:\n  grata obscure photos/ --out safe/")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Obscure(obscure::Arguments),
    Detect(detect::Arguments),
    Models(models::Arguments),
    Doctor(doctor::Arguments),
    Evaluate(evaluate::Arguments),
    Calibrate(evaluate::Calibrate),
    Init(init::Arguments),
    Album(album::Arguments),
    Add(add::Arguments),
    Person(person::Arguments),
    Channel(channel::Arguments),
    Notice(notice::Arguments),
    Consent(consent::Arguments),
    Tag(tag::Arguments),
    Code(code::Arguments),
    Group(group::Arguments),
    Release(release::Arguments),
    Recall(recall::Arguments),
    Rights(rights::Arguments),
    Settings(settings::Arguments),
    Provider(provider::Arguments),
    Log(log::Arguments),
    Verify(verify::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Retention(retention::Arguments),
    Serve(serve::Arguments),
    Demo(demo::Arguments),
    /// Works on photos for another grata; not for people.
    #[command(hide = true)]
    PhotoWorker,
    /// Becomes a converter for another grata; not for people.
    #[command(hide = true)]
    PhotoConverter {
        /// Memory in bytes, program, arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        order: Vec<OsString>,
    },
}

/// How a command went that did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    AllDone,
    SomeFailed,
    /// Something that only ends when it is stopped was stopped.
    Stopped,
}

/// Runs the command that `arguments` name, with these `hands`.
pub fn run(arguments: impl IntoIterator<Item = OsString>, hands: Hands) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match cli.command {
        Command::PhotoWorker => return photo_worker(),
        Command::PhotoConverter { order } => return converter::become_converter(order.into_iter()),
        _ => {}
    }
    let stop = match Stop::on_signals() {
        Ok(stop) => stop,
        Err(error) => {
            return failure(&AppError::new(ErrorKind::Internal, "signals cannot be handled").because(error));
        }
    };
    let finish = Config::from_environment().and_then(|config| {
        let cx = Cx { config, hands, stop: stop.clone(), actor: ActorClass::CommandLine.into() };
        match &cli.command {
            Command::Obscure(arguments) => obscure::run(arguments, &cx),
            Command::Detect(arguments) => detect::run(arguments, &cx),
            Command::Models(arguments) => models::run(arguments, &cx),
            Command::Doctor(arguments) => doctor::run(arguments, &cx),
            Command::Evaluate(arguments) => evaluate::run(arguments, &cx),
            Command::Calibrate(arguments) => evaluate::calibrate(arguments, &cx),
            Command::Init(arguments) => init::run(arguments, &cx),
            Command::Album(arguments) => album::run(arguments, &cx),
            Command::Add(arguments) => add::run(arguments, &cx),
            Command::Person(arguments) => person::run(arguments, &cx),
            Command::Channel(arguments) => channel::run(arguments, &cx),
            Command::Notice(arguments) => notice::run(arguments),
            Command::Consent(arguments) => consent::run(arguments, &cx),
            Command::Tag(arguments) => tag::run(arguments, &cx),
            Command::Code(arguments) => code::run(arguments, &cx),
            Command::Group(arguments) => group::run(arguments, &cx),
            Command::Release(arguments) => release::run(arguments, &cx),
            Command::Recall(arguments) => recall::run(arguments, &cx),
            Command::Rights(arguments) => rights::run(arguments, &cx),
            Command::Settings(arguments) => settings::run(arguments, &cx),
            Command::Provider(arguments) => provider::run(arguments, &cx),
            Command::Log(arguments) => log::run(arguments, &cx),
            Command::Verify(arguments) => verify::run(arguments),
            Command::Backup(arguments) => backup::run(arguments, &cx),
            Command::Restore(arguments) => restore::run(arguments, &cx),
            Command::Retention(arguments) => retention::run(arguments, &cx),
            Command::Serve(arguments) => serve::run(arguments, &cx),
            Command::Demo(arguments) => demo::run(arguments, &cx),
            Command::PhotoWorker | Command::PhotoConverter { .. } => Ok(Finish::AllDone),
        }
    });
    match finish {
        Err(error) => failure(&error),
        Ok(Finish::Stopped) => ExitCode::SUCCESS,
        Ok(_) if stop.is_raised() => ExitCode::from(STOPPED_EXIT_CODE),
        Ok(Finish::AllDone) => ExitCode::SUCCESS,
        Ok(Finish::SomeFailed) => ExitCode::from(SOME_FAILED),
    }
}

/// Help goes to standard output and is no mistake; all else about arguments is one.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed terminal is nobody's mistake.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(NOTHING_DONE) } else { ExitCode::SUCCESS }
}

fn failure(error: &AppError) -> ExitCode {
    print::say(&format!("grata: {error}"));
    ExitCode::from(NOTHING_DONE)
}

fn photo_worker() -> ExitCode {
    if std::io::stdin().is_terminal() {
        let error = AppError::new(ErrorKind::Invalid, "this command is started by grata itself");
        return failure(&error.hint("`grata obscure --help` says how to hide faces."));
    }
    work::serve(engine::prepare)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains(&format!("grata {} ", command.get_name())), "{help}");
            assert!(help.contains("Example"), "{help}");
        }
    }

    /// The words of a line as a shell parts them.
    fn words_of(line: &str) -> Vec<String> {
        let (mut words, mut is_quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match letter {
                '"' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                _ => words.last_mut().unwrap().push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// Without what the help says about them, and without where their output goes.
    fn examples_of(command: &clap::Command) -> Vec<String> {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace("\\\n", " ");
        let examples = help.lines().filter(|line| line.starts_with("  grata ")).map(str::trim);
        examples
            .map(|line| line.split("  (").next().unwrap().split(" > ").next().unwrap().to_string())
            .collect()
    }

    #[test]
    fn every_example_is_a_command_that_there_is() {
        let (mut open, mut seen) = (vec![Cli::command()], 0);
        while let Some(command) = open.pop() {
            for example in examples_of(&command) {
                seen += 1;
                if let Err(error) = Cli::try_parse_from(words_of(&example)) {
                    // A word that stands for an id is none.
                    assert_eq!(error.kind(), clap::error::ErrorKind::ValueValidation, "{example}\n{error}");
                }
            }
            open.extend(command.get_subcommands().cloned());
        }
        assert!(seen > 50, "{seen}");
    }
}
