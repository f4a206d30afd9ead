//! Lists of requests, most urgent first, and how many stand in each state.
//! Every list starts in an index at its key and ends with its last row, so that its cost does not follow the number of
//! requests. It never says who may read a row.

use crate::engine::Tx;
use crate::fault::Fault;
use crate::party::{json, moment, parse};
use crate::value::{Row, Value};
use comity_domain::id::{OrganisationId, RequestId};
use comity_domain::party::Side;
use comity_domain::request::RequestState;
use comity_domain::term::{DataCategory, Priority};
use comity_domain::time::Moment;

/// The columns of a row of a list, and how a list begins.
macro_rules! list {
    ($($rest:literal),+) => {
        concat!(
            "select id, reference, provider_reference, from_organisation, to_organisation, procedure_hash, kind, ",
            "priority, state, items, categories, due_us, paused, updated_at_us, ended, frozen from request where ",
            $($rest),+
        )
    };
}

/// What is open, by an index that holds only its order and the procedure.
macro_rules! open {
    ($own:literal) => {
        list!(
            $own,
            " and ended = 0 and (priority, due_us, id) > ($2, $3, $4) and priority <= $5",
            " and (cast($6 as text) is null or procedure_id = $6) order by priority, due_us, id limit $7"
        )
    };
}

/// The same of one state.
macro_rules! in_state {
    ($own:literal) => {
        list!(
            $own,
            " and state = $8 and (priority, due_us, id) > ($2, $3, $4) and priority <= $5",
            " and (cast($6 as text) is null or procedure_id = $6) order by priority, due_us, id limit $7"
        )
    };
}

/// Also what has ended, or only what is shared with one other side.
macro_rules! all {
    ($own:literal) => {
        list!(
            $own,
            " and (ended, priority, due_us, id) > ($2, $3, $4, $5) and ended <= $6",
            " and (cast($7 as text) is null or state = $7)",
            " and (cast($8 as text) is null or priority = $8)",
            " and (cast($9 as text) is null or procedure_id = $9)",
            " order by ended, priority, due_us, id limit $10"
        )
    };
}

/// How many of each open state there are, up to a bound: nobody counts a hundred thousand rows to draw a page.
macro_rules! states {
    ($own:literal) => {
        concat!(
            "select column1, (select count(*) from (select 1 from request where ",
            $own,
            " and state = column1 limit $2) as few) from (values ('DRAFT'), ('GATEKEEPER_REVIEW'),",
            " ('AWAITING_AUTHORISATION'), ('AUTHORISED'), ('SENT'), ('RECEIVED'), ('ACKNOWLEDGED'), ('VERIFYING'),",
            " ('CLARIFYING'), ('OBJECTED'), ('LEGAL_REVIEW'), ('IN_EXECUTION'), ('PARTIALLY_DELIVERED'),",
            " ('DELIVERED'), ('HELD'), ('REJECTED'), ('RECEIPT_CONFIRMED')) as open_state order by column1"
        )
    };
}

crate::sql! {
    SENT = open!("from_organisation = $1");
    INCOMING = open!("to_organisation = $1 and arrived = 1");
    SENT_IN_STATE = in_state!("from_organisation = $1");
    INCOMING_IN_STATE = in_state!("to_organisation = $1 and arrived = 1");
    SENT_ALL = all!("from_organisation = $1");
    INCOMING_ALL = all!("to_organisation = $1 and arrived = 1");
    SENT_TO = all!("from_organisation = $1 and to_organisation = $11");
    INCOMING_FROM = all!("to_organisation = $1 and arrived = 1 and from_organisation = $11");
    SENT_STATES = states!("from_organisation = $1");
    INCOMING_STATES = states!("to_organisation = $1 and arrived = 1");
    FOUND = "select r.id, r.reference, r.provider_reference, r.from_organisation, r.to_organisation,
            r.procedure_hash, r.kind, r.priority, r.state, r.items, r.categories, r.due_us, r.paused,
            r.updated_at_us, r.ended, r.frozen
        from request_digest d join request r on r.id = d.request
        where d.digest = $1 and (r.from_organisation = $2 or (r.to_organisation = $2 and r.arrived = 1))
        order by r.ended, r.priority, r.due_us, r.id limit $3";
}

/// There is no open clock: sorts after everything that is due.
pub const NEVER_DUE: i64 = i64::MAX;

/// What a list shows of a request; nothing in it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its identifier.
    pub id: RequestId,
    /// The authority's reference.
    pub reference: String,
    /// The provider's reference.
    pub provider_reference: Option<String>,
    /// The authority.
    pub from: OrganisationId,
    /// The addressee.
    pub to: OrganisationId,
    /// The pinned procedure.
    pub procedure_hash: String,
    /// What it asks for, as its wire name.
    pub kind: String,
    /// How urgent.
    pub priority: Priority,
    /// Where it stands.
    pub state: RequestState,
    /// Number of items.
    pub items: i64,
    /// Items per category.
    pub categories: Vec<(DataCategory, u32)>,
    /// End of the open clock that is due first, [`NEVER_DUE`] if none.
    pub due_us: i64,
    /// Whether that clock stands still.
    pub paused: bool,
    /// Last change.
    pub updated_at: Moment,
    /// Whether it has ended.
    pub ended: bool,
    /// Whether it stands still because its source lost trust.
    pub frozen: bool,
}

