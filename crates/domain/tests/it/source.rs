//! Whatever is checked, frozen, reviewed and signed anew in whatever order: nothing is accepted or released without every
//! check of the class, of every priority, nor while the request stands still (I1, I3; guidelines `P-source`, `L-emergabuse`).
//! The stories are worked cases, so that they run through the same `decide` and `apply` as everything else.

use comity_domain::calendar::Calendar;
use comity_domain::procedure::case::run;
use comity_domain::procedure::{CheckKind, PinnedProcedure};
use comity_domain::term::Priority;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures").join(name))
        .unwrap()
}

/// What a story must know of the source.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Default)]
struct Model {
    passed: BTreeSet<CheckKind>,
    fallen: bool,
    frozen: bool,
    cleared: bool,
    accepted: bool,
}

impl Model {
    fn verified(&self, wanted: &[CheckKind]) -> bool {
        wanted.iter().all(|kind| self.passed.contains(kind))
    }

    /// What stands against accepting.
    fn against(&self, wanted: &[CheckKind]) -> Option<&'static str> {
        match (self.frozen, self.verified(wanted)) {
            (true, _) => Some("request-frozen"),
            (false, false) => Some("source-not-verified"),
            (false, true) => None,
        }
    }
}

/// A story of that priority, and what must follow at each step.
fn story(priority: Priority, wanted: &[CheckKind], drawn: &[u8]) -> String {
    let mut text = format!(
        "procedure = \"bud.18_subscriber\"\n[[case]]\nname = \"drawn\"\nfrom = \"XA\"\nto = \"XA\"\npriority = \
         \"{priority}\"\n"
    );
    let mut model = Model::default();
    let mut minute = 0;
    let mut step = |act: &str, more: &str, refused: Option<&str>| {
        let at = format!("2026-11-02T{:02}:{:02}:00+01:00", 10 + minute / 60, minute % 60);
        minute += 1;
        write!(text, "[[case.step]]\nat = \"{at}\"\nact = \"{act}\"\n{more}").unwrap();
        if let Some(code) = refused {
            writeln!(text, "refused = \"{code}\"").unwrap();
        }
    };
    step("send", "", None);
    for byte in drawn {
        match byte % 16 {
            0 if !model.fallen => {
                step("freeze", "", None);
                (model.fallen, model.frozen) = (true, true);
            }
            1 => {
                step("thaw", "", (!model.frozen).then_some("not-frozen"));
                model.cleared |= model.frozen;
                model.frozen = false;
            }
            2 => {
                step("reauthorise", "", (!model.frozen).then_some("not-frozen"));
                model.cleared |= model.frozen;
                model.frozen = false;
            }
            3..=5 => {
                let refused = model.against(wanted);
                step("produce", "", refused);
                model.accepted |= refused.is_none();
            }
            drawn => {
                let kind = CheckKind::ALL[usize::from(drawn) % CheckKind::ALL.len()];
                let (passed, asked) = (byte / 16 > 1, wanted.contains(&kind));
                let more = format!("check = \"{kind}\"\npassed = {passed}\n");
                step("check", &more, (!asked).then_some("check-unknown"));
                // Whoever has fallen and was not cleared lets the accreditation fail, whatever a person says.
                let found = kind != CheckKind::Accreditation || !model.fallen || model.cleared;
                if asked && passed && found {
                    model.passed.insert(kind);
                } else if asked {
                    model.passed.remove(&kind);
                }
            }
        }
    }
    let refused = match (model.frozen, model.accepted) {
        (true, _) => Some("request-frozen"),
        (false, false) => Some("package-empty"),
        (false, true) => model.against(wanted),
    };
    step("deliver", "", refused);
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_acts_releases_without_every_check_of_the_class(
        priority in proptest::sample::select(Priority::ALL),
        drawn in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let pinned = PinnedProcedure::from_toml(&file("bud/18_subscriber.toml")).unwrap();
        let calendar = Calendar::from_toml(&file("calendars/xa.toml")).unwrap();
        let calendars = BTreeMap::from([("XA".to_owned(), calendar)]);
        let wanted = pinned.procedure.checks(priority);
        let text = story(priority, wanted, &drawn);
        let report = run("drawn", &text, &pinned, &calendars).unwrap();
        let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
        prop_assert!(failures.is_empty(), "{}\n{text}", failures.join("\n"));
    }
}
