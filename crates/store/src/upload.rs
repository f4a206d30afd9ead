//! Resumable uploads: a file comes in parts, each at the offset where the last ended, and its hash runs along.
//! It may assume that the caller knows who may send. It never counts a part before the part's bytes are durable.

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt, TryStreamExt};
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest, Sha256};

use crate::blob::{BlobError, BlobStore};
use crate::engine::{Store, Tx};
use crate::fault::Fault;
use crate::hex;
use crate::seal::{BlobKey, DossierKey, Place, ReleaseKey, fill_random};
use crate::value::{Row, Value};

comity_domain::opaque!(NewUpload, Upload);

crate::sql! {
    BEGIN = "insert into upload (id, dossier, name_sealed, declared_size, received, parts, hash_state, created_at_us,
            type_sealed, sealed)
        values ($1, $2, $3, $4, 0, 0, $5, $6, $7, $8)";
    READ = "select dossier, name_sealed, declared_size, received, parts, hash_state, sha256, created_at_us,
            completed_at_us, id, type_sealed, sealed
        from upload where id = $1";
    APPEND = "update upload set received = $2, parts = parts + 1, hash_state = $3
        where id = $1 and received = $4 and completed_at_us is null
        returning parts";
    ADD_PART = "insert into upload_part (upload, number, path, bytes) values ($1, $2, $3, $4)";
    COMPLETE = "update upload set sha256 = $2, completed_at_us = $3 where id = $1 and completed_at_us is null";
    PUT_DIGEST = "update upload set sha256 = $2 where id = $1";
    PARTS = "select path from upload_part where upload = $1 order by number";
    OF_DOSSIER = "select dossier, name_sealed, declared_size, received, parts, hash_state, sha256, created_at_us,
            completed_at_us, id, type_sealed, sealed
        from upload where dossier = $1 order by created_at_us, id limit 10000";
    ADD_RELEASE = "insert into release_key (upload, dossier, key_sealed, created_at_us) values ($1, $2, $3, $4)";
    RELEASE = "select key_sealed from release_key where upload = $1";
    DESTROY_RELEASE = "update release_key set key_sealed = null, destroyed_at_us = $2
        where upload = $1 and destroyed_at_us is null";
    REMOVE_PARTS = "delete from upload_part where upload = $1";
    REMOVE = "delete from upload where id = $1";
    STALE = "select id from upload where completed_at_us is null and created_at_us < $1
        order by created_at_us, id limit $2";
}

/// Limits of what one upload may bring, in bytes and parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// The longest part, in bytes.
    pub part_bytes: u64,
    /// The longest file, in bytes.
    pub total_bytes: u64,
    /// The most parts of one file.
    pub parts: u64,
}

/// An upload to be opened.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// Its identifier, made by the service.
    pub id: String,
    /// The dossier whose key seals it.
    pub dossier: String,
    /// The file's name as the sender gives it; sealed before it is written.
    pub name: String,
    /// The media type that the sender states, if it does; sealed before it is written.
    pub media_type: Option<String>,
    /// Bytes that the sender announces, if it knows.
    pub declared_size: Option<u64>,
    /// Whether it comes sealed end to end: its parts then get a release key of their own.
    pub sealed: bool,
    /// The time in microseconds since 1970.
    pub now_us: i64,
}

/// An upload as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its identifier.
    pub id: String,
    /// The dossier whose key seals it.
    pub dossier: String,
    /// The file's name, sealed; [`Upload::name`] opens it.
    name_sealed: Vec<u8>,
    /// The media type that the sender stated, sealed; [`Upload::media_type`] opens it.
    type_sealed: Option<Vec<u8>>,
    /// Bytes that the sender announced, if it did.
    pub declared_size: Option<u64>,
    /// Bytes stored so far: the offset of the next part.
    pub received: u64,
    /// Parts stored so far.
    pub parts: u64,
    hash_state: Vec<u8>,
    /// SHA-256 of the whole file in hexadecimal, once it is complete.
    pub sha256: Option<String>,
    /// When it was opened, in microseconds since 1970.
    pub created_at_us: i64,
    /// When it was completed, in microseconds since 1970.
    pub completed_at_us: Option<i64>,
    /// Whether it came sealed end to end.
    pub sealed: bool,
}

impl Upload {
    /// The file's name. *Errors*: the row was changed or the key is another.
    pub fn name(&self, key: &DossierKey) -> Result<String, Fault> {
        let name = key.open(place(&self.id, "name_sealed"), &self.name_sealed)?;
        String::from_utf8(name).map_err(|_| Fault::other("a file name that is not UTF-8"))
    }

