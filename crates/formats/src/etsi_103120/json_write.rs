//! Writes a checked tree as JSON: prefixed member names, arrays for lists, members in schema order.
//! It may assume that every text passed its form; it never checks the schema itself.

use super::tree::{Content, List, Node, Ns, XSI};
use super::xml_write::{qualified, uses};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

/// The document, UTF-8.
///
/// # Errors
/// When a number of the tree is none, which the typed records rule out.
pub(super) fn write(root: &Node) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Root(root))
}

struct Root<'n>(&'n Node);

impl Serialize for Root<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@xmlns", Ns::Core.uri())?;
        map.serialize_entry("@xmlns:xsi", XSI)?;
        for ns in Ns::PREFIXED.iter().filter(|ns| uses(self.0, **ns)) {
            map.serialize_entry(&format!("@xmlns:{}", ns.prefix()), ns.uri())?;
        }
        write_members(self.0.children(), &mut map)?;
        map.end()
    }
}

struct Value<'n>(&'n Node);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.content {
            Content::Text(text) => serializer.serialize_str(text),
            Content::Number(text) => {
                serializer.serialize_u64(text.parse().map_err(|_| S::Error::custom("not a number"))?)
            }
            Content::Bool(value) => serializer.serialize_bool(*value),
            Content::Null => serializer.serialize_unit(),
            Content::Children(children) => {
                let mut map = serializer.serialize_map(None)?;
                if let Some((ns, name)) = &self.0.xsi_type {
                    map.serialize_entry("@xsi:type", &format!("{{{}}}{name}", ns.uri()))?;
                }
                write_members(children, &mut map)?;
                map.end()
            }
        }
    }
}

struct Entries<'n>(&'n [Node]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for node in self.0 {
            seq.serialize_element(&Value(node))?;
        }
        seq.end()
    }
}

/// The entries of a list stand side by side in the tree and become one member.
fn write_members<M: SerializeMap>(children: &[Node], map: &mut M) -> Result<(), M::Error> {
    for group in children
        .chunk_by(|a, b| a.list == List::Entry && b.list == List::Entry && a.ns == b.ns && a.name == b.name)
    {
        let [first, ..] = group else { continue };
        let name = qualified(first.ns, &first.name);
        if first.list == List::Entry {
            map.serialize_entry(&name, &Entries(group))?;
        } else {
            map.serialize_entry(&name, &Value(first))?;
        }
    }
    Ok(())
}
