//! Findings about what the addressee does: clocks, hold, grounds of refusal, verification, training.

use super::Desk;
use super::place::At;
use crate::party::{OrganisationKind, Role, Side};
use crate::procedure::{CheckKind, DeadlineRule, Procedure, Stop, Trigger, VerificationGate};
use crate::refusal::NonExecutionCode;
use crate::term::{Priority, RequestKind};

/// Who has to act so that the clock stops, if what stops it can follow what starts it at all.
const fn stopper(rule: &DeadlineRule) -> Option<&'static [Side]> {
    match (rule.starts, rule.stops) {
        (Trigger::Receipt, Stop::Acknowledgement | Stop::Answer) => Some(&[Side::Provider]),
        (Trigger::Question, Stop::Reply) => Some(&[Side::Authority]),
        (Trigger::Hold, Stop::HoldEnd) => Some(&[Side::Provider, Side::Authority]),
        (Trigger::Receipt, Stop::Reply | Stop::HoldEnd)
        | (Trigger::Question, Stop::Acknowledgement | Stop::Answer | Stop::HoldEnd)
        | (Trigger::Hold, Stop::Acknowledgement | Stop::Answer | Stop::Reply) => None,
    }
}

pub(super) fn clocks(p: &Procedure, desk: &mut Desk<'_>) {
    for (index, rule) in p.deadline.iter().enumerate() {
        match stopper(rule) {
            None => {
                let message = format!(
                    "{} starts with {} and waits for {}: it never stops",
                    rule.id, rule.starts, rule.stops
                );
                desk.note(
                    "clock",
                    At::of("deadline", index, "stops"),
                    message,
                    "Receipt calls for acknowledgement or answer, question for reply, hold for hold_end.",
                );
            }
            Some(sides) if !sides.contains(&rule.obliged) => {
                let message = format!("{} binds {}, who cannot stop it", rule.id, rule.obliged);
                desk.note(
                    "clock",
                    At::of("deadline", index, "obliged"),
                    message,
                    "Bind the side that has to act.",
                );
            }
            Some(_) => {}
        }
    }
    for priority in Priority::ALL {
        let mut answers =
            p.deadlines_on(Trigger::Receipt, *priority).filter(|rule| rule.stops == Stop::Answer);
        if answers.next().is_none() {
            let message = format!("no clock for the answer to {priority}");
            desk.note(
                "clock-missing",
                At::of("deadline", 0, "id"),
                message,
                "Add one; where the law has none, a target marked as such.",
            );
        }
    }
}

pub(super) fn hold(p: &Procedure, desk: &mut Desk<'_>) {
    match (p.kind, &p.hold) {
        (RequestKind::Preserve, None) => {
            desk.note("hold", At::top("kind"), "data are preserved for no stated time", "Add [hold].");
        }
        (RequestKind::Produce, Some(_)) => {
            desk.note(
                "hold",
                At::of("hold", 0, "initial"),
                "nothing is preserved under this procedure",
                "Remove [hold], or write a procedure of kind PRESERVE.",
            );
        }
        (RequestKind::Preserve, Some(_)) | (RequestKind::Produce, None) => {}
    }
    if p.hold.is_none()
        && let Some(index) = p.deadline.iter().position(|rule| rule.starts == Trigger::Hold)
    {
        desk.note(
            "hold",
            At::of("deadline", index, "starts"),
            "there is no hold that could start this clock",
            "Start it with the receipt.",
        );
    }
    if p.kind == RequestKind::Produce && p.verification.before.contains(&VerificationGate::Preserve) {
        let at = At::of("verification", 0, "before");
        desk.note("gate", at, "nothing is preserved under this procedure", "Remove `preserve`.");
    }
    if p.kind == RequestKind::Preserve && p.verification.before.contains(&VerificationGate::Release) {
        let at = At::of("verification", 0, "before");
        desk.note(
            "gate",
            at,
            "nothing is released under this procedure",
            "Remove `release`; where data are released it always waits.",
        );
    }
}

