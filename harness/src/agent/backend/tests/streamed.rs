//! Answers that come piece by piece: in each protocol, whole all the same, broken off, silent in the
//! middle, and without end.

use super::*;

const WHY: &str = r#"{"action":"click","ref":"e1","text":null,"why":"it costs 5 €, not 6 £"}"#;

/// A piece of an answer in chat.
fn piece(content: &str) -> Value {
    json!({ "choices": [{ "index": 0, "delta": { "content": content }, "finish_reason": null }] })
}

/// These documents as a server sends them, with signs of life between them.
fn sent(documents: &[Value]) -> String {
    let name = |it: &Value| it["type"].as_str().unwrap_or("message").to_owned();
    let each = documents.iter().map(|it| format!("event: {}\r\ndata: {it}\r\n\r\n", name(it)));
    each.collect::<Vec<String>>().join(": alive\r\n\r\n")
}

/// An answer as each protocol sends it piece by piece.
fn streamed(api: AgentApi, text: &str) -> String {
    let (first, second) = text.split_at(20);
    match api {
        AgentApi::OpenaiChat => {
            let usage = json!({ "prompt_tokens": 100, "completion_tokens": 7 });
            let ended = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
            let all =
                [piece(first), piece(second), ended, json!({ "choices": [], "usage": usage })];
            sent(&all) + "data: [DONE]\n\n"
        }
        AgentApi::OpenaiResponses => {
            let delta = |it: &str| json!({ "type": "response.output_text.delta", "delta": it });
            let whole: Value = serde_json::from_str(&said(api, text)).expect("JSON");
            let ended = json!({ "type": "response.completed", "response": whole });
            sent(&[json!({ "type": "response.created" }), delta(first), delta(second), ended])
        }
        AgentApi::Anthropic => {
            let start = json!({ "usage": { "input_tokens": 100, "output_tokens": 1 } });
            let block = json!({ "type": "tool_use", "input": {} });
            let delta = |it: &str| {
                let delta = json!({ "type": "input_json_delta", "partial_json": it });
                json!({ "type": "content_block_delta", "index": 0, "delta": delta })
            };
            let stop = json!({ "stop_reason": "tool_use" });
            sent(&[
                json!({ "type": "message_start", "message": start }),
                json!({ "type": "content_block_start", "index": 0, "content_block": block }),
                json!({ "type": "ping" }),
                delta(first),
                delta(second),
                json!({ "type": "content_block_stop", "index": 0 }),
                json!({ "type": "message_delta", "delta": stop, "usage": { "output_tokens": 7 } }),
                json!({ "type": "message_stop" }),
            ])
        }
    }
}

/// A server that sends all of this at once, and then does as it is told.
fn sends(text: &str, then: After) -> Turn {
    Turn::Pieces(vec![text.as_bytes().to_vec()], Duration::ZERO, then)
}

fn streaming(api: AgentApi, url: &str, timeout_ms: u64) -> Http {
    http(&AgentConfig { stream: true, timeout_ms, ..config(api, url) })
}

async fn ask_streaming(
    api: AgentApi,
    turns: Vec<Turn>,
    timeout_ms: u64,
) -> (Result<Answer, BackendError>, Seen) {
    let (url, seen) = server(turns).await;
    (streaming(api, &url, timeout_ms).ask(&request()).await, seen)
}

