//! How often one address may try to sign in: few failures, many tries, for everybody behind it together.
//! A challenge of 256 bits cannot be guessed, so that forgetting early costs little: the map never grows past its bound.

use crate::error::PageError;
use crate::state::State;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use comity_domain::refusal::RefusalCode;
use comity_domain::time::Moment;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

/// Counted together, in microseconds.
const SPAN_US: i64 = 300 * 1_000_000;
/// What one address may use up in that time.
const BUDGET: u32 = 300;
/// What a failure costs; a try costs one.
const FAILURE: u32 = 20;
/// Most addresses that are remembered.
const MOST: usize = 10_000;

/// What each address has used up lately.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<IpAddr, (i64, u32)>>);

impl Attempts {
    fn spend(&self, from: IpAddr, cost: u32, now: Moment) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (since, _)| now.us() - *since < SPAN_US);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let (since, spent) = known.entry(from).or_insert((now.us(), 0));
        if now.us() - *since >= SPAN_US {
            (*since, *spent) = (now.us(), 0);
        }
        let left = *spent < BUDGET;
        *spent = spent.saturating_add(cost).min(2 * BUDGET);
        left
    }
}

/// Whoever tries to sign in; refused (`too-much`) once their address has used up what it may.
pub(crate) struct Attempt {
    state: State,
    from: IpAddr,
}

impl FromRequestParts<State> for Attempt {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let from = origin_of(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), &parts.headers);
        if state.attempts.spend(from, 1, state.exchange.now()) {
            Ok(Self { state: state.clone(), from })
        } else {
            Err(PageError::refused(RefusalCode::TooMuch))
        }
    }
}

impl Attempt {
    /// Notes a failure and passes it on.
    pub(crate) fn failed<E>(&self, error: E) -> E {
        self.state.attempts.spend(self.from, FAILURE, self.state.exchange.now());
        error
    }
}

/// The address that counts. Only a server on this machine is believed when it says for whom it asks: it has written the
/// last entry itself. One customer has a whole /64 of IPv6.
fn origin_of(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let told = || {
        headers
            .get_all("x-forwarded-for")
            .into_iter()
            .next_back()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
    };
    let from = if peer.is_loopback() { told().unwrap_or(peer) } else { peer };
    match from {
        IpAddr::V6(long) => {
            let [a, b, c, d, ..] = long.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        IpAddr::V4(_) => from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn at(seconds: i64) -> Moment {
        Moment::utc(jiff::Timestamp::UNIX_EPOCH).plus_seconds(seconds)
    }

    #[test]
    fn an_address_that_fails_too_often_waits_and_others_do_not() {
        let attempts = Attempts::default();
        let (one, other) = (IpAddr::from([203, 0, 113, 7]), IpAddr::from([203, 0, 113, 8]));
        let tries =
            (0..100).take_while(|_| attempts.spend(one, 1, at(0)) && attempts.spend(one, FAILURE, at(0)));
        assert!((10..20).contains(&tries.count()));
        assert!(!attempts.spend(one, 1, at(299)) && attempts.spend(other, 1, at(299)));
        assert!(attempts.spend(one, 1, at(301)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let attempts = Attempts::default();
        for number in 0..25_000_u32 {
            attempts.spend(IpAddr::from(number.to_be_bytes()), 1, at(0));
        }
        assert!(attempts.0.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn only_a_server_on_this_machine_says_for_whom_it_asks() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("198.51.100.1, 203.0.113.9"));
        let outside = IpAddr::from([203, 0, 113, 7]);
        assert_eq!(origin_of(outside, &headers), outside);
        assert_eq!(origin_of(IpAddr::from([127, 0, 0, 1]), &headers), IpAddr::from([203, 0, 113, 9]));
        let long: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        assert_eq!(origin_of(long, &HeaderMap::new()), "2001:db8:1:2::".parse::<IpAddr>().unwrap());
    }
}