pub(super) fn refusals(p: &Procedure, desk: &mut Desk<'_>) {
    let to_a_state = p.parties.addressee.contains(&OrganisationKind::ContactPoint);
    for (index, rule) in p.refusal.iter().enumerate() {
        let at = At::of("refusal", index, "code");
        if rule.code == NonExecutionCode::DualCriminality && p.kind == RequestKind::Preserve {
            let message = "N14: dual criminality is no condition of preservation";
            desk.note("refusal-kind", at, message, "Remove it; Art. 29(3) of the Convention.");
        }
        if rule.code.for_state_only() && !to_a_state {
            let message = format!("{} is for a State to decide, the addressee is a provider", rule.code);
            desk.note("refusal-state", at, message, "Remove it; a provider may flag the concern in words.");
        }
    }
    if !p.refusal.iter().any(|rule| rule.code == NonExecutionCode::Authenticity) {
        let message = "N22 is missing: a request whose source is not verified could not be ended";
        desk.note("refusal-kind", At::of("refusal", 0, "code"), message, "Add a [[refusal]] for N22.");
    }
    for code in &p.clarification.codes {
        if p.refusal(*code).is_none() {
            let message = format!("a question may be asked for {code}, which is no ground of refusal here");
            desk.note(
                "clarification",
                At::of("clarification", 0, "codes"),
                message,
                "Add a [[refusal]] for it, or drop it here.",
            );
        }
    }
    let asks = p.clarification.max_rounds > 0 && !p.clarification.codes.is_empty();
    if asks && !p.deadline.iter().any(|rule| rule.stops == Stop::Reply) {
        let at = At::of("clarification", 0, "max_rounds");
        desk.note(
            "clarification",
            at,
            "a question may stay open for ever",
            "Add a clock from question to reply.",
        );
    }
}

pub(super) fn verification(p: &Procedure, desk: &mut Desk<'_>) {
    for priority in Priority::ALL {
        let classes = p.verification.class.iter().filter(|class| class.priority.contains(priority)).count();
        if classes != 1 {
            let message = format!("{priority} has {classes} sets of checks");
            desk.note(
                "verification",
                At::of("verification", 0, "before"),
                message,
                "Name each priority in exactly one class.",
            );
        }
    }
    for (index, class) in p.verification.class.iter().enumerate() {
        let proves = |check: &CheckKind| match check {
            CheckKind::Signature | CheckKind::CallBack => true,
            CheckKind::Accreditation
            | CheckKind::Supervisor
            | CheckKind::Documents
            | CheckKind::Plausibility => false,
        };
        if !class.checks.iter().any(proves) {
            let message = format!("`{}` would release without proof of the sender", class.name.en);
            desk.note(
                "verification-source",
                At::of("verification.class", index, "checks"),
                message,
                "Add signature or call_back.",
            );
        }
    }
    let emergency = p.checks(Priority::Emergency);
    for ordinary in [Priority::Urgent, Priority::Normal, Priority::Batch] {
        let fewer = p.checks(ordinary);
        if !fewer.iter().all(|check| emergency.contains(check)) || emergency.len() <= fewer.len() {
            let index =
                p.verification.class.iter().position(|class| class.priority.contains(&Priority::Emergency));
            let at = At::of("verification.class", index.unwrap_or_default(), "checks");
            let message = format!("an emergency is verified no more than {ordinary}");
            desk.note(
                "verification-emergency",
                at,
                message,
                "Demand every check of the other classes and one more.",
            );
        }
    }
}

pub(super) fn training(p: &Procedure, desk: &mut Desk<'_>) {
    for role in [Role::Gatekeeper, Role::Authoriser, Role::Analyst] {
        if !p.training.iter().any(|rule| rule.role == role) {
            let message = format!("nothing says what a {role} must have learnt");
            desk.note("training", At::of("training", 0, "role"), message, "Add a [[training]] for the role.");
        }
    }
}
