//! Files of every kind, whole and broken: what is said of them.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::*;
use crate::surface::veil::Veil;

/// A folder with one file, read.
fn read(name: &str, bytes: &[u8]) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    let mut reader = Reader::default();
    let text = reader.described(&format!("created {name}"), name, &path);
    (text, reader.into_pictures().into_iter().map(|it| it.name).collect())
}

fn said(name: &str, bytes: &[u8]) -> String {
    read(name, bytes).0
}

fn png(shade: u8) -> Vec<u8> {
    picture::encode(&image::RgbaImage::from_pixel(8, 4, image::Rgba([shade, 0, 0, 255])))
        .expect("a PNG")
}

fn zip_of(entries: &[(&str, &[u8])], year: u16) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let at = zip::DateTime::from_date_and_time(year, 1, 2, 3, 4, 6).expect("a date");
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default()
            .last_modified_time(at)
            .compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("written");
    writer.finish().expect("finished")
}

fn tar_of(entries: &[(&str, &[u8])], time: u64) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(time);
        builder.append_data(&mut header, name, *bytes).expect("an entry");
    }
    builder.into_inner().expect("an archive")
}

/// A document with these lines of text, one a page.
pub(super) fn pdf_of(pages: &[&str], date: &str) -> Vec<u8> {
    let count = pages.len();
    let kids: Vec<String> = (0..count).map(|it| format!("{} 0 R", 4 + it * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {count} >>", kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (at, text) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + at * 2
        ));
        let stream = format!("BT /F1 18 Tf 20 150 Td ({text}) Tj ET");
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    objects.push(format!("<< /Title (A report) /CreationDate (D:{date}) >>"));
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let (size, info) = (objects.len() + 1, objects.len());
    out.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R /Info {info} 0 R /ID [<{date}> <{date}>] >>\nstartxref\n{start}\n%%EOF\n")
            .bytes(),
    );
    out
}

fn database(path: &PathBuf, sql: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("opened");
    connection.execute_batch(sql).expect("executed");
    connection
}

#[test]
fn archives_are_their_entries_without_times_order_and_compression() {
    let entries: [(&str, &[u8]); 3] =
        [("data.json", b"{\"b\":1,\"a\":2}"), ("logo.png", &png(9)), ("notes.txt", b"hello\n")];
    let mut turned = entries;
    turned.reverse();
    let expected = "    entry data.json [JSON]\n        /a: 2\n        /b: 1\n    entry logo.png [PNG picture, 8 × 4 pixels]\n    entry notes.txt\n        hello\n";
    let (text, pictures) = read("backup.zip", &zip_of(&entries, 2020));
    assert_eq!(text, format!("created backup.zip [zip]\n{expected}"));
    assert_eq!(pictures, ["backup.zip~logo.png"]);
    assert_eq!(said("backup.zip", &zip_of(&turned, 2026)), text);

    let tar = said("backup.tar", &tar_of(&entries, 1));
    assert_eq!(tar, format!("created backup.tar [tar]\n{expected}"));
    assert_eq!(said("backup.tar", &tar_of(&turned, 99)), tar);
    let packed = said("backup.tar.gz", &gz(&tar_of(&entries, 5)));
    assert!(packed.starts_with("created backup.tar.gz [gzip]\n    entry backup.tar [tar]\n        entry data.json [JSON]\n            /a: 2\n"), "{packed}");
    assert_eq!(
        said("log.json.gz", &gz(b"[1]")),
        "created log.json.gz [gzip]\n    entry log.json [JSON]\n        /0: 1\n"
    );
}

#[test]
fn a_bomb_costs_no_more_than_the_bound() {
    let zeros = vec![0; 100 * 1024 * 1024];
    let packed = gz(&zeros);
    assert!(said("bomb.gz", &packed).contains("[too large to be unpacked"));
    let text = said("bomb.zip", &zip_of(&[("zeros", &zeros), ("a", b"1\n")], 2020));
    assert!(text.contains("entry a\n        1\n"), "{text}");
    assert!(text.contains("entry zeros [too large to be unpacked"), "{text}");
    let mut nested = b"core".to_vec();
    for _ in 0..20 {
        nested = zip_of(&[("inner.zip", &nested)], 2020);
    }
    assert!(said("deep.zip", &nested).lines().count() < 10);
}

