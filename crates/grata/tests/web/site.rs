//! The application over an album with one group photo, and whoever visits it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use grata::app::people::{self, InviteOrder, Invited, NewGuardian, NewPerson};
use grata::config::Config;
use grata::cx::{By, Cx, Hands};
use grata::stop::Stop;
use grata::web::csrf;
use grata::web::router::router;
use grata::web::site::Site as Pages;
use grata::work::{Works, releasing};
use grata::worker::converter::Converters;
use grata::worker::pool::Crew;
use grata::worker::process::WorkerCommand;
use grata::worker::protocol::ModelFiles;
use grata_core::audit::entry::{ActorClass, EventKind};
use grata_core::digest::Digest;
use grata_core::id::{AccountId, AlbumId, GuardianId, PhotoId, SubjectId};
use grata_core::purpose::{Reach, Shared};
use grata_core::subject::Age;
use grata_core::time::{FixedClock, Timestamp, hours_after};
use grata_store::Store;
use grata_store::queries::accounts::{CameBy, NewAccount, Role};
use grata_store::queries::albums::Album;
use grata_store::queries::subjects::{Invitation, NewSubject, Profile};
use grata_store::vault::KeyName;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::support::event;
use crate::world::World;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Desk(String),
    Person(String),
    Guest(String),
}

