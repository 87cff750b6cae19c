//! A small server-rendered product: pages of any number of rows, the same at every request.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

/// Serves until the bench ends; answers with the base URL.
pub fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(&stream));
        }
    });
    base
}

fn answer(mut stream: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let mut path = request.split(' ').nth(1)?.trim_matches('/').split('/');
    let number = |it: Option<&str>| it.and_then(|it| it.parse().ok());
    let (status, body) = match (path.next(), number(path.next()), number(path.next())) {
        (Some("orders"), Some(page), None) => ("200 OK", orders(page, 30)),
        (Some("rows"), Some(rows), None) => ("200 OK", orders(1, rows)),
        _ => ("404 Not Found", "<!doctype html><title>Nothing here</title>".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).ok()
}

/// A page of orders: navigation, a form, and a table of so many rows of six elements each.
fn orders(page: usize, rows: usize) -> String {
    let mut html = format!(
        "<!doctype html><html lang=en><title>Orders, page {page}</title><style>\
         body {{ font: 14px sans-serif; margin: 1em }} table {{ border-collapse: collapse }}\
         td, th {{ border: 1px solid #999; padding: 2px 8px }} nav a {{ margin-right: 1em }}</style>\
         <header><nav><a href=/>Home</a><a href=/orders/1>Orders</a><a href=/rows/9>Stock</a></nav>\
         </header><main><h1>Orders, page {page}</h1><form><label>Country <select name=country>\
         <option>All<option>NZ<option>DK</select></label> <label><input type=checkbox name=open> \
         Only open ones</label> <button>Apply</button></form><table><thead><tr><th>Number<th>Name\
         <th>Country<th>Total</tr></thead><tbody>"
    );
    for row in 0..rows {
        let number = page * 1000 + row;
        let cents = number * 37;
        write!(
            html,
            "<tr><td>{number}<td><a href=/orders/{number}>Order of Ada {number}</a>\
             <td>{}<td>{}.{:02}</tr>",
            ["NZ", "DK", "IS"][number % 3],
            cents / 100,
            cents % 100
        )
        .expect("writing to a string");
    }
    html + "</tbody></table></main><footer>A shop for benches</footer></html>"
}
