//! Writes a checked tree as XML: one default namespace, the usual prefixes, no white space between elements.
//! It may assume that every text passed its form; it never checks the schema itself.

use super::tree::{Content, Node, Ns, XSI};

/// The document, UTF-8, with every namespace declared on the root.
pub(super) fn write(root: &Node) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    out.push_str(&root.name);
    declare(&mut out, "xmlns", Ns::Core.uri());
    declare(&mut out, "xmlns:xsi", XSI);
    for ns in Ns::PREFIXED {
        if uses(root, *ns) {
            declare(&mut out, &format!("xmlns:{}", ns.prefix()), ns.uri());
        }
    }
    write_content(&mut out, root);
    out.push_str("</");
    out.push_str(&root.name);
    out.push('>');
    out.into_bytes()
}

/// Whether any element or type of the tree lies in the namespace.
pub(super) fn uses(node: &Node, ns: Ns) -> bool {
    node.ns == ns
        || node.xsi_type.as_ref().is_some_and(|(of, _)| *of == ns)
        || node.children().iter().any(|child| uses(child, ns))
}

/// The name with its fixed prefix.
pub(super) fn qualified(ns: Ns, name: &str) -> String {
    if ns.prefix().is_empty() { name.to_owned() } else { format!("{}:{name}", ns.prefix()) }
}

fn declare(out: &mut String, attribute: &str, value: &str) {
    out.push(' ');
    out.push_str(attribute);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

fn write_element(out: &mut String, node: &Node) {
    let name = qualified(node.ns, &node.name);
    out.push('<');
    out.push_str(&name);
    if let Some((ns, of)) = &node.xsi_type {
        declare(out, "xsi:type", &qualified(*ns, of));
    }
    write_content(out, node);
    out.push_str("</");
    out.push_str(&name);
    out.push('>');
}

fn write_content(out: &mut String, node: &Node) {
    out.push('>');
    match &node.content {
        Content::Text(text) | Content::Number(text) => escape(out, text),
        Content::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Content::Null => {}
        Content::Children(children) => children.iter().for_each(|child| write_element(out, child)),
    }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A bare carriage return would be read back as a line feed.
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
}
