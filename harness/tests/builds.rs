//! Builds of a product: made once, chosen by `--build`, old and new side by side in one night.

use std::path::PathBuf;

use crate::support::{Answer, SuiteCopy, night_json, text, verdicts};

/// The shop in two builds; the newer one exchanges two columns of its CSV.
const CONFIG: &str = r#"
products:
  shop:
    builds:
      make:
        - shell: 'cp -R ../bin ../parts ../shop.py "${build-dir}" && echo ${build} >> ../made.log'
          cache: [data]
        - shell: |
            cd "${build-dir}/parts"
            sed -i 's/"shop 1.4.2"/"shop ${build}.0"/' command.py
            if [ ${build} = 1.5 ]; then sed -i 's/"customer", "country"/"country", "customer"/' command.py; fi
      known: ["1.4", "1.5"]
      default: "1.4"
    path: ["${build-dir}/bin"]
    version-from: ${build-dir}/bin/shopd --version
    env: { SHOP_BUILD: "${build}" }
    data: data
"#;

const LIST: &str = "\
scenario: list-orders
steps:
  - run: shopctl orders --country NZ --csv
    snapshot: orders
  - shell: echo \"$SHOP_BUILD ${build}\"
    snapshot: build
    redact: [ { pattern: '\\d\\.\\d' } ]
";

struct Shop {
    suite: SuiteCopy,
    cache: tempfile::TempDir,
}

impl Shop {
    fn new(config: &str) -> Self {
        let suite = SuiteCopy::of_the_shop();
        std::fs::remove_dir_all(suite.root().join("scenarios")).expect("removed");
        std::fs::remove_dir_all(suite.root().join("skills")).expect("removed");
        suite.write("nightshift.yaml", config);
        suite.write("scenarios/list.yaml", LIST);
        Self { suite, cache: tempfile::tempdir().expect("a folder") }
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        let cache = self.cache.path().display().to_string();
        self.suite.run_with(arguments, &[("XDG_CACHE_HOME", &cache)])
    }

    fn made(&self) -> String {
        std::fs::read_to_string(self.suite.folder().join("made.log")).unwrap_or_default()
    }

    fn cached(&self) -> Vec<PathBuf> {
        let folder = self.cache.path().join("nightshift/builds");
        let read = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        read.map(|it| it.path()).filter(|it| it.is_dir()).collect()
    }
}