    /// The media type that the sender stated, if it did. *Errors*: the row was changed or the key is another.
    pub fn media_type(&self, key: &DossierKey) -> Result<Option<String>, Fault> {
        let Some(sealed) = &self.type_sealed else { return Ok(None) };
        let stated = key.open(place(&self.id, "type_sealed"), sealed)?;
        String::from_utf8(stated).map(Some).map_err(|_| Fault::other("a media type that is not UTF-8"))
    }

    /// SHA-256 of what has arrived so far, in hexadecimal. *Errors*: the row was changed or the key is another.
    pub fn digest(&self, key: &DossierKey) -> Result<String, Fault> {
        Ok(hex::encode(&self.hash(key)?.finalize()))
    }

    fn hash(&self, key: &DossierKey) -> Result<Sha256, Fault> {
        let state = key.open(place(&self.id, "hash_state"), &self.hash_state)?;
        let unreadable = || Fault::other("a hash state that cannot be read");
        let state = SerializedState::<Sha256>::try_from(state.as_slice()).map_err(|_| unreadable())?;
        Sha256::deserialize(&state).map_err(|_| unreadable())
    }
}

/// Why an upload did not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// There is no such upload.
    #[error("there is no such upload")]
    Missing,
    /// The part does not begin where the last one ended, which is told in bytes.
    #[error("the next part begins at byte {received}")]
    WrongOffset {
        /// Where the next part has to begin, in bytes.
        received: u64,
    },
    /// It is complete; nothing can be added.
    #[error("the upload is complete")]
    Completed,
    /// The file would be longer than allowed or announced, in bytes.
    #[error("the file may not be longer than {0} bytes")]
    TooLarge(u64),
    /// The file has as many parts as are allowed.
    #[error("the file may not have more than {0} parts")]
    TooManyParts(u64),
    /// The file is not as long as announced.
    #[error("{received} bytes came of {declared} announced")]
    SizeDiffers {
        /// Bytes announced.
        declared: u64,
        /// Bytes that came.
        received: u64,
    },
    /// The part's sender failed before its end; nothing of the part was kept.
    #[error("the part ended early: {0}")]
    Source(String),
    /// Anything else.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn place<'a>(id: &'a str, column: &'a str) -> Place<'a> {
    Place { table: "upload", row: id, column }
}

fn count(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|_| Fault::other("a negative count"))
}

fn stored(number: u64) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|_| Fault::other("a count beyond 2⁶³"))
}

fn sealed_state(key: &DossierKey, id: &str, hash: &Sha256) -> Result<Vec<u8>, Fault> {
    key.seal(place(id, "hash_state"), &hash.serialize())
}

/// Opens an upload. *Errors*: [`crate::FaultKind::Unique`] when the identifier is taken.
pub fn begin(tx: &mut dyn Tx, key: &DossierKey, new: &NewUpload) -> Result<(), Fault> {
    let name = key.seal(place(&new.id, "name_sealed"), new.name.as_bytes())?;
    let stated =
        new.media_type.as_ref().map(|stated| key.seal(place(&new.id, "type_sealed"), stated.as_bytes()));
    let args = [
        Value::from(&new.id),
        Value::from(&new.dossier),
        Value::from(name),
        Value::from(new.declared_size.map(stored).transpose()?),
        Value::from(sealed_state(key, &new.id, &Sha256::new())?),
        Value::Int(new.now_us),
        Value::from(stated.transpose()?),
        new.sealed.into(),
    ];
    tx.exec(BEGIN, &args)?;
    if new.sealed {
        let sealed = ReleaseKey::generate()?.seal(key, release_place(&new.id))?;
        let args = [(&new.id).into(), (&new.dossier).into(), sealed.into(), new.now_us.into()];
        tx.exec(ADD_RELEASE, &args)?;
    }
    Ok(())
}

fn release_place(upload: &str) -> Place<'_> {
    Place { table: "release_key", row: upload, column: "key_sealed" }
}

/// The key of an upload's blobs: the dossier's, or the release key of a sealed file; nothing once that is destroyed.
///
/// *Errors*: the row was changed or the key is another.
pub fn blob_key(tx: &mut dyn Tx, key: &DossierKey, upload: &Upload) -> Result<Option<BlobKey>, Fault> {
    if !upload.sealed {
        return Ok(Some(key.blob_key()));
    }
    let Some(row) = tx.row(RELEASE, &[(&upload.id).into()])? else {
        return Err(Fault::other("a sealed file that never had a release key"));
    };
    let Some(sealed) = row.opt_bytes(0)? else { return Ok(None) };
    Ok(Some(ReleaseKey::open(key, release_place(&upload.id), sealed)?.blob_key()))
}

