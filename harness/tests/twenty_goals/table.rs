//! The twenty goals: where each begins, its words, what must hold after them, and what the scripted model
//! does for those that the built-in reader of words refuses.

/// What a model does: the action, the thing as it is told of it, and the text.
pub type Did = (&'static str, &'static str, &'static str);

/// A scenario of one goal, or of several that build on one another.
pub struct Scenario {
    /// Its name.
    pub id: &'static str,
    /// Where it begins.
    pub start: &'static str,
    /// Its goals.
    pub goals: &'static [Goal],
}

/// A goal.
pub struct Goal {
    /// The words of `do:`.
    pub words: &'static str,
    /// Who finds the way when there is no recording.
    pub by: By,
    /// The checks of `until:`.
    pub until: &'static [&'static str],
}

/// Who finds a way.
pub enum By {
    /// The built-in reader of plain words.
    Reader,
    /// The model: the words begin with no verb that the reader knows.
    Model(&'static [Did]),
}

use By::{Model, Reader};

const LET_IN: By = Model(&[
    ("fill", "textbox \"User\"", "ada"),
    ("fill", "textbox \"Password\"", "${secret:SHOP_PASSWORD}"),
    ("click", "button \"Sign in\"", ""),
]);

/// All of them.
pub static SCENARIOS: [Scenario; 20] = [
    Scenario {
        id: "about",
        start: "/",
        goals: &[Goal {
            words: "click the About link",
            by: Reader,
            until: &["see: 'heading \"About us\"'"],
        }],
    },
    Scenario {
        id: "next-page",
        start: "/orders",
        goals: &[Goal {
            words: "click Next",
            by: Reader,
            until: &["see: 'text \"Page 2 of 5\"'", "expect: { url: '/orders?page=2' }"],
        }],
    },
    Scenario {
        id: "new-zealand",
        start: "/orders",
        goals: &[Goal {
            words: "choose New Zealand from the country list and click Apply",
            by: Reader,
            until: &["see: 'heading \"18 orders\"'"],
        }],
    },
    Scenario {
        id: "gift-wrap",
        start: "/twins",
        goals: &[
            Goal {
                words: "tick the Gift wrap checkbox",
                by: Reader,
                until: &["expect: { state: { 'checkbox \"Gift wrap\"': checked } }"],
            },
            Goal {
                words: "untick it",
                by: Reader,
                until: &["expect: { state: { 'checkbox \"Gift wrap\"': not checked } }"],
            },
        ],
    },
    Scenario {
        id: "edit-a-row",
        start: "/twins",
        goals: &[Goal {
            words: "click Edit in the row Bob",
            by: Reader,
            until: &["see: 'text \"Bob is edited\"'"],
        }],
    },
    Scenario {
        id: "news",
        start: "/flow/notices?news=yes",
        goals: &[Goal {
            words: "acknowledge the news",
            by: Model(&[("click", "button \"Understood\"", "")]),
            until: &["see-not: 'dialog \"News\"'", "see: 'heading \"Notices\"'"],
        }],
    },
    Scenario {
        id: "sorted",
        start: "/orders",
        goals: &[Goal {
            words: "have the orders by their customers",
            by: Model(&[("click", "link \"Customer\"", "")]),
            until: &["expect: { url: '/orders?sort=customer' }"],
        }],
    },
    Scenario {
        id: "open-orders",
        start: "/orders",
        goals: &[Goal {
            words: "narrow the list to open orders",
            by: Model(&[
                ("choose", "combobox \"State\"", "open"),
                ("click", "button \"Apply\"", ""),
            ]),
            until: &["see: 'heading \"6 orders\"'"],
        }],
    },
    Scenario {
        id: "cart",
        start: "/products/1",
        goals: &[Goal {
            words: "have three tea pots in the cart",
            by: Model(&[
                ("fill", "spinbutton \"Quantity\"", "3"),
                ("click", "button \"Add to cart\"", ""),
            ]),
            until: &["see: 'text \"It is in your cart.\"'", "see: 'text \"97.50\"'"],
        }],
    },
    Scenario {
        id: "order",
        start: "/products/2",
        goals: &[Goal {
            words: "purchase a desk lamp by post",
            by: Model(&[
                ("click", "button \"Add to cart\"", ""),
                ("fill", "textbox \"Name\"", "Fetu Leota"),
                ("fill", "textbox \"Address\"", "Harbour street 5"),
                ("click", "button \"Place order\"", ""),
            ]),
            until: &["see: 'heading \"Thank you\"'", "see: 'text \"It comes by post.\"'"],
        }],
    },
    Scenario {
        id: "collect",
        start: "/products/5",
        goals: &[Goal {
            words: "purchase a rain coat without a delivery",
            by: Model(&[
                ("click", "button \"Add to cart\"", ""),
                ("fill", "textbox \"Name\"", "Fetu Leota"),
                ("fill", "textbox \"Address\"", "Harbour street 5"),
                ("check", "radio \"I collect it\"", ""),
                ("click", "button \"Place order\"", ""),
            ]),
            until: &["see: 'text \"You collect it in the shop.\"'"],
        }],
    },
    Scenario {
        id: "sign-in",
        start: "/login",
        goals: &[Goal {
            words: "let ada in with ${secret:SHOP_PASSWORD}",
            by: LET_IN,
            until: &["see: 'text \"Good morning, Ada.\"'"],
        }],
    },
    Scenario {
        id: "settings",
        start: "/login?next=/settings",
        goals: &[
            Goal {
                words: "let ada in with ${secret:SHOP_PASSWORD}",
                by: LET_IN,
                until: &["see: 'heading \"Settings\"'"],
            },
            Goal {
                words: "tick \"Send me letters\" and click Save",
                by: Reader,
                until: &[
                    "see: 'text \"Your settings are kept.\"'",
                    "expect: { state: { 'checkbox \"Send me letters\"': checked } }",
                ],
            },
        ],
    },
    Scenario {
        id: "search",
        start: "/search",
        goals: &[
            Goal {
                words: "learn which lamps are sold",
                by: Model(&[("fill", "searchbox \"Words\"", "lamp")]),
                until: &["see: 'text \"1 found\"'"],
            },
            Goal {
                words: "click the link \"Desk lamp\"",
                by: Reader,
                until: &["see: 'heading \"Desk lamp\"'"],
            },
        ],
    },
    Scenario {
        id: "remove",
        start: "/products/2",
        goals: &[Goal {
            words: "have nothing in the cart after all",
            by: Model(&[
                ("click", "button \"Add to cart\"", ""),
                ("click", "button \"Remove Desk lamp\"", ""),
            ]),
            until: &["see: 'text \"Your cart is empty.\"'"],
        }],
    },
    Scenario {
        id: "catalogue",
        start: "/flow/catalogue",
        goals: &[Goal {
            words: "read on until tea comes",
            by: Model(&[
                ("click", "link \"Next\"", ""),
                ("click", "link \"Next\"", ""),
                ("click", "link \"Next\"", ""),
            ]),
            until: &["see: 'heading \"Tea\"'"],
        }],
    },
    Scenario {
        id: "wrapping",
        start: "/wishes",
        goals: &[Goal {
            words: "have everything wrapped in cloth",
            by: Model(&[("choose", "combobox \"Wrapping\"", "Cloth")]),
            until: &["see: 'text \"Cloth\"'"],
        }],
    },
    Scenario {
        id: "delivery",
        start: "/wishes",
        goals: &[Goal {
            words: "ask for a day in February",
            by: Model(&[
                ("click", "button \"Day of delivery\"", ""),
                ("click", "button \"Next month\"", ""),
            ]),
            until: &["see: 'text \"February 2026\"'"],
        }],
    },
    Scenario {
        id: "people",
        start: "/about",
        goals: &[Goal {
            words: "learn who runs the shop",
            by: Model(&[("expand", "button \"Who we are\"", "")]),
            until: &["see: 'text \"Ada, Bob and a cat.\"'"],
        }],
    },
    Scenario {
        id: "and-back",
        start: "/",
        goals: &[Goal {
            words: "have a look at About and return",
            by: Model(&[("click", "link \"About\"", ""), ("back", "", "")]),
            until: &["see: 'heading \"Welcome to the small shop\"'"],
        }],
    },
];

/// What the model does towards a goal.
pub fn way(words: &str) -> Option<&'static [Did]> {
    let goals = SCENARIOS.iter().flat_map(|it| it.goals);
    goals.filter(|it| it.words == words).find_map(|it| match it.by {
        Model(way) => Some(way),
        Reader => None,
    })
}
