//! What screens show of what programs write, and how that reads as a facet.

use super::*;

fn screen(columns: u16, rows: u16, output: &str) -> Screen {
    let mut screen = Screen::new(Size { columns, rows });
    screen.feed(output.as_bytes());
    screen
}

fn facet(columns: u16, rows: u16, output: &str) -> String {
    facet_text(&screen(columns, rows, output).still())
}

#[test]
fn a_screen_is_written_as_lines_cursor_title_and_looks() {
    let output = "\u{1b}]2;The shop\u{7}\u{1b}[7m Orders          \u{1b}[0m\r\n> \u{1b}[1;31mAda\u{1b}[0m \
                  \u{1b}[38;5;208mopen\u{1b}[0m \u{1b}[3;48;2;0;16;255mx\u{1b}[0m\u{1b}[3;5H";
    insta::assert_snapshot!(facet(20, 4, output), @r#"
     Orders
    > Ada open x
    === 20x4
    cursor 3:5
    title "The shop"
    1:1-17 inverse
    2:3-5 bold fg=red
    2:7-10 fg=208
    2:12 italic bg=#0010ff
    "#);
}

#[test]
fn the_first_sixteen_colours_have_one_name_however_they_are_asked_for() {
    let output = "\u{1b}[32ma\u{1b}[38;5;2mb\u{1b}[92mc\u{1b}[38;5;10md\u{1b}[0m";
    insta::assert_snapshot!(facet(10, 1, output), @"
    abcd
    === 10x1
    cursor 1:5
    1:1-2 fg=green
    1:3-4 fg=bright-green
    ");
}

#[test]
fn what_nobody_sees_of_a_blank_is_not_written() {
    for (one, other) in [
        ("\u{1b}[1mA B\u{1b}[0m", "\u{1b}[1mA\u{1b}[0m \u{1b}[1mB\u{1b}[0m"),
        ("\u{1b}[31mA   \u{1b}[0m", "\u{1b}[31mA\u{1b}[0m"),
        ("\u{1b}[44;37mA \u{1b}[0m", "\u{1b}[44;37mA\u{1b}[39m \u{1b}[0m"),
        ("\u{1b}[44;37m A\u{1b}[0m", "\u{1b}[44m \u{1b}[37mA\u{1b}[0m"),
        ("\u{1b}[31m   \u{1b}[0m", "\u{1b}[1m   \u{1b}[0m"),
    ] {
        let home = |text: &str| format!("{text}\u{1b}[H");
        assert_eq!(facet(8, 1, &home(one)), facet(8, 1, &home(other)), "{one:?}");
    }
}

#[test]
fn a_changed_colour_is_one_changed_line() {
    let draw = |colour| format!("\u{1b}[4;{colour}mApply\u{1b}[0m Cancel");
    let (one, other) = (facet(20, 2, &draw(31)), facet(20, 2, &draw(32)));
    let changed: Vec<_> = one.lines().zip(other.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(changed, [("1:1-5 underline fg=red", "1:1-5 underline fg=green")]);
}

#[test]
fn wide_characters_and_combining_marks_keep_their_columns() {
    let text = facet(10, 1, "日本 e\u{301}\u{1b}[31m\u{e9}\u{1b}[0m");
    assert_eq!(text, "日本 e\u{301}\u{e9}\n=== 10x1\ncursor 1:8\n1:7 fg=red\n");
}

#[test]
fn line_drawing_and_repetition_are_drawn() {
    // As ncurses draws boxes on xterm: the DEC character set, and REP for runs.
    assert_eq!(screen(8, 1, "\u{1b}(0lq\u{1b}[3bk\u{1b}(B").still().text(), "┌────┐");
}

#[test]
fn a_hidden_cursor_and_concealed_text_are_not_shown() {
    insta::assert_snapshot!(facet(20, 1, "\u{1b}[?25lpin \u{1b}[8m1234\u{1b}[0m."), @"
    pin     .
    === 20x1
    cursor hidden
    ");
}

#[test]
fn the_alternate_screen_is_given_back() {
    let mut screen = screen(20, 2, "$ ui\r\n\u{1b}[?1049h\u{1b}[2J\u{1b}[Hmenu");
    assert!(facet_text(&screen.still()).starts_with("menu\n=== 20x2 alternate\n"));
    screen.feed(b"\x1b[?1049l");
    assert!(facet_text(&screen.still()).starts_with("$ ui\n=== 20x2\n"));
}

#[test]
fn questions_of_programs_are_answered() {
    let mut screen = screen(80, 24, "\u{1b}[5;7H");
    assert_eq!(screen.feed(b"\x1b[6n"), b"\x1b[5;7R");
    assert_eq!(screen.feed(b"\x1b[c"), b"\x1b[?6c");
    assert_eq!(screen.feed(b"\x1b]11;?\x07"), b"\x1b]11;rgb:1616/1818/1d1d\x07");
    assert_eq!(screen.feed(b"\x1b[18t"), b"\x1b[8;24;80t");
}

#[test]
fn an_update_that_is_to_be_shown_at_once_is_not_shown_in_parts() {
    let mut screen = screen(10, 1, "old\r\u{1b}[?2026hnew");
    let now = Instant::now();
    assert!(screen.updating(now));
    assert_eq!(screen.still().text(), "old");
    screen.feed(b"\x1b[?2026l");
    assert!(!screen.updating(now));
    assert_eq!(screen.still().text(), "new");
}

#[test]
fn an_update_that_is_never_ended_is_shown_in_the_end() {
    let mut screen = screen(10, 1, "old\r\u{1b}[?2026hnew");
    assert!(!screen.updating(Instant::now() + std::time::Duration::from_secs(60)));
    assert_eq!(screen.still().text(), "new");
}

#[test]
fn lines_that_did_not_fit_are_put_together_again() {
    let still = screen(6, 4, "abcdefgh\r\nxy").still();
    assert_eq!(still.text(), "abcdef\ngh\nxy");
    assert_eq!(still.unwrapped_text(), "abcdefgh\nxy");
}

#[test]
fn secrets_are_starred_out_also_over_the_end_of_a_line() {
    let still = screen(6, 3, "key hunter22!").still().hiding(&["hunter22".to_owned()]);
    assert_eq!(still.text(), "key **\n******\n!");
}

#[test]
fn a_repaint_looks_like_what_was_painted() {
    let output = "\u{1b}[7m Orders \u{1b}[0m\r\n日\u{1b}[1;38;5;208me\u{301}\u{1b}[44m  \u{1b}[0m\u{1b}[?25l";
    let original = screen(20, 3, output).still();
    let mut copy = Screen::new(original.size());
    copy.feed(b"rubbish that was there before\x1b[41m");
    copy.feed(repaint(&original).as_bytes());
    assert_eq!(facet_text(&copy.still()), facet_text(&original));
}

#[test]
fn marks_without_end_cost_no_memory() {
    let mut screen = screen(10, 1, "e");
    for _ in 0..100 {
        screen.feed("\u{301}".repeat(100).as_bytes());
    }
    let still = screen.still();
    assert!(still.lines[0].cells[0].marks.as_deref().unwrap_or_default().len() < 1000);
}

#[test]
fn nonsense_does_no_harm() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut screen = Screen::new(Size { columns: 20, rows: 5 });
    for _ in 0..300 {
        let mut bytes: Vec<u8> = (0..200).map(|_| random.u8(..)).collect();
        bytes[0] = 0x1b;
        screen.feed(&bytes);
        if random.bool() {
            screen.resize(Size { columns: random.u16(0..40), rows: random.u16(0..12) });
        }
        let _ = facet_text(&screen.still());
        let _ = repaint(&screen.still());
    }
}

#[test]
fn what_is_drawn_again_over_wide_letters_and_marks_ends_as_a_terminal_shows_it() {
    for (output, end) in [
        ("\u{65e5}\u{672c}\r\x1b[2Cx", "\u{65e5}x"),
        ("\u{65e5}\u{672c}\r\x1b[1Cx", " x\u{672c}"),
        ("\u{65e5}\x1b[Dx", " x"),
        ("a\u{65e5}b\r\u{672c}", "\u{672c} b"),
        ("\u{9032}\u{6357} 1/2\r\x1b[5C2/2", "\u{9032}\u{6357} 2/2"),
        ("\u{9032} 10 %\x1b[4G20 %", "\u{9032} 20 %"),
        ("\u{1f44d} 9 of 9\x1b[1;4H1", "\u{1f44d} 1 of 9"),
        ("e\u{301}a\x1b[Db", "e\u{301}b"),
        ("cafe\u{301} 1\x1b[6G2", "cafe\u{301} 2"),
        ("\u{65e5}\u{302}x\x1b[1G\x1b[2Cy", "\u{65e5}\u{302}y"),
        ("plain 1\x1b[7G2", "plain 2"),
    ] {
        assert_eq!(screen(40, 3, output).still().text(), end, "the terminal, {output:?}");
        assert_eq!(redrawn(output), end, "{output:?}");
    }
    assert_eq!(redrawn("\u{65e5}\u{672c}\x1b[3G\x1b[1K!"), "  !", "no half is left of either");
    assert_eq!(redrawn("\u{65e5}x\r\x1b[P"), " x");
}
