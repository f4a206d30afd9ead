//! What a restore reads: an archive, decrypted; whoever knows its recipient can have written it.

use comity_store::backup::{
    Absence, ArchiveKind, BackupFault, Gone, Head, Header, Next, Part, Reader, Writer, rows_of,
};
use comity_store::seal::InstanceKey;
use std::sync::LazyLock;

static KEY: LazyLock<InstanceKey> = LazyLock::new(|| InstanceKey::from_bytes([7; 32]));
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| written().expect("an archive"));

fn written() -> Result<Vec<u8>, BackupFault> {
    let header = Header {
        kind: ArchiveKind::Data,
        instance: "log.example".to_owned(),
        made_at: "2026-11-25T17:00:00+00:00".to_owned(),
        program: "0.1.0".to_owned(),
        schema: 11,
    };
    let mut out = Writer::new(Vec::new(), &header)?;
    for part in [
        Part::Blob { name: "upload/61/0-62".to_owned() },
        Part::File { name: "instance.key".to_owned() },
        Part::Table { name: "thing".to_owned(), columns: vec!["id".to_owned()] },
    ] {
        let empty = matches!(part, Part::Table { .. });
        out.begin(part)?;
        if !empty {
            out.bytes(b"sealed bytes")?;
        }
        out.end()?;
    }
    let logs = vec![Head {
        origin: "log.example/2026".to_owned(),
        size: 3,
        sealed_at: "2026-11-25T17:00:00+00:00".to_owned(),
        checkpoint: "log.example/2026\n3\n".to_owned(),
    }];
    let (path, upload, dossier) = ("upload/61/1-63".to_owned(), "61".to_owned(), "d".to_owned());
    let gone = vec![Gone { path, upload, dossier, absence: Absence::Erased { at_us: 1 } }];
    Ok(out.finish(&KEY, logs, gone)?.0)
}

/// What closes under the instance's key is what that has written.
pub(crate) fn archive(data: &[u8]) {
    if let Some((columns, piece)) = data.split_first()
        && let Ok(rows) = rows_of(piece, usize::from(*columns))
    {
        assert!(rows.iter().all(|row| row.len() == usize::from(*columns)));
    }
    let Ok((mut reader, _)) = Reader::open(data) else { return };
    loop {
        match reader.advance() {
            Ok(Next::Manifest(_)) => break,
            Ok(Next::Begin(_) | Next::Content(_) | Next::End) => {}
            Err(_) => return,
        }
    }
    if reader.close(&KEY).is_ok() {
        assert_eq!(data, *WHOLE, "sealed without the key");
    }
}

pub(crate) fn archive_seeds() -> Vec<Vec<u8>> {
    let rows = [&[2, 0, 1][..], &7_i64.to_be_bytes(), &[2, 0, 0, 0, 1, b'x', 3, 0, 0, 0, 0]].concat();
    vec![WHOLE.clone(), rows]
}
