//! The flows: what a person does with the shop, and with products of others.
//!
//! They were written before it was known what either server sends. Since then only what could not be
//! done was mended: names that no page has, and a search whose results cover what comes next.

use Deed::{Choose, Click, Double, Fill, Open, Press, Read};

/// One step of a flow.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    /// Go to a path.
    Open(&'static str),
    /// Click what has this role and these words.
    Click(&'static str, &'static str),
    /// Click it twice.
    Double(&'static str, &'static str),
    /// Fill a field.
    Fill(&'static str, &'static str, &'static str),
    /// Choose an option of a list.
    Choose(&'static str, &'static str),
    /// Press a key.
    Press(&'static str),
    /// Read this text. It is no step of its own: who was not told it must look again.
    Read(&'static str),
}

/// A flow and its name.
pub type Flow = (&'static str, &'static [Deed]);

/// A product, and what is done with it.
pub struct Product {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// Its suite, below `harness`; the shop's is a fixture of the tests.
    pub suite: Option<&'static str>,
    /// What is done with it.
    pub flows: &'static [Flow],
}

/// The shop first, then what is installed from a registry.
pub const PRODUCTS: [Product; 5] = [
    Product { name: "shop", suite: None, flows: &SHOP },
    Product { name: "roundup", suite: Some("held-out/roundup"), flows: &ROUNDUP },
    Product { name: "wagtail", suite: Some("foreign/wagtail"), flows: &WAGTAIL },
    Product { name: "tiddlywiki", suite: Some("held-out/tiddlywiki"), flows: &TIDDLYWIKI },
    Product { name: "jupyterlab", suite: Some("foreign/jupyterlab"), flows: &JUPYTERLAB },
];

/// The shop of the tests.
const SHOP: [Flow; 10] = [
    (
        "buy a lamp",
        &[
            Open("/"),
            Click("link", "Desk lamp"),
            Fill("spinbutton", "Quantity", "2"),
            Click("button", "Add to cart"),
            Fill("textbox", "Name", "Fetu Leota"),
            Fill("textbox", "Address", "Harbour street 5"),
            Click("radio", "I collect it"),
            Click("button", "Place order"),
        ],
    ),
    (
        "be told what is missing",
        &[
            Open("/products/1"),
            Click("button", "Add to cart"),
            Click("button", "Place order"),
            Fill("textbox", "Name", "Ada"),
            Click("button", "Place order"),
        ],
    ),
    (
        "filter orders",
        &[
            Open("/orders"),
            Choose("Country", "New Zealand"),
            Click("button", "Apply"),
            Choose("State", "open"),
            Click("button", "Apply"),
        ],
    ),
    (
        "sort and page",
        &[
            Open("/orders"),
            Click("link", "Total"),
            Click("link", "Next"),
            Click("link", "Next"),
            Click("link", "Previous"),
        ],
    ),
    (
        "sign in and out",
        &[
            Open("/"),
            Click("link", "Sign in"),
            Fill("textbox", "User", "ada"),
            Fill("textbox", "Password", "tea-for-two"),
            Click("button", "Sign in"),
            Click("button", "Sign out"),
        ],
    ),
    (
        "change settings",
        &[
            Open("/settings"),
            Fill("textbox", "User", "ada"),
            Fill("textbox", "Password", "tea-for-two"),
            Click("button", "Sign in"),
            Fill("textbox", "Name", "Ada L."),
            Choose("Language", "Deutsch"),
            Click("checkbox", "Send me letters"),
            Click("button", "Save"),
        ],
    ),
    ("read about the shop", &[Open("/"), Click("link", "About"), Click("link", "Home")]),
    (
        "look around",
        &[
            Open("/"),
            Click("link", "Orders"),
            Click("link", "Search"),
            Click("link", "Cart"),
            Click("link", "Home"),
            Click("link", "Tea pot"),
        ],
    ),
    (
        "fill and empty the cart",
        &[
            Open("/products/2"),
            Click("button", "Add to cart"),
            Open("/products/1"),
            Click("button", "Add to cart"),
            Click("button", "Remove Desk lamp"),
        ],
    ),
    (
        "search",
        &[Open("/search"), Fill("searchbox", "Words", "lamp"), Fill("searchbox", "Words", "pen")],
    ),
];

/// A tracker of issues, whose pages a server renders.
const ROUNDUP: [Flow; 3] = [
    (
        "sort the issues",
        &[
            Open("/"),
            Click("link", "Show All"),
            Choose("Sort on:", "title"),
            Click("button", "Redisplay"),
            Click("link", "Ramp is slippery"),
            Read("When it rains."),
        ],
    ),
    (
        "answer an issue",
        &[
            Open("/"),
            Fill("textbox", "Login", "bo"),
            Fill("textbox", "before Remember me?", "harbour"),
            Click("button", "Login"),
            Click("link", "Timetable of winter lacks the late boat"),
            Fill("textbox", "Change Note", "The late boat goes on Fridays only."),
            Choose("Status", "in-progress"),
            Click("button", "Submit Changes"),
            Read("edited ok"),
        ],
    ),
    (
        "write an issue",
        &[
            Open("/"),
            Fill("textbox", "Login", "cleo"),
            Fill("textbox", "before Remember me?", "harbour"),
            Click("button", "Login"),
            Click("link", "Create New"),
            Fill("textbox", "Title", "No bell on the pier"),
            Choose("Priority", "wish"),
            Click("button", "Submit New Entry"),
            Read("created"),
        ],
    ),
];

/// The pages in which editors of a site work, behind a sign-in.
const WAGTAIL: [Flow; 3] = [
    (
        "change a page",
        &[
            Open("/admin/login/"),
            Fill("textbox", "Username", "ada"),
            Fill("textbox", "Password", "a-long-password"),
            Click("button", "Sign in"),
            Open("/admin/pages/3/"),
            Click("link", "Beds"),
            Fill("textbox", "Title", "Raised beds"),
            Click("button", "Save draft"),
            Read("Raised beds"),
        ],
    ),
    (
        "add a person",
        &[
            Open("/admin/login/"),
            Fill("textbox", "Username", "ada"),
            Fill("textbox", "Password", "a-long-password"),
            Click("button", "Sign in"),
            Open("/admin/users/"),
            Click("link", "Add a user"),
            Fill("textbox", "Username", "cy"),
            Click("button", "Create"),
            Read("This field is required"),
        ],
    ),
    (
        "look at the people",
        &[
            Open("/admin/login/"),
            Fill("textbox", "Username", "ada"),
            Fill("textbox", "Password", "a-long-password"),
            Click("button", "Sign in"),
            Open("/admin/users/"),
            Click("link", "Username"),
            Click("link", "Bø"),
            Read("bo@example.com"),
        ],
    ),
];

/// A single page that keeps notes.
const TIDDLYWIKI: [Flow; 2] = [
    (
        "write a note",
        &[
            Open("/"),
            Click("button", "new tiddler"),
            Fill("textbox", "New Tiddler", "Leeks"),
            Fill("textbox", "Type the text for this tiddler", "Plant them deep."),
            Click("button", "Confirm changes to this tiddler"),
            Click("tab", "Recent"),
            Read("Leeks"),
        ],
    ),
    (
        "search and look around",
        &[
            Open("/"),
            Fill("searchbox", "", "bean"),
            Read("3 matches"),
            Fill("searchbox", "", ""),
            Click("tab", "Recent"),
            Click("tab", "More"),
            Click("tab", "Tags"),
            Click("tab", "Missing"),
            Read("Slugs"),
            Click("tab", "Tools"),
        ],
    ),
];

/// A large single page in which notebooks and files are opened.
const JUPYTERLAB: [Flow; 2] = [
    (
        "read files",
        &[
            Open("/lab"),
            Double("", "beds.csv"),
            Double("", "garden.json"),
            Click("menuitem", "View"),
            Press("Escape"),
            Click("tab", "Running Terminals and Kernels"),
        ],
    ),
    (
        "run a notebook",
        &[
            Open("/lab"),
            Double("", "count.ipynb"),
            Read("How many plants"),
            Click("menuitem", "Run"),
            Click("menuitem", "Run All Cells"),
            Click("menuitem", "File"),
            Click("menuitem", "Save Notebook"),
            Read("49"),
        ],
    ),
];
