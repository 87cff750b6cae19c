//! Files between this machine and that of the browser, where it is another one. They go there as
//! `WebDriver` clients have always sent them (`/se/file`, and `/file` to a driver alone). They come back through the browser itself,
//! which chooses the file in a field of our own tab and reads it: any remote browser can do that,
//! with a grid before it or not.

use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::surface::SurfaceError;
use crate::surface::browser::engine::remote::pack;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::shared::Shared;
use crate::surface::browser::pages::trouble::Step;

/// How much of a file is read at once, in bytes.
const CHUNK: u64 = 1 << 20;

const FIELD: &str = "Object.assign(document.createElement('input'), { type: 'file' })";
const SIZE: &str = "function () { return this.files.length === 1 ? this.files[0].size : -1; }";
/// A part of the chosen file, in base64.
const READ: &str = "function (from, to) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(this.files[0].slice(from, to));
  });
}";

impl Page {
    /// The paths by which the browser reaches these files.
    pub(super) async fn within_reach(&self, paths: Vec<String>) -> Step<Vec<String>> {
        if self.shared.far.is_none() {
            return Ok(paths);
        }
        let mut there = Vec::new();
        for path in &paths {
            there.push(self.send_file(Path::new(path)).await?);
        }
        Ok(there)
    }

    async fn send_file(&self, file: &Path) -> Step<String> {
        let what = "sending a file to the machine of the browser";
        let parcel = pack(file)?;
        let as_driver = parcel.to_a_driver();
        let mut sent = self.shared.drive(what, self.shared.client.issue_cmd(parcel)).await;
        if let Err(Snag::Refused(said)) = &sent
            && said.contains("unknown command")
        {
            sent = self.shared.drive(what, self.shared.client.issue_cmd(as_driver)).await;
        }
        match sent {
            Ok(Value::String(there)) => Ok(there),
            Ok(other) => Err(SurfaceError::BrowserLost(format!("{what}: it said {other}")).into()),
            Err(Snag::Refused(said) | Snag::Again(said)) => {
                Err(SurfaceError::BrowserLost(format!("{what}: {said}")).into())
            }
            Err(
                snag @ (Snag::Dialog | Snag::Crashed | Snag::Hung | Snag::Closed | Snag::Lost(_)),
            ) => Err(self.trouble(snag, "a file on the machine of the browser")),
        }
    }
}

impl Shared {
    /// What a file on the machine of the browser holds.
    pub(super) async fn fetch(&self, path: &str) -> Result<Vec<u8>, SurfaceError> {
        let what = "fetching a file from the machine of the browser";
        let lost = |said: &str| SurfaceError::BrowserLost(format!("{what}: {path}: {said}"));
        let made = json!({ "expression": FIELD });
        let made = self.own_tab_command(what, "Runtime.evaluate", made).await?;
        let field = made["result"]["result"]["objectId"].clone();
        let chosen = json!({ "files": [path], "objectId": field });
        self.own_tab_command(what, "DOM.setFileInputFiles", chosen).await?;
        let call = async |function: &str, arguments: Value| {
            let params = json!({ "objectId": field, "functionDeclaration": function,
                "arguments": arguments, "awaitPromise": true, "returnByValue": true });
            let mut answer = self.own_tab_command(what, "Runtime.callFunctionOn", params).await?;
            Ok::<_, SurfaceError>(answer["result"]["result"]["value"].take())
        };
        let size = call(SIZE, json!([])).await?.as_u64();
        let size = size.ok_or_else(|| lost("it is not there"))?;
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < size {
            let from = bytes.len() as u64;
            let part = call(READ, json!([{ "value": from }, { "value": from + CHUNK }])).await?;
            let part = part.as_str().ok_or_else(|| lost("it cannot be read"))?;
            let part = base64::engine::general_purpose::STANDARD.decode(part);
            let part = part.map_err(|error| lost(&format!("it is no base64: {error}")))?;
            if part.is_empty() {
                return Err(lost("it became shorter meanwhile"));
            }
            bytes.extend(part);
        }
        let params = json!({ "objectId": field });
        self.own_tab_command(what, "Runtime.releaseObject", params).await?;
        Ok(bytes)
    }
}
