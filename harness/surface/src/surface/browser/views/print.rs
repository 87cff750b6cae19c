//! Printing as PDF, by the engine's own command, which knows page numbers: an HTML file of ours, or
//! the page of a step.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::surface::SurfaceError;
use crate::surface::browser::actions::files::inside;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::shared::Shared;
use crate::surface::browser::pages::trouble::{Step, failed};

/// A report of thousands of blocks takes its time.
const PRINTING: Duration = Duration::from_secs(180);

/// What is printed at the edges of each page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paper {
    /// HTML for the head of each page; Chromium fills elements of the classes `pageNumber`,
    /// `totalPages`, `date`, `title` and `url`. Empty prints none.
    pub header: String,
    /// HTML for the foot of each page, in the same way.
    pub footer: String,
    /// Top, right, bottom and left margin, in millimetres.
    pub margins_mm: [u32; 4],
}

/// The browser measures paper in inches.
const MM_PER_INCH: f64 = 25.4;

/// The dates that a printed file tells, which are those of the machine and not of the page.
const DATES: [&[u8]; 2] = [b"/CreationDate (D:", b"/ModDate (D:"];
/// What stands there instead: `YYYYMMDDHHmmSS`.
const NO_DATE: &[u8] = b"20000101000000";

impl Page {
    /// Prints the page as a person would, without backgrounds unless its print styles ask for
    /// them, into the working folder. The same page gives the same bytes.
    pub(crate) async fn print_page(&mut self, save_as: &str) -> Step<()> {
        let deadline = self.deadline();
        let Some(to) = inside(&self.work, save_as) else {
            let expected = format!("{save_as} to be a path in the working folder");
            return Err(failed(expected, "it leads out of the working folder"));
        };
        self.get_ready(deadline).await?;
        let params = json!({ "preferCSSPageSize": true, "displayHeaderFooter": false });
        let params = json!({ "method": "Page.printToPDF", "params": params,
            "session": self.engine_session });
        let printed = self.shared.bidi.command("goog:cdp.sendCommand", params, PRINTING).await;
        let answer = match printed {
            Ok(answer) => answer,
            Err(Refusal::Said(_, said)) => {
                return Err(failed("the page to be printed", said));
            }
            Err(refusal) => return Err(refusal.lost("printing the page").into()),
        };
        let data = answer["result"]["data"].as_str().unwrap_or_default();
        let decoded = base64::engine::general_purpose::STANDARD.decode(data);
        let mut pdf = decoded.map_err(|error| {
            SurfaceError::BrowserLost(format!("the printed page is no base64: {error}"))
        })?;
        undate(&mut pdf);
        let written = to
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&to, &pdf));
        written.map_err(|source| SurfaceError::Io {
            what: format!("keeping the printed page as {}", to.display()),
            source,
        })?;
        Ok(())
    }
}

/// Writes a fixed date over those of the file, in place: offsets in the file stay right.
fn undate(pdf: &mut [u8]) {
    for key in DATES {
        let found = pdf.windows(key.len()).position(|it| it == key);
        if let Some(at) = found
            && let Some(date) = pdf.get_mut(at + key.len()..at + key.len() + NO_DATE.len())
        {
            date.copy_from_slice(NO_DATE);
        }
    }
}

pub(crate) async fn print(
    shared: &Shared,
    html: &Path,
    paper: &Paper,
) -> Result<Vec<u8>, SurfaceError> {
    let full = html.canonicalize().map_err(|source| SurfaceError::Io {
        what: format!("opening {} to print it", html.display()),
        source,
    })?;
    let url = url::Url::from_file_path(&full).map_err(|()| {
        SurfaceError::BrowserLost(format!("{} is no path to print", full.display()))
    })?;
    let command = async |method: &str, params: Value| {
        let answer = shared.bidi.command(method, params, PRINTING).await;
        answer.map_err(|refusal: Refusal| {
            refusal.lost(&format!("printing {} ({method})", html.display()))
        })
    };
    let made = command("browsingContext.create", json!({ "type": "tab" })).await?;
    let context = made["context"].clone();
    let printed = async {
        command(
            "browsingContext.navigate",
            json!({ "context": context, "url": url.as_str(), "wait": "complete" }),
        )
        .await?;
        let session = command("goog:cdp.getSession", json!({ "context": context })).await?;
        let edges = !(paper.header.is_empty() && paper.footer.is_empty());
        // An empty template would bring the browser's own.
        let blank =
            |text: &str| if text.is_empty() { "<span></span>".to_owned() } else { text.to_owned() };
        let [top, right, bottom, left] = paper.margins_mm.map(|mm| f64::from(mm) / MM_PER_INCH);
        let params = json!({
            "printBackground": true,
            "marginTop": top, "marginRight": right, "marginBottom": bottom, "marginLeft": left,
            "preferCSSPageSize": true,
            "displayHeaderFooter": edges,
            "headerTemplate": blank(&paper.header),
            "footerTemplate": blank(&paper.footer),
            "generateTaggedPDF": true,
            "generateDocumentOutline": true,
        });
        command(
            "goog:cdp.sendCommand",
            json!({ "method": "Page.printToPDF", "params": params, "session": session["session"] }),
        )
        .await
    }
    .await;
    // The tab goes whether it was printed or not.
    drop(command("browsingContext.close", json!({ "context": context })).await);
    let data = printed?["result"]["data"].as_str().unwrap_or_default().to_owned();
    base64::engine::general_purpose::STANDARD.decode(data).map_err(|error| {
        SurfaceError::BrowserLost(format!("the printed file is no base64: {error}"))
    })
}
