//! A token gets a new secret while the old one still works for a stated while, so that a system can change over
//! without a gap. Both stand in the list of tokens, each with its last use (T03).

use super::token_view;
use crate::act::{Caller, Denied};
use crate::oversight::unhex;
use crate::sign_in::{hash, secret};
use crate::{Exchange, TokenView, new_id, notice};
use comity_domain::id::TokenId;
use comity_domain::party::Organisation;
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::Tx;
use comity_store::credential::{self, TokenRow};
use serde::{Deserialize, Serialize};

/// The old token is accepted for so many hours at most: a week to change over.
const LONGEST_HOURS: u32 = 7 * 24;

/// How a token is rotated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// For so many hours the old token is still accepted: 0 (not at all) to 168, and never beyond its own end.
    #[serde(default = "a_day")]
    #[schema(default = a_day, maximum = 168)]
    pub hours: u32,
    /// SHA-256 of the client certificate without which the new token is refused, as for a new one; by default that of the
    /// old one.
    #[serde(default)]
    pub certificate: Option<String>,
}

/// Reads the digest of a certificate: 64 hexadecimal digits, with or without colons between octets.
pub(super) fn thumbprint(text: Option<&str>) -> Result<Option<[u8; 32]>, Refusals> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    // 32 octets and the colons between them.
    let digits = (text.len() <= 95).then(|| text.replace(':', ""));
    digits.and_then(|digits| unhex(&digits)).map(Some).ok_or_else(|| {
        vec![Refusal::of(RefusalCode::FieldMalformed, "certificate").because("refusal-field-sha256")]
    })
}

const fn a_day() -> u32 {
    24
}

/// What the trail keeps of a rotation.
#[derive(Serialize)]
struct Rotated {
    token: TokenId,
    hours: u32,
}

impl Exchange {
    /// Puts a new token in the place of one of the own organisation; its secret is given once. It is for the same and valid
    /// for as long, counted from now. The old one is accepted until the overlap ends. Administrators are told.
    ///
    /// # Errors
    /// Not permitted, not found, a token that acts for somebody else, one that is over, revoked or replaced already, an
    /// overlap of more than a week, or a fault.
    pub async fn rotate_token(
        &self,
        who: &Caller,
        id: TokenId,
        how: Rotation,
    ) -> Result<(TokenView, String), Denied> {
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        let hours = how.hours;
        let person = who.actor().map(|actor| actor.person);
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            let Some(old) = credential::token_by_id(tx, id, found.id)? else {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "token")]));
            };
            // Whoever got the secret of another person's token could act as that person.
            if old.person.is_some() && old.person != person {
                let refusal = Refusal::of(RefusalCode::NotPermitted, "token");
                return Ok(Err(vec![refusal.because("refusal-token-of-another")]));
            }
            if old.revoked_at.is_some() || old.successor.is_some() || old.expires_at <= now {
                return Ok(Err(vec![Refusal::of(RefusalCode::NotInThisState, "token")]));
            }
            if how.hours > LONGEST_HOURS {
                let refusal = Refusal::of(RefusalCode::FieldMalformed, "hours");
                return Ok(Err(vec![refusal.because("refusal-field-number")]));
            }
            let bound = match thumbprint(how.certificate.as_deref()) {
                Ok(bound) => bound.or(old.certificate),
                Err(refusals) => return Ok(Err(refusals)),
            };
            let valid_s = (old.expires_at.us() - old.created_at.us()) / 1_000_000;
            let until = now.plus_seconds(i64::from(how.hours) * 3_600).min(old.expires_at);
            let token = TokenRow {
                id: new_id(now),
                created_at: now,
                expires_at: now.plus_seconds(valid_s),
                used_at: None,
                certificate: bound,
                ..old
            };
            let made = secret();
            credential::add_token(tx, hash(&made), &token)?;
            credential::replace_token(tx, id, token.id, until)?;
            notice::token_rotated(tx, found.id, token.id, now)?;
            Ok(Ok((token_view(token), made)))
        };
        let detail = serde_json::to_string(&Rotated { token: id, hours })
            .map_err(|error| comity_store::Fault::json("a rotation", &error))?;
        let said = ("done", detail);
        self.on_organisation_saying(who, organisation, Action::TokenEdit, said, work).await
    }
}
