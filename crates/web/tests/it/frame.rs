//! What stands around every page: its sign, its language, its theme.

use crate::support::Instance;
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
}
