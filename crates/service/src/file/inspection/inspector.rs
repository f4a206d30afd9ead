//! Who looks at a file: this very program, run again as `comity inspect` with nothing but a pipe to read and one to write.
//! It is not believed more than it must be: its answer is one short line of a known form, or the file is refused.

use bytes::Bytes;
use comity_domain::inspection::{Finding, Inspection};
use comity_formats::inspection::extension;
use comity_store::BlobError;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long one look may take in all.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer, in bytes.
const LONGEST_ANSWER: u64 = 64 * 1024;
/// With this the process says that it could not bound itself and therefore has looked at nothing.
pub const UNBOUNDED: i32 = 3;

type Content = BoxStream<'static, Result<Bytes, BlobError>>;

/// Who looks at files.
#[derive(Debug, Clone)]
pub enum Inspector {
    /// A process of its own: this program, which is run with `inspect`.
    Program(PathBuf),
    /// The thread that asks, for tests that are about something else.
    #[cfg(feature = "testing")]
    Here,
}

/// What is known of a file without looking at it: words of a few plain characters, because they are arguments.
pub(super) struct Claims {
    extension: String,
    media_type: String,
}

impl Claims {
    pub(super) fn of(name: &str, stated: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '+');
        let media_type = stated.split(';').next().unwrap_or_default().trim();
        let media_type =
            if media_type.len() <= 100 && media_type.chars().all(plain) { media_type } else { "" };
        Self { extension: extension(name), media_type: media_type.to_owned() }
    }
}

/// How a process ended.
enum Ended {
    Answered(Vec<u8>),
    /// It came to no answer within its bounds.
    Silent,
}

impl Inspector {
    /// Looks at a content. Whatever the file does to the look is an answer.
    ///
    /// # Errors
    /// The file cannot be read, or no process can be started and bounded: worth another attempt.
    pub(super) async fn look(
        &self,
        content: Content,
        claims: &Claims,
        most: u64,
    ) -> Result<Inspection, String> {
        let program = match self {
            Self::Program(program) => program,
            #[cfg(feature = "testing")]
            Self::Here => return here(content, claims, most).await,
        };
        let mut child = Command::new(program)
            .arg("inspect")
            .arg(format!("--most-unpacked={most}"))
            .arg(format!("--extension={}", claims.extension))
            .arg(format!("--media-type={}", claims.media_type))
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the inspector cannot be started: {error}"))?;
        let ended = tokio::time::timeout(PATIENCE, converse(&mut child, content)).await;
        // Whoever is still there has had its time.
        let _ = child.kill().await;
        let Ok(ended) = ended else { return Ok(Inspection::ended(Finding::Uninspectable)) };
        match ended? {
            Ended::Answered(line) => Ok(understood(&line)),
            Ended::Silent => Ok(Inspection::ended(Finding::Uninspectable)),
        }
    }
}

/// The report of a line that is one.
fn understood(line: &[u8]) -> Inspection {
    let report = serde_json::from_slice::<Inspection>(line).ok().filter(Inspection::is_sound);
    report.unwrap_or_else(|| Inspection::ended(Finding::Uninspectable))
}

async fn converse(child: &mut Child, content: Content) -> Result<Ended, String> {
    let pipes = (child.stdin.take(), child.stdout.take());
    let (Some(stdin), Some(stdout)) = pipes else { return Err("an inspector without pipes".to_owned()) };
    let (fed, answer) = tokio::join!(feed(stdin, content), listen(stdout));
    fed?;
    let status = child.wait().await.map_err(|error| error.to_string())?;
    match (status.success(), status.code()) {
        (true, _) => Ok(Ended::Answered(answer)),
        (false, Some(UNBOUNDED)) => Err("the inspector could not bound itself".to_owned()),
        (false, _) => Ok(Ended::Silent),
    }
}

/// Gives the content, for as long as anybody takes it.
async fn feed(mut stdin: ChildStdin, mut content: Content) -> Result<(), String> {
    while let Some(piece) = content.next().await {
        let piece = piece.map_err(|error| error.to_string())?;
        if stdin.write_all(&piece).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// What it says; more than it may say ends it.
async fn listen(stdout: ChildStdout) -> Vec<u8> {
    let mut answer = Vec::new();
    match stdout.take(LONGEST_ANSWER + 1).read_to_end(&mut answer).await {
        Ok(read) if read as u64 <= LONGEST_ANSWER => answer,
        Ok(_) | Err(_) => Vec::new(),
    }
}

#[cfg(feature = "testing")]
async fn here(mut content: Content, claims: &Claims, most: u64) -> Result<Inspection, String> {
    let mut whole = Vec::new();
    while let Some(piece) = content.next().await {
        whole.extend_from_slice(&piece.map_err(|error| error.to_string())?);
    }
    let claims =
        comity_formats::inspection::Claims { extension: &claims.extension, media_type: &claims.media_type };
    Ok(comity_formats::inspection::inspect(&mut whole.as_slice(), claims, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_of_the_known_form_is_a_report() {
        let report = Inspection { findings: Vec::new(), ..Inspection::ended(Finding::Blank) };
        let line = serde_json::to_vec(&report).unwrap();
        assert!(understood(&line) == report);
        let lies: [&[u8]; 5] = [
            b"",
            b"fine",
            br#"{"media_type":"text/plain","findings":[],"entries":0}x"#,
            br#"{"media_type":"text/html\r\nset-cookie: a","findings":[],"entries":0}"#,
            br#"{"media_type":"text/plain","findings":["harmless"],"entries":0}"#,
        ];
        for line in lies {
            assert!(understood(line) == Inspection::ended(Finding::Uninspectable));
        }
    }

    #[test]
    fn what_is_known_of_a_file_is_no_option_and_no_sentence() {
        let claims = Claims::of("--config x.csv", "text/csv; charset=utf-8");
        assert_eq!((claims.extension.as_str(), claims.media_type.as_str()), ("csv", "text/csv"));
        let claims = Claims::of("the case of h.marsh", "text/csv\nx");
        assert_eq!((claims.extension.as_str(), claims.media_type.as_str()), ("marsh", ""));
    }
}
