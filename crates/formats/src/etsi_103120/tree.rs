//! The one tree that both encodings are read into and written from: elements with namespace, name and content.
//! It may assume that its readers bounded depth and size; it never interprets a value.

use std::fmt;

/// The namespaces of the used subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ns {
    Core,
    Common,
    Task,
    Auth,
    Doc,
    Notification,
    Delivery,
    Config,
    Dictionaries,
    Signature,
    /// Any namespace this reader does not know, or none.
    Foreign,
}

/// The namespace of `xsi:type` and its neighbours.
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Ns {
    /// Every namespace a message of ours may declare, except the default one.
    pub(crate) const PREFIXED: &'static [Self] = &[
        Self::Common,
        Self::Task,
        Self::Auth,
        Self::Doc,
        Self::Notification,
        Self::Delivery,
        Self::Config,
        Self::Dictionaries,
        Self::Signature,
    ];

    pub(crate) const fn uri(self) -> &'static str {
        match self {
            Self::Core => "http://uri.etsi.org/03120/common/2019/10/Core",
            Self::Common => "http://uri.etsi.org/03120/common/2016/02/Common",
            Self::Task => "http://uri.etsi.org/03120/common/2020/09/Task",
            Self::Auth => "http://uri.etsi.org/03120/common/2020/09/Authorisation",
            Self::Doc => "http://uri.etsi.org/03120/common/2020/09/Document",
            Self::Notification => "http://uri.etsi.org/03120/common/2016/02/Notification",
            Self::Delivery => "http://uri.etsi.org/03120/common/2019/10/Delivery",
            Self::Config => "http://uri.etsi.org/03120/common/2024/06/Config",
            Self::Dictionaries => "http://uri.etsi.org/03280/common/2019/10/Dictionaries",
            Self::Signature => "http://www.w3.org/2000/09/xmldsig#",
            Self::Foreign => "",
        }
    }

    /// The prefix the JSON schemas fix, empty for the core namespace.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Core | Self::Foreign => "",
            Self::Common => "common",
            Self::Task => "task",
            Self::Auth => "auth",
            Self::Doc => "doc",
            Self::Notification => "notification",
            Self::Delivery => "delivery",
            Self::Config => "config",
            Self::Dictionaries => "dictionaries",
            Self::Signature => "digsig",
        }
    }

    pub(crate) fn from_uri(uri: &str) -> Self {
        if uri == Self::Core.uri() {
            return Self::Core;
        }
        Self::PREFIXED.iter().copied().find(|ns| ns.uri() == uri).unwrap_or(Self::Foreign)
    }

    pub(crate) fn from_prefix(prefix: &str) -> Self {
        Self::PREFIXED.iter().copied().find(|ns| ns.prefix() == prefix).unwrap_or(Self::Foreign)
    }
}

/// What stands inside an element; XML leaves are always `Text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    Children(Vec<Node>),
}

/// Whether a node stands in a JSON array; reading XML, nobody knows, and it is always `No`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    No,
    /// One entry, perhaps the only one.
    Entry,
    /// Stands for an array without entries, which has no element of its own.
    Empty,
}

/// One element or JSON member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) ns: Ns,
    pub(crate) name: String,
    /// The resolved `xsi:type`.
    pub(crate) xsi_type: Option<(Ns, String)>,
    pub(crate) content: Content,
    /// Whether it is one of a list.
    pub(crate) list: List,
    /// Text beside child elements (XML only).
    pub(crate) stray_text: bool,
    /// An attribute the schema does not have.
    pub(crate) stray_attribute: bool,
}

impl Node {
    pub(crate) fn new(ns: Ns, name: impl Into<String>, content: Content) -> Self {
        Self {
            ns,
            name: name.into(),
            xsi_type: None,
            content,
            list: List::No,
            stray_text: false,
            stray_attribute: false,
        }
    }

    /// The child elements; an empty element has none, and so has a leaf.
    pub(crate) fn children(&self) -> &[Node] {
        match &self.content {
            Content::Children(children) => children,
            Content::Text(_) | Content::Number(_) | Content::Bool(_) | Content::Null => &[],
        }
    }
}

/// A position in a message, kept on the stack and rendered only when reported.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    up: Option<&'p Path<'p>>,
    step: &'p str,
    index: Option<usize>,
}

impl<'p> Path<'p> {
    pub(crate) const fn root(step: &'p str) -> Self {
        Self { up: None, step, index: None }
    }

    pub(crate) const fn then(&'p self, step: &'p str) -> Self {
        Self { up: Some(self), step, index: None }
    }

    pub(crate) const fn at(&'p self, step: &'p str, index: usize) -> Self {
        Self { up: Some(self), step, index: Some(index) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            write!(f, "{up}/")?;
        }
        f.write_str(self.step)?;
        match self.index {
            Some(index) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}

/// Whether XML 1.0 can carry this character (production 2, `Char`).
pub(crate) const fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
