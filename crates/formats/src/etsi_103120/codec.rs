//! How typed records are read from and written to the tree: one declaration per record serves both directions and
//! both encodings. It may assume a bounded tree; it never drops anything without noting it.

use super::form::Form;
use super::report::{Deviation, DeviationKind, ReadFault, WriteError};
use super::tree::{Content, List, Node, Ns, Path};

/// How many deviations one reading reports at most; a message with more is beyond telling.
const MAX_DEVIATIONS: usize = 256;

/// What a reading has found so far.
pub(crate) struct Reading {
    pub(crate) deviations: Vec<Deviation>,
    /// Whether values carry JSON types and members have no order.
    pub(crate) json: bool,
}

impl Reading {
    pub(crate) const fn new(json: bool) -> Self {
        Self { deviations: Vec::new(), json }
    }

    pub(crate) fn note(&mut self, at: Path<'_>, what: DeviationKind) {
        if self.deviations.len() < MAX_DEVIATIONS {
            self.deviations.push(Deviation { path: at.to_string(), what });
        }
    }
}

/// Element name and form of one field.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    pub(crate) ns: Ns,
    /// One name, or `Wrapper/Entry` for a list inside its own element.
    pub(crate) name: &'static str,
    pub(crate) form: Form,
}

/// The children of one element, taken one field after the other.
pub(crate) struct Fields<'n> {
    nodes: &'n [Node],
    taken: Vec<bool>,
    next: usize,
    out_of_order: bool,
}

/// Elements of the schema that this reader leaves out on purpose: national extensions and what they carry.
const LEFT_OUT: &[&str] = &[
    "ApproverIdentity",
    "ApprovalDigitalSignature",
    "ApprovalNationalDetails",
    "Dictionaries",
    "TargetFormatTypeDefinitions",
    "SupportedLIWorkflowEndpoints",
    "AssociatedLIServiceTypes",
];

impl<'n> Fields<'n> {
    pub(crate) fn of(node: &'n Node) -> Self {
        let nodes = node.children();
        Self { nodes, taken: vec![false; nodes.len()], next: 0, out_of_order: false }
    }

