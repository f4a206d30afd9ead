//! Papers over HTTP: the service says what stands on one, and `comity-papers` sets it in a process of its own. That process
//! is bounded in number, time and output, and whatever becomes of it, a dossier is still read and printed from the browser.

use crate::api::body::{Path, Query};
use crate::error::PageError;
use crate::security::SANDBOX;
use crate::session::SignedIn;
use crate::state::State as App;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use comity_domain::id::RequestId;
use comity_domain::term::Language;
use comity_formats::paper::{MAX_PAPER, MAX_PDF, Paper};
use comity_service::{Caller, Cause, PaperKind};
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// So many papers are set at once.
const PLACES: usize = 2;

/// Longest wait for a place, and longest time for one paper.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most bytes that are read of what the program says about a failure.
const MAX_SAID: u64 = 512;

const PDF: HeaderValue = HeaderValue::from_static("application/pdf");

/// The program that sets papers.
pub(crate) struct Press {
    program: PathBuf,
    places: Semaphore,
    patience: Duration,
}

/// Why there is no paper. It names no content, because it goes into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unset {
    /// The data are more than the program takes.
    TooLarge,
    /// Others took every place for too long.
    Busy,
    /// The program is not there or cannot be run.
    Missing(std::io::ErrorKind),
    /// It took too long and was ended.
    Late,
    /// It gave too much.
    TooMuch,
    /// It failed, and said why.
    Failed(String),
}

impl fmt::Display for Unset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the data are too large"),
            Self::Busy => f.write_str("no place was free in time"),
            Self::Missing(kind) => write!(f, "the program cannot be run: {kind}"),
            Self::Late => f.write_str("the program took too long and was ended"),
            Self::TooMuch => f.write_str("the program gave too much"),
            Self::Failed(said) => write!(f, "the program failed: {said}"),
        }
    }
}

impl Press {
    pub(crate) const fn new(program: PathBuf) -> Self {
        Self { program, places: Semaphore::const_new(PLACES), patience: PATIENCE }
    }

    /// Sets one paper.
    async fn set(&self, paper: &Paper) -> Result<Vec<u8>, Unset> {
        let data = serde_json::to_vec(paper).unwrap_or_default();
        if data.len() > MAX_PAPER {
            return Err(Unset::TooLarge);
        }
        let place = timeout(self.patience, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(Unset::Busy) };
        timeout(self.patience, self.run(&data)).await.unwrap_or(Err(Unset::Late))
    }

    /// Runs the program once; it is ended when this is given up.
    async fn run(&self, data: &[u8]) -> Result<Vec<u8>, Unset> {
        let mut child = Command::new(&self.program)
            .env_clear()
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Unset::Missing(error.kind()))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let give = async {
            if let Some(mut stdin) = stdin {
                // Whoever ends without reading everything says why on another pipe.
                let _ = stdin.write_all(data).await;
            }
        };
        let most = u64::try_from(MAX_PDF).unwrap_or(u64::MAX).saturating_add(1);
        let ((), pdf, said) = tokio::join!(give, taken(stdout, most), taken(stderr, MAX_SAID));
        if pdf.len() > MAX_PDF {
            return Err(Unset::TooMuch);
        }
        let failed = || Unset::Failed(said_in_one_line(&said));
        let status = child.wait().await.map_err(|_| failed())?;
        if status.success() && pdf.starts_with(b"%PDF-") { Ok(pdf) } else { Err(failed()) }
    }
}

/// What a pipe gives, up to that many bytes; then it is closed.
async fn taken(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What has come before an error is judged like everything that came.
        let _ = pipe.take(most).read_to_end(&mut bytes).await;
    }
    bytes
}

fn said_in_one_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

/// In which language.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaperQuery {
    /// The language of the paper; without it that of the page or of `Accept-Language`.
    #[serde(default)]
    pub(crate) language: Option<Language>,
}

/// The papers that a page offers.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/requests/{id}/papers/{kind}", get(show))
}

/// `GET /requests/{id}/papers/{kind}`
async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path((id, kind)): Path<(RequestId, String)>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    print(&app, &who.caller, id, &kind, query.language.unwrap_or(who.manner.language)).await
}

/// A paper as a file.
pub(crate) async fn print(
    app: &App,
    who: &Caller,
    id: RequestId,
    kind: &str,
    language: Language,
) -> Result<Response, PageError> {
    let kind = PaperKind::from_name(kind).ok_or_else(PageError::not_found)?;
    let paper = app.exchange.paper(who, id, kind, language).await?;
    let pdf = app.press.set(&paper).await.map_err(|why| not_made(&why))?;
    let reference: String =
        paper.reference.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let mut response = pdf.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, PDF);
    headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
    let saved_as = format!("attachment; filename=\"{reference}-{}-{language}.pdf\"", kind.as_str());
    if let Ok(value) = HeaderValue::from_str(&saved_as) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The certificate of an answer, where it can be printed now; a court bundle goes out without one too.
