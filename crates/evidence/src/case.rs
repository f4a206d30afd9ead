//! Custody as linked data: the ontology CASE 1.5 with UCO 1.5 (Cyber-investigation Analysis Standard Expression), in JSON-LD,
//! for the tools of courts and laboratories that read it. It says nothing that the signed chain does not say: the same
//! manifest and chain always give the same bytes, so that a reader of both can compare.
//! Identifiers are names of what they stand for, made from hashes; they tell nobody who a person is.

use crate::custody::{Custody, CustodyAct, Entry};
use crate::hash::Digest;
use crate::json;
use crate::manifest::{FileEntry, Manifest, Mode};
use crate::signed::Signed;
use crate::word::When;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The namespace of everything that a graph names itself.
const OWN: &str = "urn:comity:";

/// A graph in the making; each thing stands in it once.
struct Graph<'a> {
    delivery: &'a str,
    things: BTreeMap<String, Value>,
}

fn reference(id: &str) -> Value {
    json!({ "@id": id })
}

fn time(at: &When) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": at.to_string() })
}

/// A hash as UCO has it.
fn hash(of: &Digest, id: &str) -> Value {
    json!({
        "@id": format!("kb:hash-{id}"),
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": of.to_string() },
    })
}

/// A name-based identifier: a UUID of version 5 by its form, of SHA-256.
fn uuid(name: &str) -> String {
    let hex = Digest::of(name.as_bytes()).to_string();
    format!("{}-{}-5{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

impl Graph<'_> {
    /// The identifier of a thing of this delivery.
    fn id(&self, kind: &str, name: &str) -> String {
        format!("kb:{kind}-{}", uuid(&format!("{} {kind} {name}", self.delivery)))
    }

    fn add(&mut self, id: &str, mut thing: Value) -> Value {
        thing["@id"] = json!(id);
        self.things.insert(id.to_owned(), thing);
        reference(id)
    }

    fn named(&mut self, kind: &str, class: &str, name: &str) -> Value {
        let id = self.id(kind, name);
        self.add(&id, json!({ "@type": class, "uco-core:name": name }))
    }

    /// The content of a file, or its inner envelope.
    fn file(&mut self, file: &FileEntry, sealed: bool) -> Value {
        let (form, hashed) = match file.sha256_cipher {
            Some(cipher) if sealed => ("sealed", cipher),
            _ => ("content", file.sha256_plain),
        };
        let name = format!("{} {form}", file.number);
        let id = self.id("file", &name);
        let own = uuid(&format!("{} {name}", self.delivery));
        let mut content = json!({
            "@id": format!("kb:content-data-facet-{own}"),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": [hash(&hashed, &own)],
        });
        let mut facet = json!({ "@id": format!("kb:file-facet-{own}"), "@type": "uco-observable:FileFacet" });
        if form == "content" {
            content["uco-observable:mimeType"] = json!(file.media_type);
            content["uco-observable:sizeInBytes"] = json!(file.size);
            facet["uco-observable:fileName"] = json!(file.name);
            facet["uco-observable:sizeInBytes"] = json!(file.size);
        } else {
            content["uco-observable:isEncrypted"] = json!(true);
            facet["uco-observable:fileName"] = json!(format!("{:04}.age", file.number));
        }
        let thing = json!({ "@type": "uco-observable:File", "uco-core:hasFacet": [content, facet] });
        self.add(&id, thing)
    }

    /// The file that has this hash.
    fn hashed(&mut self, file: &FileEntry, hash: Option<Digest>) -> Option<Value> {
        let hash = hash?;
        Some(self.file(file, Some(hash) == file.sha256_cipher))
    }

    /// Who: a person for its organisation.
    fn performer(&mut self, entry: &Entry) -> Value {
        let organisation = self.named("organization", "uco-identity:Organization", &entry.who.organisation);
        let name = format!("{} {}", entry.who.organisation, entry.who.person);
        let id = self.id("identity", &name);
        let person =
            self.add(&id, json!({ "@type": "uco-identity:Person", "uco-core:name": entry.who.person }));
        let between = self.id("relationship", &name);
        self.add(
            &between,
            json!({
                "@type": "uco-core:Relationship",
                "uco-core:isDirectional": true,
                "uco-core:kindOfRelationship": "Acts_For",
                "uco-core:source": person,
                "uco-core:target": organisation,
            }),
        );
        person
    }
}

/// The word of an act, as the chain has it.
fn word(act: CustodyAct) -> String {
    serde_json::to_value(act).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The custody of a delivery as JSON-LD, canonical (RFC 8785) and with a newline at its end.
///
/// # Errors
/// The chain is of another delivery or other files.
pub fn export(manifest: &Signed<Manifest>, custody: &Custody) -> Result<String, String> {
    let Manifest { delivery, request, basis, purpose, producer, files, encryption, .. } = &manifest.body;
    custody.agrees(&manifest.body)?;
    let mut graph = Graph { delivery, things: BTreeMap::new() };
    let authorization = graph.id("authorization", &basis.procedure);
    let authorization = graph.add(
        &authorization,
        json!({
            "@type": "case-investigation:Authorization",
            "uco-core:description": purpose,
            "case-investigation:authorizationIdentifier":
                format!("{} version {}, SHA-256 {}", basis.procedure, basis.version, basis.sha256),
            "case-investigation:authorizationType": "procedure",
        }),
    );
    let sealed = encryption.mode == Mode::EndToEnd;
    let exhibits: Vec<Value> = files.iter().map(|file| graph.file(file, sealed)).collect();
    let tool = graph.named("tool", "uco-tool:Tool", &producer.tool);
    let record = graph.id("provenance-record", delivery);
    let record = graph.add(
        &record,
        json!({
            "@type": "case-investigation:ProvenanceRecord",
            "uco-core:description": format!(
                "Delivery {delivery} of {} for request {}; manifest SHA-256 {}, signed by {}",
                producer.organisation, request.reference, manifest.sha256, manifest.by.name()
            ),
            "case-investigation:exhibitNumber": delivery,
            "uco-core:object": exhibits,
        }),
    );
    let investigation = graph.id("investigation", &request.id);
    let mut actions: Vec<Value> = Vec::new();
    for signed in custody.entries() {
        let entry = &signed.body;
        let Some(file) = files.iter().find(|file| file.number == entry.file) else {
            return Err(format!("custody: entry {} is of no file of the manifest", entry.sequence));
        };
        let mut action = action(&mut graph, entry, &signed.sha256, file);
        action["uco-action:instrument"] = tool.clone();
        if let Some(before) = actions.last() {
            action["case-investigation:wasInformedBy"] = before.clone();
        }
        if let Some(results) = action["uco-action:result"].as_array_mut() {
            results.push(record.clone());
        }
        let id = graph.id("investigative-action", &entry.sequence.to_string());
        actions.push(graph.add(&id, action));
    }
    actions.push(record);
    graph.add(
        &investigation,
        json!({
            "@type": "case-investigation:Investigation",
            "uco-core:name": format!("Request {}", request.reference),
            "case-investigation:relevantAuthorization": authorization,
            "uco-core:object": actions,
        }),
    );
    let things: Vec<Value> = graph.things.into_values().collect();
    Ok(json::canonical(&json!({ "@context": context(), "@graph": things }))? + "\n")
}

fn action(graph: &mut Graph<'_>, entry: &Entry, hash: &Digest, file: &FileEntry) -> Value {
    let purpose = entry.purpose.as_ref().map_or_else(String::new, |purpose| format!("; purpose: {purpose}"));
    let description = format!(
        "Entry {} of the chain of custody, SHA-256 {hash}; basis: {}{purpose}",
        entry.sequence, entry.basis
    );
    let before = graph.hashed(file, entry.before);
    let after = graph.hashed(file, entry.after);
    json!({
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": word(entry.act),
        "uco-core:description": description,
        "uco-action:startTime": time(&entry.at),
        "uco-action:endTime": time(&entry.at),
        "uco-action:performer": graph.performer(entry),
        "uco-action:location": [graph.named("location", "uco-location:Location", &entry.instance)],
        "uco-action:object": before.into_iter().collect::<Vec<Value>>(),
        "uco-action:result": after.into_iter().collect::<Vec<Value>>(),
    })
}

fn context() -> Value {
    let case = |part: &str| format!("https://ontology.caseontology.org/case/{part}/");
    let uco = |part: &str| format!("https://ontology.unifiedcyberontology.org/uco/{part}/");
    json!({
        "kb": OWN,
        "case-investigation": case("investigation"),
        "uco-action": uco("action"),
        "uco-core": uco("core"),
        "uco-identity": uco("identity"),
        "uco-location": uco("location"),
        "uco-observable": uco("observable"),
        "uco-tool": uco("tool"),
        "uco-types": uco("types"),
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}
