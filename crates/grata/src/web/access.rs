//! Who may reach what: one table, from which the router is built. What has no row here is not there
//! (SEC-5). None of it finds anybody by a picture, and none lists the photos of a person for staff, but for what two
//! of them open together for an hour (SEC-6).

use grata_store::queries::accounts::Role::{self, Owner, Photographer, Privacy, Publisher, Reviewer};

/// What it takes to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Nothing.
    Anybody,
    /// An account with one of these roles, signed in.
    Staff(&'static [Role]),
    /// An account of any role, signed in; where a password alone is not enough, by that as well.
    Own,
    /// The link of a person or of their guardian (SEC-7).
    Person,
    /// The link of a gallery.
    Gallery,
}

/// How something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Looks, and changes nothing but the record of who looked.
    Get,
    /// Changes something.
    Post,
}

/// One row: where, how, for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What is there.
    pub route: Route,
    /// How it is asked for.
    pub asked: Asked,
    /// The path, with names in braces.
    pub path: &'static str,
    /// Who may.
    pub door: Door,
}

const EVERYONE: &[Role] = &[Photographer, Reviewer, Publisher, Privacy, Owner];
const ADDING: &[Role] = &[Photographer, Reviewer, Publisher, Owner];
const REVIEWING: &[Role] = &[Reviewer, Owner];
const PUBLISHING: &[Role] = &[Publisher, Owner];
const ASKING: &[Role] = &[Publisher, Privacy, Owner];
const PRIVACY: &[Role] = &[Privacy, Owner];
const OWNING: &[Role] = &[Owner];

macro_rules! table {
    ($($route:ident $asked:ident $path:literal $door:expr;)+) => {
        /// Everything that is there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "its path and its door say what each is")]
        pub enum Route { $($route),+ }

        /// The table.
        pub const TABLE: &[Row] = &[
            $(Row { route: Route::$route, asked: Asked::$asked, path: $path, door: $door }),+
        ];
    };
}

use Door::{Anybody, Gallery, Own, Person, Staff};

