//! [`Ask`]: a request that was let in, as `routes` answers it.

/// A request that was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// Whether it is a `POST`.
    pub posts: bool,
    /// Whether it only reads.
    pub reads: bool,
    /// The path.
    pub path: &'a str,
    /// The pairs of its query.
    pub query: Vec<(String, String)>,
    /// The fields of its form.
    pub form: Vec<(String, String)>,
}

impl Ask<'_> {
    /// A value of the query, without blanks around it; `None` where it is empty.
    #[must_use]
    pub fn asked(&self, name: &str) -> Option<&str> {
        let value = self.query.iter().find(|it| it.0 == name).map(|it| it.1.trim());
        value.filter(|it| !it.is_empty())
    }

    /// A field of the form, without blanks around it; `None` where it is empty.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let value = self.form.iter().find(|it| it.0 == name).map(|it| it.1.trim());
        value.filter(|it| !it.is_empty())
    }
}
