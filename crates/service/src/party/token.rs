//! Tokens of one's own organisation. A token gets a new secret while the old one still works for a stated while, so that a
//! system can change over without a gap; both stand in the list of tokens, each with its last use (T03).

use super::short;
use crate::act::{Caller, Denied, hex};
use crate::oversight::unhex;
use crate::sign_in::{hash, secret};
use crate::{Exchange, new_id, notice};
use comity_domain::id::{PersonId, TokenId};
use comity_domain::party::Organisation;
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::time::Moment;
use comity_policy::Action;
use comity_store::Tx;
use comity_store::credential::{self, TokenRow};
use serde::{Deserialize, Serialize};

comity_domain::opaque!(NewToken, TokenView);

/// An API token, without its secret.
#[derive(Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TokenView {
    /// Its identifier.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// For whom it acts.
    pub person: Option<PersonId>,
    /// What it may do, such as `read`, `act`, `interop`.
    pub scopes: Vec<String>,
    /// Made.
    pub created_at: Moment,
    /// Valid until.
    pub expires_at: Moment,
    /// Last used.
    pub last_used_at: Option<Moment>,
    /// Revoked.
    pub revoked_at: Option<Moment>,
    /// The newest token that has taken its place.
    pub successor: Option<TokenId>,
    /// Once it has a successor: until when it is still accepted.
    pub replaced_until: Option<Moment>,
    /// SHA-256 of the client certificate without which it is refused, in hexadecimal.
    pub certificate: Option<String>,
}

/// A token to be made.
#[derive(Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do: `read`, `act`, `administer`.
    pub scopes: Vec<String>,
    /// Valid for so many days, 1 to 365.
    pub days: u32,
    /// SHA-256 of the client certificate (DER) without which it is refused, in hexadecimal, as `openssl x509 -fingerprint
    /// -sha256` prints it; RFC 8705 writes the same digest as `x5t#S256`.
    #[serde(default)]
    pub certificate: Option<String>,
}

/// What a token of a person may be good for.
const SCOPES: [&str; 3] = ["read", "act", "administer"];

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
fn thumbprint(text: Option<&str>) -> Result<Option<[u8; 32]>, Refusals> {
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
    /// Makes an API token for the caller; its secret is given once.
    ///
    /// # Errors
    /// Not permitted, an unknown scope, or a fault.
    pub async fn add_token(&self, who: &Caller, new: NewToken) -> Result<(TokenView, String), Denied> {
        let Some(actor) = who.actor().cloned() else { return Err(RefusalCode::NotPermitted.into()) };
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            if let Err(refusals) = short(&new.name, "name") {
                return Ok(Err(refusals));
            }
            if new.scopes.is_empty() || new.scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
                return Ok(Err(vec![
                    Refusal::of(RefusalCode::FieldMalformed, "scopes").because("refusal-field-choice"),
                ]));
            }
            if !(1..=365).contains(&new.days) {
                return Ok(Err(vec![
                    Refusal::of(RefusalCode::FieldMalformed, "days").because("refusal-field-number"),
                ]));
            }
            let certificate = match thumbprint(new.certificate.as_deref()) {
                Ok(certificate) => certificate,
                Err(refusals) => return Ok(Err(refusals)),
            };
            let token = TokenRow {
                id: new_id(now),
                organisation: found.id,
                person: Some(actor.person),
                name: new.name.trim().to_owned(),
                scopes: new.scopes.clone(),
                addressee: None,
                procedures: None,
                created_at: now,
                expires_at: now.plus_seconds(i64::from(new.days) * 86_400),
                used_at: None,
                revoked_at: None,
                successor: None,
                replaced_until: None,
                certificate,
            };
            let made = secret();
            credential::add_token(tx, hash(&made), &token)?;
            Ok(Ok((token_view(token), made)))
        };
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        self.on_organisation(who, organisation, Action::TokenEdit, "done", work).await
    }

    /// Revokes a token of the own organisation, with every one whose place it has taken.
    ///
    /// # Errors
    /// Not permitted, not found, or a fault.
    pub async fn revoke_token(&self, who: &Caller, id: TokenId) -> Result<(), Denied> {
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            if credential::revoke_token(tx, id, found.id, now)? {
                Ok(Ok(()))
            } else {
                Ok(Err(vec![Refusal::of(RefusalCode::NotFound, "token")]))
            }
        };
        self.on_organisation(who, organisation, Action::TokenEdit, "done", work).await
    }

    /// The tokens of the own organisation, without their secrets.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn tokens(&self, who: &Caller) -> Result<Vec<TokenView>, Denied> {
        let organisation = who.organisation().ok_or(RefusalCode::NotPermitted)?;
        let work = |tx: &mut dyn Tx, found: &Organisation, _: Moment| {
            Ok(Ok(credential::tokens(tx, found.id)?.into_iter().map(token_view).collect()))
        };
        self.on_organisation(who, organisation, Action::OrganisationView, "viewed", work).await
    }

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

fn token_view(token: TokenRow) -> TokenView {
    TokenView {
        id: token.id,
        name: token.name,
        person: token.person,
        scopes: token.scopes,
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.used_at,
        revoked_at: token.revoked_at,
        successor: token.successor,
        replaced_until: token.replaced_until,
        certificate: token.certificate.map(|digest| hex(&digest)),
    }
}