#[test]
fn a_database_is_its_schema_and_rows_and_stays_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let schema = "PRAGMA journal_mode = WAL; CREATE TABLE orders (\n  id INTEGER PRIMARY KEY,\n  name TEXT, total REAL, raw BLOB);\nCREATE INDEX by_name ON orders (name);";
    let open = database(&path, schema);
    open.execute_batch("INSERT INTO orders VALUES (2, 'B | b', 1.5, x'00ff'), (1, '1', 1, NULL);")
        .expect("rows");
    // The rows are in the write-ahead log only, and the database is in use.
    let before: Vec<_> =
        fs::read_dir(folder.path()).expect("listed").flatten().map(|it| it.file_name()).collect();
    let bytes = fs::read(&path).expect("read");
    let text = Reader::default().described("created shop.db", "shop.db", &path);
    assert_eq!(
        text,
        "created shop.db [SQLite]\n    index by_name: CREATE INDEX by_name ON orders (name)\n    \
         table orders (id INTEGER PRIMARY KEY, name TEXT, total REAL, raw BLOB)\n        \
         columns | id | name | total | raw\n        \
         row 1 | id: 1 | name: '1' | total: 1.0 | raw: NULL\n        \
         row 2 | id: 2 | name: 'B \\| b' | total: 1.5 | raw: x'00ff'\n"
    );
    assert_eq!(fs::read(&path).expect("read"), bytes);
    let after: Vec<_> =
        fs::read_dir(folder.path()).expect("listed").flatten().map(|it| it.file_name()).collect();
    assert_eq!(after, before);
    open.execute_batch("UPDATE orders SET total = 2 WHERE id = 2; DELETE FROM orders WHERE id = 1; INSERT INTO orders VALUES (1, '1', 1, NULL); UPDATE orders SET total = 1.5 WHERE id = 2; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;").expect("rewritten");
    assert_ne!(fs::read(&path).expect("read"), bytes);
    assert_eq!(Reader::default().described("created shop.db", "shop.db", &path), text);
}

#[test]
fn a_changed_row_of_a_large_table_changes_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.db");
    let open = database(
        &path,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO t SELECT i, 'value ' || i FROM n;",
    );
    let read = || Reader::default().described("created large.db", "large.db", &path);
    let old = read();
    open.execute_batch("UPDATE t SET v = 'x' WHERE id = 70000").expect("changed");
    let new = read();
    let changed: Vec<&str> = new.lines().filter(|line| !old.contains(line)).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].trim_start().starts_with("rows "), "{changed:?}");
}

#[test]
fn a_document_is_its_text_and_pages_without_dates() {
    let (text, pictures) = read("report.pdf", &pdf_of(&["Total 12", "Second page"], "20260101"));
    assert_eq!(
        text,
        "created report.pdf [PDF, 2 pages]\n    title: A report\n    page 1\n        Total 12\n    page 2\n        Second page\n"
    );
    assert_eq!(pictures, ["report.pdf.page-1", "report.pdf.page-2"]);
    let pages = |bytes: &[u8]| {
        let Ok(document) = pdf::read(bytes) else { panic!("no document") };
        document.pictures.iter().map(|it| picture::encode(it).expect("a PNG")).collect::<Vec<_>>()
    };
    let drawn = pages(&pdf_of(&["Total 12", "Second page"], "20260101"));
    assert_eq!(drawn, pages(&pdf_of(&["Total 12", "Second page"], "20301231")));
    let other = pages(&pdf_of(&["Total 13", "Second page"], "20260101"));
    assert_ne!(drawn[0], other[0]);
    assert_eq!(drawn[1], other[1]);
}

#[test]
fn pages_of_two_documents_with_two_secrets_look_the_same_and_without_a_veil_they_do_not() {
    let pages = |secret: &'static str, veil: &Veil| {
        let bytes = pdf_of(&["Total 12", &format!("Your key {secret} is new")], "20260101");
        let Ok(mut document) = pdf::read(&bytes) else { panic!("no document") };
        document.hide(veil);
        document.pictures.into_iter().map(image::RgbaImage::into_raw).collect::<Vec<_>>()
    };
    let veil = |secret: &'static str| {
        Veil::new(move |text| {
            text.match_indices(secret).map(|(at, it)| at..at + it.len()).collect()
        })
    };
    let none = Veil::default();
    let (one, other) = ("hunter-2-pass", "gWXYQy-3-JJJJ");
    assert_eq!(pages(one, &veil(one)), pages(other, &veil(other)));
    assert_ne!(pages(one, &none), pages(other, &none));
    assert_eq!(pages(one, &veil(one))[0], pages(one, &none)[0], "a page without it is not painted");
}

