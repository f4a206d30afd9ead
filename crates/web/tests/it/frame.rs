//! What stands around every page: its sign, its language, its theme.

use crate::support::Instance;
use crate::world::{OFFICER, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use comity_store::on_both_engines;

on_both_engines! {
    async fn the_sign_of_the_window_is_found_where_browsers_look_for_it(store) {
        let instance = Instance::open(store).await;
        let (_, page) = instance.send(Request::get("/sign-in").body(Body::empty()).unwrap()).await;
        let linked = page.split("rel=\"icon\"").nth(1).unwrap().split("href=\"").nth(1).unwrap();
        let linked = linked.split('"').next().unwrap().to_owned();
        let (answer, _) = instance.send(Request::get("/favicon.ico").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(answer.headers["location"], linked.as_str());
        let (answer, sign) = instance.send(Request::get(linked).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers["content-type"], "image/svg+xml");
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
        assert!(sign.starts_with("<svg "));
    }

    async fn the_theme_follows_the_choice_made_and_leads_back_to_where_it_was_made(store) {
        let instance = Instance::open(store).await;
        let choose = |theme: &str, referer: &str, site: &str| {
            Request::post("/theme")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("referer", referer)
                .header("sec-fetch-site", site)
                .body(Body::from(format!("csrf=&theme={theme}")))
                .unwrap()
        };
        let (answer, _) = instance.send(choose("dark", "http://127.0.0.1/sign-in", "same-origin")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.headers["location"], "/sign-in");
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("comity_theme=dark; Path=/; SameSite=Lax; "), "{cookie}");
        let (answer, _) = instance.send(choose("auto", "http://127.0.0.1//evil.example", "same-origin")).await;
        assert_eq!(answer.headers["location"], "/");
        assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        let (answer, _) = instance.send(choose("dark", "http://127.0.0.1/", "cross-site")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!answer.headers.contains_key("set-cookie"));
    }

    async fn a_page_is_drawn_in_the_chosen_theme_and_no_other(store) {
        let instance = Instance::open(store).await;
        for (cookie, drawn) in [
            ("comity_theme=dark", Some("<html lang=\"en\" data-theme=\"dark\">")),
            ("comity_theme=light", Some("<html lang=\"en\" data-theme=\"light\">")),
            ("comity_theme=\"><script>", None),
            ("comity_theme=dark; comity_theme=light", None),
            ("", None),
        ] {
            for page in ["/sign-in", "/nowhere"] {
                let request = Request::get(page).header("cookie", cookie).body(Body::empty()).unwrap();
                let (_, html) = instance.send(request).await;
                assert!(html.contains(drawn.unwrap_or("<html lang=\"en\">")), "{page} {cookie}");
            }
        }
    }

    async fn an_error_is_told_within_the_frame_of_whoever_is_signed_in(store) {
        let world = World::open(store).await;
        let session = world.session(OFFICER).await;
        let page = world.page(&session, "GET", "/trail", &[], "").await.text();
        assert!(page.contains("Who may: "), "{page}");
        assert!(page.contains("action=\"/sign-out\"") && !page.contains("href=\"/sign-in\""), "{page}");
    }

    async fn an_address_that_cannot_be_read_is_told_on_a_page(store) {
        let world = World::open(store).await;
        let id = world.sent().await;
        let session = world.session(OFFICER).await;
        let package = "00000000-0000-0000-0000-00000000000b";
        for (path, status) in [
            ("/requests/nothing".to_owned(), StatusCode::NOT_FOUND),
            (format!("/requests/{id}/packages/{package}/court-bundle.zip?purpose=GOSSIP"), StatusCode::BAD_REQUEST),
            (format!("/requests/{id}/packages/{package}/court-bundle.zip"), StatusCode::BAD_REQUEST),
            (format!("/requests/{id}/packages/{package}/court-bundle.zip?purpose=COURT"), StatusCode::FORBIDDEN),
        ] {
            let answer = world.page(&session, "GET", &path, &[], "").await;
            assert_eq!(answer.status, status, "{path}");
            let page = answer.text();
            assert!(page.contains("action=\"/sign-out\"") && !page.contains("deserialize"), "{path}: {page}");
            // What is not released is refused for that, and not for want of the role that the officer has.
            assert!(!page.contains("Who may"), "{path}: {page}");
        }
    }
}
