//! Addresses of machines: IPv4 and IPv6.

use super::text::{Text, is_word};
use std::net::{Ipv4Addr, Ipv6Addr};

/// An IPv6 address with an IPv4 one in it, written out.
const LONGEST: usize = 45;

/// The end of an address that begins at `start`.
pub(super) fn at(text: Text<'_>, start: usize) -> Option<usize> {
    let is_inside = text.before(start) == b':'
        && start
            .checked_sub(2)
            .is_some_and(|before| text.at(before) == b':' || text.seen_before(before + 1).is_ascii_hexdigit());
    if !text.is_free_left(start) || text.before(start) == b'.' || is_inside {
        return None;
    }
    four(text, start).or_else(|| six(text, start))
}

fn four(text: Text<'_>, start: usize) -> Option<usize> {
    if !text.at(start).is_ascii_digit() || !text.part(start, start + 4).contains(&b'.') {
        return None;
    }
    let length = text.run(start, 16, |byte| byte.is_ascii_digit() || byte == b'.');
    let address = std::str::from_utf8(text.part(start, start + length)).ok()?;
    let end = start + address.trim_end_matches('.').len();
    let address: Ipv4Addr = address.trim_end_matches('.').parse().ok()?;
    // Versions and numbers of sections are small.
    let names_somebody =
        !address.is_broadcast() && !address.is_loopback() && address.octets().iter().any(|part| *part > 9);
    (names_somebody && text.is_free_right(end) && !text.is_joined_right(end, b".")).then_some(end)
}

fn six(text: Text<'_>, start: usize) -> Option<usize> {
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    // Most words that begin with one of these letters are none: a group has up to four.
    if !text.from(start).iter().take(5).any(|byte| *byte == b':') {
        return None;
    }
    let length = text.run(start, LONGEST + 1, is_part);
    let mut address = std::str::from_utf8(text.part(start, start + length)).ok().filter(|_| length <= LONGEST)?;
    while address.ends_with('.') || address.ends_with(':') && !address.ends_with("::") {
        address = address.get(..address.len() - 1).unwrap_or_default();
    }
    let parsed: Ipv6Addr = address.parse().ok()?;
    let end = start + address.len();
    let is_told = address.bytes().any(|byte| byte.is_ascii_digit());
    let names_somebody = !parsed.is_unspecified() && !parsed.is_loopback();
    (is_told && names_somebody && !is_word(text.at(end))).then_some(end)
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector::Ip;
    use crate::detect::tests::found;

    #[test]
    fn addresses_are_found_and_nothing_beside_them() {
        for (text, addresses) in [
            ("from 192.0.2.17:8080, then 198.51.100.4.", vec!["192.0.2.17", "198.51.100.4"]),
            ("[2001:db8::1]:443 fe80::1%eth0 ::ffff:192.0.2.1", vec!["2001:db8::1", "fe80::1", "::ffff:192.0.2.1"]),
            ("::2", vec!["::2"]),
            ("2001:db8:0:0:0:0:0:1: and 2001:db8::.", vec!["2001:db8:0:0:0:0:0:1", "2001:db8::"]),
            ("http://10.0.0.1/x ip:203.0.113.7 section 4.4.2.1", vec!["10.0.0.1", "203.0.113.7"]),
            ("127.0.0.1 0.0.0.0 255.255.255.255 ::1 ::", vec![]),
            ("v1.2.3.4 1.2.3.4.5 256.1.1.1 1.2.3 01.2.3.4 1.2.3.4x", vec![]),
            ("12:34:56 a::b std::vec x2001:db8::1 aa:bb:cc:dd:ee:ff 2001:db8::1g", vec![]),
        ] {
            assert_eq!(found(Ip, text), addresses, "{text}");
        }
    }
}
