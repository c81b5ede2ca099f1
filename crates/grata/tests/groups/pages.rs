//! The pages of one person, in this process, over the installation that the commands made.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use grata::app::data;
use grata::config::Config;
use grata::cx::Cx;
use grata::stop::Stop;
use grata::web::csrf;
use grata::web::router::router;
use grata::web::site::Site;
use grata::work::Works;
use grata::worker::pool::Crew;
use grata_core::audit::entry::ActorClass;
use grata_core::time::{FixedClock, hours_after};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::place::{Place, hands};

pub struct Pages {
    router: Router,
    works: Works,
    runtime: tokio::runtime::Runtime,
}

/// Who asks: the secret of a link, or nobody.
pub trait Who {
    fn secret(&self) -> &str;
}

pub struct Nobody;

impl Who for Nobody {
    fn secret(&self) -> &str {
        ""
    }
}

pub struct Person(String);

impl Who for Person {
    fn secret(&self) -> &str {
        &self.0
    }
}

pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Pages {
    pub fn over(place: &Place) -> Self {
        Self::later(place, 0)
    }

    /// The same, when so many hours have gone by.
    pub fn later(place: &Place, hours: u32) -> Self {
        let places = data::places(&place.house.path("grata-data"), None);
        let store = Arc::new(data::open(&places).unwrap());
        let config = Config::from_environment().unwrap();
        let mut hands = hands();
        if hours > 0 {
            hands.clock = Arc::new(FixedClock(hours_after(hands.clock.now(), hours)));
        }
        let cx = Cx { config, hands, stop: Stop::default(), actor: ActorClass::CommandLine.into() };
        let detect = (cx.hands.detect_model)(&cx.config, &cx.stop, &mut std::io::sink()).unwrap();
        let crew = Crew::new(&cx.hands.workers, Some(detect), cx.config.limits, &cx.stop);
        let works = Works::start(crew, 1);
        let site = Site::new(store, cx, works.clone()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { router: router(&site), works, runtime }
    }

    /// So that commands have the data folder again.
    pub fn leave(self) {
        self.works.stop();
        self.runtime.shutdown_timeout(std::time::Duration::from_secs(20));
    }

    pub fn by_link(&self, link: &Value) -> Person {
        Person(link.as_str().unwrap().rsplit('#').next().unwrap().to_string())
    }

    pub fn get(&self, who: &dyn Who, path: &str) -> Answer {
        self.ask(who, Method::GET, path, &[], Vec::new())
    }

    pub fn post(&self, who: &dyn Who, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = csrf::token(who.secret());
        let form = serde_urlencoded::to_string([fields, &[("csrf", token.as_str())]].concat()).unwrap();
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask(who, Method::POST, path, &headers, form.into_bytes())
    }

    /// As the script of the page does: the code, and a still for each thing that is asked.
    pub fn enrol(&self, who: &Person, code: &str, still: impl Fn(&str) -> Vec<u8>) -> Answer {
        let page = self.get(who, "/me/enrol").expect(200).text();
        let of = |name: &str| {
            page.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_string()
        };
        let mut body = Vec::new();
        for pose in of("data-poses").split(' ') {
            let still = still(pose);
            body.extend((still.len() as u32).to_le_bytes());
            body.extend(still);
        }
        self.send(who, of("data-challenge"), code, &body)
    }

    pub fn send(&self, who: &Person, challenge: String, code: &str, body: &[u8]) -> Answer {
        let token = csrf::token(who.secret());
        let headers = [
            ("x-csrf", token.as_str()),
            ("x-challenge", challenge.as_str()),
            ("x-code", code),
            ("sec-fetch-site", "same-origin"),
        ];
        self.ask(who, Method::POST, "/me/enrol", &headers, body.to_vec())
    }

    /// The questions to a person.
    pub fn questions(&self, who: &Person) -> Vec<String> {
        let page = self.get(who, "/me/found").expect(200).text();
        page.split("src=\"/me/found/")
            .skip(1)
            .map(|rest| rest.split('/').next().unwrap().to_string())
            .collect()
    }

    pub fn answer(&self, who: &Person, question: &str, said: &str) -> Answer {
        self.post(who, &format!("/me/found/{question}"), &[("answer", said)])
    }

    fn ask(
        &self,
        who: &dyn Who,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("accept-language", "en");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !who.secret().is_empty() {
            request = request.header(header::COOKIE, format!("grata-page={}", who.secret()));
        }
        let request = request.body(Body::from(body)).unwrap();
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }
}
