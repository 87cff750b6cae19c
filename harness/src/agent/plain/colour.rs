//! [`Colour`]: a colour by its name, and whether something has it.

/// A colour that people have a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(&'static str);

/// The colours of CSS that are also plain words, with what CSS means by them.
const NAMED: &[(&str, [u8; 3])] = &[
    ("red", [255, 0, 0]),
    ("blue", [0, 0, 255]),
    ("green", [0, 128, 0]),
    ("lime", [0, 255, 0]),
    ("olive", [128, 128, 0]),
    ("black", [0, 0, 0]),
    ("white", [255, 255, 255]),
    ("grey", [128, 128, 128]),
    ("silver", [192, 192, 192]),
    ("purple", [128, 0, 128]),
    ("orange", [255, 165, 0]),
    ("yellow", [255, 255, 0]),
    ("cyan", [0, 255, 255]),
    ("teal", [0, 128, 128]),
    ("navy", [0, 0, 128]),
    ("maroon", [128, 0, 0]),
    ("brown", [165, 42, 42]),
    ("pink", [255, 192, 203]),
    ("magenta", [255, 0, 255]),
    ("violet", [238, 130, 238]),
];

/// Where on the circle of hues a colour ends, in degrees; red begins and ends it.
const HUES: &[(f64, &str)] = &[
    (15.0, "red"),
    (45.0, "orange"),
    (70.0, "yellow"),
    (165.0, "green"),
    (200.0, "cyan"),
    (260.0, "blue"),
    (290.0, "purple"),
    (330.0, "magenta"),
    (345.0, "pink"),
    (360.0, "red"),
];

impl Colour {
    /// The colour of this name.
    pub fn named(word: &str) -> Option<Self> {
        let word = if word == "gray" { "grey" } else { word };
        NAMED.iter().find(|it| it.0 == word).map(|it| Self(it.0))
    }

    /// Whether what is filled so has this colour: what CSS means by the name exactly; else, what is
    /// no other colour that has a name of its own, by its hue.
    pub fn is(self, rgb: [u8; 3]) -> bool {
        match NAMED.iter().find(|it| it.1 == rgb) {
            Some((name, _)) => *name == self.0,
            None => family(rgb) == self.0,
        }
    }
}

/// The colour whose shade this is.
pub fn family(rgb: [u8; 3]) -> &'static str {
    let [red, green, blue] = rgb.map(|it| f64::from(it) / 255.0);
    let most = red.max(green).max(blue);
    let least = red.min(green).min(blue);
    let spread = most - least;
    if spread < 0.06 {
        return if most > 0.94 {
            "white"
        } else if most < 0.1 {
            "black"
        } else {
            "grey"
        };
    }
    let sixth = if (most - red).abs() < f64::EPSILON {
        ((green - blue) / spread).rem_euclid(6.0)
    } else if (most - green).abs() < f64::EPSILON {
        (blue - red) / spread + 2.0
    } else {
        (red - green) / spread + 4.0
    };
    let hue = sixth * 60.0;
    HUES.iter().find(|it| hue < it.0).map_or("red", |it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_what_css_means_by_it_or_a_shade_of_its_hue() {
        let is = |word: &str, rgb| Colour::named(word).is_some_and(|it| it.is(rgb));
        assert!(is("red", [255, 0, 0]));
        assert!(is("gray", [128, 128, 128]));
        assert!(is("blue", [60, 60, 200]) && is("blue", [190, 190, 235]));
        assert!(is("red", [240, 200, 200]), "a pale red is a shade of red");
        assert!(!is("green", [0, 255, 0]), "it has a name of its own, which is lime");
        assert!(!is("blue", [200, 60, 60]) && !is("blue", [120, 120, 120]));
    }
}