fn row_of(row: &Row) -> Result<RequestRow, Fault> {
    Ok(RequestRow {
        id: parse(row.text(0)?)?,
        reference: row.text(1)?.to_owned(),
        provider_reference: row.opt_text(2)?.map(str::to_owned),
        from: parse(row.text(3)?)?,
        to: parse(row.text(4)?)?,
        procedure_hash: row.text(5)?.to_owned(),
        kind: row.text(6)?.to_owned(),
        priority: parse(row.text(7)?)?,
        state: parse(row.text(8)?)?,
        items: row.int(9)?,
        categories: json(row.text(10)?)?,
        due_us: row.int(11)?,
        paused: row.truth(12)?,
        updated_at: moment(row.int(13)?)?,
        ended: row.truth(14)?,
        frozen: row.truth(15)?,
    })
}

/// Which rows of a list, most urgent first.
#[derive(Debug, Clone)]
pub struct QueueFilter {
    /// Whose list.
    pub organisation: OrganisationId,
    /// On which side of the requests that organisation is.
    pub side: Side,
    /// Continue after this key: ended, priority, due, identifier.
    pub after: Option<(i64, String, i64, String)>,
    /// Also what has ended.
    pub ended: bool,
    /// Only this state.
    pub state: Option<RequestState>,
    /// Only this priority.
    pub priority: Option<Priority>,
    /// Only this procedure.
    pub procedure: Option<String>,
    /// Only this other side.
    pub counterpart: Option<OrganisationId>,
    /// At most so many.
    pub limit: i64,
}

/// Sorts after every priority, in whatever order a database sorts letters and figures.
const AFTER_EVERY_PRIORITY: &str = "P9";

/// A page of a list.
pub fn queue(tx: &mut dyn Tx, filter: &QueueFilter) -> Result<Vec<RequestRow>, Fault> {
    let authority = filter.side == Side::Authority;
    let rows = if let Some(other) = filter.counterpart {
        let mut args = whole(filter).to_vec();
        args.push(other.to_string().into());
        tx.rows(if authority { SENT_TO } else { INCOMING_FROM }, &args)?
    } else if let Some(state) = filter.state {
        let mut args = urgent(filter).to_vec();
        args.push(state.as_str().into());
        tx.rows(if authority { SENT_IN_STATE } else { INCOMING_IN_STATE }, &args)?
    } else if filter.ended {
        tx.rows(if authority { SENT_ALL } else { INCOMING_ALL }, &whole(filter))?
    } else {
        tx.rows(if authority { SENT } else { INCOMING }, &urgent(filter))?
    };
    rows.iter().map(row_of).collect()
}

/// A list of one priority is the part of the whole list between that priority and the next.
fn urgent(filter: &QueueFilter) -> [Value; 7] {
    let first = filter.priority.map_or("", Priority::as_str);
    let start = || (first.to_owned(), i64::MIN, String::new());
    let (priority, due, id) =
        filter.after.clone().map_or_else(start, |(_, priority, due, id)| (priority, due, id));
    [
        filter.organisation.to_string().into(),
        priority.into(),
        due.into(),
        id.into(),
        filter.priority.map_or(AFTER_EVERY_PRIORITY, Priority::as_str).into(),
        filter.procedure.clone().into(),
        filter.limit.into(),
    ]
}

fn whole(filter: &QueueFilter) -> [Value; 10] {
    let start = || (-1, String::new(), i64::MIN, String::new());
    let (ended, priority, due, id) = filter.after.clone().unwrap_or_else(start);
    [
        filter.organisation.to_string().into(),
        ended.into(),
        priority.into(),
        due.into(),
        id.into(),
        i64::from(filter.ended).into(),
        filter.state.map(RequestState::as_str).into(),
        filter.priority.map(Priority::as_str).into(),
        filter.procedure.clone().into(),
        filter.limit.into(),
    ]
}

/// Requests with a digest that an organisation is a party to.
pub fn found(
    tx: &mut dyn Tx,
    digest: [u8; 32],
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<RequestRow>, Fault> {
    let args = [digest.into(), organisation.to_string().into(), limit.into()];
    tx.rows(FOUND, &args)?.iter().map(row_of).collect()
}

/// Open requests of an organisation by state, each counted up to `most`; states without any are left out.
pub fn states(
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    side: Side,
    most: u32,
) -> Result<Vec<(RequestState, u64)>, Fault> {
    let statement = match side {
        Side::Authority => SENT_STATES,
        Side::Provider => INCOMING_STATES,
    };
    let mut counted = Vec::new();
    for row in tx.rows(statement, &[organisation.to_string().into(), i64::from(most).into()])? {
        let count = u64::try_from(row.int(1)?).unwrap_or(0);
        if count > 0 {
            counted.push((parse(row.text(0)?)?, count));
        }
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_state_is_counted_and_no_other() {
        for state in RequestState::ALL {
            let named = format!("('{}')", state.as_str());
            for statement in [SENT_STATES, INCOMING_STATES] {
                assert_eq!(statement.contains(&named), !state.ended(), "{state}");
            }
        }
    }

    #[test]
    fn priorities_sort_as_they_are_urgent_and_before_the_end_of_the_list() {
        let words: Vec<&str> = Priority::ALL.iter().map(|priority| priority.as_str()).collect();
        assert!(words.is_sorted() && words.iter().all(|word| *word < AFTER_EVERY_PRIORITY));
    }
}
