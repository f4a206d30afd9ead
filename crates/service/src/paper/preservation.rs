//! The request for expedited preservation of the Convention on Cybercrime, Arts 29 and 30: the sections of the form
//! T-CY(2018)11 in their order (`legal.md` 1.2; sections 1 to 7 were seen, the rest is from memory and marked so).

use super::sheet::{Body, Sheet};
use comity_domain::term::Certainty;
use comity_formats::paper::{Block, Form, Line};

pub(super) fn body(sheet: &Sheet<'_>) -> Vec<Block> {
    let mut body = Body::new(sheet);
    asking(&mut body, sheet);
    case(&mut body, sheet);
    end(&mut body, sheet);
    body.finish()
}

/// Sections 1 to 7: date, reference, status, authorities, who can confirm it.
fn asking(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let d = sheet.d;
    body.section("1", "paper-tcy-date");
    body.moment("paper-tcy-date", d.authorised.as_ref().map(|authorised| authorised.by.at));
    body.section("2", "paper-tcy-reference");
    body.lines("paper-reference", vec![Line::new(Form::Strong, &d.reference)]);
    body.field("case_number");
    body.section("3", "paper-tcy-status");
    body.ticks("request_status");
    body.field("previous_reference");
    body.section("4", "paper-tcy-requested");
    body.say("paper-name", &format!("{} ({})", d.to.name, d.to.country));
    body.say("paper-switchboard", &d.to.switchboard);
    body.section("5", "paper-tcy-requesting");
    body.say("paper-name", &format!("{} ({})", d.from.name, d.from.country));
    body.fields(&["person_in_charge", "postal_address", "telephone"]);
    body.say("paper-tcy-cell", "");
    body.field("email");
    body.say("paper-fax", "");
    body.field("office_hours");
    body.ticks("response_channel");
    body.section("6", "paper-tcy-confirmation");
    body.fields(&["confirm_name", "confirm_function", "confirm_telephone", "confirm_email"]);
    body.section("7", "paper-tcy-investigating");
    body.field("investigating_unit");
}

/// Sections 8 to 13: offence, facts, data, custodian, urgency, duration.
fn case(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    body.section("8", "paper-tcy-offence");
    body.fields(&["offence", "offence_provision", "max_penalty_months", "legal_power"]);
    body.section("9", "paper-tcy-facts");
    body.fields(&["facts", "facts_internal"]);
    body.section("10", "paper-tcy-data");
    body.put(sheet.items());
    body.field("relation_to_offence");
    body.section("11", "paper-tcy-custodian");
    body.field("custodian");
    body.section("12", "paper-tcy-necessity");
    body.field("necessity");
    body.ticks("emergency_basis");
    body.field("urgency_reason");
    body.section("13", "paper-tcy-duration");
    body.field("duration_sought");
    if let Some(hold) = &sheet.d.hold {
        let pen = &sheet.pen;
        let until = format!("{} {}", pen.w("hold", hold.state), pen.moment(hold.until));
        body.say("paper-held", &until);
    }
}

/// Sections 14 to 17: partial disclosure, confidentiality, the assistance that follows, signature.
fn end(body: &mut Body<'_>, sheet: &Sheet<'_>) {
    let (pen, d) = (&sheet.pen, sheet.d);
    body.section("14", "paper-tcy-partial");
    body.field("partial_disclosure");
    body.section("15", "paper-tcy-confidentiality");
    body.ticks("confidentiality");
    body.field("confidentiality_until");
    body.section("16", "paper-tcy-assistance");
    body.fields(&["mutual_assistance_intended", "mutual_assistance_reference"]);
    body.section("17", "paper-tcy-signature");
    body.field("remarks");
    body.rests_on(Certainty::Unreviewed);
    match &d.authorised {
        Some(authorised) => {
            let mut rows = sheet.signed(&authorised.by);
            let capacity = pen.w("authoriser", authorised.mandate.kind);
            rows.push(pen.entry("paper-capacity", vec![pen.plain(&capacity)]));
            body.signature("paper-authoriser", rows, true);
        }
        None => body.text("paper-not-authorised"),
    }
}
