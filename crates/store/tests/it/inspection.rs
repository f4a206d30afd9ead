//! Reports of inspections: sealed, the newest in the place of the one before, and gone with their upload.

use comity_domain::inspection::{Finding, Inspection, Table};
use comity_store::testing::NOW_US;
use comity_store::upload::{self, NewUpload};
use comity_store::{Fault, FaultKind, Tx, inspection, on_both_engines};

use crate::seal::new_key;

fn report(finding: Finding) -> Inspection {
    let columns = vec!["canary1b".to_owned()];
    Inspection { table: Some(Table { columns, rows: 3 }), ..Inspection::ended(finding) }
}

on_both_engines! {
    async fn a_report_is_kept_sealed_and_goes_with_its_upload(store) {
        let (key, other) = (new_key(store, "d3").await, new_key(store, "d2").await);
        let early = key.clone();
        let early = move |tx: &mut dyn Tx| inspection::put(tx, &early, "u1", &report(Finding::Blank), NOW_US);
        let refused = store.write("test.early", early).await.expect_err("there is no such upload");
        assert_eq!(refused.kind, FaultKind::ForeignKey);
        let work = move |tx: &mut dyn Tx| -> Result<(), Fault> {
            let new = NewUpload {
                id: "u1".to_owned(),
                dossier: "d3".to_owned(),
                name: "answer.csv".to_owned(),
                media_type: None,
                declared_size: None,
                sealed: false,
                now_us: NOW_US,
            };
            upload::begin(tx, &key, &new)?;
            assert!(inspection::find(tx, &key, "u1")?.is_none());
            inspection::put(tx, &key, "u1", &report(Finding::Blank), NOW_US)?;
            inspection::put(tx, &key, "u1", &report(Finding::Encrypted), NOW_US + 1)?;
            assert!(inspection::find(tx, &key, "u1")? == Some(report(Finding::Encrypted)));
            let all = inspection::of_dossier(tx, &key, "d3")?;
            assert!(all.len() == 1 && all["u1"] == report(Finding::Encrypted));
            assert!(inspection::of_dossier(tx, &key, "d1")?.is_empty());
            let stranger = inspection::find(tx, &other, "u1").expect_err("another key");
            assert_eq!(stranger.kind, FaultKind::Other);
            let row = tx.row("select report_sealed from inspection", &[])?.expect("a row");
            assert!(!row.bytes(0)?.windows(8).any(|window| window == b"canary1b"));
            upload::remove(tx, "u1", NOW_US)?;
            assert!(inspection::find(tx, &key, "u1")?.is_none());
            Ok(())
        };
        store.write("test.report", work).await.expect("kept");
    }
}
