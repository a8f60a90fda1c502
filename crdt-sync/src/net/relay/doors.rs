use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Limits;

/// How many have come in, and from where.
#[derive(Debug)]
pub(super) struct Doors {
    limits: Limits,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// What counts as one address: of IPv6 a network of 64 bits, all of which one who has one of them has.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// The place of a connection, which is free again when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    doors: Arc<Doors>,
    address: Option<IpAddr>,
}

impl Doors {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, inside: Mutex::default() }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from an address, if that is known; `None` if there is none left.
    pub(super) fn enter(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Seat> {
        let address = address.map(counted);
        let mut inside = self.inside();
        if inside.all >= self.limits.connections {
            return None;
        }
        if let Some(address) = address {
            let here = inside.by_address.entry(address).or_default();
            if *here >= self.limits.connections_per_address {
                return None;
            }
            *here += 1;
        }
        inside.all += 1;
        Some(Seat { doors: self.clone(), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inside = self.doors.inside();
        inside.all -= 1;
        if let Some(address) = &self.address
            && let Some(here) = inside.by_address.get_mut(address)
        {
            *here -= 1;
            if *here == 0 {
                inside.by_address.remove(address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn places_are_counted_by_address_and_in_total_and_come_free() {
        let limits = Limits { connections: 3, connections_per_address: 2, ..Limits::default() };
        let doors = Arc::new(Doors::new(limits));
        let [one, other] = [1, 2].map(|last| Some(Ipv4Addr::new(127, 0, 0, last).into()));
        let first = doors.enter(one).expect("the first of one");
        let second = doors.enter(one).expect("the second of one");
        assert!(doors.enter(one).is_none(), "a third of one");
        let third = doors.enter(other).expect("the first of the other");
        assert!(doors.enter(other).is_none(), "a fourth in all");
        drop((first, second));
        assert!(doors.enter(one).is_some());
        drop(third);
        assert!(doors.inside().by_address.is_empty() && doors.inside().all == 0);
    }

    #[test]
    fn who_has_a_network_of_addresses_has_one() {
        let limits = Limits { connections_per_address: 1, ..Limits::default() };
        let doors = Arc::new(Doors::new(limits));
        let enter = |address: &str| doors.enter(Some(address.parse().expect("an address")));
        let _seats = ["2001:db8::1", "2001:db8:0:1::1", "10.0.0.1"]
            .map(|address| enter(address).expect("the first of them"));
        for address in ["2001:db8::2", "2001:db8::ffff:ffff:0:1", "::ffff:10.0.0.1"] {
            assert!(enter(address).is_none(), "{address}");
        }
        assert!(enter("::ffff:10.0.0.2").is_some());
    }
}
