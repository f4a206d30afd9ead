//! Organisations, people, memberships and contact points as rows.
//! It may assume that what it is given is valid. It never decides who may see them.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::value::{Row, Value};
use comity_domain::id::{ContactPointId, OrganisationId, PersonId};
use comity_domain::party::{
    Actor, ContactPoint, Membership, Organisation, OrganisationStatus, Person, Role, Vouch,
};
use comity_domain::term::Language;
use comity_domain::time::Moment;
use std::collections::BTreeMap;
use std::str::FromStr;

crate::sql! {
    PUT_ORGANISATION = "insert into organisation
        (id, kind, name, code, country, time_zone, language, mail_domain, switchboard, services)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (id) do update set kind = excluded.kind, name = excluded.name, code = excluded.code,
            country = excluded.country, time_zone = excluded.time_zone, language = excluded.language,
            mail_domain = excluded.mail_domain, switchboard = excluded.switchboard, services = excluded.services";
    ORGANISATION = "select id, kind, name, code, country, time_zone, language, mail_domain, switchboard, services
        from organisation where id = $1";
    TWO_ORGANISATIONS = "select id, kind, name, code, country, time_zone, language, mail_domain, switchboard, services,
            status, probation_us
        from organisation where id = $1 or id = $2";
    SET_STATUS = "update organisation set status = $2, status_us = $3, status_reason = $4 where id = $1";
    AWAY = "select id, status from organisation where status <> 'active' order by id limit 1000";
    STATUS = "select status from organisation where id = $1";
    WITHDRAW = "update membership set withdrawn_us = $3, withdrawn_reason = $4
        where person = $1 and organisation = $2 and withdrawn_us is null";
    CARD = "select p.id, p.name, m.function, m.accreditation, m.accredited_until_us, m.withdrawn_us, p.active, o.status,
            m.authoriser, m.roles, o.id, o.kind, o.name, o.code, o.country, o.time_zone, o.language, o.mail_domain,
            o.switchboard, o.services
        from membership m join person p on p.id = m.person join organisation o on o.id = m.organisation
        where m.accreditation = $1";
    CONTACT_POINT_IDS = "select organisation, id from contact_point where organisation = $1 or organisation = $2
        order by organisation, id limit 2000";
    ORGANISATIONS = "select id, kind, name, code, country, time_zone, language, mail_domain, switchboard, services
        from organisation order by id limit 1000";
    ADDRESSEES = "select id, kind, name, code, country, time_zone, language, mail_domain, switchboard, services
        from organisation where kind in ('PROVIDER', 'CONTACT_POINT') and status = 'active' and (name, id) > ($1, $2)
        order by name, id limit $3";
    PUT_PERSON = "insert into person (id, name, email, language, active) values ($1, $2, $3, $4, $5)
        on conflict (id) do update set name = excluded.name, email = excluded.email,
            language = excluded.language, active = excluded.active";
    PERSON = "select id, name, email, language, active from person where id = $1";
    PERSON_BY_EMAIL = "select id, name, email, language, active from person where email = $1";
    PUT_MEMBERSHIP = "insert into membership
        (person, organisation, roles, function, accreditation, accredited_until_us, authoriser, withdrawn_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (person, organisation) do update set roles = excluded.roles, function = excluded.function,
            accreditation = excluded.accreditation, accredited_until_us = excluded.accredited_until_us,
            withdrawn_us = excluded.withdrawn_us, authoriser = excluded.authoriser";
    MEMBERS = "select p.id, p.name, p.email, p.language, p.active,
            m.person, m.organisation, m.roles, m.function, m.accreditation, m.accredited_until_us, m.authoriser,
            m.withdrawn_us
        from membership m join person p on p.id = m.person where m.organisation = $1 order by p.id limit 10000";
    MEMBERSHIPS = "select person, organisation, roles, function, accreditation, accredited_until_us, authoriser,
            withdrawn_us
        from membership where person = $1 order by organisation";
    ACTOR = "select p.name, o.kind, m.person, m.organisation, m.roles, m.function, m.accreditation,
            m.accredited_until_us, m.authoriser, m.withdrawn_us, p.language
        from membership m join person p on p.id = m.person join organisation o on o.id = m.organisation
        where m.person = $1 and m.organisation = $2 and p.active = 1 and o.status = 'active'";
    PUT_CONTACT_POINT = "insert into contact_point
        (id, organisation, name, telephone, email, hours, languages, source, confirmed_at_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (id) do update set name = excluded.name, telephone = excluded.telephone,
            email = excluded.email, hours = excluded.hours, languages = excluded.languages,
            source = excluded.source, confirmed_at_us = excluded.confirmed_at_us";
    CONTACT_POINTS = "select id, organisation, name, telephone, email, hours, languages, source, confirmed_at_us
        from contact_point where organisation = $1 order by id limit 1000";
}

/// A value of a column read as the type that the domain gives it.
pub(crate) fn parse<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::other(format!("a column does not hold a {}", std::any::type_name::<T>())))
}

