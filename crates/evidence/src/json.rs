//! Canonical JSON (RFC 8785) for what is hashed and signed: names in order, no space, one way to write each value.
//! Only what every reader reads alike is used: texts, whole numbers up to 2⁵³ - 1, truth, nothing, lists and objects with
//! ASCII names, whose order by bytes is that by UTF-16.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The largest whole number that every reader of JSON reads exactly.
pub(crate) const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The canonical form.
///
/// # Errors
/// A number that is not whole or too large, or a name that is not ASCII.
pub(crate) fn canonical(value: &impl Serialize) -> Result<String, String> {
    let value = serde_json::to_value(value).map_err(|error| error.to_string())?;
    let mut text = String::new();
    write(&value, &mut text)?;
    Ok(text)
}

/// Reads what is written canonically, and nothing else: another order, a space, a name that is unknown or stands there
/// twice are refused.
///
/// # Errors
/// What is wrong.
pub(crate) fn parse<T: Serialize + DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if canonical(&value)? == text { Ok(value) } else { Err("it is not written canonically".to_owned()) }
}

fn write(value: &Value, text: &mut String) -> Result<(), String> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
        Value::Number(number) => match number.as_u64().filter(|number| *number <= MAX_NUMBER) {
            Some(number) => text.push_str(&number.to_string()),
            None => return Err(format!("{number} is no whole number up to {MAX_NUMBER}")),
        },
        Value::Array(list) => {
            text.push('[');
            for (at, value) in list.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(value, text)?;
            }
            text.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&String, &Value)> = object.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_bytes());
            text.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if !name.is_ascii() {
                    return Err(format!("{name}: a name that is not ASCII"));
                }
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(value, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_that_of_rfc_8785() {
        // The strings of its section 3.2.3 and 3.2.2.2, without the numbers that are not whole.
        let value: Value = serde_json::from_str(
            r#"{ "b": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "a": [null, true, 9007199254740991], "": 0 }"#,
        )
        .expect("JSON");
        let wanted = r#"{"":0,"a":[null,true,9007199254740991],"b":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(canonical(&value).as_deref(), Ok(wanted));
        assert_eq!(parse::<Value>(wanted), Ok(value));
    }

    #[test]
    fn what_readers_read_differently_is_refused() {
        for text in
            ["9007199254740992", "1.5", "-1", "{\"é\":1}", "[1, 2]", "{\"b\":1,\"a\":2}", "\"\\u0041\""]
        {
            assert!(parse::<Value>(text).is_err(), "{text}");
        }
        assert!(parse::<Value>(r#"{"a":1,"a":1}"#).is_err());
    }
}
