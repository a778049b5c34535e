//! Reading parameters: every refusal names the key and what is allowed.

use groups::scalar::parse_rational;
use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use serde_json::{Map, Value};

use crate::BridgeError;
use crate::error::refuse;

/// The parameters of an entry.
pub(super) struct Params<'a>(pub(super) &'a Map<String, Value>);

/// A short form of a value for messages.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl<'a> Params<'a> {
    /// A value that may be absent or null.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn required(&self, key: &str, expected: &str) -> Result<&'a Value, BridgeError> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => refuse(key, "missing", expected),
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<&'a str, BridgeError> {
        let value = self.required(key, "a text")?;
        match value.as_str() {
            Some(text) => Ok(text),
            None => refuse(key, shown(value), "a text"),
        }
    }

    /// A number, also as a text such as `1/2`.
    pub(super) fn number(&self, key: &str) -> Result<f64, BridgeError> {
        number(key, self.required(key, "a number")?)
    }

    pub(super) fn number_or(&self, key: &str, default: f64) -> Result<f64, BridgeError> {
        self.get(key).map_or(Ok(default), |value| number(key, value))
    }

    pub(super) fn rational(&self, key: &str) -> Result<BigRational, BridgeError> {
        rational(key, self.required(key, "a rational number")?)
    }

    pub(super) fn natural(&self, key: &str) -> Result<u64, BridgeError> {
        natural(key, self.required(key, "an integer from 0")?)
    }

    pub(super) fn natural_or(&self, key: &str, default: u64) -> Result<u64, BridgeError> {
        self.get(key).map_or(Ok(default), |value| natural(key, value))
    }

    /// A natural number that fits a size.
    pub(super) fn size(&self, key: &str) -> Result<usize, BridgeError> {
        let value = self.natural(key)?;
        usize::try_from(value).or_else(|_| refuse(key, value, "an integer that fits the address space"))
    }

    pub(super) fn list(&self, key: &str) -> Result<&'a [Value], BridgeError> {
        let value = self.required(key, "a list")?;
        match value.as_array() {
            Some(list) => Ok(list),
            None => refuse(key, shown(value), "a list"),
        }
    }

    pub(super) fn numbers(&self, key: &str) -> Result<Vec<f64>, BridgeError> {
        self.list(key)?.iter().map(|value| number(key, value)).collect()
    }

    pub(super) fn naturals(&self, key: &str) -> Result<Vec<u64>, BridgeError> {
        self.list(key)?.iter().map(|value| natural(key, value)).collect()
    }

    pub(super) fn rationals(&self, key: &str) -> Result<Vec<BigRational>, BridgeError> {
        self.list(key)?.iter().map(|value| rational(key, value)).collect()
    }

    /// Letters or points: a list, a list of rows, a single number, or a text of digits such as `0110`.
    pub(super) fn points(&self, key: &str) -> Result<Vec<u64>, BridgeError> {
        let value = self.required(key, "a list of points or letters")?;
        match value {
            Value::Number(_) => Ok(vec![natural(key, value)?]),
            Value::String(text) if text.chars().all(|c| c.is_ascii_digit()) => {
                Ok(text.bytes().map(|digit| u64::from(digit - b'0')).collect())
            }
            // A grid, row by row.
            Value::Array(rows) if rows.iter().any(Value::is_array) => {
                let row = |row: &'a Value| row.as_array().map_or(std::slice::from_ref(row), Vec::as_slice);
                rows.iter()
                    .flat_map(row)
                    .map(|value| natural(key, value))
                    .collect()
            }
            _ => self.naturals(key),
        }
    }

    /// Refuses a number that is stated among the parameters and is not what was computed.
    pub(super) fn agree(&self, key: &str, computed: &BigUint) -> Result<(), BridgeError> {
        let Some(value) = self.get(key) else {
            return Ok(());
        };
        let stated = rational(key, value)?;
        if stated == BigRational::from_integer(computed.clone().into()) {
            return Ok(());
        }
        refuse(key, stated, computed.to_string())
    }
}

/// A number, also as a text such as `1/2`.
pub(super) fn number(key: &str, value: &Value) -> Result<f64, BridgeError> {
    let found = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => parse_rational(text.trim()).ok().and_then(|r| r.to_f64()),
        _ => None,
    };
    match found {
        Some(number) if number.is_finite() => Ok(number),
        _ => refuse(key, shown(value), "a number"),
    }
}

fn natural(key: &str, value: &Value) -> Result<u64, BridgeError> {
    let found = rational(key, value)
        .ok()
        .filter(|r| r.is_integer() && !r.is_negative());
    match found.and_then(|r| r.to_integer().to_u64()) {
        Some(natural) => Ok(natural),
        None => refuse(key, shown(value), "an integer from 0"),
    }
}

/// The decimal that is written, exactly: 0.1 is 1/10.
fn rational(key: &str, value: &Value) -> Result<BigRational, BridgeError> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return refuse(key, shown(value), "a rational number"),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 400)),
        None => (text.as_str(), Some(0)),
    };
    match (parse_rational(mantissa), exponent) {
        (Ok(mantissa), Some(exponent)) => {
            let ten = BigRational::from_integer(10.into());
            Ok(if mantissa.is_zero() {
                mantissa
            } else {
                mantissa * num_traits::Pow::pow(&ten, exponent)
            })
        }
        _ => refuse(key, shown(value), "a rational number such as 3, 0.25 or 1/2"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_exactly_and_refused_by_name() {
        let value =
            json!({"a": 0.1, "b": "1/3", "c": 1e-7, "d": 6.0, "e": [1], "f": null, "g": "0110", "h": -2});
        let params = Params(value.as_object().unwrap());
        assert_eq!(params.rational("a").unwrap(), groups::scalar::rational(1, 10));
        assert_eq!(params.number("b").unwrap(), 1.0 / 3.0);
        assert_eq!(
            params.rational("c").unwrap(),
            groups::scalar::rational(1, 10_000_000)
        );
        assert_eq!(
            (params.natural("d").unwrap(), params.natural_or("f", 3).unwrap()),
            (6, 3)
        );
        assert_eq!(params.points("g").unwrap(), [0, 1, 1, 0]);
        assert!(params.agree("d", &6u32.into()).is_ok() && params.agree("x", &6u32.into()).is_ok());
        for (message, says) in [
            (
                params.agree("d", &7u32.into()).unwrap_err(),
                "parameter `d` is 6: expected 7",
            ),
            (
                params.number("e").unwrap_err(),
                "parameter `e` is [1]: expected a number",
            ),
            (params.number("f").unwrap_err(), "parameter `f` is missing"),
            (
                params.natural("h").unwrap_err(),
                "parameter `h` is -2: expected an integer from 0",
            ),
            (params.natural("a").unwrap_err(), "parameter `a` is 0.1"),
        ] {
            assert!(message.to_string().contains(says), "{message}");
        }
    }
}