/// A column of JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::json("a column", &error))
}

/// A value as a column of JSON.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::json("a value for a column", &error))
}

/// A column of microseconds as a moment in UTC.
pub(crate) fn moment(us: i64) -> Result<Moment, Fault> {
    Moment::from_columns(us, 0).map_err(|error| Fault::other(error.to_string()))
}

pub(crate) fn organisation_of(row: &Row) -> Result<Organisation, Fault> {
    Ok(Organisation {
        id: parse(row.text(0)?)?,
        kind: parse(row.text(1)?)?,
        name: row.text(2)?.to_owned(),
        code: row.text(3)?.to_owned(),
        country: row.text(4)?.to_owned(),
        time_zone: row.text(5)?.to_owned(),
        language: parse(row.text(6)?)?,
        mail_domain: row.text(7)?.to_owned(),
        switchboard: row.text(8)?.to_owned(),
        services: json(row.text(9)?)?,
    })
}

/// Writes or replaces an organisation.
pub fn put_organisation(tx: &mut dyn Tx, o: &Organisation) -> Result<(), Fault> {
    let args: [Value; 10] = [
        o.id.to_string().into(),
        o.kind.as_str().into(),
        (&o.name).into(),
        (&o.code).into(),
        (&o.country).into(),
        (&o.time_zone).into(),
        o.language.as_str().into(),
        (&o.mail_domain).into(),
        (&o.switchboard).into(),
        to_json(&o.services)?.into(),
    ];
    tx.exec(PUT_ORGANISATION, &args).map(drop)
}

/// An organisation.
pub fn organisation(tx: &mut dyn Tx, id: OrganisationId) -> Result<Option<Organisation>, Fault> {
    tx.row(ORGANISATION, &[id.to_string().into()])?.as_ref().map(organisation_of).transpose()
}

/// An organisation, whether it takes part, and until when it is on probation.
pub type Placed = (Organisation, OrganisationStatus, Option<Moment>);

/// The two sides of a request; nothing where one of them is not known.
pub fn two_organisations(
    tx: &mut dyn Tx,
    from: OrganisationId,
    to: OrganisationId,
) -> Result<Option<(Placed, Placed)>, Fault> {
    let rows = tx.rows(TWO_ORGANISATIONS, &[from.to_string().into(), to.to_string().into()])?;
    let found: Result<Vec<Placed>, Fault> = rows
        .iter()
        .map(|row| {
            let probation = row.opt_int(11)?.map(moment).transpose()?;
            Ok((organisation_of(row)?, parse(row.text(10)?)?, probation))
        })
        .collect();
    let found = found?;
    let of = |id| found.iter().find(|(organisation, ..)| organisation.id == id).cloned();
    Ok(of(from).zip(of(to)))
}

/// The contact points of two organisations, each with its organisation.
pub fn contact_point_ids(
    tx: &mut dyn Tx,
    one: OrganisationId,
    other: OrganisationId,
) -> Result<Vec<(OrganisationId, ContactPointId)>, Fault> {
    let rows = tx.rows(CONTACT_POINT_IDS, &[one.to_string().into(), other.to_string().into()])?;
    rows.iter().map(|row| Ok((parse(row.text(0)?)?, parse(row.text(1)?)?))).collect()
}

/// All organisations of this instance, 1,000 at most.
pub fn organisations(tx: &mut dyn Tx) -> Result<Vec<Organisation>, Fault> {
    tx.rows(ORGANISATIONS, &[])?.iter().map(organisation_of).collect()
}

/// Those who can be asked, by name, from behind `last` on.
pub fn addressees_after(
    tx: &mut dyn Tx,
    last: Option<&Organisation>,
    limit: i64,
) -> Result<Vec<Organisation>, Fault> {
    let (name, id) = last.map_or_else(Default::default, |o| (o.name.clone(), o.id.to_string()));
    tx.rows(ADDRESSEES, &[name.into(), id.into(), limit.into()])?.iter().map(organisation_of).collect()
}