#[tokio::test]
async fn each_protocol_answers_piece_by_piece_and_a_server_that_answers_whole_is_understood() {
    for api in AgentApi::ALL {
        let pieces = streamed(api, WHY).as_bytes().chunks(7).map(<[u8]>::to_vec).collect();
        let in_pieces = Turn::Pieces(pieces, Duration::from_millis(1), After::Ends);
        for turn in [in_pieces, Turn::Say(200, "", said(api, WHY))] {
            let (answer, seen) = ask_streaming(api, vec![turn], 10_000).await;
            let answer = answer.expect("it answered");
            assert_eq!((answer.tokens_in, answer.tokens_out, answer.tries), (100, 7, 1));
            let wanted: Value = serde_json::from_str(WHY).expect("JSON");
            assert_eq!(serde_json::from_str::<Value>(&answer.text).expect("JSON"), wanted);
            let seen = seen.lock().expect("unpoisoned");
            assert_eq!(seen[0].1["stream"], true);
            let is_chat = api == AgentApi::OpenaiChat;
            assert_eq!(seen[0].1["stream_options"]["include_usage"] == true, is_chat);
        }
        let (_, seen) = ask(api, vec![Turn::Say(200, "", said(api, WHY))]).await;
        assert!(seen.lock().expect("unpoisoned")[0].1["stream"].is_null(), "nobody asked for it");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_ends_with_an_error_is_asked_for_again() {
    let api = AgentApi::OpenaiChat;
    let cut = || sends(&sent(&[piece("{\"action\":")]), After::Ends);
    let error = json!({ "error": { "message": "overloaded: k3y-of-ours" } });
    let fails = || sends(&sent(&[piece("{"), error.clone()]), After::Ends);
    let whole = sends(&streamed(api, WHY), After::Ends);
    let (answer, _) = ask_streaming(api, vec![cut(), fails(), whole], 10_000).await;
    assert_eq!(answer.expect("it answered").tries, 3);
    let (answer, seen) = ask_streaming(api, vec![fails(), fails(), fails(), fails()], 10_000).await;
    let broken = BackendError::Broken("overloaded: [secret]".to_owned());
    assert_eq!(unanswered(answer).0, broken);
    assert_eq!(seen.lock().expect("unpoisoned").len(), 4);
    let (refused, seen) =
        ask_streaming(api, vec![Turn::Say(400, "", "no streams".to_owned())], 10_000).await;
    let no_streams = BackendError::Refused { status: 400, said: "no streams".to_owned() };
    assert_eq!((refused, seen.lock().expect("unpoisoned").len()), (Err(no_streams), 1));
}

#[tokio::test]
async fn an_answer_of_chat_that_says_how_it_ends_is_whole_though_nobody_says_that_all_is_done() {
    let api = AgentApi::OpenaiChat;
    let (first, second) = CLICK.split_at(20);
    let ended = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    let usage = json!({ "prompt_tokens": 90, "completion_tokens": 4 });
    let counts = json!({ "choices": [], "usage": usage });
    let all = [piece(first), piece(second), ended, counts];
    let hangs_up = |events: usize| sends(&sent(&all[..events]), After::Ends);
    for (events, counted) in [(3, false), (4, true)] {
        let (answer, _) = ask_streaming(api, vec![hangs_up(events)], 10_000).await;
        let answer = answer.expect("it is whole");
        assert_eq!((answer.text.as_str(), answer.tries), (CLICK, 1));
        assert_eq!((answer.tokens_in, answer.estimated) == (90, 0), counted);
    }
    // One that neither hangs up nor says anything more is not waited for as for a piece.
    let stays = sends(&sent(&all[..3]), After::Repeats(": alive\n\n".to_owned()));
    let started = Instant::now();
    let (answer, _) = ask_streaming(api, vec![stays], 60_000).await;
    assert_eq!(answer.map(|it| (it.text, it.tries)), Ok((CLICK.to_owned(), 1)));
    assert!(started.elapsed() < Duration::from_secs(30));

    let cut = (0..4).map(|_| hangs_up(2)).collect();
    let (cut, _) = ask_streaming(api, cut, 10_000).await;
    let said = unanswered(cut).0.to_string();
    assert!(said.contains("ended in the middle: its server hung up"), "{said}");
}

#[tokio::test]
async fn an_answer_that_comes_too_slowly_is_told_as_that_and_not_as_one_that_does_not_come() {
    let thinks = json!({ "choices": [{ "delta": { "reasoning_content": "so " } }] });
    let endless =
        || sends(&sent(&[piece("{")]), After::Repeats(sent(std::slice::from_ref(&thinks))));
    // The first piece may be late on a busy machine.
    let turns = vec![endless(), endless(), endless()];
    let (slow, _) = ask_streaming(AgentApi::OpenaiChat, turns, 500).await;
    let (slow, took) = unanswered(slow);
    assert_eq!(slow, BackendError::Slow { within_ms: 5_000 });
    assert!(took.read > 0 && took.estimated > 0, "{took:?}");
    assert!(slow.to_string().starts_with("the model's answer comes too slowly"), "{slow}");
}

#[tokio::test]
async fn what_came_of_an_answer_that_broke_off_is_paid_for() {
    let whole = |api| sends(&streamed(api, WHY), After::Ends);
    let long = "x".repeat(40);
    let broken = sends(&sent(&[piece(&long)]), After::Ends);
    let (answer, seen) =
        ask_streaming(AgentApi::OpenaiChat, vec![broken, whole(AgentApi::OpenaiChat)], 10_000)
            .await;
    let (once, took) = (request_tokens(&seen), tokens(&answer));
    // The twin is what the whole answer says: 100 and 7.
    assert_eq!(took, Tokens { read: 100 + once, written: 17, estimated: once + 10 });

    // A server that says at the beginning how much it read is taken at its word.
    let start = json!({ "usage": { "input_tokens": 60, "output_tokens": 1 } });
    let begins = sent(&[json!({ "type": "message_start", "message": start })]);
    let turns = vec![sends(&begins, After::Ends), whole(AgentApi::Anthropic)];
    let (answer, _) = ask_streaming(AgentApi::Anthropic, turns, 10_000).await;
    assert_eq!(tokens(&answer), Tokens { read: 160, written: 8, estimated: 0 });
}

#[tokio::test]
async fn a_model_has_its_time_anew_with_each_piece_and_signs_of_life_are_none() {
    let api = AgentApi::OpenaiChat;
    let whole = streamed(api, WHY);
    let slow = whole.split_inclusive("\r\n\r\n").map(|it| it.as_bytes().to_vec());
    let slow = Turn::Pieces(slow.collect(), Duration::from_millis(300), After::Ends);
    let started = Instant::now();
    let (answer, _) = ask_streaming(api, vec![slow], 2_000).await;
    assert_eq!(answer.expect("it answered").tries, 1);
    assert!(started.elapsed() > Duration::from_secs(2), "longer than a whole answer may take");

    let alive = || After::Repeats(": alive\n\n".to_owned());
    let begins = sent(&[piece("{")]);
    let mute = (0..4).map(|_| sends(": alive\n\n", alive())).collect();
    // The first piece must come in time on a busy machine too.
    let busy = || Turn::Say(503, "", "busy".to_owned());
    let halt = || sends(&begins, alive());
    let halts = vec![busy(), busy(), halt(), halt()];
    let halts = ask_streaming(api, halts, 3_000);
    let (mute, halts) = tokio::join!(ask_streaming(api, mute, 300), halts);
    assert_eq!(unanswered(mute.0).0, BackendError::TooLate { within_ms: 300 });
    assert_eq!(unanswered(halts.0).0, BackendError::Silent { within_ms: 3_000 });
    assert_eq!(halts.1.lock().expect("unpoisoned").len(), 4, "it is asked again");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_and_its_server_is_left() {
    let api = AgentApi::OpenaiChat;
    let begins = sent(&[piece("{\"action\":\"fill\",\"ref\":\"e1\",\"text\":\"")]);
    let endless = sends(&begins, After::Repeats(sent(&[piece("and so on ")])));
    let spaces = " ".repeat(40);
    let goes_on = sends(&sent(&[piece(CLICK)]), After::Repeats(sent(&[piece(&spaces)])));
    // It takes the next caller when this one has left.
    let (url, seen) = server(vec![endless, goes_on, Turn::Say(200, "", said(api, CLICK))]).await;
    let client = streaming(api, &url, 10_000);
    let (cut, took) = unanswered(client.ask(&request()).await);
    assert_eq!(cut, BackendError::Cut { tokens_out: took.written });
    assert!(took.read > 100 && (100..200).contains(&took.written), "{took:?}");
    assert_eq!(took.estimated, took.read + took.written);
    let answer = client.ask(&request()).await.expect("it is all there");
    assert_eq!(answer.text.trim(), CLICK);
    client.ask(&request()).await.expect("it answered");
    assert_eq!(seen.lock().expect("unpoisoned").len(), 3, "nothing is asked again");
}

#[tokio::test]
async fn a_server_whose_answer_nobody_waits_for_any_more_is_left() {
    let api = AgentApi::OpenaiChat;
    let thinks = json!({ "choices": [{ "delta": { "reasoning_content": "so " } }] });
    let endless = sends(&sent(&[piece("{")]), After::Repeats(sent(&[thinks])));
    let (url, seen) = server(vec![endless, Turn::Say(200, "", said(api, CLICK))]).await;
    let client = streaming(api, &url, 10_000);
    let request = request();
    let mut first = client.ask(&request);
    // Whoever asks next would be given what is meant for one that was not there yet.
    let comes = async {
        while seen.lock().expect("unpoisoned").is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        answer = &mut first => panic!("it has no end: {answer:?}"),
        () = comes => {}
    }
    let stopped = tokio::time::timeout(Duration::from_millis(300), &mut first).await;
    assert!(stopped.is_err(), "it goes on for as long as it is listened to");
    drop(first);
    assert_eq!(client.ask(&request).await.expect("it answered").tries, 1);
}
