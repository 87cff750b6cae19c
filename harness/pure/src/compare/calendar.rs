//! [`LANGUAGES`]: the names of months and weekdays, one list for all that recognises or writes a date:
//! the class `timestamp` of [`super::redact`] and the patterns of [`super::vary`].

/// The names of one language; what is cut short has no dot here.
#[derive(Debug)]
pub(super) struct Language {
    /// From January on.
    pub(super) months: [&'static str; 12],
    /// The same cut short, and other words for them.
    pub(super) short_months: &'static [&'static str],
    /// From Monday on.
    pub(super) days: [&'static str; 7],
    /// The same cut short, and other words for them.
    pub(super) short_days: &'static [&'static str],
    /// Whether its names have a capital letter in the middle of a sentence too.
    pub(super) has_capitals: bool,
}

/// The languages whose dates are known: English, which protocols use, is the first.
#[rustfmt::skip]
pub(super) static LANGUAGES: [Language; 10] = [
    Language {
        months: ["January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November", "December"],
        short_months: &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
            "Dec", "Sept"],
        days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        short_days: &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        has_capitals: true,
    },
    Language {
        months: ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
            "Oktober", "November", "Dezember"],
        short_months: &["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov",
            "Dez", "Sept", "Jänner"],
        days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        short_days: &["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So", "Sonnabend"],
        has_capitals: true,
    },
    Language {
        months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
            "septembre", "octobre", "novembre", "décembre"],
        short_months: &["janv", "févr", "avr", "juil", "sept", "oct", "nov", "déc"],
        days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        short_days: &["lun", "mar", "mer", "jeu", "ven", "sam", "dim"],
        has_capitals: false,
    },
    Language {
        months: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
            "septiembre", "octubre", "noviembre", "diciembre"],
        short_months: &["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "sept", "oct",
            "nov", "dic", "setiembre"],
        days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        short_days: &["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
        has_capitals: false,
    },
    Language {
        months: ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
            "settembre", "ottobre", "novembre", "dicembre"],
        short_months: &["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov",
            "dic"],
        days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        short_days: &["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
        has_capitals: false,
    },
    Language {
        months: ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto",
            "setembro", "outubro", "novembro", "dezembro"],
        short_months: &["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov",
            "dez"],
        days: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira",
            "sábado", "domingo"],
        short_days: &["seg", "ter", "qua", "qui", "sex", "sáb", "dom"],
        has_capitals: false,
    },
    Language {
        months: ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
            "september", "oktober", "november", "december"],
        short_months: &["jan", "feb", "mrt", "apr", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
        days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        short_days: &["ma", "di", "wo", "do", "vr", "za", "zo"],
        has_capitals: false,
    },
    Language {
        months: ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti",
            "september", "oktober", "november", "december"],
        short_months: &["jan", "feb", "apr", "aug", "sep", "sept", "okt", "nov", "dec"],
        days: ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"],
        short_days: &["mån", "tis", "ons", "tors", "fre", "lör", "sön"],
        has_capitals: false,
    },
    Language {
        months: ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august",
            "september", "oktober", "november", "december"],
        short_months: &["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
        days: ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"],
        short_days: &["man", "tirs", "ons", "tors", "fre", "lør", "søn"],
        has_capitals: false,
    },
    Language {
        months: ["januar", "februar", "mars", "april", "mai", "juni", "juli", "august",
            "september", "oktober", "november", "desember"],
        short_months: &["jan", "feb", "apr", "aug", "sep", "sept", "okt", "nov", "des"],
        days: ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"],
        short_days: &["man", "tir", "ons", "tor", "fre", "lør", "søn"],
        has_capitals: false,
    },
];

/// Which of the languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The one of protocols and logs.
    English,
    /// English and German, whose names have capitals.
    Capitals,
    /// Those that write them small.
    Small,
    /// All.
    All,
}

impl Of {
    fn languages(self) -> impl Iterator<Item = &'static Language> {
        let few = if self == Self::English { 1 } else { LANGUAGES.len() };
        LANGUAGES.iter().take(few).filter(move |it| match self {
            Self::English | Self::All => true,
            Self::Capitals => it.has_capitals,
            Self::Small => !it.has_capitals,
        })
    }
}

/// An expression that any full name of a month fits.
pub(super) fn months(of: Of) -> String {
    any(of.languages().flat_map(|it| it.months.iter().map(move |name| (it, *name))))
}

/// The same for those that are cut short.
pub(super) fn short_months(of: Of) -> String {
    any(of.languages().flat_map(|it| it.short_months.iter().map(move |name| (it, *name))))
}

/// An expression that any full name of a day of the week fits.
pub(super) fn days(of: Of) -> String {
    any(of.languages().flat_map(|it| it.days.iter().map(move |name| (it, *name))))
}

/// The same for those that are cut short.
pub(super) fn short_days(of: Of) -> String {
    any(of.languages().flat_map(|it| it.short_days.iter().map(move |name| (it, *name))))
}

/// An expression for any of these names, the longest first. What is written small has a capital where
/// a sentence begins with it.
fn any(names: impl Iterator<Item = (&'static Language, &'static str)>) -> String {
    let written = |(language, name): (&Language, &str)| {
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if !language.has_capitals => {
                format!("[{}{first}]{}", first.to_uppercase(), letters.as_str())
            }
            Some(_) | None => name.to_owned(),
        }
    };
    let mut all: Vec<String> = names.map(written).collect();
    all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    all.dedup();
    format!("(?:{})", all.join("|"))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn the_names_of_all_languages_fit_and_other_words_do_not() {
        let fits = |names: &str, word: &str| {
            Regex::new(&format!("^{names}$")).expect("names are a pattern").is_match(word)
        };
        for language in &LANGUAGES {
            for month in language.months {
                assert!(fits(&months(Of::All), month), "{month}");
            }
            for day in language.days {
                assert!(fits(&days(Of::All), day), "{day}");
            }
        }
        assert!(fits(&months(Of::Small), "Novembre"), "at the beginning of a sentence");
        assert!(fits(&short_days(Of::Small), "Mar"));
        for other in ["Marketing", "november5", "Sunk", "apples", ""] {
            assert!(!fits(&months(Of::All), other), "{other}");
            assert!(!fits(&days(Of::All), other), "{other}");
        }
        assert!(!fits(&months(Of::English), "Dezember"));
        assert!(!fits(&short_months(Of::English), "dez"));
    }
}
