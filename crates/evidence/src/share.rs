//! Shamir's secret sharing (1979) over GF(2⁸), byte by byte: any *k* of *n* shares give the secret, fewer say nothing about
//! it. Written here because the crates at hand multiply by tables, and where in a table one looks can be measured; this
//! multiplies in the same steps whatever the bytes are.

use std::io;
use zeroize::Zeroizing;

/// Bytes that are shared.
pub(crate) const SECRET: usize = 32;

/// The shares of a secret at the places 1 to `members`; `threshold` of them give it again.
pub(crate) fn split(
    secret: &[u8; SECRET],
    threshold: u8,
    members: u8,
) -> io::Result<Vec<Zeroizing<[u8; SECRET]>>> {
    // By degree: the secret, and then what is random.
    let mut coefficients = vec![Zeroizing::new(*secret)];
    for _ in 1..threshold {
        let mut random = Zeroizing::new([0; SECRET]);
        crate::fill(&mut *random)?;
        coefficients.push(random);
    }
    Ok((1..=members).map(|place| at(&coefficients, place)).collect())
}

/// The polynomials' values at a place.
fn at(coefficients: &[Zeroizing<[u8; SECRET]>], place: u8) -> Zeroizing<[u8; SECRET]> {
    let mut value = Zeroizing::new([0; SECRET]);
    for coefficient in coefficients.iter().rev() {
        for (byte, more) in value.iter_mut().zip(coefficient.iter()) {
            *byte = multiply(*byte, place) ^ more;
        }
    }
    value
}

/// The polynomials' values at zero, from as many places as have been given; they differ and none is zero.
pub(crate) fn combine(shares: &[(u8, &[u8; SECRET])]) -> Zeroizing<[u8; SECRET]> {
    let mut secret = Zeroizing::new([0; SECRET]);
    for (place, value) in shares {
        let others = shares.iter().map(|(other, _)| *other).filter(|other| other != place);
        let weight =
            others.fold(1, |weight, other| multiply(weight, multiply(other, inverse(other ^ place))));
        for (byte, share) in secret.iter_mut().zip(*value) {
            *byte ^= multiply(weight, *share);
        }
    }
    secret
}

/// The product in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1.
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        a = (a << 1) ^ (0x1b & (a >> 7).wrapping_neg());
        b >>= 1;
    }
    product
}

/// a²⁵⁴, which is the inverse of all but zero.
fn inverse(a: u8) -> u8 {
    let (mut result, mut power) = (1, a);
    for _ in 0..7 {
        power = multiply(power, power);
        result = multiply(result, power);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_field_is_that_of_aes() {
        // FIPS 197, section 4.2.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
        for a in 1..=255 {
            assert_eq!(multiply(a, inverse(a)), 1);
            assert_eq!((multiply(a, 0), multiply(a, 1), multiply(0, a)), (0, a, 0));
        }
    }

    #[test]
    fn one_share_of_two_fits_every_secret_once() {
        for place in 1..=255_u8 {
            let mut fits = [0_u32; 256];
            for secret in 0..=255_u8 {
                // The one coefficient with which the share is 0x2a.
                let coefficient = multiply(0x2a ^ secret, inverse(place));
                assert_eq!(multiply(coefficient, place) ^ secret, 0x2a);
                fits[usize::from(coefficient)] += 1;
            }
            assert!(fits.iter().all(|times| *times == 1), "place {place}");
        }
    }

    proptest! {
        #[test]
        fn any_threshold_of_them_give_the_secret_and_fewer_do_not(
            secret in any::<[u8; SECRET]>(), threshold in 2_u8..=6, more in 0_u8..=4, seed in any::<u64>()
        ) {
            let members = threshold + more;
            let shares = split(&secret, threshold, members).expect("random bytes");
            let mut chosen: Vec<(u8, &[u8; SECRET])> = (1..).zip(shares.iter().map(|share| &**share)).collect();
            // Some order of them, told by the seed.
            chosen.sort_by_key(|(place, _)| seed.rotate_left(u32::from(*place) * 7) ^ u64::from(*place));
            let wanted = usize::from(threshold);
            prop_assert_eq!(&*combine(&chosen[..wanted]), &secret);
            prop_assert_eq!(&*combine(&chosen), &secret);
            prop_assert_ne!(&*combine(&chosen[..wanted - 1]), &secret);
        }
    }
}
