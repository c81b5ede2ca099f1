//! One file a page. What all of them share is the frame around each: [`Shell`].

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use grata_store::queries::accounts::{Account, Role};

use super::access::{Route, page_above, reaches};
use super::assets;
use super::guard::Visit;
use super::session::Visitor;
use super::words::Words;

pub mod accounts;
pub mod album;
pub mod albums;
pub mod channels;
pub mod codes;
pub mod emergency;
pub mod enrol;
pub mod find;
pub mod forms;
pub mod found;
pub mod front;
pub mod gallery;
pub mod group;
pub mod group_codes;
pub mod links;
pub mod log;
pub mod me;
pub mod notice;
pub mod object;
pub mod own;
pub mod passkey;
pub mod people;
pub mod person;
pub mod photo;
pub mod pick;
pub mod provider;
pub mod recalls;
pub mod release;
pub mod requests;
pub mod rights;
pub mod sign_in;
pub mod status;
pub mod tagging;
pub mod trouble;
pub mod upload;

/// Who sees the page, for what is shown around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A page for anybody.
    Open,
    /// The desk, with the account that is signed in.
    Desk(String, Role),
    /// The same before they have shown enough to see the desk.
    Doorstep(String),
    /// A person's own page, or a gallery.
    Own,
}

/// What is around every page.
#[derive(Clone)]
pub struct Shell {
    /// Its language.
    pub words: Words,
    /// Where.
    pub place: Place,
    /// The token for its forms.
    pub csrf: String,
    /// The path of the page, for switching language.
    pub path: String,
}

impl Shell {
    /// Around the page that somebody visits.
    pub fn of(visit: &Visit) -> Self {
        let place = match &visit.visitor {
            Visitor::Nobody => Place::Open,
            Visitor::Staff(account) => Place::Desk(account.label.clone(), account.role),
            Visitor::Halfway(account) => Place::Doorstep(account.label.clone()),
            Visitor::Person(_) | Visitor::Guest(_) => Place::Own,
        };
        Self { words: visit.words, place, csrf: visit.csrf(), path: page_above(&visit.path) }
    }

    /// Where a file is served.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// All languages, and whether each is this one.
    pub fn languages(&self) -> Vec<(Words, bool)> {
        Words::all().map(|one| (one, one.code() == self.words.code())).collect()
    }

    /// Where the switch to a language leads.
    pub fn switch(&self, to: &Words) -> String {
        let query = serde_urlencoded::to_string([("to", to.code()), ("back", &self.path)]);
        format!("/language?{}", query.unwrap_or_default())
    }

    /// The desk's parts that this account may open: message, address, whether it is open now.
    pub fn parts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let Place::Desk(_, role) = &self.place else { return Vec::new() };
        let parts = [
            ("nav-albums", "/desk", Route::Desk),
            ("nav-people", "/desk/people", Route::People),
            ("nav-recalls", "/desk/recalls", Route::Recalls),
            ("nav-requests", "/desk/requests", Route::Requests),
            ("nav-log", "/desk/log", Route::Log),
            ("nav-channels", "/desk/channels", Route::Channels),
            ("nav-accounts", "/desk/accounts", Route::Accounts),
        ];
        let is_here = |address: &str| match address {
            "/desk" => {
                self.path == "/desk"
                    || ["/desk/albums", "/desk/new", "/desk/photos"]
                        .iter()
                        .any(|start| self.path.starts_with(start))
            }
            "/desk/people" => {
                ["/desk/people", "/desk/forms"].iter().any(|start| self.path.starts_with(start))
            }
            "/desk/requests" => {
                ["/desk/requests", "/desk/emergencies"].iter().any(|start| self.path.starts_with(start))
            }
            other => self.path.starts_with(other),
        };
        let open = parts.into_iter().filter(|(_, _, route)| reaches(*role, *route));
        open.map(|(key, address, _)| (key, address, is_here(address))).collect()
    }

    /// Whether whoever sees this page may open something.
    pub fn may(&self, route: Route) -> bool {
        matches!(&self.place, Place::Desk(_, role) if reaches(*role, route))
    }

    /// Whether this is the desk.
    pub fn is_desk(&self) -> bool {
        matches!(self.place, Place::Desk(..) | Place::Doorstep(_))
    }

    /// What colleagues call whoever is signed in.
    pub fn label(&self) -> &str {
        match &self.place {
            Place::Desk(label, _) | Place::Doorstep(label) => label,
            Place::Open | Place::Own => "",
        }
    }
}

/// The account behind a visit; the guard has let nobody else in.
pub fn staff(visit: &Visit) -> Option<&Account> {
    match &visit.visitor {
        Visitor::Staff(account) | Visitor::Halfway(account) => Some(account),
        _ => None,
    }
}

/// A page as an answer.
pub fn shown(page: &impl Template) -> Response {
    shown_as(StatusCode::OK, page)
}

/// The same with another status.
pub fn shown_as(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        // Templates write into memory.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Another page, after something was done.
pub fn go_to(address: &str) -> Response {
    axum::response::Redirect::to(address).into_response()
}