#[test]
fn a_build_is_made_once_and_what_another_one_changed_is_caught() {
    let shop = Shop::new(CONFIG);
    let first = shop.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "../first"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let again = shop.run(&["run", "--no-pdf", "--out", "../again"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert_eq!(shop.made(), "1.4\n");

    let newer = shop.run(&["run", "--no-pdf", "--out", "../newer", "--build", "1.5"]);
    assert_eq!(newer.code, Some(1), "{newer:#?}");
    assert_eq!(shop.made(), "1.4\n1.5\n");
    let night = night_json(&shop.suite.folder().join("newer"));
    let findings = night["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(text(&findings[0]["differences"][0]["where"]), "shopctl orders --country NZ --csv");
    assert_eq!(night["night"]["products"][0]["build"], "1.5");
    assert!(newer.stderr.contains("build 1.5 (shop 1.5.0)"), "{}", newer.stderr);
}

#[test]
fn what_decides_on_a_build_makes_it_anew_when_it_changes() {
    let shop = Shop::new(CONFIG);
    assert_eq!(shop.run(&["run", "--no-pdf", "--out", "../a"]).code, Some(0));
    shop.suite.write("data/more.txt", "what the build is made of");
    assert_eq!(shop.run(&["run", "--no-pdf", "--out", "../b"]).code, Some(0));
    assert_eq!(shop.made(), "1.4\n1.4\n");
    let cleared = shop.run(&["doctor", "--clear-builds"]);
    assert_eq!(cleared.code, Some(0), "{cleared:#?}");
    assert_eq!(cleared.stdout.matches("removed shop-1.4-").count(), 2, "{}", cleared.stdout);
    assert_eq!(shop.cached(), Vec::<PathBuf>::new());
}

#[test]
fn a_build_that_is_not_known_is_an_error_with_a_suggestion() {
    let shop = Shop::new(CONFIG);
    for arguments in [&["run", "--build", "1.44"][..], &["run", "--dry-run", "--build", "1.44"]] {
        let answer = shop.run(arguments);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        let said = "--build shop=1.44: shop has no such build; did you mean \"1.4\"?";
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
    }
    let undecided = Shop::new(&CONFIG.replace("      default: \"1.4\"\n", ""));
    let answer = undecided.run(&["run"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    let said = "shop has several builds (1.4, 1.5) and no default; give --build shop=BUILD";
    assert!(answer.stderr.contains(said), "{}", answer.stderr);
}

#[test]
fn a_build_that_cannot_be_made_fails_its_product_and_leaves_nothing() {
    let shop = Shop::new(&CONFIG.replace("cd \"${build-dir}/parts\"", "echo no disk >&2; exit 7"));
    let answer = shop.run(&["run", "--no-pdf", "--out", "../night"]);
    assert_eq!(answer.code, Some(4), "{answer:#?}");
    assert!(answer.stderr.contains("build 1.4 of shop cannot be made"), "{}", answer.stderr);
    assert!(answer.stderr.contains("no disk"), "{}", answer.stderr);
    assert_eq!(shop.cached(), Vec::<PathBuf>::new());
}

#[test]
fn old_and_new_stand_side_by_side_in_one_night() {
    let config = format!("{CONFIG}  shop-new: {{ like: shop, build: \"1.5\" }}\n");
    let shop = Shop::new(&config);
    let scenario = |id: &str, product: &str, says: &str| {
        format!(
            "scenario: {id}\nproduct: {product}\nsteps:\n  - run: shopctl --version\n    expect: {{ stdout: '{says}' }}\n"
        )
    };
    shop.suite.write("scenarios/list.yaml", &scenario("old", "shop", "shop 1.4.0"));
    shop.suite.write("scenarios/new.yaml", &scenario("new", "shop-new", "shop 1.5.0"));
    let answer = shop.run(&["run", "--no-pdf", "--out", "../night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&shop.suite.folder().join("night"));
    let products = night["night"]["products"].as_array().expect("products");
    let builds: Vec<_> =
        products.iter().map(|it| (text(&it["name"]), text(&it["build"]))).collect();
    let pair = |name: &str, build: &str| (name.to_owned(), build.to_owned());
    assert_eq!(builds, [pair("shop", "1.4"), pair("shop-new", "1.5")]);
    assert_eq!(verdicts(&night).len(), 2);
    let listed = shop.run(&["list"]);
    assert!(listed.stderr.contains("shop-new: build 1.5 (of 1.4, 1.5)"), "{}", listed.stderr);
}

/// The build that is slow: its name says which faults it has.
const SLOW: &str = "slow-page,slow-command";

/// The shop's own suite over builds of which one is slow and one cannot be made.
fn shop_of_faults() -> Shop {
    let suite = SuiteCopy::of_the_shop_in_builds();
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml"));
    let default = "      default: sound\n";
    let known = format!("      known: [sound, sound-too, \"{SLOW}\", torn]\n{default}");
    let config = config.expect("the shop has a configuration").replace(default, &known);
    suite.write("nightshift.yaml", &config);
    Shop { suite, cache: tempfile::tempdir().expect("a folder") }
}

impl Shop {
    /// A night of the scenario that takes its time: the answer, and what it says.
    fn pace(&self, name: &str, arguments: &[&str]) -> (Answer, serde_json::Value) {
        let out = format!("reports/nights/{name}");
        let all = ["run", "keep-the-pace", "--no-pdf", "--set", "night.measure=4", "--out", &out];
        let answer = self.run(&[&all[..], arguments].concat());
        (answer, night_json(&self.suite.root().join(out)))
    }
}

/// Where something became slower, and than which build.
fn slower(night: &serde_json::Value) -> Vec<(String, String)> {
    let all = night["findings"].as_array().expect("findings").iter();
    let slow = all.filter(|it| it.get("slowdown").is_some());
    slow.map(|it| (text(&it["differences"][0]["where"]), text(&it["slowdown"]["beside"]))).collect()
}

#[test]
fn what_takes_longer_than_on_the_last_good_build_is_told_after_one_night() {
    let shop = shop_of_faults();
    let (first, _) = shop.pace("n1", &["--accept-new", "--no-settle"]);
    assert_eq!(first.code, Some(0), "{first:#?}");

    let (answer, same) = shop.pace("n2", &["--build", "sound-too", "--beside", "last-good"]);
    assert_eq!((answer.code, slower(&same)), (Some(0), Vec::new()), "{:#}", same["findings"]);
    assert_eq!(
        same["beside"],
        serde_json::json!({ "builds": { "shop": "sound" }, "scenarios": 1, "of": 1, "unmeasured": 0 })
    );

    let (answer, slow) = shop.pace("n3", &["--build", SLOW, "--beside", "sound"]);
    assert_eq!(answer.code, Some(0), "a slowdown decides nothing: {answer:#?}");
    assert_eq!(verdicts(&slow), [("keep-the-pace".to_owned(), "unchanged".to_owned())]);
    assert_eq!(slow["scenarios"][0]["attempts"].as_array().map(Vec::len), Some(1));
    let mut found = slower(&slow);
    found.sort();
    let sound = |place: &str| (place.to_owned(), "shop sound".to_owned());
    assert_eq!(found, [sound("/pace/stock"), sound("shopctl products")], "{:#}", slow["findings"]);
    for finding in slow["findings"].as_array().expect("findings") {
        let title = text(&finding["title"]);
        assert!(title.contains("times as long as with shop sound: "), "{title}");
        let again =
            format!("nightshift run keep-the-pace --build 'shop={SLOW}' --beside 'shop=sound'");
        assert_eq!(finding["reproduce"], again);
        let slowdown = &finding["slowdown"];
        assert_eq!((&slowdown["nights"], &slowdown["measured"]), (&0.into(), &9.into()));
        assert!(slowdown["ratio"].as_f64() > Some(2.0) && slowdown["sure"].as_f64() > Some(0.97));
    }
    let html = std::fs::read_to_string(shop.suite.root().join("reports/nights/n3/index.html"));
    let html = html.expect("a page");
    let told = !html.contains("Nothing needs you") && html.contains("Other build");
    assert!(told, "what became slower needs somebody, and its build is told");
}

#[test]
fn a_build_that_cannot_stand_beside_is_said_and_harms_nothing() {
    let shop = shop_of_faults();
    let (first, _) = shop.pace("n1", &["--accept-new", "--no-settle", "--beside", "last-good"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    assert!(first.stderr.contains("no earlier night whose gate passed is known"), "{first:#?}");
    let (same, _) = shop.pace("n2", &["--beside", "last-good"]);
    assert!(same.stderr.contains("the last good build is tonight's, sound"), "{same:#?}");
    let (torn, night) = shop.pace("n3", &["--beside", "torn"]);
    assert_eq!(torn.code, Some(0), "{torn:#?}");
    assert!(torn.stderr.contains("other build of shop FAILED: "), "{torn:#?}");
    assert_eq!(night["findings"], serde_json::json!([]));
    assert_eq!(night.get("beside"), None);

    let unknown = shop.run(&["run", "--beside", "sond"]);
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    let said = "--beside shop=sond: shop has no such build; did you mean \"sound\"?";
    assert!(unknown.stderr.contains(said), "{unknown:#?}");
    let never = shop.run(&["run", "--beside", "sound", "--set", "night.measure=0"]);
    assert_eq!(never.code, Some(2), "{never:#?}");
    assert!(never.stderr.contains("while night.measure is 0"), "{never:#?}");
    let without = SuiteCopy::of_the_shop().run(&["run", "--beside", "1.4"]);
    assert_eq!(without.code, Some(2), "{without:#?}");
    assert!(without.stderr.contains("--beside shop=1.4: shop has no `builds`"), "{without:#?}");
}

/// A product without pages whose `setup` makes its data: another price from the third build on.
const PRICES: &str = r#"
products:
  shop:
    builds:
      make:
        - shell: touch "${build-dir}/made"
      known: [b1, b2, b3, b4, b5]
      default: b1
    setup:
      - shell: mkdir -p data; case ${build} in b1|b2) echo lamp 12 ;; *) echo lamp 13 ;; esac > data/prices
    data: data
"#;

/// A shop whose prices were accepted in its first build.
fn shop_of_prices() -> Shop {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", PRICES);
    let scenario = "scenario: prices\nsteps:\n  - run: cat prices\n    snapshot: prices\n";
    suite.write("scenarios/prices.yaml", scenario);
    let shop = Shop { suite, cache: tempfile::tempdir().expect("a folder") };
    let (first, _) = shop.prices("n1", &["--accept-new", "--no-settle"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    shop
}

impl Shop {
    /// A night of this name.
    fn prices(&self, name: &str, arguments: &[&str]) -> (Answer, serde_json::Value) {
        let out = format!("reports/nights/{name}");
        let all = ["run", "--no-pdf", "--set", "night.measure=0", "--retries", "0", "--out", &out];
        let answer = self.run(&[&all[..], arguments].concat());
        (answer, night_json(&self.suite.root().join(out)))
    }
}

#[test]
fn a_control_has_the_data_that_its_own_setup_made_and_tonight_keeps_its_own() {
    let shop = shop_of_prices();
    // The control is set up last, and before anything runs.
    let (other, night) = shop.prices("n2", &["--build", "b3", "--against", "b2"]);
    assert_eq!(other.code, Some(1), "{other:#?}");
    assert_eq!(verdicts(&night), [("prices".to_owned(), "regressed".to_owned())]);
    let reasons = night["findings"][0]["reasons"].to_string();
    assert!(reasons.contains("shop b2 did it right"), "{reasons}");

    // The twin: a control whose setup makes the same data.
    let (same, night) = shop.prices("n3", &["--build", "b2", "--against", "b1"]);
    assert_eq!(same.code, Some(0), "{same:#?}");
    assert_eq!(night["findings"], serde_json::json!([]));
}

#[test]
fn a_search_finds_the_build_whose_setup_makes_other_data() {
    let shop = shop_of_prices();
    let (bad, _) = shop.prices("n2", &["--build", "b5"]);
    assert_eq!(bad.code, Some(1), "{bad:#?}");
    let searched = shop.run(&["bisect", "--format", "json"]);
    assert_eq!(searched.code, Some(0), "{searched:#?}");
    let json: serde_json::Value = serde_json::from_str(&searched.stdout).expect("JSON");
    assert_eq!(json["findings"][0]["culprit"]["build"], "b3", "{json:#}");
}
