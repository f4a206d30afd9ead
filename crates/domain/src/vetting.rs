//! How an organisation comes in, and what is unusual in what is sent in its name (T02, T03; `legal.md` 5.2 and 7.3).
//! Who vouches and how many is judged here; who has vouched, and what the DNS says, is looked up by the floors above.

use crate::party::OrganisationKind;
use crate::term::vocabulary;
use crate::time::Moment;
use jiff::tz::TimeZone;

/// Fewest members that vouch for one that joins, whatever is configured: one alone is one mistake.
pub const LEAST_VOUCHERS: u32 = 2;
/// Most members that can be asked to vouch.
pub const MOST_VOUCHERS: u32 = 10;
/// Most days of probation.
pub const MOST_PROBATION_DAYS: u32 = 730;

vocabulary! {
    /// How a mail domain was proved to be the organisation's.
    DomainProof {
        /// A random token stands in its DNS.
        Dns = "dns",
        /// A signed letter was seen out of band.
        Letter = "letter",
    }
}

vocabulary! {
    /// What is unusual in what was sent in an organisation's name, by its number. An alarm decides nothing.
    AlarmRule {
        /// An emergency was sent with a passkey that is newer than seven days.
        NewPasskey = "A1",
        /// It was sent outside the hours of work of the organisation.
        Hour = "A2",
        /// Far more was sent within a day than usually, as finding P3 counts it.
        Volume = "A3",
        /// This addressee, or its State, was never asked before.
        NewAddressee = "A4",
    }
}

/// A member that vouches, as far as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// What it is here.
    pub kind: OrganisationKind,
    /// Its State.
    pub country: String,
    /// Whether it takes part now, and whoever vouched in its name is neither suspended nor without accreditation.
    pub stands: bool,
}

/// Whether a member of one kind may vouch for one of another. Authorities and contact points know each other, and a provider
/// is known to all that deal with it; nobody vouches for an oversight body, which reads the whole trail, and it vouches for nobody.
pub const fn may_vouch(voucher: OrganisationKind, joiner: OrganisationKind) -> bool {
    match joiner {
        OrganisationKind::Authority | OrganisationKind::ContactPoint => {
            matches!(voucher, OrganisationKind::Authority | OrganisationKind::ContactPoint)
        }
        OrganisationKind::Provider => !matches!(voucher, OrganisationKind::Oversight),
        OrganisationKind::Oversight => false,
    }
}

/// Whether those who vouch suffice: so many that stand and may, one of them from the State of the organisation itself,
/// because from abroad a false agency looks like a real one.
pub fn suffices(vouchers: &[Voucher], joiner: OrganisationKind, country: &str, needed: u32) -> bool {
    let counted: Vec<&Voucher> =
        vouchers.iter().filter(|voucher| voucher.stands && may_vouch(voucher.kind, joiner)).collect();
    let needed = usize::try_from(needed.max(LEAST_VOUCHERS)).unwrap_or(usize::MAX);
    counted.len() >= needed && counted.iter().any(|voucher| voucher.country == country)
}

/// The end of a probation of so many days from `now`: the same time of day in the organisation's own zone, whatever its
/// clocks do in between.
pub fn probation_end(now: Moment, days: u32, zone: &TimeZone) -> Moment {
    let there = now.timestamp().to_zoned(zone.clone());
    let end = there.checked_add(jiff::Span::new().days(i64::from(days.min(MOST_PROBATION_DAYS))));
    end.map_or(now, |end| Moment::new(end.timestamp(), end.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voucher(kind: OrganisationKind, country: &str) -> Voucher {
        Voucher { kind, country: country.to_owned(), stands: true }
    }

    #[test]
    fn two_vouch_and_one_of_them_is_of_the_same_state() {
        use OrganisationKind::{Authority, ContactPoint, Oversight, Provider};
        let near = voucher(Authority, "XA");
        let far = voucher(ContactPoint, "XB");
        let both = [near.clone(), far.clone()];
        assert!(suffices(&both, Authority, "XA", 2));
        assert!(!suffices(&both[..1], Authority, "XA", 2));
        assert!(!suffices(&both, Authority, "XC", 2), "nobody of its own State");
        assert!(!suffices(&both, Authority, "XA", 3));
        // Whatever is configured, one is not enough.
        assert!(!suffices(&both[..1], Authority, "XA", 0));
        assert!(!suffices(&[near.clone(), voucher(Provider, "XB")], Authority, "XA", 2));
        assert!(suffices(&[near.clone(), voucher(Provider, "XB")], Provider, "XA", 2));
        assert!(!suffices(&both, Oversight, "XA", 2));
        let away = Voucher { stands: false, ..far };
        assert!(!suffices(&[near, away], Authority, "XA", 2));
    }

    #[test]
    fn a_probation_ends_at_the_same_time_of_day_over_a_change_of_clocks_and_a_leap_day() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let end = |start: &str, days| probation_end(start.parse().unwrap(), days, &paris).to_string();
        assert_eq!(end("2027-03-01T09:30:00+01:00", 90), "2027-05-30T09:30:00+02:00");
        assert_eq!(end("2027-10-30T12:00:00+02:00", 1), "2027-10-31T12:00:00+01:00");
        // Half past two does not exist on the night in which the clocks go forward.
        assert_eq!(end("2027-03-27T02:30:00+01:00", 1), "2027-03-28T03:30:00+02:00");
        assert_eq!(end("2028-01-30T09:30:00+01:00", 30), "2028-02-29T09:30:00+01:00");
        assert_eq!(end("2028-02-28T23:59:00+01:00", 1), "2028-02-29T23:59:00+01:00");
    }
}