    /// Takes every child of this name.
    pub(crate) fn take(&mut self, ns: Ns, name: &str) -> Vec<&'n Node> {
        let mut found = Vec::new();
        for (index, (node, taken)) in self.nodes.iter().zip(&mut self.taken).enumerate() {
            if node.ns == ns && node.name == name {
                *taken = true;
                self.out_of_order |= index < self.next;
                found.push((index, node));
            }
        }
        self.next = found.last().map_or(self.next, |(index, _)| index + 1);
        found.into_iter().map(|(_, node)| node).collect()
    }

    /// Takes the only child of this name; two are a fault, because nobody may choose between them.
    pub(crate) fn one(&mut self, ns: Ns, name: &str, at: Path<'_>) -> Result<Option<&'n Node>, ReadFault> {
        match *self.take(ns, name) {
            [] => Ok(None),
            [node] => Ok(Some(node)),
            [..] => Err(ReadFault::Repeated(at.then(name).to_string())),
        }
    }

    /// Like [`Fields::one`], where the message means nothing without it.
    pub(crate) fn required(&mut self, ns: Ns, name: &str, at: Path<'_>) -> Result<&'n Node, ReadFault> {
        self.one(ns, name, at)?.ok_or_else(|| ReadFault::Missing(at.then(name).to_string()))
    }

    /// Notes what nobody took.
    pub(crate) fn finish(self, at: Path<'_>, cx: &mut Reading) {
        if self.out_of_order && !cx.json {
            cx.note(at, DeviationKind::OutOfOrder);
        }
        for (node, _) in self.nodes.iter().zip(&self.taken).filter(|(_, taken)| !**taken) {
            let known = node.name.starts_with("National") || LEFT_OUT.contains(&node.name.as_str());
            let what = if known { DeviationKind::NotKept } else { DeviationKind::UnknownElement };
            cx.note(at.then(&node.name), what);
        }
    }
}

/// Notes what is odd about an element itself, whatever it holds.
pub(crate) fn note_strays(node: &Node, at: Path<'_>, cx: &mut Reading) {
    if node.stray_attribute {
        cx.note(at, DeviationKind::UnknownAttribute);
    }
    if node.stray_text {
        cx.note(at, DeviationKind::StrayText);
    }
}

/// Something that stands in one element.
pub(crate) trait Value: Sized {
    /// Reads one element; nothing when it could not be used, which was then noted.
    fn read(node: &Node, form: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault>;

    /// The content to write, checked against the schema.
    fn write(&self, form: Form, at: Path<'_>) -> Result<Content, WriteError>;
}

/// A set of fields inside one element.
pub(crate) trait Record: Sized {
    fn take(fields: &mut Fields<'_>, at: Path<'_>, cx: &mut Reading) -> Result<Self, ReadFault>;

    fn put(&self, out: &mut Vec<Node>, at: Path<'_>) -> Result<(), WriteError>;
}

/// A field: required, optional or a list of values.
pub(crate) trait Slot: Sized {
    fn take(fields: &mut Fields<'_>, tag: Tag, at: Path<'_>, cx: &mut Reading) -> Result<Self, ReadFault>;

    fn put(&self, out: &mut Vec<Node>, tag: Tag, at: Path<'_>) -> Result<(), WriteError>;
}

impl<T: Value + Default> Slot for T {
    fn take(fields: &mut Fields<'_>, tag: Tag, at: Path<'_>, cx: &mut Reading) -> Result<Self, ReadFault> {
        let Some(node) = fields.one(tag.ns, tag.name, at)? else {
            cx.note(at.then(tag.name), DeviationKind::Missing);
            return Ok(T::default());
        };
        let here = at.then(tag.name);
        note_shape(node, false, here, cx);
        if node.list == List::Empty {
            return Ok(T::default());
        }
        Ok(T::read(node, tag.form, here, cx)?.unwrap_or_default())
    }

    fn put(&self, out: &mut Vec<Node>, tag: Tag, at: Path<'_>) -> Result<(), WriteError> {
        out.push(Node::new(tag.ns, tag.name, self.write(tag.form, at.then(tag.name))?));
        Ok(())
    }
}

impl<T: Value> Slot for Option<T> {
    fn take(fields: &mut Fields<'_>, tag: Tag, at: Path<'_>, cx: &mut Reading) -> Result<Self, ReadFault> {
        let here = at.then(tag.name);
        let Some(node) = fields.one(tag.ns, tag.name, at)? else {
            if tag.form == Form::Mandatory {
                cx.note(here, DeviationKind::Missing);
            }
            return Ok(None);
        };
        note_shape(node, false, here, cx);
        if node.list == List::Empty { Ok(None) } else { T::read(node, tag.form, here, cx) }
    }

    fn put(&self, out: &mut Vec<Node>, tag: Tag, at: Path<'_>) -> Result<(), WriteError> {
        let here = at.then(tag.name);
        match self {
            Some(value) => out.push(Node::new(tag.ns, tag.name, value.write(tag.form, here)?)),
            None if tag.form == Form::Mandatory => return Err(refuse(here, "required")),
            None => {}
        }
        Ok(())
    }
}

impl<T: Value> Slot for Vec<T> {
    fn take(fields: &mut Fields<'_>, tag: Tag, at: Path<'_>, cx: &mut Reading) -> Result<Self, ReadFault> {
        let Some((wrapper, entry)) = tag.name.split_once('/') else {
            return read_list(&fields.take(tag.ns, tag.name), tag.name, tag.form, at, cx);
        };
        let Some(node) = fields.one(tag.ns, wrapper, at)? else { return Ok(Vec::new()) };
        let here = at.then(wrapper);
        note_shape(node, false, here, cx);
        let mut inner = Fields::of(node);
        let entries = inner.take(tag.ns, entry);
        if entries.is_empty() {
            cx.note(here, DeviationKind::EmptyList);
        }
        let list = read_list(&entries, entry, tag.form, here, cx)?;
        inner.finish(here, cx);
        Ok(list)
    }

    fn put(&self, out: &mut Vec<Node>, tag: Tag, at: Path<'_>) -> Result<(), WriteError> {
        if self.is_empty() {
            return Ok(());
        }
        let Some((wrapper, entry)) = tag.name.split_once('/') else {
            return write_list(self, out, tag, tag.name, at);
        };
        let mut inner = Vec::new();
        write_list(self, &mut inner, tag, entry, at.then(wrapper))?;
        out.push(Node::new(tag.ns, wrapper, Content::Children(inner)));
        Ok(())
    }
}

/// Notes an attribute, stray text, or a JSON array where one value belongs and the reverse.
fn note_shape(node: &Node, list: bool, at: Path<'_>, cx: &mut Reading) {
    note_strays(node, at, cx);
    if cx.json && (node.list != List::No) != list {
        cx.note(at, DeviationKind::JsonType);
    }
}

fn read_list<T: Value>(
    nodes: &[&Node],
    name: &str,
    form: Form,
    at: Path<'_>,
    cx: &mut Reading,
) -> Result<Vec<T>, ReadFault> {
    let mut list = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let here = at.at(name, index);
        if node.list == List::Empty {
            cx.note(at.then(name), DeviationKind::EmptyList);
            continue;
        }
        note_shape(node, true, here, cx);
        list.extend(T::read(node, form, here, cx)?);
    }
    Ok(list)
}

fn write_list<T: Value>(
    values: &[T],
    out: &mut Vec<Node>,
    tag: Tag,
    name: &'static str,
    at: Path<'_>,
) -> Result<(), WriteError> {
    for (index, value) in values.iter().enumerate() {
        let mut node = Node::new(tag.ns, name, value.write(tag.form, at.at(name, index))?);
        node.list = List::Entry;
        out.push(node);
    }
    Ok(())
}

/// A write error at this position.
pub(crate) fn refuse(at: Path<'_>, what: &'static str) -> WriteError {
    WriteError { path: at.to_string(), what }
}

/// The form of a field, `Plain` unless one is named.
macro_rules! form {
    () => {
        $crate::etsi_103120::form::Form::Plain
    };
    ($form:expr) => {
        $form
    };
}
pub(crate) use form;

/// Declares a set of fields in schema order: each with its element name and, where it has one, its form.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident in $ns:ident {
        $($(#[$fdoc:meta])* $field:ident: $ty:ty = $element:literal $(as $form:expr)?,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)+ }

        comity_domain::opaque!($name);

        impl $crate::etsi_103120::codec::Record for $name {
            fn take(
                fields: &mut $crate::etsi_103120::codec::Fields<'_>,
                at: $crate::etsi_103120::tree::Path<'_>,
                cx: &mut $crate::etsi_103120::codec::Reading,
            ) -> Result<Self, $crate::etsi_103120::report::ReadFault> {
                Ok(Self { $($field: $crate::etsi_103120::codec::Slot::take(
                    fields,
                    $crate::etsi_103120::codec::Tag {
                        ns: $crate::etsi_103120::tree::Ns::$ns,
                        name: $element,
                        form: $crate::etsi_103120::codec::form!($($form)?),
                    },
                    at,
                    cx,
                )?,)+ })
            }

            fn put(
                &self,
                out: &mut Vec<$crate::etsi_103120::tree::Node>,
                at: $crate::etsi_103120::tree::Path<'_>,
            ) -> Result<(), $crate::etsi_103120::report::WriteError> {
                $($crate::etsi_103120::codec::Slot::put(
                    &self.$field,
                    out,
                    $crate::etsi_103120::codec::Tag {
                        ns: $crate::etsi_103120::tree::Ns::$ns,
                        name: $element,
                        form: $crate::etsi_103120::codec::form!($($form)?),
                    },
                    at,
                )?;)+
                Ok(())
            }
        }
    };
}
pub(crate) use fields;

/// Declares a record: a set of fields that fills an element of its own.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident in $ns:ident { $($body:tt)+ }) => {
        $crate::etsi_103120::codec::fields! { $(#[$doc])* $name in $ns { $($body)+ } }

        impl $crate::etsi_103120::codec::Value for $name {
            fn read(
                node: &$crate::etsi_103120::tree::Node,
                _: $crate::etsi_103120::form::Form,
                at: $crate::etsi_103120::tree::Path<'_>,
                cx: &mut $crate::etsi_103120::codec::Reading,
            ) -> Result<Option<Self>, $crate::etsi_103120::report::ReadFault> {
                $crate::etsi_103120::codec::read_record(node, at, cx).map(Some)
            }

            fn write(
                &self,
                _: $crate::etsi_103120::form::Form,
                at: $crate::etsi_103120::tree::Path<'_>,
            ) -> Result<$crate::etsi_103120::tree::Content, $crate::etsi_103120::report::WriteError> {
                $crate::etsi_103120::codec::write_record(self, at)
            }
        }
    };
}
pub(crate) use record;

/// Declares an element that holds exactly one of several elements.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident in $ns:ident {
        $($(#[$vdoc:meta])* $variant:ident($ty:ty) = $element:literal $(as $form:expr)?,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant($ty),)+ }

        comity_domain::opaque!($name);

        impl $crate::etsi_103120::codec::Value for $name {
            fn read(
                node: &$crate::etsi_103120::tree::Node,
                _: $crate::etsi_103120::form::Form,
                at: $crate::etsi_103120::tree::Path<'_>,
                cx: &mut $crate::etsi_103120::codec::Reading,
            ) -> Result<Option<Self>, $crate::etsi_103120::report::ReadFault> {
                let Some(only) = $crate::etsi_103120::codec::only_child(node, at, cx)? else { return Ok(None) };
                let here = at.then(&only.name);
                $(if only.ns == $crate::etsi_103120::tree::Ns::$ns && only.name == $element {
                    $crate::etsi_103120::codec::note_strays(only, here, cx);
                    let form = $crate::etsi_103120::codec::form!($($form)?);
                    let value = <$ty as $crate::etsi_103120::codec::Value>::read(only, form, here, cx)?;
                    return Ok(value.map(Self::$variant));
                })+
                cx.note(here, $crate::etsi_103120::report::DeviationKind::NotKept);
                Ok(None)
            }

            fn write(
                &self,
                _: $crate::etsi_103120::form::Form,
                at: $crate::etsi_103120::tree::Path<'_>,
            ) -> Result<$crate::etsi_103120::tree::Content, $crate::etsi_103120::report::WriteError> {
                let (name, content) = match self {
                    $(Self::$variant(value) => {
                        let form = $crate::etsi_103120::codec::form!($($form)?);
                        ($element, $crate::etsi_103120::codec::Value::write(value, form, at.then($element))?)
                    })+
                };
                let node = $crate::etsi_103120::tree::Node::new(
                    $crate::etsi_103120::tree::Ns::$ns, name, content,
                );
                Ok($crate::etsi_103120::tree::Content::Children(vec![node]))
            }
        }
    };
}
pub(crate) use choice;

/// Reads all fields of a record and notes the rest.
pub(crate) fn read_record<R: Record>(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<R, ReadFault> {
    note_not_an_element(node, at, cx);
    let mut fields = Fields::of(node);
    let record = R::take(&mut fields, at, cx)?;
    fields.finish(at, cx);
    Ok(record)
}

pub(crate) fn write_record<R: Record>(record: &R, at: Path<'_>) -> Result<Content, WriteError> {
    let mut children = Vec::new();
    record.put(&mut children, at)?;
    Ok(Content::Children(children))
}

/// The one child of a choice; nothing (noted) when there is none, a fault when there are several.
pub(crate) fn only_child<'n>(
    node: &'n Node,
    at: Path<'_>,
    cx: &mut Reading,
) -> Result<Option<&'n Node>, ReadFault> {
    note_not_an_element(node, at, cx);
    match node.children() {
        [] => {
            cx.note(at, DeviationKind::Missing);
            Ok(None)
        }
        [only] => Ok(Some(only)),
        [..] => Err(ReadFault::Repeated(at.to_string())),
    }
}

/// Notes text, a number or null where an element with children belongs.
fn note_not_an_element(node: &Node, at: Path<'_>, cx: &mut Reading) {
    match &node.content {
        Content::Children(_) => {}
        Content::Text(text) if !cx.json && text.trim_ascii().is_empty() => {}
        Content::Text(_) | Content::Number(_) | Content::Bool(_) | Content::Null => {
            cx.note(at, DeviationKind::Unusable);
        }
    }
}
