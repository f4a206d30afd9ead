//! Reads JSON bytes into the tree: no member twice, bounded depth and size, prefixes resolved as `@xmlns` declares them.
//! A prefix without declaration means what the JSON schemas fix for it; nothing is validated against the schema.

use super::report::ReadFault;
use super::tree::{Content, List, Node, Ns, is_xml_char};
use super::{MAX_DEPTH, MAX_NAME, MAX_NODES};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A JSON value that keeps the order of members.
enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

/// The root object, as the element it stands for.
pub(super) fn read(bytes: &[u8]) -> Result<Node, ReadFault> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| ReadFault::NotUtf8)?;
    let guard = Guard { nodes: Cell::new(0), fault: RefCell::new(None) };
    let mut source = serde_json::Deserializer::from_str(text);
    let value = Seed { guard: &guard, depth: 0 }.deserialize(&mut source);
    let value = value.and_then(|value| source.end().map(|()| value)).map_err(|error| {
        guard
            .fault
            .take()
            .unwrap_or_else(|| ReadFault::Malformed(error.to_string().chars().take(200).collect()))
    })?;
    let Json::Map(members) = value else { return Err(ReadFault::NotAMessage) };
    let mut prefixes = Prefixes::default();
    for (name, value) in &members {
        prefixes.declare(name, value);
    }
    let mut root = Node::new(Ns::Core, "HI1Message", Content::Null);
    prefixes.fill(&mut root, members, true)?;
    Ok(root)
}

/// What the whole reading shares: how many values there were, and why it stopped.
struct Guard {
    nodes: Cell<usize>,
    fault: RefCell<Option<ReadFault>>,
}

impl Guard {
    fn stop<E: serde::de::Error>(&self, fault: ReadFault) -> E {
        let error = E::custom(&fault);
        self.fault.replace(Some(fault));
        error
    }
}

#[derive(Clone, Copy)]
struct Seed<'g> {
    guard: &'g Guard,
    depth: usize,
}

impl Seed<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.guard.stop(ReadFault::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        if text.chars().all(is_xml_char) {
            Ok(text.to_owned())
        } else {
            Err(self.guard.stop(ReadFault::ForbiddenCharacter))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let nodes = self.guard.nodes.get() + 1;
        self.guard.nodes.set(nodes);
        if nodes > MAX_NODES {
            return Err(self.guard.stop(ReadFault::TooManyParts));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        // `1.0` is an integer to JSON Schema, and Rust writes it as `1`.
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Json, E> {
        self.text(value).map(Json::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let (mut members, mut names) = (Vec::new(), BTreeSet::new());
        while let Some(name) = map.next_key::<String>()? {
            let name = self.text::<A::Error>(&name)?;
            if name.len() > MAX_NAME {
                return Err(self.guard.stop(ReadFault::TooManyParts));
            }
            if !names.insert(name.clone()) {
                return Err(self.guard.stop(ReadFault::DuplicateMember));
            }
            members.push((name, map.next_value_seed(inner)?));
        }
        Ok(Json::Map(members))
    }
}

/// The prefixes a message declares.
#[derive(Default)]
struct Prefixes(BTreeMap<String, Ns>);

impl Prefixes {
    fn declare(&mut self, member: &str, value: &Json) {
        if let (Some(prefix), Json::Text(uri)) = (member.strip_prefix("@xmlns:"), value) {
            self.0.insert(prefix.to_owned(), Ns::from_uri(uri));
        }
    }

    /// Namespace and local name of a member; names without prefix are of the core namespace.
    fn resolve<'m>(&self, member: &'m str) -> (Ns, &'m str) {
        match member.split_once(':') {
            None => (Ns::Core, member),
            Some((prefix, local)) => {
                (self.0.get(prefix).copied().unwrap_or_else(|| Ns::from_prefix(prefix)), local)
            }
        }
    }

    /// Fills an element from the members of its object.
    fn fill(&self, node: &mut Node, members: Vec<(String, Json)>, is_root: bool) -> Result<(), ReadFault> {
        let mut children = Vec::new();
        for (member, value) in members {
            if member.starts_with('@') {
                self.attribute(node, &member, value, is_root)?;
                continue;
            }
            let (ns, local) = self.resolve(&member);
            match value {
                Json::List(values) => {
                    if values.is_empty() {
                        let mut child = Node::new(ns, local, Content::Children(Vec::new()));
                        child.list = List::Empty;
                        children.push(child);
                    }
                    for value in values {
                        let mut child = self.element(ns, local, value)?;
                        child.list = List::Entry;
                        children.push(child);
                    }
                }
                value => children.push(self.element(ns, local, value)?),
            }
        }
        node.content = Content::Children(children);
        Ok(())
    }

    fn attribute(&self, node: &mut Node, member: &str, value: Json, is_root: bool) -> Result<(), ReadFault> {
        let binding = member == "@xmlns" || member.starts_with("@xmlns:");
        match value {
            Json::Text(of) if member == "@xsi:type" => {
                // The schemas fix `{namespace}Name`; `prefix:Name` is understood and noted.
                let braced = of.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                node.stray_attribute |= braced.is_none();
                let (ns, name) =
                    braced.map_or_else(|| self.resolve(&of), |(uri, name)| (Ns::from_uri(uri), name));
                if name.len() > MAX_NAME {
                    return Err(ReadFault::TooManyParts);
                }
                node.xsi_type = Some((ns, name.to_owned()));
            }
            Json::Text(_) if is_root && (binding || member.starts_with("@xsi:")) => {}
            Json::Text(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Map(_) => {
                node.stray_attribute = true;
            }
        }
        Ok(())
    }

    fn element(&self, ns: Ns, name: &str, value: Json) -> Result<Node, ReadFault> {
        let mut node = Node::new(ns, name, Content::Null);
        match value {
            Json::Null => {}
            Json::Bool(value) => node.content = Content::Bool(value),
            Json::Number(text) => node.content = Content::Number(text),
            Json::Text(text) => node.content = Content::Text(text),
            Json::List(_) => return Err(ReadFault::Malformed(format!("a list within a list: {name}"))),
            Json::Map(members) => self.fill(&mut node, members, false)?,
        }
        Ok(node)
    }
}