#[test]
fn pictures_in_a_document_are_painted_where_it_tells_a_secret_or_is_scanned() {
    const SECRET: &str = "hunter-2-pass";
    let veil =
        Veil::new(|text| text.match_indices(SECRET).map(|(at, it)| at..at + it.len()).collect());
    let pages = |texts: &[&str], shade: &str, veil: &Veil| {
        let drawing = |text: &&str| {
            format!(
                "{text}) Tj ET q 100 0 0 80 50 20 cm BI /W 2 /H 2 /CS /G /BPC 8 /F /AHx ID \
                 {shade}ff00ff> EI Q BT /F1 18 Tf 20 180 Td ("
            )
        };
        let texts: Vec<String> = texts.iter().map(drawing).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let Ok(mut document) = pdf::read(&pdf_of(&texts, "20260101")) else {
            panic!("no document")
        };
        document.hide(veil);
        document.pictures.into_iter().map(image::RgbaImage::into_raw).collect::<Vec<_>>()
    };
    let none = Veil::default();
    let both = |texts: &[&str], veil: &Veil| [pages(texts, "00", veil), pages(texts, "80", veil)];
    let telling = ["Total 12", &format!("Your key {SECRET}")];
    let [one, other] = both(&telling, &none);
    assert!(one[0] != other[0] && one[1] != other[1], "the pictures differ");
    let [one, other] = both(&telling, &veil);
    assert_eq!(one, other, "on every page");
    let [one, other] = both(&[""], &veil);
    assert_eq!(one, other, "a page without text is a scanned one");
    let [one, other] = both(&["Total 12", "Second page"], &veil);
    assert!(one[0] != other[0] && one[1] != other[1], "what tells no secret is seen");
}

#[test]
fn pictures_are_their_pixels() {
    let (text, pictures) = read("out.png", &png(1));
    assert_eq!(text, "created out.png [PNG picture, 8 × 4 pixels]\n");
    assert_eq!(pictures, ["out.png"]);
    let pixels = image::RgbImage::from_pixel(3, 2, image::Rgb([1, 2, 3]));
    for (name, format) in [
        ("a.jpg", image::ImageFormat::Jpeg),
        ("a.gif", image::ImageFormat::Gif),
        ("a.bmp", image::ImageFormat::Bmp),
        ("a.webp", image::ImageFormat::WebP),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        pixels.write_to(&mut bytes, format).expect("encoded");
        let (text, pictures) = read(name, bytes.get_ref());
        assert!(text.contains("picture, 3 × 2 pixels]"), "{text}");
        assert_eq!(pictures, [name]);
    }
}

#[test]
fn a_picture_of_too_many_pixels_is_named_and_not_decoded() {
    // The size stands in the header; nobody reads on.
    let mut bytes = png(1);
    bytes[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let sum = {
        let mut hasher = flate2::Crc::new();
        hasher.update(&bytes[12..29]);
        hasher.sum()
    };
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    let text = said("huge.png", &bytes);
    assert!(
        text.contains("20000 × 20000 pixels]\n    [too large to be compared as a picture"),
        "{text}"
    );
}

#[test]
fn what_is_broken_is_named_by_kind_size_and_hash() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() * 2 / 3].to_vec();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    drop(database(&path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);"));
    let mut damaged = fs::read(&path).expect("read");
    damaged[100..].fill(0xaa);
    for (name, bytes, kind) in [
        ("a.png", cut(png(1)), "PNG"),
        ("a.zip", b"PK\x03\x04 and no more".to_vec(), "zip"),
        ("a.json.gz", cut(gz(&[b'7'; 5000])), "gzip"),
        ("a.pdf", b"%PDF-1.7\nnothing".to_vec(), "PDF"),
        ("a.db", damaged, "SQLite"),
        ("a.jpg", b"\xff\xd8\xff\xe0 no".to_vec(), "JPEG"),
    ] {
        let expected = format!(
            "created {name} [broken {kind}, {} bytes, sha256 {}]\n",
            bytes.len(),
            short_hash(&bytes)
        );
        assert_eq!(said(name, &bytes), expected);
    }
}