pub(crate) async fn certificate(
    app: &App,
    who: &Caller,
    id: RequestId,
    language: Language,
) -> Option<Vec<u8>> {
    let paper = app.exchange.paper(who, id, PaperKind::Certificate, language).await.ok()?;
    match app.press.set(&paper).await {
        Ok(pdf) => Some(pdf),
        Err(why) => {
            tracing::warn!(why = %why, "A court bundle goes out without its certificate");
            None
        }
    }
}

/// Says in the log why, and to the reader what to do instead.
fn not_made(why: &Unset) -> PageError {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let id = format!("paper-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    tracing::error!(fault = id, why = %why, "a paper was not made");
    PageError { fault: Some(id), cause: Cause::Paper, ..PageError::status(StatusCode::SERVICE_UNAVAILABLE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_formats::paper::{Block, Foot, PaperLanguage, PaperTime};
    use std::path::Path;
    use std::time::Instant;

    fn press(program: &str) -> Press {
        Press::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/press").join(program))
    }

    fn paper(text: &str) -> Paper {
        Paper {
            language: PaperLanguage::English,
            title: "Receipt".to_owned(),
            subtitle: String::new(),
            reference: "XA-NBP-2026-000001".to_owned(),
            as_of: PaperTime {
                year: 2026,
                month: 11,
                day: 23,
                hour: 14,
                minute: 0,
                second: 0,
                offset_minutes: 60,
            },
            foot: Foot { page: "Page".to_owned(), of: "of".to_owned(), proof: String::new() },
            marks: Vec::new(),
            body: vec![Block::Text { text: text.to_owned() }],
        }
    }

    #[tokio::test]
    async fn a_press_that_works_gives_the_paper() {
        assert_eq!(press("good").set(&paper("x")).await.unwrap(), b"%PDF-1.7\n");
    }

    #[tokio::test]
    async fn a_press_that_hangs_is_ended() {
        let mut press = press("sleeps");
        press.patience = Duration::from_millis(300);
        let started = Instant::now();
        assert_eq!(press.set(&paper("x")).await, Err(Unset::Late));
        assert!(started.elapsed() < Duration::from_secs(5));
        // Its place is free again, and after all of them hung, the next one still gets its turn.
        for _ in 0..PLACES {
            assert_eq!(press.set(&paper("x")).await, Err(Unset::Late));
        }
        assert_eq!(press.places.available_permits(), PLACES);
        let ours = format!("PPid:\t{}", std::process::id());
        let sleeping = || {
            let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
            let mut status =
                all.filter_map(|entry| std::fs::read_to_string(entry.path().join("status")).ok());
            status.any(|status| status.contains(&ours) && status.starts_with("Name:\tsleep"))
        };
        for _ in 0..50 {
            if !sleeping() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("a press goes on sleeping");
    }

    #[tokio::test]
    async fn no_more_than_two_presses_run_and_the_third_waits_in_vain() {
        let mut press = press("sleeps");
        press.patience = Duration::from_millis(400);
        let (first, second, third) = (paper("1"), paper("2"), paper("3"));
        let (a, b, c) = tokio::join!(press.set(&first), press.set(&second), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(press.places.try_acquire().is_err(), "a third place is free");
            timeout(Duration::from_millis(200), press.set(&third)).await
        });
        assert_eq!((a, b), (Err(Unset::Late), Err(Unset::Late)));
        assert!(c.is_err(), "the third did not wait");
    }

    #[tokio::test]
    async fn a_press_that_gives_too_much_is_stopped() {
        assert_eq!(press("floods").set(&paper("x")).await, Err(Unset::TooMuch));
    }

    #[tokio::test]
    async fn a_press_that_is_not_there_or_fails_is_told_apart_in_the_log() {
        let missing = press("nothing").set(&paper("x")).await;
        assert_eq!(missing, Err(Unset::Missing(std::io::ErrorKind::NotFound)));
        let failed = press("fails").set(&paper("x")).await;
        let said = "comity-papers: no paper: line 1, column 2".to_owned();
        assert_eq!(failed, Err(Unset::Failed(said)));
        assert_eq!(press("rubbish").set(&paper("x")).await, Err(Unset::Failed(String::new())));
    }

    #[tokio::test]
    async fn data_that_are_too_large_never_reach_the_press() {
        assert_eq!(press("good").set(&paper(&"x".repeat(MAX_PAPER))).await, Err(Unset::TooLarge));
    }

    #[tokio::test]
    async fn a_press_learns_nothing_of_where_it_runs() {
        let told = press("bare").set(&paper("x")).await.unwrap();
        let told = String::from_utf8(told).unwrap();
        // The shell itself adds its working directory.
        let told: Vec<&str> =
            told["%PDF-".len()..].lines().filter(|line| !line.starts_with("PWD=")).collect();
        assert_eq!(told, ["RAYON_NUM_THREADS=1"]);
    }
}
