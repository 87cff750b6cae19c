//! [`named`]: the character references of HTML that have a name and that writers use for what a
//! password may hold. Some write `&aring;` for each letter beyond ASCII, and `&lsqb;` for each mark.
//! Neighbour: [`super`], which reads them.

use std::sync::LazyLock;

/// The names of the second half of Latin-1, in its order.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg \
    macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 \
    iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave \
    Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc \
    Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc \
    euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave \
    uacute ucirc uuml yacute thorn yuml";

/// Further names, each with its character behind it.
const OTHERS: &str = "amp& lt< gt> quot\" apos' excl! num# dollar$ percnt% lpar( rpar) ast* midast* \
    plus+ comma, period. sol/ colon: semi; equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] \
    rbrack] Hat^ lowbar_ grave` lcub{ lbrace{ verbar| vert| VerticalLine| rcub} rbrace} euro€ \
    ndash– mdash— lsquo‘ rsquo’ sbquo‚ ldquo“ rdquo” bdquo„ hellip… bull• trade™ lsaquo‹ rsaquo› \
    OEligŒ oeligœ ScaronŠ scaronš YumlŸ Zcaronž zcaronž CcaronČ ccaronč DcaronĎ dcaronď DstrokĐ \
    dstrokđ EcaronĚ ecaroně EogonĘ eogonę AogonĄ aogoną CacuteĆ cacuteć LstrokŁ lstrokł NacuteŃ \
    nacuteń NcaronŇ ncaronň OdblacŐ odblacő RcaronŘ rcaronř SacuteŚ sacuteś ScedilŞ scedilş \
    TcaronŤ tcaronť UringŮ uringů UdblacŰ udblacű ZacuteŹ zacuteź ZdotŻ zdotż Gbreveğ gbreveğ \
    Idotİ imathı";

/// Each name, without what introduces and ends it, and its character; in order.
static NAMED: LazyLock<Vec<(&str, char)>> = LazyLock::new(|| {
    let others = OTHERS.split_whitespace().filter_map(|it| {
        let (at, letter) = it.char_indices().next_back()?;
        Some((&it[..at], letter))
    });
    let latin = LATIN.split_whitespace().zip('\u{a0}'..='\u{ff}');
    let mut all: Vec<(&str, char)> = latin.chain(others).collect();
    all.extend([("Tab", '\t'), ("NewLine", '\n')]);
    all.sort_unstable();
    all
});

/// The names that a text begins with, each with its character.
pub(super) fn named(text: &[u8]) -> impl Iterator<Item = (&'static str, char)> {
    let first = text.first().copied().unwrap_or_default();
    let from = NAMED.partition_point(|it| it.0.as_bytes()[0] < first);
    let of_first = NAMED[from..].iter().copied().take_while(move |it| it.0.as_bytes()[0] == first);
    of_first.filter(|it| text.starts_with(it.0.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_character_and_none_is_there_twice() {
        let of = |name: &str| named(name.as_bytes()).find(|it| it.0 == name).map(|it| it.1);
        for (name, letter) in [
            ("nbsp", '\u{a0}'),
            ("szlig", 'ß'),
            ("agrave", 'à'),
            ("yuml", 'ÿ'),
            ("quot", '"'),
            ("bsol", '\\'),
            ("lowbar", '_'),
            ("euro", '€'),
            ("imath", 'ı'),
            ("NewLine", '\n'),
        ] {
            assert_eq!(of(name), Some(letter), "{name}");
        }
        assert_eq!(of("oring"), None);
        let begin: Vec<&str> = named(b"notin;").map(|it| it.0).collect();
        assert_eq!(begin, ["not"]);
        assert_eq!(named(b"").count(), 0);
        let mut names: Vec<&str> = NAMED.iter().map(|it| it.0).collect();
        assert!(
            names.iter().all(|it| it.bytes().all(|it| it.is_ascii_alphanumeric())),
            "{names:?}"
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMED.len());
    }
}