#[test]
fn a_name_that_promises_something_else_is_said() {
    assert_eq!(
        said("a.png", b"<html><p>Not found"),
        "created a.png [HTML, no PNG, as its name says]\n    <html>\n      <p> Not found\n"
    );
    assert_eq!(
        said("a.json", b"{\"a\": 1,}\n"),
        "created a.json [text, no well-formed JSON]\n    {\"a\": 1,}\n"
    );
    assert_eq!(
        said("a.xml", b"<a>"),
        "created a.xml [text, no well-formed XML]\n    <a>\n    [no line end at the end]\n"
    );
    assert_eq!(said("a.txt", &png(1)), "created a.txt [PNG picture, 8 × 4 pixels]\n");
    assert_eq!(said("a.json", b""), "created a.json [empty]\n");
    assert_eq!(said("a.txt", b""), "created a.txt\n");
    assert!(
        said("a.zip", &[1, 2, 0xff])
            .contains("[binary, no zip, as its name says]\n    [binary: 3 bytes")
    );
}

#[test]
fn text_is_its_lines_and_much_of_it_a_digest() {
    assert_eq!(said("a", b"x\r\ny\r\n"), "created a (CRLF)\n    x\n    y\n");
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        said("a.csv", &wide),
        "created a.csv [CSV, UTF-16]\n    columns | a | b\n    row 1 | a: 1 | b: 2\n"
    );
    let many = said("big.txt", "line\n".repeat(200_000).as_bytes());
    assert!(many.lines().count() < 2000 && many.contains("    lines 201 – "), "{many:.9000}");
}

#[test]
fn a_byte_that_is_no_text_is_spelled_out_in_a_file_of_any_kind_and_the_rest_is_compared() {
    assert_eq!(
        said("a.csv", b"name,total\nCaf\xe9,12\n"),
        "created a.csv [CSV, not all UTF-8]\n    columns | name | total\n    row 1 | name: Caf\\\\xE9 | total: 12\n"
    );
    assert_eq!(
        said("a.log", b"order 7 of Caf\xe9\norder 8\n"),
        "created a.log [not all UTF-8]\n    order 7 of Caf\\xE9\n    order 8\n"
    );
    assert_eq!(
        said("a.log", b"a line that is long enough\0 to be text\n"),
        "created a.log [with NUL bytes]\n    a line that is long enough\\x00 to be text\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    fs::write(&path, b"name,total\nCaf\xe9,12\n").expect("written");
    assert_eq!(text_of(&path).as_deref(), Ok("name,total\nCaf\\xE9,12\n"));
    for no_text in [&b"\x00\x01\x02"[..], b"\xff\xd8\xe9 a"] {
        assert!(said("a.log", no_text).contains("    [binary: "), "{no_text:?}");
        fs::write(&path, no_text).expect("written");
        assert!(text_of(&path).is_err_and(|it| it.starts_with("it is no text: ")));
    }
}

#[test]
fn what_is_no_plain_file_or_too_large_or_gone_is_said_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let mut reader = Reader::default();
    let gone = reader.described("created gone", "gone", &at("gone"));
    assert!(gone.starts_with("created gone\n    [unreadable: "), "{gone}");
    let pipe = std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo");
    assert!(pipe.success());
    let text = reader.described("created pipe", "pipe", &at("pipe"));
    assert_eq!(text, "created pipe\n    [unreadable: it is no plain file]\n");
    let sparse = fs::File::create(at("sparse")).expect("created");
    sparse.set_len(1024 * 1024 * 1024).expect("grown");
    let text = reader.described("created sparse", "sparse", &at("sparse"));
    assert!(
        text.starts_with("created sparse\n    [large: 1073741824 bytes, sha256 of the first GiB "),
        "{text}"
    );
    assert_eq!(shown_path(std::path::Path::new("a\n b [x]")), "a\\n b \\[x]");
}
