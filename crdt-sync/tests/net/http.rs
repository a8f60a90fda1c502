//! Documents by HTTP, of whoever takes their time.

use std::time::Duration;

use crdt_store::Store;
use crdt_sync::Limits;
use crdt_sync::access::Open;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::rig::{Board, Server, options, soon, store};

/// A document with so many letters that are not compressed.
fn written(store: &Store, letters: usize) -> String {
    let mut board = store.create::<Board>().expect("room");
    let mut state = 1_u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + u8::try_from((state >> 33) % 95).expect("below 95"))
    };
    let text: String = (0..letters).map(|_| letter()).collect();
    board.change(|board| board.title.set(text)).expect("room");
    board.id().to_string()
}

/// Asks for something, and gives the status when there is an answer.
async fn ask(server: &Server, request: &str) -> String {
    let mut tcp = TcpStream::connect(server.at).await.expect("it listens");
    let text = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    tcp.write_all(text.as_bytes()).await.expect("it is open");
    let mut answer = Vec::new();
    soon("an answer", tcp.read_to_end(&mut answer)).await.expect("an answer");
    String::from_utf8_lossy(&answer[9..12]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_keeps_nobody_waiting() {
    let kept = store(290);
    let id = written(&kept, 10);
    let mut limits = Limits::default();
    (limits.requests, limits.request_head) = (1, Duration::from_secs(3600));
    let server = Server::start(&kept, Open, options().limits(limits), None);
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut tcp = TcpStream::connect(server.at).await.expect("it listens");
        let head = format!(
            "POST /documents/{id}/bundle HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"
        );
        tcp.write_all(head.as_bytes()).await.expect("it is open");
        slow.push(tcp);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(ask(&server, &format!("GET /documents/{id}")).await, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_taken_is_held_only_so_long_and_so_many_only_so_much() {
    let kept = store(291);
    let (small, large) = (written(&kept, 10), written(&kept, 16 << 20));
    let mut limits = Limits::default();
    limits.request_bytes = 17 << 20;
    let options = options().limits(limits).write_timeout(Duration::from_millis(500));
    let server = Server::start(&kept, Open, options, None);
    let tcp = TcpSocket::new_v4().expect("a socket");
    tcp.set_recv_buffer_size(4096).expect("a size");
    let mut idle = tcp.connect(server.at).await.expect("it listens");
    let request = format!("GET /documents/{large}/bundle HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.write_all(request.as_bytes()).await.expect("it is open");
    let mut first = [0; 12];
    soon("the head", idle.read_exact(&mut first)).await.expect("it is open");
    assert_eq!(&first[9..], b"200");
    // There is room beside it for a small one, and none for another of its size until it is given up.
    assert_eq!(ask(&server, &format!("GET /documents/{small}")).await, "200");
    assert_eq!(ask(&server, &format!("GET /documents/{large}/bundle")).await, "503");
    crate::rig::until("it is given up", async || {
        ask(&server, &format!("GET /documents/{large}/bundle")).await == "200"
    })
    .await;
    let mut rest = Vec::new();
    let _ = soon("it is over", idle.read_to_end(&mut rest)).await;
    assert!(rest.len() < 16 << 20, "all of it was kept for who did not read");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_held_only_so_much_of_all_together() {
    let kept = store(292);
    let id = written(&kept, 10);
    let mut limits = Limits::default();
    (limits.request_bytes, limits.request_head) = (100_000, Duration::from_secs(3600));
    let server = Server::start(&kept, Open, options().limits(limits), None);
    let head = format!(
        "POST /documents/{id}/bundle HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 90000\r\n\r\n"
    );
    let mut first = TcpStream::connect(server.at).await.expect("it listens");
    first.write_all(head.as_bytes()).await.expect("it is open");
    first.write_all(&vec![7; 80_000]).await.expect("it is open");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut second = TcpStream::connect(server.at).await.expect("it listens");
    second.write_all(head.as_bytes()).await.expect("it is open");
    let _ = second.write_all(&vec![7; 89_000]).await;
    let mut answer = [0; 12];
    soon("an answer", second.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer[9..], b"503");
    // Once the first one has gone there is room again.
    drop(first);
    crate::rig::until("there is room", async || {
        let mut again = TcpStream::connect(server.at).await.expect("it listens");
        again.write_all(head.as_bytes()).await.expect("it is open");
        again.write_all(&vec![7; 90_000]).await.expect("it is open");
        let mut answer = [0; 12];
        soon("an answer", again.read_exact(&mut answer)).await.expect("an answer");
        answer[9..] == *b"422"
    })
    .await;
}
