//! The router: the table of [`super::access`], each row with its page and its guard.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::access::{Route, TABLE};
use super::assets;
use super::error::Trouble;
use super::guard::{MAX_FORM_BYTES, finish, guard};
use super::pages::{
    accounts, album, albums, channels, codes, emergency, enrol, find, forms, found, front, gallery, group,
    group_codes, links, log, me, notice, object, own, passkey, people, person, photo, pick, provider,
    recalls, release, requests, rights, sign_in, status, tagging, upload,
};
use super::site::Site;

/// Every page behind its guard. What is not in the table is not there.
pub fn router(site: &Site) -> Router {
    let mut router: Router<Site> = Router::new();
    for row in TABLE {
        let guarded = page(row.route).layer(from_fn_with_state((site.clone(), row.door), guard));
        router = router.route(row.path, guarded);
    }
    router
        .fallback(|| async { Trouble::not_found() })
        .method_not_allowed_fallback(|| async { Trouble::not_found() })
        // Photos and tables bring limits of their own: they are read as they come.
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(CatchPanicLayer::custom(|_| {
            use axum::response::IntoResponse as _;
            Trouble::from(crate::error::AppError::new(crate::error::ErrorKind::Internal, "a fault of grata"))
                .into_response()
        }))
        .layer(from_fn(finish))
        .with_state(site.clone())
}

fn page(route: Route) -> MethodRouter<Site> {
    match route {
        Route::Static => get(assets::serve),
        Route::Front => get(front::page),
        Route::SetLanguage => get(front::set_language),
        Route::Robots => get(front::robots),
        Route::Status => get(status::page),
        Route::Notice => get(notice::page),
        Route::SignInPage => get(sign_in::page),
        Route::SignIn => post(sign_in::sign_in),
        Route::AskPasskey => post(passkey::ask),
        Route::ShowPasskey => post(passkey::show),
        Route::ByProvider => get(provider::sign_in),
        Route::ProviderBackPage => get(provider::back_page),
        Route::ProviderBack => post(provider::back),
        Route::LinkProvider => post(provider::link),
        Route::UnlinkProvider => post(provider::unlink),
        Route::OwnSignIn => get(own::page),
        Route::AskNewPasskey => post(passkey::ask_new),
        Route::AddPasskey => post(passkey::add),
        Route::RemovePasskey => post(own::remove),
        Route::ChangePassword => post(own::change_password),
        Route::SignOut => post(sign_in::sign_out),
        Route::StartPage => get(sign_in::start_page),
        Route::Start => post(sign_in::start),
        Route::LinkPage => get(links::person_page),
        Route::OpenLink => post(links::open_person),
        Route::GalleryLinkPage => get(links::gallery_page),
        Route::OpenGallery => post(links::open_gallery),
        Route::ObjectPage => get(object::page),
        Route::ObjectPoint => get(object::point),
        Route::ObjectPicture => get(object::picture),
        Route::Object => post(object::object),
        Route::GalleryPage => get(gallery::page),
        Route::GalleryPicture => get(gallery::whole),
        Route::GallerySmall => get(gallery::small),
        Route::GalleryOne => get(gallery::one),
        Route::Me => get(me::page),
        Route::MeAnswer => post(me::answer),
        Route::MeData => get(rights::data),
        Route::MePicture => get(me::picture),
        Route::MeThatsMe => post(find::thats_me),
        Route::MeNotMe => post(me::not_me),
        Route::MeObject => post(me::object),
        Route::MeObjectAll => post(rights::object_all),
        Route::MeReceipt => get(rights::receipt),
        Route::MeDownload => post(rights::download),
        Route::MeErasePage => get(rights::erase_page),
        Route::MeErase => post(rights::erase),
        Route::MeLeave => post(me::leave),
        Route::MeEnrolPage => get(enrol::page),
        Route::MeEnrol => post(enrol::enrol),
        Route::MeEnrolled => post(me::enrolled),
        Route::MeFound => get(found::page),
        Route::MeFoundPicture => get(found::picture),
        Route::MeFoundAnswer => post(found::answer),
        Route::Desk => get(albums::page),
        Route::NewAlbumPage => get(albums::new_page),
        Route::NewAlbum => post(albums::create),
        Route::Album => get(album::page),
        Route::Sign => get(notice::sign),
        Route::AlbumTimes => post(codes::set_times),
        Route::Upload => post(upload::upload),
        Route::Preview => get(album::preview),
        Route::Photo => get(photo::page),
        Route::ReviewPicture => get(photo::review_picture),
        Route::AsReleased => get(photo::as_released),
        Route::PickPerson => get(pick::pick),
        Route::TagFace => post(tagging::tag),
        Route::AddFace => post(tagging::add_face),
        Route::Reviewed => post(tagging::reviewed),
        Route::Codes => post(codes::change),
        Route::ReleasePage => get(release::page),
        Route::Release => post(release::release),
        Route::ReleaseZip => get(release::zip),
        Route::ShareGallery => post(release::share),
        Route::EndGallery => post(release::end_share),
        Route::OwnDevice => post(release::own_device),
        Route::Recalls => get(recalls::page),
        Route::Recall => post(recalls::recall),
        Route::RecallTable => get(recalls::table),
        Route::Work => get(release::work),
        Route::People => get(people::page),
        Route::Invite => post(people::invite),
        Route::PersonCard => get(person::page),
        Route::Paper => post(person::paper),
        Route::FormsPage => get(forms::page),
        Route::Forms => post(forms::record),
        Route::Group => get(group::page),
        Route::NewGroup => post(group::create),
        Route::GroupRoster => post(group::roster),
        Route::GroupCodes => post(group_codes::make),
        Route::AttestGroup => post(group::attest),
        Route::CalibrateGroup => post(group::calibrate),
        Route::DeleteGroup => post(group::delete),
        Route::PauseGroup => post(group::pause),
        Route::CompareGroup => post(group::compare),
        Route::AskEmergency => post(emergency::ask),
        Route::Emergencies => get(emergency::list),
        Route::Emergency => get(emergency::page),
        Route::EmergencyPhoto => get(emergency::picture),
        Route::ApproveEmergency => post(emergency::approve),
        Route::EndEmergency => post(emergency::end),
        Route::Requests => get(requests::page),
        Route::Decide => post(requests::decide),
        Route::Log => get(log::page),
        Route::Accounts => get(accounts::page),
        Route::InviteColleague => post(accounts::invite),
        Route::ChangeRole => post(accounts::change_role),
        Route::CloseAccount => post(accounts::close),
        Route::Channels => get(channels::page),
        Route::AddChannel => post(channels::add),
        Route::RenameChannel => post(channels::rename),
        Route::RetireChannel => post(channels::retire),
    }
}