table! {
    Static            Get  "/static/{digest}/{name}"               Anybody;
    Front             Get  "/"                                     Anybody;
    SetLanguage       Get  "/language"                             Anybody;
    Status            Get  "/status"                               Anybody;
    Notice            Get  "/notice/{album}"                       Anybody;
    Robots            Get  "/robots.txt"                           Anybody;

    SignInPage        Get  "/sign-in"                              Anybody;
    SignIn            Post "/sign-in"                              Anybody;
    AskPasskey        Post "/sign-in/passkey/ask"                  Anybody;
    ShowPasskey       Post "/sign-in/passkey"                      Anybody;
    ByProvider        Get  "/sign-in/provider"                     Anybody;
    ProviderBackPage  Get  "/sign-in/back"                         Anybody;
    ProviderBack      Post "/sign-in/back"                         Anybody;
    SignOut           Post "/sign-out"                             Own;
    StartPage         Get  "/start"                                Anybody;
    Start             Post "/start"                                Anybody;

    LinkPage          Get  "/i"                                    Anybody;
    OpenLink          Post "/i"                                    Anybody;
    GalleryLinkPage   Get  "/g"                                    Anybody;
    OpenGallery       Post "/g"                                    Anybody;

    ObjectPage        Get  "/object"                               Anybody;
    ObjectPoint       Get  "/object/{file}"                        Anybody;
    ObjectPicture     Get  "/object/{file}/picture"                Anybody;
    Object            Post "/object/{file}"                        Anybody;

    GalleryPage       Get  "/gallery"                              Gallery;
    GalleryPicture    Get  "/gallery/{file}"                       Gallery;
    GallerySmall      Get  "/gallery/{file}/small"                 Gallery;
    GalleryOne        Get  "/gallery/{file}/view"                  Gallery;

    Me                Get  "/me"                                   Person;
    MeAnswer          Post "/me/answer"                            Person;
    MeData            Get  "/me/data"                              Person;
    MePicture         Get  "/me/photos/{photo}"                    Person;
    MeThatsMe         Post "/me/finished/{file}/me"                Person;
    MeNotMe           Post "/me/photos/{photo}/not-me"             Person;
    MeObject          Post "/me/photos/{photo}/object"             Person;
    MeObjectAll       Post "/me/object"                            Person;
    MeReceipt         Get  "/me/receipts/{number}"                 Person;
    MeDownload        Post "/me/download"                          Person;
    MeErasePage       Get  "/me/erase"                             Person;
    MeErase           Post "/me/erase"                             Person;
    MeLeave           Post "/me/leave"                             Person;
    MeEnrolPage       Get  "/me/enrol"                             Person;
    MeEnrol           Post "/me/enrol"                             Person;
    MeEnrolled        Post "/me/enrolled"                          Person;
    MeFound           Get  "/me/found"                             Person;
    MeFoundPicture    Get  "/me/found/{suggestion}/picture"        Person;
    MeFoundAnswer     Post "/me/found/{suggestion}"                Person;

    OwnSignIn         Get  "/desk/own"                             Own;
    AskNewPasskey     Post "/desk/own/passkeys/ask"                Own;
    AddPasskey        Post "/desk/own/passkeys"                    Own;
    RemovePasskey     Post "/desk/own/passkeys/remove"             Staff(EVERYONE);
    ChangePassword    Post "/desk/own/password"                    Staff(EVERYONE);
    LinkProvider      Post "/desk/own/provider"                    Staff(EVERYONE);
    UnlinkProvider    Post "/desk/own/provider/remove"             Staff(EVERYONE);

    Desk              Get  "/desk"                                 Staff(EVERYONE);
    NewAlbumPage      Get  "/desk/new-album"                       Staff(OWNING);
    NewAlbum          Post "/desk/new-album"                       Staff(OWNING);
    Album             Get  "/desk/albums/{album}"                  Staff(EVERYONE);
    Sign              Get  "/desk/albums/{album}/sign/{language}"  Staff(EVERYONE);
    AlbumTimes        Post "/desk/albums/{album}/times"            Staff(PRIVACY);
    Upload            Post "/desk/albums/{album}/photos"           Staff(ADDING);
    Preview           Get  "/desk/photos/{photo}/preview/{size}"   Staff(EVERYONE);
    Photo             Get  "/desk/photos/{photo}"                  Staff(REVIEWING);
    ReviewPicture     Get  "/desk/photos/{photo}/review"           Staff(REVIEWING);
    AsReleased        Get  "/desk/photos/{photo}/as/{channel}"     Staff(REVIEWING);
    PickPerson        Get  "/desk/albums/{album}/people"           Staff(REVIEWING);
    TagFace           Post "/desk/photos/{photo}/faces"            Staff(REVIEWING);
    AddFace           Post "/desk/photos/{photo}/add-face"         Staff(REVIEWING);
    Reviewed          Post "/desk/photos/{photo}/reviewed"         Staff(REVIEWING);
    Codes             Post "/desk/photos/{photo}/codes"            Staff(REVIEWING);

    ReleasePage       Get  "/desk/albums/{album}/release"          Staff(PUBLISHING);
    Release           Post "/desk/albums/{album}/release"          Staff(PUBLISHING);
    ReleaseZip        Get  "/desk/albums/{album}/zip/{channel}"    Staff(PUBLISHING);
    ShareGallery      Post "/desk/albums/{album}/share"            Staff(PUBLISHING);
    EndGallery        Post "/desk/albums/{album}/unshare"          Staff(PUBLISHING);
    OwnDevice         Post "/desk/albums/{album}/own-device"       Staff(PUBLISHING);
    Recalls           Get  "/desk/recalls"                         Staff(PUBLISHING);
    Recall            Post "/desk/recalls"                         Staff(PUBLISHING);
    RecallTable       Get  "/desk/recalls.csv"                     Staff(PUBLISHING);
    Work              Get  "/desk/work"                            Staff(EVERYONE);

    People            Get  "/desk/people"                          Staff(ASKING);
    Invite            Post "/desk/people"                          Staff(ASKING);
    PersonCard        Get  "/desk/people/{person}"                 Staff(PRIVACY);
    Paper             Post "/desk/people/{person}/paper"           Staff(PRIVACY);
    FormsPage         Get  "/desk/forms"                           Staff(PRIVACY);
    Forms             Post "/desk/forms"                           Staff(PRIVACY);

    Group             Get  "/desk/albums/{album}/group"            Staff(PRIVACY);
    NewGroup          Post "/desk/albums/{album}/group"            Staff(PRIVACY);
    GroupRoster       Post "/desk/albums/{album}/group/roster"     Staff(PRIVACY);
    GroupCodes        Post "/desk/albums/{album}/group/codes"      Staff(PRIVACY);
    AttestGroup       Post "/desk/albums/{album}/group/attest"     Staff(PRIVACY);
    CalibrateGroup    Post "/desk/albums/{album}/group/calibration" Staff(PRIVACY);
    DeleteGroup       Post "/desk/albums/{album}/group/delete"     Staff(PRIVACY);
    PauseGroup        Post "/desk/albums/{album}/group/pause"      Staff(PRIVACY);
    CompareGroup      Post "/desk/albums/{album}/group/compare"    Staff(PRIVACY);

    AskEmergency      Post "/desk/people/{person}/emergency"       Staff(PRIVACY);
    Emergencies       Get  "/desk/emergencies"                     Staff(PRIVACY);
    Emergency         Get  "/desk/emergencies/{emergency}"         Staff(PRIVACY);
    EmergencyPhoto    Get  "/desk/emergencies/{emergency}/photos/{photo}" Staff(PRIVACY);
    ApproveEmergency  Post "/desk/emergencies/{emergency}/approve" Staff(PRIVACY);
    EndEmergency      Post "/desk/emergencies/{emergency}/end"     Staff(PRIVACY);

    Requests          Get  "/desk/requests"                        Staff(PRIVACY);
    Decide            Post "/desk/requests/objection"              Staff(PRIVACY);
    Log               Get  "/desk/log"                             Staff(PRIVACY);
    Accounts          Get  "/desk/accounts"                        Staff(OWNING);
    InviteColleague   Post "/desk/accounts"                        Staff(OWNING);
    ChangeRole        Post "/desk/accounts/role"                   Staff(OWNING);
    CloseAccount      Post "/desk/accounts/close"                  Staff(OWNING);
    Channels          Get  "/desk/channels"                        Staff(OWNING);
    AddChannel        Post "/desk/channels"                        Staff(OWNING);
    RenameChannel     Post "/desk/channels/rename"                 Staff(OWNING);
    RetireChannel     Post "/desk/channels/retire"                 Staff(OWNING);
}