/// Destroys the release key of a sealed file and forgets where its parts lay: nobody can read it any more, and the caller
/// deletes the blobs at these paths after the commit. What is known of the file stays. Nothing for a file that is not
/// sealed.
pub fn destroy(tx: &mut dyn Tx, id: &str, now_us: i64) -> Result<Vec<String>, Fault> {
    if tx.exec(DESTROY_RELEASE, &[id.into(), now_us.into()])? == 0 {
        return Ok(Vec::new());
    }
    let paths = paths(tx, id)?;
    tx.exec(REMOVE_PARTS, &[id.into()])?;
    Ok(paths)
}

/// Reads an upload as it stands.
pub fn find(tx: &mut dyn Tx, id: &str) -> Result<Option<Upload>, Fault> {
    tx.row(READ, &[id.into()])?.map(|row| upload_of(id, &row)).transpose()
}

/// The uploads of a dossier, oldest first, 10,000 at most.
pub fn of_dossier(tx: &mut dyn Tx, dossier: &str) -> Result<Vec<Upload>, Fault> {
    tx.rows(OF_DOSSIER, &[dossier.into()])?.iter().map(|row| upload_of(row.text(9)?, row)).collect()
}

fn upload_of(id: &str, row: &Row) -> Result<Upload, Fault> {
    Ok(Upload {
        id: id.to_owned(),
        dossier: row.text(0)?.to_owned(),
        name_sealed: row.bytes(1)?.to_vec(),
        declared_size: row.opt_int(2)?.map(count).transpose()?,
        received: count(row.int(3)?)?,
        parts: count(row.int(4)?)?,
        hash_state: row.bytes(5)?.to_vec(),
        sha256: row.opt_text(6)?.map(str::to_owned),
        created_at_us: row.int(7)?,
        completed_at_us: row.opt_int(8)?,
        type_sealed: row.opt_bytes(10)?.map(<[u8]>::to_vec),
        sealed: row.truth(11)?,
    })
}

fn found(tx: &mut dyn Tx, id: &str) -> Result<Upload, UploadError> {
    find(tx, id)?.ok_or(UploadError::Missing)
}

/// Stores a part that begins at `offset` and counts it once it is durable; answers the offset of the next one.
///
/// A part that breaks off leaves nothing behind and is sent again from the same offset. *Errors*: every
/// [`UploadError`]; two rivals for one offset leave one of them [`UploadError::WrongOffset`].
pub async fn append<E: std::fmt::Display>(
    store: &Store,
    key: &DossierKey,
    id: &str,
    offset: u64,
    content: impl Stream<Item = Result<Bytes, E>> + Send,
    limits: UploadLimits,
) -> Result<u64, UploadError> {
    let (wanted, own) = (id.to_owned(), key.clone());
    let find = move |tx: &mut dyn Tx| -> Result<(Upload, BlobKey), UploadError> {
        let upload = found(tx, &wanted)?;
        let blob_key = blob_key(tx, &own, &upload)?.ok_or(UploadError::Missing)?;
        Ok((upload, blob_key))
    };
    let (upload, blob_key) = store.read("upload.find", find).await?;
    let allowed = allowed(&upload, offset, limits)?;
    let path = part_path(id, upload.parts)?;
    let hash = upload.hash(key)?;
    let part = store.blobs().put_part(&blob_key, &path, content, allowed, hash).await;
    let part = part.map_err(|error| match error {
        BlobError::TooLarge(max) if max == limits.part_bytes => UploadError::TooLarge(max),
        BlobError::TooLarge(max) => UploadError::TooLarge(offset + max),
        BlobError::Source(why) => UploadError::Source(why),
        BlobError::Storage(fault) => fault.into(),
        other @ (BlobError::Missing | BlobError::Corrupt) => Fault::other(other.to_string()).into(),
    })?;
    let state = sealed_state(key, id, &part.hash)?;
    let (id, counted) = (id.to_owned(), path.clone());
    let done = store
        .write("upload.append", move |tx| count_part(tx, &id, offset, part.bytes, &state, &counted))
        .await;
    if let Err(UploadError::WrongOffset { .. } | UploadError::Completed | UploadError::Missing) = done
        && let Err(error) = store.blobs().delete(&path).await
    {
        // After any other fault the part may have been counted, so its blob stays.
        tracing::warn!(store.fault = %error, "A part that was not counted could not be removed");
    }
    done
}

