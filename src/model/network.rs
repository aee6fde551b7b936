//! Blocks of addresses, as `192.0.2.0/24` and `2001:db8::/32` (RFC 4632 section 3.1, RFC 4291 section 2.3).

use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// The addresses that begin with the same bits. IPv4 addresses inside IPv6 ones (`::ffff:192.0.2.1`) are IPv4 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads a block; a lone address is a block of one. `None` if it is neither, or has bits set after its prefix: that
    /// is mostly a typing error, and the block would not be what it seems.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().ok()?;
        let width = width(first);
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => width,
        };
        let network = Self { first, prefix };
        let is_clean = prefix <= width && bits(first) == network.cut(first);
        // An IPv4 block must have one text, or a list that forbids it would not see it.
        (is_clean && first.to_canonical() == first).then_some(network)
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        width(address) == width(self.first) && self.cut(address) == bits(self.first)
    }

    /// Whether every address of the other block is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.first)
    }

    /// The address without the bits after the prefix.
    fn cut(&self, address: IpAddr) -> u128 {
        let rest = u32::from(width(address).saturating_sub(self.prefix));
        bits(address).checked_shr(rest).and_then(|kept| kept.checked_shl(rest)).unwrap_or_default()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contains(network: &str, address: &str) -> bool {
        Network::parse(network).expect("a network").contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_block_has_the_addresses_that_begin_as_it_does() {
        assert!(contains("192.0.2.0/24", "192.0.2.255") && !contains("192.0.2.0/24", "192.0.3.0"));
        assert!(contains("192.0.2.7", "192.0.2.7") && !contains("192.0.2.7", "192.0.2.6"));
        assert!(contains("0.0.0.0/0", "255.1.2.3") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("2001:db8::/32", "2001:db8:ffff::1") && !contains("2001:db8::/32", "2001:db9::"));
        assert!(contains("::/0", "::1") && !contains("::/0", "192.0.2.1"));
        assert!(contains("192.0.2.0/24", "::ffff:192.0.2.1"));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in [
            "",
            "/",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/-1",
            "192.0.2.0/+8",
            "192.0.2/24",
            "::/129",
            "a/8",
            "::ffff:192.0.2.0/120",
            "10.0.0.0/8 ",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_block_survives_its_text(address: IpAddr, prefix in 0u8..=128, other: IpAddr) {
            let address = address.to_canonical();
            let prefix = prefix.min(width(address));
            let first = Network { first: address, prefix }.cut(address);
            let first = match address {
                IpAddr::V4(_) => IpAddr::from(u32::try_from(first).expect("32 bits").to_be_bytes()),
                IpAddr::V6(_) => IpAddr::from(first.to_be_bytes()),
            };
            prop_assume!(first.to_canonical() == first);
            let network = Network { first, prefix };
            prop_assert_eq!(Network::parse(&network.to_string()), Some(network));
            prop_assert!(network.contains(address));
            let differing = (bits(other.to_canonical()) ^ bits(address)).leading_zeros() as u8;
            let shared = differing.saturating_sub(128 - width(address));
            let same = width(other.to_canonical()) == width(address);
            prop_assert_eq!(network.contains(other), same && shared >= prefix);
        }
    }
}
