//! Random secrets that a product writes into files, mails and documents and shows on a terminal, as they
//! are and as programs change them: none is in the night or in the baselines.

use super::{commands, every_file, night_of};

/// Says the secret whose number it is told, in one of these places.
const LEAK: &str = r#"
import base64, json, os, random, smtplib, sys, unicodedata, urllib.parse
from email.message import EmailMessage

where, number = sys.argv[1], int(sys.argv[2])
secret = os.environ[f"S{number}"]
draw = random.Random(number)
changed = [secret, secret.lower(), secret.upper(), unicodedata.normalize("NFD", secret)]

def pdf(text):
    for sign in "\\()":
        text = text.replace(sign, "\\" + sign)
    shown = f"BT /F1 18 Tf 20 150 Td ({text}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 200] /Contents 5 0 R"
        " /Resources << /Font << /F1 3 0 R >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]
    out, places = "%PDF-1.4\n", []
    for at, it in enumerate(objects, 1):
        places.append(len(out))
        out += f"{at} 0 obj\n{it}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{it:010} 00000 n \n" for it in places)
    return out + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"

if where == "file":
    with open("told.txt", "w", encoding="utf-8") as told:
        for it in changed:
            written = [
                it, urllib.parse.quote(it, safe=""), json.dumps(it), repr(it),
                base64.b64encode(("user:" + it).encode()).decode(), it.encode().hex(),
            ]
            draw.shuffle(written)
            told.writelines(f"file says {word}\n" for word in [it, *written])
    if secret.isascii():
        with open("report.pdf", "w", encoding="ascii") as report:
            report.write(pdf("pdf says " + draw.choice(changed)))
    mail = EmailMessage()
    mail["From"], mail["To"] = "shop@example.test", f"s{number}@example.test"
    mail["Subject"] = "subject says " + draw.choice(changed)
    body = "".join(f"mail says {it}\n" for it in changed)
    mail.set_content(body, cte=draw.choice(["base64", "quoted-printable"]))
    host, port = os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])
    with smtplib.SMTP(host, port, timeout=20) as smtp:
        smtp.send_message(mail)
else:
    for it in changed:
        print("screen says", it)
    print("that is all", flush=True)
    input()
"#;

/// What a scenario does to have the secret with a number said everywhere.
fn steps(number: usize) -> String {
    format!(
        "  - shell: 'python3 \"$SUITE/leak.py\" file {number}'\n    snapshot: told\n\
         \x20 - mail: {{ to: s{number}@example.test, within: 20s }}\n    snapshot: sent\n\
         \x20 - start: \"sh -c 'exec python3 $SUITE/leak.py screen {number}'\"\n\
         \x20 - wait-screen: that is all\n  - snapshot: shown\n  - keys: Enter\n\
         \x20 - stop: {{ exit: 0, within: 10s }}\n"
    )
}

/// Every second one has ASCII alone, which a document without a font of its own can show.
fn random(rng: &mut fastrand::Rng, number: usize) -> String {
    let letters: Vec<char> = "abcdefXYZQ0189&\"'<>%+/#;=()äöÜé".chars().collect();
    let few = if number.is_multiple_of(2) { letters.len() - 4 } else { letters.len() };
    // A letter of each kind makes sure that it is no word, and has another case.
    let drawn: String = (0..rng.usize(7..=18)).map(|_| letters[rng.usize(..few)]).collect();
    format!("q{drawn}Z{}", rng.u8(0..10))
}

/// A form as writers of JSON and HTML leave it.
fn written(form: &str) -> [String; 3] {
    let json = serde_json::Value::from(form).to_string();
    let html = form.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    [form.to_owned(), json.trim_matches('"').to_owned(), html.replace('"', "&quot;")]
}

#[test]
fn random_secrets_in_files_mails_documents_and_terminals_never_reach_the_night() {
    let mut rng = fastrand::Rng::with_seed(41);
    let secrets: Vec<(String, String)> =
        (0..6).map(|it| (format!("S{it}"), random(&mut rng, it))).collect();
    let scenarios: Vec<(String, String)> =
        (0..secrets.len()).map(|it| (format!("s{it}"), steps(it))).collect();
    let scenarios: Vec<(&str, &str)> =
        scenarios.iter().map(|(id, steps)| (id.as_str(), steps.as_str())).collect();
    let suite = commands(&scenarios);
    suite.write("leak.py", LEAK);
    let told = (0..secrets.len())
        .fold(String::new(), |told, it| format!("{told}      S{it}: \"${{secret:S{it}}}\"\n"));
    let config = format!(
        "pass-env: [SUITE]\nproducts:\n  tool:\n    mail: true\n    env:\n      \
         SMTP_HOST: \"${{smtp-host}}\"\n      SMTP_PORT: \"${{smtp-port}}\"\n{told}"
    );
    suite.write("nightshift.yaml", &config);
    let root = suite.root().display().to_string();
    let mut environment = vec![("SUITE", root.as_str())];
    environment.extend(secrets.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let answer = suite.run_with(
        &["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "one"],
        &environment,
    );
    assert_eq!(answer.code, Some(0), "{answer:#?}");

    let mut files = every_file(&night_of(&suite, "one"));
    files.extend(every_file(&suite.root().join("scenarios")));
    let mut all = String::new();
    for (path, bytes) in files {
        let content = String::from_utf8_lossy(&bytes);
        for (name, secret) in &secrets {
            for form in [secret.clone(), secret.to_lowercase(), secret.to_uppercase()] {
                for form in written(&form) {
                    assert!(!content.contains(&form), "{name} {form} is in {}", path.display());
                }
            }
        }
        all.push_str(&content);
    }
    for place in ["file", "pdf", "subject", "mail"] {
        assert!(all.contains(&format!("{place} says [secret]")), "it was said in the {place}");
    }
    assert!(all.contains("screen says ***"), "a screen has stars in its place");
}
