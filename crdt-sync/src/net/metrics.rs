use core::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::hub::Hub;

/// What only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a hub has done since it began.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) accepted: Counter,
    pub(crate) turned_away: Counter,
    pub(crate) authenticated: Counter,
    pub(crate) violations: Counter,
    pub(crate) too_slow: Counter,
    pub(crate) frames_in: Counter,
    pub(crate) frames_out: Counter,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
    pub(crate) changes: Counter,
    pub(crate) taken_in: Counter,
    pub(crate) refused: Counter,
}

impl Metrics {
    fn counters(&self) -> [(&'static str, &'static str, &Counter); 12] {
        [
            ("connections_accepted", "Connections that were accepted.", &self.accepted),
            ("connections_turned_away", "Connections over a limit.", &self.turned_away),
            ("connections_authenticated", "Peers that proved a key.", &self.authenticated),
            ("violations", "Connections that broke the protocol.", &self.violations),
            ("connections_too_slow", "Connections that did not keep up.", &self.too_slow),
            ("frames_received", "Frames that came.", &self.frames_in),
            ("frames_sent", "Frames that left.", &self.frames_out),
            ("received_bytes", "Bytes of frames that came.", &self.bytes_in),
            ("sent_bytes", "Bytes of frames that left.", &self.bytes_out),
            ("changes", "Changes that documents got.", &self.changes),
            ("taken_in_bytes", "Canonical bytes of changes that peers sent.", &self.taken_in),
            ("bundles_refused", "Bundles that were not genuine.", &self.refused),
        ]
    }
}

impl Hub {
    /// In the text format of Prometheus, with more that is so now: names, what they mean and values.
    pub(crate) fn metrics_text(&self, more: [(&'static str, &'static str, u64); 2]) -> String {
        let mut text = String::new();
        for (name, help, counter) in self.metrics.counters() {
            write(&mut text, &format!("{name}_total"), help, "counter", counter.get());
        }
        let connected = self.connected();
        let lag = connected.iter().map(|connected| connected.lag as u64).max().unwrap_or(0);
        let gauges = [
            ("connections", "Connections that are open.", connected.len() as u64),
            ("documents_open", "Documents in memory.", self.open_documents() as u64),
            ("documents_followed", "Documents that are followed.", self.followed() as u64),
            ("queue_longest", "What waits for the peer with the most.", lag),
        ];
        for (name, help, value) in gauges.into_iter().chain(more) {
            write(&mut text, name, help, "gauge", value);
        }
        text
    }
}

fn write(text: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    // Writing into a string does not fail.
    let _ = writeln!(
        text,
        "# HELP crdt_relay_{name} {help}\n# TYPE crdt_relay_{name} {kind}\ncrdt_relay_{name} {value}"
    );
}
