//! Headless Chromium, driven through `WebDriver` in the words a reader of the page would use: labels, buttons, links.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    Run,
    Blocked,
}

/// A browser with one window.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    base_url: String,
    axe: String,
}

/// A command of the browser's own protocol, for what `WebDriver` has no word for: media, and print.
#[derive(Debug)]
struct Devtools(&'static str, Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base_url: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

/// A command about the window's virtual authenticator (Web Authentication, level 3, 11).
#[derive(Debug)]
struct Authenticator(String, Value);

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(&self, base_url: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/webauthn/authenticator{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

impl Browser {
    /// Starts the driver and one window on it.
    pub(crate) async fn start(base_url: &str, scripts: Scripts) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed; `make packages` does it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // Its further lines are read and dropped, or a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let allowed = if scripts == Scripts::Run { 1 } else { 2 };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
                "--disable-component-update", "--disable-background-networking", "--disable-dev-shm-usage",
                "--window-size=1300,1000"],
            "prefs": { "profile.managed_default_content_settings.javascript": allowed },
        });
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("axe-core is installed; `make assets` does it");
        Self { driver, client, base_url: base_url.to_owned(), axe }
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        self.client.clone().close().await.unwrap();
    }

    /// Opens a page of the instance.
    pub(crate) async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base_url)).await.unwrap();
    }

    /// The path of the page that is open.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Signs in as a person of the demonstration, whoever was signed in before.
    pub(crate) async fn sign_in(&self, name: &str) {
        self.client.delete_all_cookies().await.unwrap();
        self.open("/sign-in").await;
        self.press(&format!("Sign in as {name}")).await;
        self.sees(name).await;
    }

    /// Follows the link with this text.
    pub(crate) async fn follow(&self, text: &str) {
        self.go(&format!("//main//a[normalize-space(.)={0}]|//nav//a[normalize-space(.)={0}]", quoted(text)))
            .await;
    }

    /// Follows the first link in the page's content whose text contains this.
    pub(crate) async fn follow_first(&self, text: &str) {
        self.go(&format!("//main//a[contains(., {})]", quoted(text))).await;
    }

    /// Presses the button in the page's content, or the link that looks like one, whose text begins so.
    pub(crate) async fn press(&self, text: &str) {
        let q = quoted(text);
        let here = format!(
            "//main//button[starts-with(normalize-space(.),{q})]|//main//a[contains(@class,'btn')][starts-with(normalize-space(.),{q})]"
        );
        self.go(&here).await;
    }

    /// Presses the button in the list entry that names this text.
    pub(crate) async fn press_beside(&self, beside: &str, text: &str) {
        self.go(&format!("//li[contains(., {})]//button[contains(., {})]", quoted(beside), quoted(text)))
            .await;
    }

    /// Presses a button that a script answers on the page that is open.
    pub(crate) async fn push(&self, text: &str) {
        self.click(&format!("//main//button[starts-with(normalize-space(.),{})]", quoted(text))).await;
    }

    /// Waits until a part of a page of keys says this.
    pub(crate) async fn says(&self, part: &str, text: &str) {
        let alert = "//*[@data-part='alert'][not(@hidden)]";
        for _ in 0..400 {
            let here =
                format!("//*[@data-part={}][contains(normalize-space(.), {})]", quoted(part), quoted(text));
            if !self.texts(&here).await.is_empty() {
                return;
            }
            let warned = self.texts(alert).await;
            assert!(warned.is_empty(), "on {}: {warned:?}", self.path().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{part} does not say {text} on {}: {:?}", self.path().await, self.texts("//main").await);
    }

    /// Waits until this is on the page.
    pub(crate) async fn shows(&self, xpath: &str) {
        self.find(xpath).await;
    }

    /// Clicks what is there, without waiting for a page that follows.
    pub(crate) async fn choose_at(&self, xpath: &str) {
        self.click(xpath).await;
    }

    /// Has files that are saved put into a folder.
    pub(crate) async fn saves_to(&self, folder: &Path) {
        let to = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", to).await;
    }

    /// Opens what is folded away under this text.
    pub(crate) async fn unfold(&self, text: &str) {
        self.click(&format!("//main//summary[starts-with(normalize-space(.),{})]", quoted(text))).await;
    }

    /// Clicks what is there, brought to the middle of the window first, as a reader would.
    async fn click(&self, xpath: &str) {
        let element = self.find(xpath).await;
        let there = serde_json::to_value(&element).unwrap();
        self.client
            .execute("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", vec![there])
            .await
            .unwrap();
        element.click().await.unwrap();
    }

    /// Clicks what is there and waits for the page that follows.
    async fn go(&self, xpath: &str) {
        let before = self.find("//html").await;
        self.click(xpath).await;
        for _ in 0..200 {
            // The old document is gone when its root can no longer be spoken to.
            if before.tag_name().await.is_err() {
                self.find("//main").await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        // A link within the page opens no other.
    }

    /// Writes into the field with this label.
    pub(crate) async fn write(&self, label: &str, text: &str) {
        let field = self.labelled(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses an option of the list with this label.
    pub(crate) async fn choose(&self, label: &str, option: &str) {
        self.labelled(label).await.select_by_label(option).await.unwrap();
    }

    /// Writes into the field with this label in a row of the items, counted from one.
    pub(crate) async fn write_in(&self, row: usize, label: &str, text: &str) {
        let field = self.in_row(row, label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses an option of the list with this label in a row of the items, counted from one.
    pub(crate) async fn choose_in(&self, row: usize, label: &str, option: &str) {
        self.in_row(row, label).await.select_by_label(option).await.unwrap();
    }

    /// What stands in the field with this label in a row of the items, counted from one.
    pub(crate) async fn value(&self, row: usize, label: &str) -> String {
        self.in_row(row, label).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Writes a day, in ISO form, into the date field with this label.
    pub(crate) async fn write_date(&self, label: &str, day: &str) {
        let field = self.labelled(label).await;
        let parts: Vec<&str> = day.split('-').collect();
        field.send_keys(&format!("{}{}{}", parts[1], parts[2], parts[0])).await.unwrap();
        assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(day));
    }

    /// Ticks the first choice of the group with this legend, where there is one.
    pub(crate) async fn tick_if_any(&self, legend: &str) {
        let here = format!("//fieldset[legend[starts-with(normalize-space(.),{})]]//label", quoted(legend));
        if !self.texts(&here).await.is_empty() {
            self.click(&format!("({here})[1]")).await;
        }
    }

    /// Whether the page links to this path.
    pub(crate) async fn links_to(&self, path: &str) -> bool {
        !self.texts(&format!("//main//a[@href={}]", quoted(path))).await.is_empty()
    }

    /// Ticks the choice with this label, in the group with this legend.
    pub(crate) async fn tick(&self, legend: &str, label: &str) {
        let here = format!(
            "//fieldset[legend[starts-with(normalize-space(.),{})]]//label[starts-with(normalize-space(.),{})]",
            quoted(legend),
            quoted(label)
        );
        self.click(&here).await;
    }

    /// Gives a file to the field with this label.
    pub(crate) async fn attach(&self, label: &str, path: &Path) {
        self.labelled(label).await.send_keys(path.to_str().unwrap()).await.unwrap();
    }

    /// Waits until the page shows this text.
    pub(crate) async fn sees(&self, text: &str) {
        self.find(&format!("//body[contains(normalize-space(.), {})]", quoted(text))).await;
    }

    /// Texts of everything that matches.
    pub(crate) async fn texts(&self, xpath: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::XPath(xpath)).await.unwrap() {
            texts.push(element.prop("textContent").await.unwrap().unwrap_or_default().trim().to_owned());
        }
        texts
    }

    /// Shows pages as in this medium, colour scheme, and width in CSS pixels.
    pub(crate) async fn show_as(&self, medium: &str, scheme: &str, width: u32) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": medium, "features": features })).await;
        let size = json!({ "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Chooses the language of the pages with the button on each of them.
    pub(crate) async fn language(&self, language: &str) {
        self.go(&format!("//button[@name='language'][@value={}]", quoted(language))).await;
    }

    /// Where the page's links lead within the instance, each with the state that its row of a table is in.
    pub(crate) async fn links(&self) -> Vec<(String, String)> {
        let script = "return [...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map(a => [a.getAttribute('href'), \
                      a.closest('tr')?.querySelector('td:last-child .badge')?.textContent ?? ''])";
        serde_json::from_value(self.client.execute(script, Vec::new()).await.unwrap()).unwrap()
    }

    /// What makes the page wider than its window, so that lines must be read by scrolling sideways (WCAG 1.4.10).
    pub(crate) async fn overflows(&self) -> Vec<String> {
        let script = "const wide = document.documentElement.clientWidth; \
                      if (document.documentElement.scrollWidth <= wide) return []; \
                      return [...document.querySelectorAll('main *')].filter(e => \
                      e.getBoundingClientRect().right > wide + 1).slice(-3).map(e => e.outerHTML.slice(0, 160))";
        serde_json::from_value(self.client.execute(script, Vec::new()).await.unwrap()).unwrap()
    }

    /// What an accessibility checker finds on the page that is open. With `COMITY_SCREENS` set to a folder,
    /// a picture of the page is left there under this name.
    pub(crate) async fn violations(&self, name: &str) -> Vec<String> {
        if let Some(folder) = std::env::var_os("COMITY_SCREENS") {
            let shot =
                self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
            let bytes = STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(Path::new(&folder).join(format!("{}.png", name.replace('/', "-"))), bytes)
                .unwrap();
        }
        if self.client.execute("return window.axe === undefined", Vec::new()).await.unwrap()
            == Value::Bool(true)
        {
            self.client.execute(&self.axe, Vec::new()).await.unwrap();
        }
        let run = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', \
                   'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(found => \
                   done(found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).slice(0, \
                   3).join(' | '))))";
        let found = self.client.execute_async(run, Vec::new()).await.unwrap();
        serde_json::from_value(found).unwrap()
    }

    /// Gives the window a device of its own that keeps passkeys and answers by itself, with these extensions of WebAuthn;
    /// the answer names it.
    pub(crate) async fn virtual_authenticator(&self, extensions: &[&str]) -> String {
        let kind = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true,
            "extensions": extensions });
        let id = self.client.issue_cmd(Authenticator(String::new(), kind)).await.unwrap();
        id.as_str().unwrap().to_owned()
    }

    /// Says whether that device can verify its user from now on.
    pub(crate) async fn verifies_user(&self, id: &str, verified: bool) {
        let said = json!({ "isUserVerified": verified });
        self.client.issue_cmd(Authenticator(format!("/{id}/uv"), said)).await.unwrap();
    }

    /// What stands in the field with this label.
    pub(crate) async fn written(&self, label: &str) -> String {
        self.labelled(label).await.prop("value").await.unwrap().unwrap_or_default()
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(Devtools(command, parameters)).await.unwrap()
    }

    /// The field whose label begins so.
    async fn labelled(&self, label: &str) -> Element {
        let q = quoted(label);
        let here = format!(
            "//*[self::input or self::select or self::textarea][@id = (//label[text()[normalize-space(.)={q}]] | \
             //label[starts-with(normalize-space(.),{q})])[1]/@for]"
        );
        self.find(&here).await
    }

    /// The field whose label begins so, in a row of the items.
    async fn in_row(&self, row: usize, label: &str) -> Element {
        let q = quoted(label);
        let here = format!(
            "(//li[@data-item])[{row}]//*[self::input or self::select][@id = \
             //label[starts-with(normalize-space(.),{q})]/@for]"
        );
        self.find(&here).await
    }

    async fn find(&self, xpath: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(xpath)).await {
            Ok(element) => element,
            Err(error) => {
                let shown = self.texts("//main").await.join(" ");
                let words: Vec<&str> = shown.split_whitespace().collect();
                panic!("{xpath}: {error}\non {}:\n{}", self.path().await, words.join(" "))
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its browser with it: both are one process group.
        let _ = Command::new("kill").args(["--", &format!("-{}", self.driver.id())]).status();
        let _ = self.driver.wait();
    }
}

/// A text as an `XPath` literal.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
