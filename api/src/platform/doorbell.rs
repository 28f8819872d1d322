//! Doorbells between nodes, over NATS: "space so-and-so advanced to this number", and nothing else. A doorbell is a hint:
//! what is lost, doubled, reordered or forged costs at most a second or a wasted read.

use std::time::Duration;

use async_nats::ConnectOptions;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::{heads::Heads, hub::Hub};

/// Heads that wait to be told. More are dropped: the others poll.
const WAITING: usize = 1024;

/// Tells the other nodes what advanced here, and hears what advanced there, for as long as the process lives. Where NATS
/// is away the client keeps trying, and the nodes poll meanwhile.
pub async fn connect(hub: &Hub, url: &str, deployment: &str) -> anyhow::Result<()> {
    let listener = hub.clone();
    let options = ConnectOptions::new()
        .name("safepact")
        .retry_on_initial_connect()
        .connection_timeout(Duration::from_secs(2))
        .event_callback(move |event| {
            match event {
                async_nats::Event::Connected => {
                    listener.hears(true);
                    tracing::info!("doorbells of other nodes are heard");
                }
                async_nats::Event::Disconnected | async_nats::Event::Closed => {
                    listener.hears(false);
                    tracing::warn!("NATS is away: what other nodes write is looked for four times a second");
                }
                _ => tracing::info!(%event, "NATS"),
            }
            async {}
        });
    let client = options.connect(url).await?;
    let subject = format!("safepact.{deployment}.ledger");
    let (sender, mut receiver) = mpsc::channel::<Heads>(WAITING);
    hub.tell(sender);
    let (publisher, to) = (client.clone(), subject.clone());
    #[expect(clippy::disallowed_methods, reason = "lives as long as the process")]
    tokio::spawn(async move {
        while let Some(heads) = receiver.recv().await {
            // While it is away nothing is queued: old news are no news.
            if publisher.connection_state() == async_nats::connection::State::Connected
                && let Err(error) = publisher.publish(to.clone(), write(&heads).into()).await
            {
                tracing::debug!(%error, "a doorbell was not heard");
            }
        }
    });
    let hub = hub.clone();
    #[expect(clippy::disallowed_methods, reason = "lives as long as the process")]
    tokio::spawn(async move {
        let mut heard = loop {
            match client.subscribe(subject.clone()).await {
                Ok(heard) => break heard,
                Err(error) => tracing::warn!(%error, "doorbells cannot be heard; it tries again"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        while let Some(message) = heard.next().await {
            hub.ring_here(&read(&message.payload));
        }
    });
    Ok(())
}

/// `no:head` pairs, separated by blanks.
fn write(heads: &[(i32, i64)]) -> String {
    heads.iter().map(|(no, head)| format!("{no}:{head}")).collect::<Vec<_>>().join(" ")
}

fn read(payload: &[u8]) -> Vec<(i32, i64)> {
    let pair = |pair: &str| {
        let (no, head) = pair.split_once(':')?;
        Some((no.parse().ok()?, head.parse().ok()?))
    };
    std::str::from_utf8(payload).unwrap_or_default().split(' ').filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_doorbell_rings_nothing() {
        assert_eq!(read(write(&[(1, 41), (9, 3)]).as_bytes()), [(1, 41), (9, 3)]);
        assert_eq!(read(b"x:1 2: :3 \xff"), []);
        assert_eq!(read(b"1:2 nonsense 3:4"), [(1, 2), (3, 4)]);
    }
}
