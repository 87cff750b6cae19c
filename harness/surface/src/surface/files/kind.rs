//! [`Kind`]: what a file is, told by its content first and by its name second.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture in a format that can be decoded.
    Picture(image::ImageFormat),
    /// A PDF document.
    Pdf,
    /// A zip archive, or what is one inside: a spreadsheet, a jar.
    Zip,
    /// A tar archive.
    Tar,
    /// Something compressed with gzip.
    Gzip,
    /// A SQLite database.
    Sqlite,
    /// One JSON document.
    Json,
    /// A JSON document a line.
    JsonLines,
    /// XML.
    Xml,
    /// HTML.
    Html,
    /// A table with a delimiter.
    Table,
    /// Text.
    Text,
    /// None of these.
    Other,
}

impl Kind {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Picture(image::ImageFormat::Png) => "PNG",
            Self::Picture(image::ImageFormat::Jpeg) => "JPEG",
            Self::Picture(image::ImageFormat::Gif) => "GIF",
            Self::Picture(image::ImageFormat::WebP) => "WebP",
            Self::Picture(image::ImageFormat::Bmp) => "BMP",
            Self::Picture(_) => "picture",
            Self::Pdf => "PDF",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Gzip => "gzip",
            Self::Sqlite => "SQLite",
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Xml => "XML",
            Self::Html => "HTML",
            Self::Table => "CSV",
            Self::Text => "text",
            Self::Other => "binary",
        }
    }

    /// The kind that these bytes begin like.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        use image::ImageFormat::{Bmp, Gif, Jpeg, Png, WebP};
        let at = |offset: usize, magic: &[u8]| {
            bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic))
        };
        let bitmap = || at(0, b"BM") && at(6, &[0, 0, 0, 0]);
        let table: [(bool, Self); 11] = [
            (at(0, b"\x89PNG\r\n\x1a\n"), Self::Picture(Png)),
            (at(0, b"\xff\xd8\xff"), Self::Picture(Jpeg)),
            (at(0, b"GIF87a") || at(0, b"GIF89a"), Self::Picture(Gif)),
            (at(0, b"RIFF") && at(8, b"WEBP"), Self::Picture(WebP)),
            (bitmap(), Self::Picture(Bmp)),
            (at(0, b"%PDF-"), Self::Pdf),
            (at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06"), Self::Zip),
            (at(0, b"\x1f\x8b\x08"), Self::Gzip),
            (at(0, b"SQLite format 3\0"), Self::Sqlite),
            (at(257, b"ustar"), Self::Tar),
            (bytes.is_empty(), Self::Text),
        ];
        table.into_iter().find(|(is, _)| *is).map(|(_, kind)| kind)
    }

    /// The kind that a name promises.
    pub fn of_name(name: &str) -> Option<Self> {
        use image::ImageFormat::{Bmp, Gif, Jpeg, Png, WebP};
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "png" => Self::Picture(Png),
            "jpg" | "jpeg" => Self::Picture(Jpeg),
            "gif" => Self::Picture(Gif),
            "webp" => Self::Picture(WebP),
            "bmp" => Self::Picture(Bmp),
            "pdf" => Self::Pdf,
            "zip" | "jar" | "war" | "whl" | "xlsx" | "docx" | "pptx" | "odt" | "ods" | "epub" => {
                Self::Zip
            }
            "tar" => Self::Tar,
            "gz" | "tgz" => Self::Gzip,
            "sqlite" | "sqlite3" => Self::Sqlite,
            "json" | "geojson" | "webmanifest" | "har" => Self::Json,
            "jsonl" | "ndjson" => Self::JsonLines,
            "xml" | "svg" | "rss" | "atom" | "xsd" | "xsl" | "kml" | "gpx" => Self::Xml,
            "html" | "htm" | "xhtml" => Self::Html,
            "csv" | "tsv" | "tab" => Self::Table,
            _ => return None,
        })
    }

    /// The kind that text is: by its name where that fits, else by its beginning.
    pub fn of_text(name: &str, text: &str) -> Self {
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let begins =
            |word: &str| start.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
        let json = || super::json::is_document(start);
        let json_lines = || super::json::is_lines(text);
        match Self::of_name(name) {
            _ if begins("<!doctype html") || begins("<html") => Self::Html,
            Some(Self::Table) => Self::Table,
            Some(Self::Html) if start.starts_with('<') => Self::Html,
            Some(Self::JsonLines) if json_lines() => Self::JsonLines,
            Some(Self::Json) if json() => Self::Json,
            _ if begins("<?xml ") => Self::Xml,
            Some(Self::Xml) if start.starts_with('<') => Self::Xml,
            _ if start.starts_with(['{', '[']) && json() => Self::Json,
            _ if start.starts_with('{') && json_lines() => Self::JsonLines,
            _ => Self::Text,
        }
    }
}
