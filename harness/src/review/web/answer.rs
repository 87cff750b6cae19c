//! [`Answer`]: what is answered to a request, and what a page of it may do in a browser.

use hyper::StatusCode;

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Headers beside those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What it may do in a browser.
    pub policy: Policy,
}

/// What an answer may do in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// A page of ours: our pictures, style, script and forms.
    Own,
    /// Raw material of the product, which must do nothing at all.
    Nothing,
    /// A document of one of ours that was written to disk: its own style, our pictures, and no
    /// script but those with these hashes (`'sha256-…'`).
    Scripts(Vec<String>),
    /// A document that a viewer of the browser shows, such as a PDF: nothing is loaded for it.
    Viewer,
}

impl Policy {
    /// The value of the header `Content-Security-Policy`.
    #[must_use]
    pub fn header(&self) -> String {
        const BOUNDS: &str = "base-uri 'none'; frame-ancestors 'none'";
        match self {
            Self::Own => format!(
                "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; {BOUNDS}"
            ),
            Self::Nothing => "default-src 'none'; sandbox".to_owned(),
            Self::Scripts(hashes) => {
                let scripts =
                    if hashes.is_empty() { "'none'".to_owned() } else { hashes.join(" ") };
                format!(
                    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; script-src {scripts}; form-action 'none'; {BOUNDS}"
                )
            }
            Self::Viewer => format!("default-src 'none'; {BOUNDS}"),
        }
    }
}

impl Answer {
    /// An answer of ours.
    #[must_use]
    pub fn new(status: StatusCode, media: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", media.to_owned())];
        Self { status, headers, body: body.into(), policy: Policy::Own }
    }

    /// A line of text.
    #[must_use]
    pub fn plain(status: StatusCode, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
    }

    /// A refusal.
    #[must_use]
    pub fn refused(why: &str) -> Self {
        Self::plain(StatusCode::FORBIDDEN, why)
    }

    /// Go on there.
    #[must_use]
    pub fn to(path: &str) -> Self {
        Self::plain(StatusCode::SEE_OTHER, "go on").with("location", path.to_owned())
    }

    /// With one header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Bounded by another policy.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}
