//! `grata person`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grata_core::notice::Language;
use grata_core::subject::{Age, Country, Restriction};
use grata_core::time::Date;
use grata_store::queries::subjects::Profile;
use serde::Serialize;

use super::Finish;
use super::arguments::{DataArguments, date, language};
use super::print;
use crate::app::albums;
use crate::app::documents::Place;
use crate::app::people::{
    self, INVITATION_DAYS, InviteOrder, Invited, MOST_INVITATION_DAYS, NewGuardian, NewPerson, PersonShown,
};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::qr::Code;
use crate::words::{count, harmless, path_text};

/// The people in the photos: invite them, see what they said
///
/// Names and contacts are sealed, each under a key of its own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata person invite \"Match of 5 September\" --name \"Alice Martin\" --adult --qr alice.png
  grata person show \"Alice Martin\"

Exit codes: 0 all done; 1 nothing was done.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Invite(Invite),
    List(List),
    Show(Show),
    Age(AgeArguments),
    Guardian(GuardianArguments),
    Revoke(Revoke),
}

/// Invite somebody to say yes or no: a link, also as a QR code
///
/// The link holds nothing personal. Whoever has it can answer for the person, so hand it over
/// yourself, or send it to the person's own address.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata person invite \"Match of 5 September\" --name \"Alice Martin\" --adult --language fr \\
      --contact alice@example.org --qr alice.png
  grata person invite \"Match of 5 September\" --name \"Tom Petit\" --born 2014-03-02 \\
      --guardian \"Anne Petit\" --qr tom.png --guardian-qr anne.png
  grata person invite \"Match of 12 September\" --person \"Alice Martin\"")]
struct Invite {
    /// Title or id of the album that they are asked about
    album: String,
    /// Name of somebody who is new
    #[arg(long, required_unless_present = "person", conflicts_with = "person")]
    name: Option<String>,
    /// Name or id of somebody who is known already
    #[arg(long)]
    person: Option<String>,
    /// How to reach them
    #[arg(long, value_name = "WHERE", conflicts_with = "person")]
    contact: Option<String>,
    #[command(flatten)]
    age: AgeChoice,
    /// Whose law says at which age one answers alone [default: what `grata settings` says, FR if nothing]
    #[arg(long, value_name = "COUNTRY", value_parser = country)]
    country: Option<Country>,
    /// The language they are spoken to in
    #[arg(long, value_name = "LANGUAGE", default_value = "fr", value_parser = language)]
    language: Language,
    /// Name of somebody who answers for them, who gets a link as well
    #[arg(long, value_name = "NAME")]
    guardian: Option<String>,
    /// How to reach that guardian
    #[arg(long, value_name = "WHERE", requires = "guardian")]
    guardian_contact: Option<String>,
    /// The last day on which that guardian may act
    #[arg(long, value_name = "DATE", requires = "guardian", value_parser = date)]
    guardian_until: Option<Date>,
    /// Days for which the links lead somewhere
    #[arg(long, value_name = "N", default_value_t = INVITATION_DAYS,
          value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_INVITATION_DAYS)))]
    days: u16,
    /// Write the link as a QR code to this PNG file
    #[arg(long, value_name = "FILE")]
    qr: Option<PathBuf>,
    /// Write the guardian's link as a QR code to this PNG file
    #[arg(long, value_name = "FILE", requires = "guardian")]
    guardian_qr: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// Print everybody, by name; each of them can see that somebody looked
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata person list")]
struct List {
    #[command(flatten)]
    common: Common,
}

/// Print what is known of a person; they can see that somebody looked
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata person show \"Alice Martin\"")]
struct Show {
    /// Name or id
    person: String,
    /// Why you look, for the person to read
    #[arg(long, value_name = "TEXT", default_value = "to work on their answers")]
    why: String,
    #[command(flatten)]
    common: Common,
}

/// Put on record how old a person is, as they said
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata person age \"Tom Petit\" --born 2014-03-02")]
struct AgeArguments {
    /// Name or id
    person: String,
    #[command(flatten)]
    age: AgeChoice,
    #[command(flatten)]
    common: Common,
}

/// Put on record that a guardian's authority was checked, or when it ends
///
/// Keep no papers: what was found, and how, is enough.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata person guardian \"Tom Petit\" \"Anne Petit\" --verified \"by telephone and letter\"
  grata person guardian \"Tom Petit\" \"Anne Petit\" --until 2027-08-31")]
struct GuardianArguments {
    /// Name or id of the child
    person: String,
    /// Name or id of the guardian
    guardian: String,
    /// How it was checked
    #[arg(long, value_name = "HOW", required_unless_present = "until")]
    verified: Option<String>,
    /// The last day on which they may act
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    #[command(flatten)]
    common: Common,
}

