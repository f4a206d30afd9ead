//! Files that come sealed end to end: a name that tells nothing, a header that shows for how many vaults, and nothing else.
//! What is in them cannot be looked at here, and nobody says otherwise.

use super::{New, vault};
use crate::act::{Answer, Caller, Denied};
use crate::request::both;
use crate::{Exchange, FileView, Inner};
use comity_domain::id::{RequestId, UploadId};
use comity_domain::inspection::{Finding, Inspection};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::Request;
use comity_domain::time::Moment;
use comity_domain::vault::{Vaults, is_sealed_name};
use comity_store::seal::DossierKey;
use comity_store::upload::{self, Upload};
use comity_store::{Fault, Tx, inspection, vault as rows};
use futures_util::StreamExt;

/// The media type under which a sealed file is given out.
const MEDIA_TYPE: &str = "application/age";
/// So much of a file is looked at for its header, in bytes: more than the longest one.
const HEADER: usize = 68 * 1024;
/// Everything is sealed to two vaults: the authority's and the provider's own.
const RECIPIENTS: usize = 2;

impl Exchange {
    /// Opens an upload of a file that is sealed end to end.
    ///
    /// # Errors
    /// Not permitted, a name that tells something, files do not go end to end here, too large, or a fault.
    pub async fn begin_sealed_upload(
        &self,
        who: &Caller,
        request: RequestId,
        name: &str,
        size: Option<u64>,
    ) -> Result<FileView, Denied> {
        if !is_sealed_name(name) {
            return Err(Refusal::of(RefusalCode::FieldMalformed, "name").into());
        }
        let new = New { name: name.to_owned(), size, media_type: None, sealed: true };
        self.begin_file(who, request, new).await
    }

    /// The beginning of a sealed upload, long enough for its header; nothing of a plain one.
    pub(super) async fn sealed_header(
        &self,
        key: &DossierKey,
        file: UploadId,
    ) -> Result<Option<Vec<u8>>, Denied> {
        let (id, own) = (file.to_string(), key.clone());
        let find = move |tx: &mut dyn Tx| -> Result<_, Fault> {
            let Some(found) = upload::find(tx, &id)?.filter(|found| found.sealed) else { return Ok(None) };
            let paths = upload::paths(tx, &id)?;
            Ok(upload::blob_key(tx, &own, &found)?.map(|key| (key, paths)))
        };
        let Some((key, paths)) = self.store.read("file.header", find).await? else { return Ok(None) };
        let mut content = upload::content(self.store.blobs(), &key, paths);
        let mut header = Vec::new();
        while let Some(piece) = content.next().await {
            let piece = piece.map_err(|error| Fault::other(error.to_string()))?;
            header.extend_from_slice(&piece);
            if header.len() >= HEADER {
                break;
            }
        }
        header.truncate(HEADER);
        Ok(Some(header))
    }
}

/// Whether a file may come in as it does, between these two, at this instant (T42); `header` is the beginning of a complete
/// sealed one.
pub(super) fn admit(
    tx: &mut dyn Tx,
    inner: &Inner,
    request: &Request,
    sealed: bool,
    header: Option<&[u8]>,
    now: Moment,
) -> Answer<()> {
    let parties = match both(tx, request.from, request.to)? {
        Ok(parties) => parties,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let vaults = vault::vaults(tx, inner, &parties.from, &parties.to, now)?;
    Ok(vaults
        .admit(sealed)
        .and_then(|()| header.map_or(Ok(()), |header| fits(header, &vaults)))
        .map_err(|r| vec![r]))
}

/// Whether a beginning is that of a file which is sealed as it has to be.
fn fits(header: &[u8], vaults: &Vaults) -> Result<(), Refusal> {
    let [first, _] = vaults.both()?;
    if vault::is_sealed_to(header, RECIPIENTS, first.hybrid) {
        Ok(())
    } else {
        Err(Refusal::of(RefusalCode::NotSealed, "file"))
    }
}

/// Says of a sealed file what can be said, and binds the two for good.
pub(super) fn accept(
    tx: &mut dyn Tx,
    request: &Request,
    key: &DossierKey,
    upload: &Upload,
    now: Moment,
) -> Result<(), Fault> {
    let report = Inspection {
        media_type: MEDIA_TYPE.to_owned(),
        findings: vec![Finding::EndToEnd],
        entries: 0,
        table: None,
    };
    inspection::put(tx, key, &upload.id, &report, now.us())?;
    rows::bind(tx, request.from, request.to, now)
}