/// Says where an organisation stands from now on.
pub fn set_status(
    tx: &mut dyn Tx,
    id: OrganisationId,
    status: OrganisationStatus,
    now: Moment,
    reason: &str,
) -> Result<(), Fault> {
    let args = [id.to_string().into(), status.as_str().into(), now.us().into(), reason.into()];
    tx.exec(SET_STATUS, &args).map(drop)
}

/// Where an organisation stands.
pub fn status(tx: &mut dyn Tx, id: OrganisationId) -> Result<Option<OrganisationStatus>, Fault> {
    tx.row(STATUS, &[id.to_string().into()])?.map(|row| parse(row.text(0)?)).transpose()
}

/// Organisations that take no part, 1,000 at most.
pub fn away(tx: &mut dyn Tx) -> Result<BTreeMap<OrganisationId, OrganisationStatus>, Fault> {
    tx.rows(AWAY, &[])?.iter().map(|row| Ok((parse(row.text(0)?)?, parse(row.text(1)?)?))).collect()
}

/// Withdraws an accreditation; false when there is none that stands.
pub fn withdraw(
    tx: &mut dyn Tx,
    person: PersonId,
    organisation: OrganisationId,
    now: Moment,
    reason: &str,
) -> Result<bool, Fault> {
    let args = [person.to_string().into(), organisation.to_string().into(), now.us().into(), reason.into()];
    Ok(tx.exec(WITHDRAW, &args)? == 1)
}

/// What the directory says of whoever holds an accreditation number, their roles, and their organisation.
pub fn by_accreditation(
    tx: &mut dyn Tx,
    number: &str,
) -> Result<Option<(Vouch, Vec<Role>, Organisation)>, Fault> {
    let Some(row) = tx.row(CARD, &[number.into()])? else { return Ok(None) };
    let organisation = Organisation {
        id: parse(row.text(10)?)?,
        kind: parse(row.text(11)?)?,
        name: row.text(12)?.to_owned(),
        code: row.text(13)?.to_owned(),
        country: row.text(14)?.to_owned(),
        time_zone: row.text(15)?.to_owned(),
        language: parse(row.text(16)?)?,
        mail_domain: row.text(17)?.to_owned(),
        switchboard: row.text(18)?.to_owned(),
        services: json(row.text(19)?)?,
    };
    Ok(Some((vouch_of(&row)?, json(row.text(9)?)?, organisation)))
}

/// The first nine columns: person, name, function, accreditation, its end, its withdrawal, whether the person is active,
/// where the organisation stands, and the capacity of an authoriser.
pub(crate) fn vouch_of(row: &Row) -> Result<Vouch, Fault> {
    Ok(Vouch {
        person: parse(row.text(0)?)?,
        name: row.text(1)?.to_owned(),
        function: row.text(2)?.to_owned(),
        accreditation: row.text(3)?.to_owned(),
        accredited_until: moment(row.int(4)?)?,
        withdrawn_at: row.opt_int(5)?.map(moment).transpose()?,
        active: row.truth(6)?,
        organisation: parse(row.text(7)?)?,
        authoriser: row.opt_text(8)?.map(json).transpose()?,
    })
}

fn person_of(row: &Row) -> Result<Person, Fault> {
    Ok(Person {
        id: parse(row.text(0)?)?,
        name: row.text(1)?.to_owned(),
        email: row.text(2)?.to_owned(),
        language: parse(row.text(3)?)?,
        active: row.truth(4)?,
    })
}

/// Writes or replaces a person. *Errors*: another person has the same mail address.
pub fn put_person(tx: &mut dyn Tx, p: &Person) -> Result<(), Fault> {
    let id = p.id.to_string();
    let args: [Value; 5] =
        [id.into(), (&p.name).into(), (&p.email).into(), p.language.as_str().into(), p.active.into()];
    tx.exec(PUT_PERSON, &args).map(drop)
}

/// A person.
pub fn person(tx: &mut dyn Tx, id: PersonId) -> Result<Option<Person>, Fault> {
    tx.row(PERSON, &[id.to_string().into()])?.as_ref().map(person_of).transpose()
}

/// The person with a mail address.
pub fn person_by_email(tx: &mut dyn Tx, email: &str) -> Result<Option<Person>, Fault> {
    tx.row(PERSON_BY_EMAIL, &[email.into()])?.as_ref().map(person_of).transpose()
}