/// Let all links of a person lead nowhere, such as when one was lost
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata person revoke \"Alice Martin\"")]
struct Revoke {
    /// Name or id
    person: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct AgeChoice {
    /// The person says that they are of the age at which one answers alone
    #[arg(long, conflicts_with = "born")]
    adult: bool,
    /// The day on which they were born; nothing is guessed
    #[arg(long, value_name = "DATE", value_parser = date)]
    born: Option<Date>,
}

impl AgeChoice {
    fn age(&self) -> Age {
        match (self.adult, self.born) {
            (_, Some(born)) => Age::Born(born),
            (true, None) => Age::Adult,
            (false, None) => Age::Unknown,
        }
    }
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

fn country(text: &str) -> Result<Country, String> {
    text.parse().map_err(|error: grata_core::subject::NotACountry| error.to_string())
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Invite(order) => invite(order, cx)?,
        Action::List(List { common }) => {
            for (id, Profile { name, .. }) in people::list(&*common.data.open()?, cx.by())? {
                let line = ListLine { id: id.to_string(), name };
                print::line(common.json, &line, |line| format!("{}  {}", line.id, harmless(&line.name)));
            }
        }
        Action::Show(order) => show(order, cx)?,
        Action::Age(order) => age(order, cx)?,
        Action::Guardian(order) => guardian(order, cx)?,
        Action::Revoke(Revoke { person, common }) => {
            let store = common.data.open()?;
            let subject = people::find(&store.read()?, person)?;
            let links = people::revoke_links(&store, subject, cx.by())?;
            done(common, subject, |_| {
                let links = usize::try_from(links).unwrap_or(usize::MAX);
                let end = if links == 1 { "ends" } else { "end" };
                format!("{} {end} here.", count(links, "link"))
            });
        }
    }
    Ok(Finish::AllDone)
}

#[derive(Serialize)]
struct ListLine {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct DoneLine {
    person: String,
    status: &'static str,
}

fn done(common: &Common, subject: grata_core::id::SubjectId, words: impl FnOnce(&DoneLine) -> String) {
    print::line(common.json, &DoneLine { person: subject.to_string(), status: "ok" }, words);
}

#[derive(Serialize)]
struct InviteLine {
    person: String,
    link: String,
    qr: Option<String>,
    guardian: Option<GuardianLine>,
    expires_at: String,
}

#[derive(Serialize)]
struct GuardianLine {
    id: String,
    link: String,
    qr: Option<String>,
}

fn invite(order: &Invite, cx: &Cx) -> Result<(), AppError> {
    // The link is shown once: what could keep its code from being written is found out before.
    let png = order.qr.as_deref().map(Place::prepare).transpose()?;
    let guardian_png = order.guardian_qr.as_deref().map(Place::prepare).transpose()?;
    let store = order.common.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &order.album)?;
    let person = match (&order.name, &order.person) {
        (_, Some(known)) => Invited::Known(people::find(&reader, known)?),
        (Some(name), None) => Invited::New(NewPerson {
            profile: profile(name, order.contact.as_deref())?,
            age: order.age.age(),
            country: order.country.map_or_else(|| people::country(&reader), Ok)?,
            language: order.language.clone(),
        }),
        // The parser has seen to it that one of them is there.
        (None, None) => return Err(AppError::new(ErrorKind::Invalid, "say whom, with --name or --person")),
    };
    drop(reader);
    let guardian = match &order.guardian {
        Some(name) => Some(NewGuardian {
            profile: profile(name, order.guardian_contact.as_deref())?,
            until: order.guardian_until,
        }),
        None => None,
    };
    let invite = InviteOrder { person, guardian, album: album.id, days: order.days };
    let made = people::invite(&store, &invite, cx.by())?;
    let code = Code::of(&made.link)?;
    let guardian_code = made.guardian.as_ref().map(|(_, link)| Code::of(link)).transpose()?;
    let qr = |place: &Option<PathBuf>| place.as_deref().map(|path| path_text(path).into_owned());
    let guardian =
        made.guardian.map(|(id, link)| GuardianLine { id: id.to_string(), link, qr: qr(&order.guardian_qr) });
    let expires_at = made.expires_at.to_string();
    let line = InviteLine {
        person: made.subject.to_string(),
        link: made.link,
        qr: qr(&order.qr),
        guardian,
        expires_at,
    };
    print::line(order.common.json, &line, |line| in_words(line, &code, guardian_code.as_ref()));
    write_png(png, Some(&code))?;
    write_png(guardian_png, guardian_code.as_ref())
}

fn in_words(line: &InviteLine, code: &Code, guardian_code: Option<&Code>) -> String {
    let mut text = format!("{}\n{}\n\n{}", line.person, line.link, code.for_terminal());
    if let (Some(guardian), Some(code)) = (&line.guardian, guardian_code) {
        text += &format!("\nFor the guardian {}:\n{}\n\n{}", guardian.id, guardian.link, code.for_terminal());
    }
    text + &format!("\nThe link is shown this once, and leads somewhere until {}.", line.expires_at)
}

fn profile(name: &str, contact: Option<&str>) -> Result<Profile, AppError> {
    if name.trim().is_empty() {
        return Err(AppError::new(ErrorKind::Invalid, "a name is empty"));
    }
    let contact = contact.map(str::trim).filter(|text| !text.is_empty());
    Ok(Profile { name: name.trim().to_string(), contact: contact.map(str::to_string) })
}

fn write_png(place: Option<Place>, code: Option<&Code>) -> Result<(), AppError> {
    match (place, code) {
        (Some(place), Some(code)) => place.write(&code.png()?),
        _ => Ok(()),
    }
}

fn age(order: &AgeArguments, cx: &Cx) -> Result<(), AppError> {
    let store = order.common.data.open()?;
    let subject = people::find(&store.read()?, &order.person)?;
    people::set_age(&store, subject, order.age.age(), cx.by())?;
    done(&order.common, subject, |_| "Noted.".into());
    Ok(())
}

fn guardian(order: &GuardianArguments, cx: &Cx) -> Result<(), AppError> {
    let store = order.common.data.open()?;
    let reader = store.read()?;
    let subject = people::find(&reader, &order.person)?;
    let guardian = people::find_guardian(&reader, &people::known(&reader, subject)?, &order.guardian)?;
    drop(reader);
    if let Some(how) = &order.verified {
        people::verify_guardian(&store, subject, guardian, how, cx.by())?;
    }
    if let Some(until) = order.until {
        people::end_guardian(&store, subject, guardian, until, cx.by())?;
    }
    done(&order.common, subject, |_| "Noted.".into());
    Ok(())
}

#[derive(Serialize)]
struct ShowLine {
    id: String,
    name: String,
    contact: Option<String>,
    language: String,
    country: String,
    age: String,
    restricted: bool,
    guardians: Vec<GuardianShown>,
    answers: Vec<AnswerLine>,
}

#[derive(Serialize)]
struct GuardianShown {
    id: String,
    name: String,
    verified: bool,
    until: Option<String>,
}

#[derive(Serialize)]
struct AnswerLine {
    album: String,
    channel: String,
    shown_until: Option<String>,
    hidden_because: Option<&'static str>,
}

fn show(order: &Show, cx: &Cx) -> Result<(), AppError> {
    let store = order.common.data.open()?;
    let subject = people::find(&store.read()?, &order.person)?;
    let line = show_line(people::show(&store, subject, &order.why, cx.by())?);
    print::line(order.common.json, &line, show_words);
    Ok(())
}

fn show_line(shown: PersonShown) -> ShowLine {
    let PersonShown { subject, profile, language, guardians, answers } = shown;
    let guardians =
        guardians.into_iter().zip(&subject.guardians).map(|((id, profile), guardian)| GuardianShown {
            id: id.to_string(),
            name: profile.name,
            verified: guardian.verified_at.is_some(),
            until: guardian.until.map(|until| until.to_string()),
        });
    let answers = answers.into_iter().map(|answer| AnswerLine {
        album: answer.album.title,
        channel: answer.channel.to_string(),
        shown_until: answer.shown.ok().map(|until| until.to_string()),
        hidden_because: answer.shown.err(),
    });
    ShowLine {
        id: subject.id.to_string(),
        name: profile.name,
        contact: profile.contact,
        language: language.to_string(),
        country: subject.country.to_string(),
        age: match subject.age {
            Age::Unknown => "unknown".to_string(),
            Age::Adult => "adult".to_string(),
            Age::Born(born) => born.to_string(),
        },
        restricted: subject.restriction != Restriction::None,
        guardians: guardians.collect(),
        answers: answers.collect(),
    }
}

fn show_words(line: &ShowLine) -> String {
    let contact = line.contact.as_deref().map_or_else(|| "none".into(), harmless);
    let mut text = format!(
        "{}  {}\n  contact: {contact}\n  language: {}, country: {}, age: {}",
        line.id,
        harmless(&line.name),
        line.language,
        line.country,
        line.age
    );
    if line.restricted {
        text += "\n  frozen: hidden everywhere";
    }
    for guardian in &line.guardians {
        let verified = if guardian.verified { "checked" } else { "not checked yet" };
        text += &format!("\n  guardian: {}  {} ({verified})", guardian.id, harmless(&guardian.name));
    }
    for answer in &line.answers {
        let standing = match (&answer.shown_until, answer.hidden_because) {
            (Some(until), _) => format!("shown until {until}"),
            (None, reason) => format!("hidden: {}", reason.unwrap_or_default()),
        };
        text += &format!("\n  {} / {}: {standing}", harmless(&answer.album), answer.channel);
    }
    text
}
