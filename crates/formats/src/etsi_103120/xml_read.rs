//! Reads XML bytes into the tree: no DTD, no entities but the predefined, no processing instructions, all bounded.
//! Namespaces are resolved here, so no prefix means anything above; nothing is validated against the schema.

use super::report::ReadFault;
use super::tree::{Content, Node, Ns, XSI, is_xml_char};
use super::{MAX_DEPTH, MAX_NAME, MAX_NODES};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// The namespace that the prefix `xml` always has.
const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";

/// How many attributes one element may have; a message of this format needs a dozen.
const MAX_ATTRIBUTES: usize = 64;

/// A fault, and the part of the tree read before it.
pub(super) type Broken = (ReadFault, Option<Box<Node>>);

/// An element whose end tag has not come yet.
struct Open {
    node: Node,
    text: String,
    children: Vec<Node>,
}

impl Open {
    fn close(mut self) -> Node {
        self.node.content = if self.children.is_empty() {
            Content::Text(self.text)
        } else {
            self.node.stray_text = !self.text.trim_ascii().is_empty();
            Content::Children(self.children)
        };
        self.node
    }
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    started: bool,
}

/// The root element.
pub(super) fn read(bytes: &[u8]) -> Result<Node, Broken> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| (ReadFault::NotUtf8, None))?;
    let mut reader = NsReader::from_str(text);
    let mut builder = Builder::default();
    loop {
        let step = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => builder.take(event, &reader),
            Err(quick_xml::Error::Namespace(_)) => {
                Err(ReadFault::Malformed("namespace declarations".to_owned()))
            }
            Err(error) => Err(malformed(&error)),
        };
        if let Err(fault) = step {
            return Err((fault, builder.salvage()));
        }
    }
    match builder.root {
        Some(root) if builder.open.is_empty() => Ok(root),
        Some(_) | None => Err((ReadFault::Malformed("ends too early".to_owned()), builder.salvage())),
    }
}

fn malformed(error: &dyn std::fmt::Display) -> ReadFault {
    // The library's text may quote the message; its beginning tells enough.
    ReadFault::Malformed(error.to_string().chars().take(200).collect())
}

