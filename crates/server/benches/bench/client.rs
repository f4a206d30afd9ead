//! A small HTTP client on kept-alive connections; an answer that is not a success ends the bench.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

#[derive(Clone)]
pub(crate) struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    base_url: String,
}

impl Client {
    pub(crate) fn new(base_url: &str) -> Self {
        Self { http: Http::builder(TokioExecutor::new()).build_http(), base_url: base_url.to_owned() }
    }

    async fn send(&self, request: http::request::Builder, body: Bytes) -> http::Response<Bytes> {
        let response = self.http.request(request.body(Full::new(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let ok = parts.status.is_success() || parts.status.is_redirection();
        assert!(ok, "{}: {}", parts.status, String::from_utf8_lossy(&body));
        http::Response::from_parts(parts, body)
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Bytes {
        let request = http::Request::get(format!("{}{path}", self.base_url));
        self.send(request.header("authorization", format!("Bearer {token}")), Bytes::new()).await.into_body()
    }

    pub(crate) async fn page(&self, path: &str, session: &str) -> Bytes {
        let request = http::Request::get(format!("{}{path}", self.base_url)).header("cookie", session);
        let response = self.send(request, Bytes::new()).await;
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.into_body()
    }

    /// Becomes a person of the demonstration: the cookie of the session.
    pub(crate) async fn sign_in(&self, persona: &str) -> String {
        let request = http::Request::post(format!("{}/demo/persona/{persona}", self.base_url))
            .header("origin", &self.base_url)
            .header("content-type", "application/x-www-form-urlencoded");
        let response = self.send(request, Bytes::new()).await;
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The identifier of the first request in the queue.
    pub(crate) async fn first_request(&self, token: &str) -> String {
        let page: Value = serde_json::from_slice(&self.get("/api/v1/requests", token).await).unwrap();
        page["rows"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The identifier of the organisation for which the token acts.
    pub(crate) async fn organisation(&self, token: &str) -> String {
        let me: Value = serde_json::from_slice(&self.get("/api/v1/me", token).await).unwrap();
        me["organisation"]["id"].as_str().or(me["organisation"].as_str()).unwrap().to_owned()
    }
}
