//! A debug form for whatever holds personal data or free text: the name of the type and nothing of its content, so that
//! no log, panic or fault can tell it (rule 10, T32). Such a type has no `Display` either; a test of the house holds both.

/// Gives each of these types that debug form, in the place of a derived one.
#[macro_export]
macro_rules! opaque {
    ($($name:ident),+ $(,)?) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}