impl Who {
    pub fn cookie(&self) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Desk(secret) => Some(format!("grata-desk={secret}")),
            Self::Person(secret) => Some(format!("grata-page={secret}")),
            Self::Guest(secret) => Some(format!("grata-gallery={secret}")),
        }
    }

    pub fn secret(&self) -> &str {
        match self {
            Self::Nobody => "",
            Self::Desk(secret) | Self::Person(secret) | Self::Guest(secret) => secret,
        }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub fn kind(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}

pub struct Site {
    pub world: World,
    pub store: Arc<Store>,
    pub pages: Pages,
    pub works: Works,
    pub photo: PhotoId,
    staff: Mutex<Vec<AccountId>>,
    router: Router,
    runtime: tokio::runtime::Runtime,
    now: Timestamp,
}

impl Site {
    /// Anna said yes to the website, Ben said nothing; both are tagged in the one photo.
    pub fn new() -> Self {
        Self::over(World::new())
    }

    /// Over this world, with the one photo added to it.
    pub fn over(world: World) -> Self {
        Self::configured(world, Config::from_variables(|_| None).unwrap())
    }

    /// The same, where the environment says something.
    pub fn configured(mut world: World, config: Config) -> Self {
        let photo = world.group_photo().id;
        let store = Arc::new(world.house.store.take().unwrap());
        let (runtime, now) = (runtime(), crate::world::LATER.parse().unwrap());
        let (pages, works) = pages(&store, now, config);
        let router = router(&pages);
        Self { world, store, pages, works, photo, staff: Mutex::default(), router, runtime, now }
    }

    /// The same, on another day.
    pub fn at(mut self, now: &str) -> Self {
        self.now = now.parse().unwrap();
        let (pages, works) = pages(&self.store, self.now, self.pages.cx().config.clone());
        self.works.stop();
        self.router = router(&pages);
        (self.pages, self.works) = (pages, works);
        self
    }

    /// Nobody in particular, now.
    pub fn by(&self) -> By {
        self.pages.by()
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Somebody with this role, signed in.
    pub fn staff(&self, role: Role) -> Who {
        let id = AccountId::random(&mut self.store.rng());
        let mut tx = self.store.begin(self.now).unwrap();
        let login = format!("{role:?} {id}");
        let password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        tx.insert_account(&NewAccount { id, login: &login, label: "Camille", role, password }).unwrap();
        tx.commit(event(EventKind::AccountAdded)).unwrap();
        self.staff.lock().unwrap().push(id);
        self.session_of(id)
    }

    /// The same account in another browser, by its password.
    pub fn session_of(&self, account: AccountId) -> Who {
        let mut tx = self.store.begin(self.now).unwrap();
        let token = tx.insert_session(account, CameBy::Password, hours_after(self.now, 12)).unwrap();
        tx.commit(event(EventKind::SignedIn)).unwrap();
        Who::Desk(Digest(token).to_string())
    }

    /// Whose account that is.
    pub fn account(&self, who: &Who) -> AccountId {
        let token: Digest = who.secret().parse().unwrap();
        self.store.read().unwrap().session(&token.0, self.now).unwrap().unwrap().0.id
    }

    /// The account of whoever was signed in last by [`Site::staff`].
    pub fn newest(&self) -> AccountId {
        *self.staff.lock().unwrap().last().unwrap()
    }

    /// A person, by a fresh link.
    pub fn person(&self, subject: SubjectId) -> Who {
        let mut tx = self.store.begin(self.now).unwrap();
        let album = self.world.album;
        let invitation = Invitation { subject, guardian: None, album, expires_at: hours_after(self.now, 24) };
        let token = tx.invite(&invitation).unwrap();
        tx.commit(event(EventKind::Invited)).unwrap();
        Who::Person(Digest(token).to_string())
    }

    /// Somebody who is asked about another album, by their link.
    pub fn person_elsewhere(&self, name: &str) -> Who {
        let subject = self.stranger(name);
        let mut tx = self.store.begin(self.now).unwrap();
        let here = tx.album(self.world.album).unwrap().unwrap();
        let album = AlbumId::random(&mut self.store.rng());
        let notice = tx.notice(here.id).unwrap().unwrap();
        tx.insert_album(&Album { id: album, title: "Elsewhere".into(), ..here }, &notice).unwrap();
        let invitation = Invitation { subject, guardian: None, album, expires_at: hours_after(self.now, 24) };
        let token = tx.invite(&invitation).unwrap();
        tx.commit(event(EventKind::Invited)).unwrap();
        Who::Person(Digest(token).to_string())
    }

    /// Somebody who was asked about nothing yet.
    pub fn stranger(&self, name: &str) -> SubjectId {
        let id = SubjectId::random(&mut self.store.rng());
        self.store.vault().create(KeyName::Subject(id)).unwrap();
        let mut tx = self.store.begin(self.now).unwrap();
        tx.insert_subject(&NewSubject {
            id,
            profile: Profile { name: name.into(), contact: None },
            age: Age::Adult,
            country: "FR".parse().unwrap(),
            language: "en".parse().unwrap(),
        })
        .unwrap();
        tx.commit(event(EventKind::SubjectAdded)).unwrap();
        id
    }

    /// A French child of fourteen and their guardian, by their links; nobody has checked the guardian yet.
    pub fn child(&self) -> (SubjectId, GuardianId, Who, Who) {
        let person = NewPerson {
            profile: Profile { name: "Zoé Enfant".into(), contact: None },
            age: Age::Born("2012-05-05".parse().unwrap()),
            country: "FR".parse().unwrap(),
            language: "fr".parse().unwrap(),
        };
        let profile = Profile { name: "Parent Enfant".into(), contact: None };
        let order = InviteOrder {
            person: Invited::New(person),
            guardian: Some(NewGuardian { profile, until: None }),
            album: self.world.album,
            days: 60,
        };
        let made = people::invite(&self.store, &order, self.by()).unwrap();
        let (guardian, link) = made.guardian.unwrap();
        let who = |link: &str| Who::Person(link.rsplit('#').next().unwrap().to_string());
        (made.subject, guardian, who(&made.link), who(&link))
    }

    /// Whoever has the link of the website's gallery.
    pub fn guest(&self) -> Who {
        self.guest_of(Reach::Album)
    }

    /// Whoever has the link of the website's gallery of this album, or of all of them.
    pub fn guest_of(&self, reach: Reach) -> Who {
        let mut tx = self.store.begin(self.now).unwrap();
        let shared = Shared { publish: self.world.website(), reach };
        let token = tx.insert_gallery_link(&shared, hours_after(self.now, 24)).unwrap();
        tx.commit(event(EventKind::GalleryShared)).unwrap();
        Who::Guest(Digest(token).to_string())
    }

    /// Releases to the website and waits. The neutral names of what is out.
    pub fn release(&self) -> Vec<String> {
        let publish = self.world.website();
        releasing::release(&self.works, &self.store, self.pages.cx(), &publish).unwrap();
        let is_over = || self.works.progress(&releasing::name(&publish)).unwrap().is_over();
        // As many photos as a test wants.
        self.wait_up_to(Duration::from_secs(900), is_over);
        self.showable()
    }

    pub fn showable(&self) -> Vec<String> {
        let reader = self.store.read().unwrap();
        let found = releasing::showable(&reader, &self.world.website(), self.pages.cx()).unwrap();
        found.into_iter().map(|one| one.file_name).collect()
    }

    /// Waits for the background.
    #[track_caller]
    pub fn wait_for(&self, done: impl Fn() -> bool) {
        self.wait_up_to(Duration::from_secs(60), done);
    }

    #[track_caller]
    fn wait_up_to(&self, most: Duration, done: impl Fn() -> bool) {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < most, "the background did not come to an end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Serves the pages while somebody uses them, at `listener`.
    pub fn served<T>(&self, listener: std::net::TcpListener, work: impl FnOnce(&str) -> T) -> T {
        let server =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let base = base_of(&listener);
        listener.set_nonblocking(true).unwrap();
        let inside = server.enter();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        server.spawn(axum::serve(listener, self.router.clone()).into_future());
        let done = work(&base);
        drop(inside);
        server.shutdown_timeout(Duration::from_secs(2));
        done
    }

    pub fn get(&self, who: &Who, path: &str) -> Answer {
        self.get_in(who, path, "en")
    }

    pub fn get_in(&self, who: &Who, path: &str, language: &str) -> Answer {
        self.ask(who, Method::GET, path, &[("accept-language", language)], Vec::new())
    }

    /// A form of our own page.
    pub fn post(&self, who: &Who, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = csrf::token(who.secret());
        let fields = [fields, &[("csrf", token.as_str())]].concat();
        self.post_without_token(who, path, &fields, "same-origin")
    }

    pub fn post_without_token(&self, who: &Who, path: &str, fields: &[(&str, &str)], from: &str) -> Answer {
        let form = serde_urlencoded::to_string(fields).unwrap();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", from)];
        self.ask(who, Method::POST, path, &headers, form.into_bytes())
    }

    pub fn ask(
        &self,
        who: &Who,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = who.cookie() {
            request = request.header(header::COOKIE, cookie);
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

impl Drop for Site {
    fn drop(&mut self) {
        self.works.stop();
    }
}

/// The address of what is served there, by name: passkeys know no numbers.
pub fn base_of(listener: &std::net::TcpListener) -> String {
    format!("http://localhost:{}", listener.local_addr().unwrap().port())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn pages(store: &Arc<Store>, now: Timestamp, config: Config) -> (Pages, Works) {
    let program = std::env::current_exe().unwrap();
    let hands = Hands {
        workers: WorkerCommand { program, arguments: vec!["as-worker".into()] },
        converters: Converters::of_the_system(),
        detect_model: |_, _, _| Ok(model()),
        clock: Arc::new(FixedClock(now)),
    };
    let cx = Cx { config, hands, stop: Stop::default(), actor: ActorClass::CommandLine.into() };
    let crew = Crew::new(&cx.hands.workers, Some(model()), cx.config.limits, &cx.stop);
    let works = Works::start(crew, 1);
    (Pages::new(Arc::clone(store), cx, works.clone()).unwrap(), works)
}

fn model() -> ModelFiles {
    ModelFiles { model: "/nowhere/model.onnx".into(), onnxruntime: None }
}