fn allowed(upload: &Upload, offset: u64, limits: UploadLimits) -> Result<u64, UploadError> {
    if upload.completed_at_us.is_some() {
        return Err(UploadError::Completed);
    }
    if upload.received != offset {
        return Err(UploadError::WrongOffset { received: upload.received });
    }
    if upload.parts >= limits.parts {
        return Err(UploadError::TooManyParts(limits.parts));
    }
    let total = upload.declared_size.map_or(limits.total_bytes, |declared| declared.min(limits.total_bytes));
    let left = total.checked_sub(offset).ok_or(UploadError::TooLarge(total))?;
    Ok(left.min(limits.part_bytes))
}

/// A new name for each attempt, so that a rival's blob is never overwritten.
fn part_path(id: &str, number: u64) -> Result<String, Fault> {
    let mut attempt = [0; 8];
    fill_random(&mut attempt)?;
    Ok(format!("upload/{}/{number}-{}", hex::encode(id.as_bytes()), hex::encode(&attempt)))
}

fn count_part(
    tx: &mut dyn Tx,
    id: &str,
    offset: u64,
    bytes: u64,
    state: &[u8],
    path: &str,
) -> Result<u64, UploadError> {
    let (before, added) = (stored(offset)?, stored(bytes)?);
    let after = before.checked_add(added).ok_or(UploadError::TooLarge(offset))?;
    let args = [id.into(), after.into(), state.into(), before.into()];
    let Some(row) = tx.row(APPEND, &args)? else {
        let upload = found(tx, id)?;
        return Err(match upload.completed_at_us {
            Some(_) => UploadError::Completed,
            None => UploadError::WrongOffset { received: upload.received },
        });
    };
    let number = row.int(0)? - 1;
    tx.exec(ADD_PART, &[id.into(), number.into(), path.into(), added.into()])?;
    Ok(count(after)?)
}

/// Completes an upload and answers it with its hash; completing it again answers the same.
///
/// *Errors*: [`UploadError::Missing`], [`UploadError::SizeDiffers`], a fault.
pub fn complete(tx: &mut dyn Tx, key: &DossierKey, id: &str, now_us: i64) -> Result<Upload, UploadError> {
    let mut upload = found(tx, id)?;
    if upload.completed_at_us.is_some() {
        return Ok(upload);
    }
    if let Some(declared) = upload.declared_size.filter(|declared| *declared != upload.received) {
        return Err(UploadError::SizeDiffers { declared, received: upload.received });
    }
    let sha256 = hex::encode(&upload.hash(key)?.finalize());
    tx.exec(COMPLETE, &[id.into(), Value::from(&sha256), now_us.into()])?;
    upload.sha256 = Some(sha256);
    upload.completed_at_us = Some(now_us);
    Ok(upload)
}

/// Puts the digests of a dossier's complete files beside their sealed states, after a restore.
pub fn put_digests(tx: &mut dyn Tx, key: &DossierKey, dossier: &str) -> Result<(), Fault> {
    for upload in of_dossier(tx, dossier)?.iter().filter(|upload| upload.completed_at_us.is_some()) {
        tx.put(PUT_DIGEST, &[(&upload.id).into(), upload.digest(key)?.into()])?;
    }
    Ok(())
}

/// The paths of an upload's blobs, in their order.
pub fn paths(tx: &mut dyn Tx, id: &str) -> Result<Vec<String>, Fault> {
    let rows = tx.rows(PARTS, &[id.into()])?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Reads a file back from the blobs at `paths`; the stream ends with an error at the first byte that is not authentic.
pub fn content(
    blobs: &BlobStore,
    key: &BlobKey,
    paths: Vec<String>,
) -> BoxStream<'static, Result<Bytes, BlobError>> {
    let (blobs, key) = (blobs.clone(), key.clone());
    let parts = stream::iter(paths).then(move |path| {
        let (blobs, key) = (blobs.clone(), key.clone());
        async move { blobs.get_part(&key, &path).await }
    });
    parts.try_flatten().boxed()
}

/// Removes an upload's rows and destroys its release key, of which it stays on record that it is destroyed; the caller
/// deletes the blobs at its [`paths`] after the commit. False when there is none.
pub fn remove(tx: &mut dyn Tx, id: &str, now_us: i64) -> Result<bool, Fault> {
    tx.exec(DESTROY_RELEASE, &[id.into(), now_us.into()])?;
    Ok(tx.exec(REMOVE, &[id.into()])? > 0)
}

/// Uploads opened before this time and never completed, oldest first.
pub fn stale(tx: &mut dyn Tx, before_us: i64, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = tx.rows(STALE, &[before_us.into(), limit.into()])?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}