impl Builder {
    fn take(&mut self, event: Event<'_>, reader: &NsReader<&[u8]>) -> Result<(), ReadFault> {
        let first = !std::mem::replace(&mut self.started, true);
        match event {
            Event::Start(start) => self.start(&start, reader),
            Event::Empty(start) => {
                self.start(&start, reader)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.reference(&reference),
            Event::Comment(_) | Event::Eof => Ok(()),
            Event::Decl(decl) if first => check_declaration(&decl),
            Event::Decl(_) | Event::PI(_) => Err(ReadFault::ProcessingInstruction),
            Event::DocType(_) => Err(ReadFault::Doctype),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, reader: &NsReader<&[u8]>) -> Result<(), ReadFault> {
        self.nodes += 1;
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadFault::TooDeep);
        }
        let (resolved, local) = reader.resolver().resolve_element(start.name());
        let name: &str = local.as_ref();
        if self.nodes > MAX_NODES || name.len() > MAX_NAME {
            return Err(ReadFault::TooManyParts);
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(ReadFault::Malformed("a second root element".to_owned()));
        }
        if !start.name().as_ref().chars().all(is_xml_char) {
            return Err(ReadFault::ForbiddenCharacter);
        }
        let mut node = Node::new(bound(&resolved)?.map_or(Ns::Foreign, Ns::from_uri), name, Content::Null);
        read_attributes(start, reader, &mut node)?;
        self.open.push(Open { node, text: String::new(), children: Vec::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        let Some(done) = self.open.pop() else {
            return Err(ReadFault::Malformed("an end tag without start".to_owned()));
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done.close()),
            None => self.root = Some(done.close()),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadFault> {
        if !text.chars().all(is_xml_char) {
            return Err(ReadFault::ForbiddenCharacter);
        }
        match self.open.last_mut() {
            Some(open) => open.text.push_str(text),
            None if text.trim_ascii().is_empty() => {}
            None => return Err(ReadFault::Malformed("text outside the root element".to_owned())),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), ReadFault> {
        match reference.resolve_char_ref() {
            Ok(Some(c)) => self.text(c.encode_utf8(&mut [0; 4])),
            Ok(None) => {
                let name = reference.xml10_content();
                self.text(resolve_predefined_entity(&name).ok_or(ReadFault::EntityReference)?)
            }
            Err(_) => Err(ReadFault::ForbiddenCharacter),
        }
    }

    /// The root as far as it was read; a leaf that broke off is dropped, because its text may be cut.
    fn salvage(mut self) -> Option<Box<Node>> {
        while let Some(open) = self.open.pop() {
            let leaf = open.children.is_empty();
            match self.open.last_mut() {
                Some(_) if leaf => {}
                Some(parent) => parent.children.push(open.close()),
                None => self.root = self.root.or_else(|| Some(open.close())),
            }
        }
        self.root.map(Box::new)
    }
}

fn check_declaration(decl: &BytesDecl<'_>) -> Result<(), ReadFault> {
    match decl.version() {
        Ok(version) if version == "1.0" => {}
        Ok(_) => return Err(ReadFault::Malformed("not XML 1.0".to_owned())),
        Err(error) => return Err(malformed(&error)),
    }
    match decl.encoding() {
        None => Ok(()),
        Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("UTF-8") => Ok(()),
        Some(Ok(_)) => Err(ReadFault::NotUtf8),
        Some(Err(error)) => Err(malformed(&error)),
    }
}

/// The namespace a name is bound to, if any.
fn bound<'r>(resolved: &ResolveResult<'r>) -> Result<Option<&'r str>, ReadFault> {
    match resolved {
        ResolveResult::Bound(ns) => Ok(Some(ns.0)),
        ResolveResult::Unbound => Ok(None),
        ResolveResult::Unknown(_) => Err(ReadFault::UndeclaredPrefix),
    }
}

fn read_attributes(
    start: &BytesStart<'_>,
    reader: &NsReader<&[u8]>,
    node: &mut Node,
) -> Result<(), ReadFault> {
    // Counted before anything is compared: the check for duplicates takes the square of the number.
    if start.attributes().with_checks(false).take(MAX_ATTRIBUTES + 1).count() > MAX_ATTRIBUTES {
        return Err(ReadFault::TooManyParts);
    }
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| match error {
            AttrError::Duplicated(..) => ReadFault::DuplicateAttribute,
            other => malformed(&other),
        })?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match error {
            quick_xml::Error::Escape(_) => ReadFault::EntityReference,
            other => malformed(&other),
        })?;
        if !value.chars().all(is_xml_char) {
            return Err(ReadFault::ForbiddenCharacter);
        }
        let (resolved, local) = reader.resolver().resolve_attribute(attribute.key);
        match bound(&resolved)? {
            Some(XSI) if local.as_ref() == "type" => {
                let (ns, name) = resolve_type(value.trim_ascii(), reader)?;
                if node.xsi_type.replace((ns, name)).is_some() {
                    return Err(ReadFault::DuplicateAttribute);
                }
            }
            Some(XSI) if local.as_ref() != "nil" => {}
            Some(XML_NS) => {}
            Some(_) | None => node.stray_attribute = true,
        }
    }
    Ok(())
}

/// The qualified name that is the value of `xsi:type`; without prefix it lies in the default namespace.
fn resolve_type(value: &str, reader: &NsReader<&[u8]>) -> Result<(Ns, String), ReadFault> {
    if value.len() > 2 * MAX_NAME {
        return Err(ReadFault::TooManyParts);
    }
    let (resolved, local) = reader.resolver().resolve_element(quick_xml::name::QName(value));
    let ns = bound(&resolved)?.map_or(Ns::Foreign, Ns::from_uri);
    Ok((ns, local.as_ref().to_owned()))
}
