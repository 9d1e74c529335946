//! Beginning and ending.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tracewire_server::Server;

use crate::common::{Served, envelopes, options};

#[tokio::test]
async fn a_second_server_on_a_folder_is_told_of_the_first() {
    let served = Served::start().await;
    let Err(refused) = Server::bind(options(served.folder.path())).await else { panic!("two serve it") };
    assert_eq!(refused.code(), "already_served");
    assert!(refused.to_string().contains(&served.server.url()), "{refused}");
    let Served { folder, server, .. } = served;
    server.stop().await;
    Server::bind(options(folder.path())).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let served = Served::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut taken = options(folder.path());
    taken.port = served.server.address().port();
    let Err(refused) = Server::bind(taken).await else { panic!("two listen there") };
    assert_eq!(refused.code(), "listen");
}

#[tokio::test]
async fn what_is_under_way_ends_and_what_was_answered_is_kept() {
    let served = Served::start().await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    let body: Vec<u8> = crate::common::lines(&sent);
    let mut socket = TcpStream::connect(served.server.address()).await.unwrap();
    let head = format!(
        "POST /v1/envelopes HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut said = [0; 25];
    socket.read_exact(&mut said).await.unwrap();
    let Served { folder, server, client } = served;
    let stopping = tokio::spawn(server.stop());
    tokio::task::yield_now().await;
    socket.write_all(&body).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    drop(socket);
    stopping.await.unwrap();
    let server = Server::bind(options(folder.path())).await.unwrap();
    let served = Served { folder, client, server };
    served.json(&format!("/v1/traces/{trace_id}")).await;
}

#[tokio::test]
async fn who_does_not_end_is_cut_off() {
    let served = Served::with(|options| options.limits.stop_time = Duration::from_millis(50)).await;
    let mut socket = TcpStream::connect(served.server.address()).await.unwrap();
    let head = "POST /v1/envelopes HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
                Content-Type: application/json\r\nContent-Length: 9\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut said = [0; 25];
    socket.read_exact(&mut said).await.unwrap();
    let Served { server, .. } = served;
    server.stop().await;
}
