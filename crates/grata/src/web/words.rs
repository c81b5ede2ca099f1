//! What pages say, in every language: one message file each, in Fluent's format (TRA-5).
//!
//! Adding a language is adding a file to `messages/` and a line here. A test fails if a message is
//! missing in one of them, or if nothing says it.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use grata_core::audit::entry::ActorClass;
use grata_core::notice::Language;
use grata_core::time::{Date, Timestamp, day};

use crate::app::channels::Titles;

/// Languages by their code, their own name, and their messages. The first is for whoever asks for none
/// of them.
const FILES: [(&str, &str, &str); 2] = [
    ("en", "English", include_str!("../../messages/en.ftl")),
    ("fr", "Français", include_str!("../../messages/fr.ftl")),
];

/// A language that pages are in.
struct Spoken {
    code: &'static str,
    name: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static SPOKEN: LazyLock<Vec<Spoken>> = LazyLock::new(|| FILES.into_iter().map(spoken).collect());

fn spoken((code, name, text): (&'static str, &'static str, &str)) -> Spoken {
    // A file with a mistake gives what can be read of it; the tests of this file see to it that there
    // is none.
    let resource = match FluentResource::try_new(text.to_string()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let languages = code.parse().into_iter().collect();
    let mut bundle = FluentBundle::new_concurrent(languages);
    // Marks around values would stand in names and addresses that people copy.
    bundle.set_use_isolating(false);
    let _ = bundle.add_resource(resource);
    Spoken { code, name, bundle }
}

/// The words of one language.
#[derive(Clone, Copy)]
pub struct Words(&'static Spoken);

impl Words {
    /// All languages: code and name.
    pub fn all() -> impl Iterator<Item = Words> {
        SPOKEN.iter().map(Words)
    }

    /// The words of the language with this code.
    pub fn of(code: &str) -> Option<Words> {
        Self::all().find(|words| words.code() == code)
    }

    /// The first language that somebody's browser asks for and that there is; else the first of all.
    pub fn wanted(accept_language: &str) -> Words {
        // Browsers list languages in the order in which they are wanted.
        let codes = accept_language.split(',').map(|part| part.trim().get(..2).unwrap_or_default());
        codes.filter_map(|code| Self::of(&code.to_lowercase())).next().unwrap_or_else(Self::first)
    }

    fn first() -> Words {
        Words(&SPOKEN[0])
    }

    /// Its code, as in `lang="fr"`.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// What it is called by those who speak it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// As notices name it.
    pub fn language(self) -> Option<Language> {
        self.code().parse().ok()
    }

    /// A message.
    pub fn t(self, key: &str) -> Cow<'static, str> {
        self.say(key, None)
    }

    /// A message about a number of things: `$n`.
    pub fn n(self, key: &str, number: impl Number) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(number.number()));
        self.say(key, Some(&args))
    }

    /// A message with one value in it.
    pub fn a(self, key: &str, name: &str, value: impl ToString) -> Cow<'static, str> {
        self.with(key, &[(name, value.to_string())])
    }

    /// A message with several values in it.
    pub fn with(self, key: &str, values: &[(&str, String)]) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(name.to_string(), FluentValue::from(value.clone()));
        }
        self.say(key, Some(&args))
    }

    fn say(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let pattern = self.0.bundle.get_message(key).and_then(|message| message.value());
        match pattern {
            Some(pattern) => {
                let said = self.0.bundle.format_pattern(pattern, args, &mut Vec::new());
                Cow::Owned(said.into_owned())
            }
            // Seen on the page, and by the test that renders all pages.
            None => Cow::Owned(format!("⟦{key}⟧")),
        }
    }

    /// Why something is hidden, by the word of core.
    pub fn hidden(self, reason: &str) -> Cow<'static, str> {
        self.a("hidden-because", "reason", self.t(&format!("reason-{reason}")))
    }

    /// A day, as people write it.
    pub fn day(self, date: Date) -> Cow<'static, str> {
        let month = self.t(&format!("month-{}", date.month())).into_owned();
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.with("day", &[("day", day), ("month", month), ("year", year)])
    }

    /// The day of a moment.
    pub fn moment(self, at: Timestamp) -> Cow<'static, str> {
        self.day(day(at))
    }

    /// The time of day of a moment, in UTC: everybody reads the same, wherever they are.
    pub fn clock(self, at: Timestamp) -> String {
        let time: String = at.to_string().chars().skip(11).take(5).collect();
        format!("{time} UTC")
    }

    /// A message with a moment in it: `$day` and `$time`.
    pub fn at(self, key: &str, at: Timestamp) -> Cow<'static, str> {
        self.with(key, &[("day", self.moment(at).into_owned()), ("time", self.clock(at))])
    }

    /// Who acted: the class, and for somebody who was signed in the account, as `account` names it.
    pub fn actor(self, class: ActorClass, account: Option<String>) -> Cow<'static, str> {
        match (class, account) {
            (ActorClass::Staff, Some(account)) => self.a("actor-account", "account", account),
            (ActorClass::Subject, _) => self.t("actor-subject"),
            (ActorClass::Anybody, _) => self.t("actor-anybody"),
            (ActorClass::Clock, _) => self.t("actor-clock"),
            (ActorClass::CommandLine, _) => self.t("actor-command-line"),
            _ => self.t("actor-staff"),
        }
    }

    /// A channel, as the organisation calls it; or another purpose, by its message.
    pub fn channel(self, titles: &Titles, channel: &str) -> String {
        match channel {
            "find" | "notify" => self.t(&format!("channel-{channel}")).into_owned(),
            _ => titles.of(self.code(), channel),
        }
    }
}

/// A number of things, of whatever width.
pub trait Number {
    /// As messages count.
    fn number(&self) -> i64;
}

macro_rules! numbers {
    ($($kind:ty),+) => {$(
        impl Number for $kind {
            fn number(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )+};
}

numbers![i64, u32, u64, usize];

impl<T: Number> Number for &T {
    fn number(&self) -> i64 {
        (**self).number()
    }
}

#[cfg(test)]
mod tests;
