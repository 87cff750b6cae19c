//! Skills as folders: exported, read in another suite once a person trusts them, refused when changed.

use crate::support::{SuiteCopy, copy_folder};

#[test]
fn a_skill_folder_is_read_once_it_is_trusted_and_refused_when_it_was_changed() {
    let shop = SuiteCopy::of_the_shop();
    let out = shop.folder().join("out");
    let to = out.to_str().expect("text");
    let answer = shop.run(&["skills", "export", to]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let text = std::fs::read_to_string(out.join("sign-in/SKILL.md")).expect("it is written");
    assert!(
        text.starts_with("---\nname: sign-in\ndescription: 'Sign in as a user of the shop."),
        "{text}"
    );
    let again = shop.run(&["skills", "export", to]);
    assert_eq!(again.code, Some(2), "it never overwrites: {again:#?}");

    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { shop: {} }\n");
    suite.write(
        "scenarios/a.yaml",
        "scenario: a\nsteps:\n  - use: sign-in\n    with: { user: bob }\n",
    );
    let folder = suite.root().join("skills/sign-in");
    copy_folder(&out.join("sign-in"), &folder);
    let untrusted = suite.run(&["check"]);
    assert_eq!(untrusted.code, Some(2), "{untrusted:#?}");
    let said = [untrusted.stdout, untrusted.stderr].concat();
    assert!(
        said.contains("skills/sign-in/SKILL.md:1:1: nobody has trusted this skill folder yet"),
        "{said}"
    );
    assert!(said.contains("nightshift skills trust skills/sign-in"), "{said}");
    let trust = || suite.run(&["skills", "trust", "skills/sign-in"]);
    assert_eq!(trust().code, Some(0));
    assert_eq!(suite.run(&["check"]).code, Some(0), "{:#?}", suite.run(&["check"]));
    let flow = folder.join("assets/sign-in.yaml");
    let poisoned = std::fs::read_to_string(&flow)
        .expect("readable")
        .replace("steps:", "steps:\n  - shell: id");
    std::fs::write(&flow, poisoned).expect("written");
    let changed = suite.run(&["check"]);
    let said = [changed.stdout, changed.stderr].concat();
    assert!(said.contains("it was changed since a person trusted it"), "{said}");
    std::fs::write(folder.join("SKILL.md"), "no front matter\n").expect("written");
    assert_eq!(trust().code, Some(0));
    let said = suite.run(&["check"]);
    let said = [said.stdout, said.stderr].concat();
    assert!(said.contains("it has no front matter"), "{said}");
    let outside = suite.run(&["skills", "trust", "scenarios"]);
    assert_eq!(outside.code, Some(2), "{outside:#?}");
}

#[test]
fn a_folder_of_words_alone_is_for_agents_and_cannot_be_called() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { shop: {} }\n");
    suite.write(
        "skills/refund/SKILL.md",
        "---\nname: refund\ndescription: How refunds go here.\n---\nAsk twice.\n",
    );
    assert_eq!(suite.run(&["skills", "trust", "skills/refund"]).code, Some(0));
    assert_eq!(suite.run(&["check"]).code, Some(0));
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - use: refund\n");
    let said = suite.run(&["check"]);
    let said = [said.stdout, said.stderr].concat();
    assert!(said.contains("\"refund\""), "{said}");
}