/// Whether a role may come in by a door.
pub fn may(door: Door, role: Role) -> bool {
    matches!(door, Anybody | Own) || matches!(door, Staff(roles) if roles.contains(&role))
}

/// The page at a path, or the nearest above it: a form is sent to places that are no pages, and what is shown there
/// can be looked at again only above them.
pub fn page_above(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    while parts.len() > 1 {
        if TABLE.iter().any(|row| row.asked == Asked::Get && leads_to(row.path, &parts)) {
            return parts.join("/");
        }
        parts.pop();
    }
    "/".into()
}

fn leads_to(pattern: &str, parts: &[&str]) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    pattern.len() == parts.len()
        && pattern.iter().zip(parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
}

/// Whether a role may reach something: for links that are shown only to those who can follow them.
pub fn reaches(role: Role, route: Route) -> bool {
    TABLE.iter().any(|row| row.route == route && may(row.door, role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_switched_on_the_page_above_a_form() {
        for (path, page) in [
            ("/", "/"),
            ("/me", "/me"),
            ("/desk/accounts", "/desk/accounts"),
            ("/desk/own/password", "/desk/own"),
            ("/desk/albums/0a/share", "/desk/albums/0a"),
            ("/desk/albums/0a/group/codes", "/desk/albums/0a/group"),
            ("/desk/people/0b/paper", "/desk/people/0b"),
            ("/nowhere/at/all", "/"),
        ] {
            assert_eq!(page_above(path), page, "{path}");
        }
    }
}