fn membership_of(row: &Row, first: usize) -> Result<Membership, Fault> {
    Ok(Membership {
        person: parse(row.text(first)?)?,
        organisation: parse(row.text(first + 1)?)?,
        roles: json(row.text(first + 2)?)?,
        function: row.text(first + 3)?.to_owned(),
        accreditation: row.text(first + 4)?.to_owned(),
        accredited_until: moment(row.int(first + 5)?)?,
        authoriser: row.opt_text(first + 6)?.map(json).transpose()?,
        withdrawn_at: row.opt_int(first + 7)?.map(moment).transpose()?,
    })
}

/// Writes or replaces what a person is in an organisation.
pub fn put_membership(tx: &mut dyn Tx, m: &Membership) -> Result<(), Fault> {
    let authoriser = m.authoriser.as_ref().map(to_json).transpose()?;
    let args: [Value; 8] = [
        m.person.to_string().into(),
        m.organisation.to_string().into(),
        to_json(&m.roles)?.into(),
        (&m.function).into(),
        (&m.accreditation).into(),
        m.accredited_until.us().into(),
        authoriser.into(),
        m.withdrawn_at.map(Moment::us).into(),
    ];
    tx.exec(PUT_MEMBERSHIP, &args).map(drop)
}

/// The people of an organisation.
pub fn members(tx: &mut dyn Tx, id: OrganisationId) -> Result<Vec<(Person, Membership)>, Fault> {
    let rows = tx.rows(MEMBERS, &[id.to_string().into()])?;
    rows.iter().map(|row| Ok((person_of(row)?, membership_of(row, 5)?))).collect()
}

/// What a person is, in each of their organisations.
pub fn memberships(tx: &mut dyn Tx, id: PersonId) -> Result<Vec<Membership>, Fault> {
    tx.rows(MEMBERSHIPS, &[id.to_string().into()])?.iter().map(|row| membership_of(row, 0)).collect()
}

/// The person as an actor for an organisation; nobody when not active or not a member.
pub fn actor(
    tx: &mut dyn Tx,
    person: PersonId,
    organisation: OrganisationId,
) -> Result<Option<(Actor, Language)>, Fault> {
    let args = [person.to_string().into(), organisation.to_string().into()];
    let Some(row) = tx.row(ACTOR, &args)? else { return Ok(None) };
    let m = membership_of(&row, 2)?;
    let actor = Actor {
        person: m.person,
        name: row.text(0)?.to_owned(),
        organisation: m.organisation,
        organisation_kind: parse(row.text(1)?)?,
        roles: m.roles,
        function: m.function,
        accreditation: m.accreditation,
        // Whose accreditation was withdrawn is not accredited from that instant on.
        accredited_until: m.withdrawn_at.map_or(m.accredited_until, |at| at.min(m.accredited_until)),
        authoriser: m.authoriser,
    };
    Ok(Some((actor, parse(row.text(10)?)?)))
}

/// Writes or replaces a contact point.
pub fn put_contact_point(tx: &mut dyn Tx, c: &ContactPoint) -> Result<(), Fault> {
    let args: [Value; 9] = [
        c.id.to_string().into(),
        c.organisation.to_string().into(),
        (&c.name).into(),
        (&c.telephone).into(),
        (&c.email).into(),
        (&c.hours).into(),
        to_json(&c.languages)?.into(),
        (&c.source).into(),
        c.confirmed_at.us().into(),
    ];
    tx.exec(PUT_CONTACT_POINT, &args).map(drop)
}

/// The contact points of an organisation.
pub fn contact_points(tx: &mut dyn Tx, id: OrganisationId) -> Result<Vec<ContactPoint>, Fault> {
    let rows = tx.rows(CONTACT_POINTS, &[id.to_string().into()])?;
    rows.iter()
        .map(|row| {
            Ok(ContactPoint {
                id: parse::<ContactPointId>(row.text(0)?)?,
                organisation: parse(row.text(1)?)?,
                name: row.text(2)?.to_owned(),
                telephone: row.text(3)?.to_owned(),
                email: row.text(4)?.to_owned(),
                hours: row.text(5)?.to_owned(),
                languages: json(row.text(6)?)?,
                source: row.text(7)?.to_owned(),
                confirmed_at: moment(row.int(8)?)?,
            })
        })
        .collect()
}
