//! What may be set about a check: its parameters with their defaults and ranges.

use std::collections::BTreeMap;

use super::{Claim, Level};
use crate::BridgeError;
use crate::error::refuse;

/// A number, or a text, that a check of a claim depends on.
///
/// ```
/// use bridge::claim::{ClaimContext, Level, Parameter};
/// const SEARCHES: Parameter = Parameter::samples("samples", 1000, "searches");
/// let mut context = ClaimContext::with_seed(1);
/// assert_eq!(context.natural(&SEARCHES)?, 1000);
/// context.level = Level::Standard;
/// assert_eq!(context.natural(&SEARCHES)?, 4000);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Parameter {
    /// Its name, `KEY` of `--param KEY=VALUE`.
    pub key: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What it may be, and what it is when nobody says.
    pub range: Range,
}

/// The default and the range of a [`Parameter`].
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Range {
    /// An integer, the same at every level.
    Integer {
        /// When nobody says.
        default: u64,
        /// The smallest.
        low: u64,
        /// The largest.
        high: u64,
    },
    /// A number of samples: the default is that of the level `quick`, four times as many at `standard`, sixteen times at
    /// `exhaustive`.
    Samples {
        /// At the level `quick`.
        default: u64,
        /// The fewest.
        low: u64,
        /// The most.
        high: u64,
    },
    /// A real number.
    Real {
        /// When nobody says.
        default: f64,
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// One of a few words.
    Word {
        /// When nobody says.
        default: &'static str,
        /// All of them.
        allowed: &'static [&'static str],
    },
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Range::Integer { low, high, .. } => write!(f, "an integer from {low} to {high}"),
            Range::Samples { low, high, .. } => write!(f, "an integer from {low} to {high}"),
            Range::Real { low, high, .. } => write!(f, "a number from {low} to {high}"),
            Range::Word { allowed, .. } => write!(f, "one of {}", allowed.join(", ")),
        }
    }
}

impl Parameter {
    /// A number of samples, from a hundredth of the default (at least 10) to ten million.
    pub const fn samples(key: &'static str, default: u64, meaning: &'static str) -> Self {
        let low = if default >= 1000 { default / 100 } else { 10 };
        Parameter {
            key,
            meaning,
            range: Range::Samples {
                default,
                low,
                high: 10_000_000,
            },
        }
    }

    /// An integer of a range.
    pub const fn integer(
        key: &'static str,
        default: u64,
        (low, high): (u64, u64),
        meaning: &'static str,
    ) -> Self {
        Parameter {
            key,
            meaning,
            range: Range::Integer { default, low, high },
        }
    }

    /// A real number of a range.
    pub const fn real(
        key: &'static str,
        default: f64,
        (low, high): (f64, f64),
        meaning: &'static str,
    ) -> Self {
        Parameter {
            key,
            meaning,
            range: Range::Real { default, low, high },
        }
    }

    /// The default at a level, as a text.
    pub fn default_at(&self, level: Level) -> String {
        match self.range {
            Range::Integer { default, .. } => default.to_string(),
            Range::Samples { default, high, .. } => (default * level.samples_factor()).min(high).to_string(),
            Range::Real { default, .. } => default.to_string(),
            Range::Word { default, .. } => default.to_owned(),
        }
    }

    /// Whether a text is a value of the range.
    fn allows(&self, value: &str) -> bool {
        match self.range {
            Range::Integer { low, high, .. } | Range::Samples { low, high, .. } => {
                value.parse().is_ok_and(|n: u64| (low..=high).contains(&n))
            }
            Range::Real { low, high, .. } => value.parse().is_ok_and(|x: f64| (low..=high).contains(&x)),
            Range::Word { allowed, .. } => allowed.contains(&value),
        }
    }
}

/// The values that a user gave to parameters, by key; all others have their defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// No values.
    pub const NONE: &'static Parameters = &Parameters(BTreeMap::new());

    /// Reads `KEY=VALUE` texts. A value counts for every one of the claims that has a parameter of that name.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a text without `=`, a key that none of these claims has (with the claims that do, or the
    /// keys there are), a key that is given twice, and a value outside the range of a claim that has the key.
    ///
    /// ```
    /// use bridge::{claim::Parameters, claims};
    /// let claims = [claims::find("hitting-time-iid")?];
    /// assert!(Parameters::parse(&["samples=500".into()], &claims).is_ok());
    /// let error = Parameters::parse(&["samples=3".into()], &claims).unwrap_err().to_string();
    /// assert!(error.starts_with("parameter `samples` is 3: expected an integer from"), "{error}");
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn parse(texts: &[String], claims: &[&dyn Claim]) -> Result<Self, BridgeError> {
        let mut values = BTreeMap::new();
        for text in texts {
            let Some((key, value)) = text.split_once('=') else {
                return refuse(text, "without a value", "KEY=VALUE");
            };
            let (key, value) = (key.trim(), value.trim());
            let mut known = false;
            for claim in claims {
                let Some(parameter) = claim.parameters().iter().find(|p| p.key == key) else {
                    continue;
                };
                known = true;
                if !parameter.allows(value) {
                    let expected = format!("{} for {}", parameter.range, claim.about().id);
                    return refuse(key, value, expected);
                }
            }
            if !known {
                return refuse(key, "no parameter of the chosen claims", whose(key, claims));
            }
            if values.insert(key.to_owned(), value.to_owned()).is_some() {
                return refuse(key, "given twice", "one value");
            }
        }
        Ok(Parameters(values))
    }

    /// The value that was given, if one was.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The claims that have a key, or the keys that claims have.
fn whose(key: &str, chosen: &[&dyn Claim]) -> String {
    let with_key: Vec<&str> = crate::claims::all()
        .iter()
        .filter(|claim| claim.parameters().iter().any(|p| p.key == key))
        .map(|claim| claim.about().id)
        .collect();
    if !with_key.is_empty() {
        return format!("a key that they have (`{key}` is one of {})", with_key.join(", "));
    }
    let mut keys: Vec<String> = chosen
        .iter()
        .flat_map(|claim| {
            let id = claim.about().id;
            claim
                .parameters()
                .iter()
                .map(move |p| format!("{} ({id}: {})", p.key, p.range))
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    match keys.len() {
        0 => "none: they have no parameters".to_owned(),
        1..=8 => format!("one of {}", keys.join(", ")),
        _ => {
            let mut keys: Vec<&str> = chosen
                .iter()
                .flat_map(|claim| claim.parameters().iter().map(|p| p.key))
                .collect();
            keys.sort_unstable();
            keys.dedup();
            format!("one of {}", keys.join(", "))
        }
    }
}

/// A value as the checks ask for it.
pub(super) fn value(parameter: &Parameter, given: &Parameters, level: Level) -> Result<String, BridgeError> {
    match given.get(parameter.key) {
        None => Ok(parameter.default_at(level)),
        Some(value) if parameter.allows(value) => Ok(value.to_owned()),
        Some(value) => refuse(parameter.key, value, parameter.range.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims;

    fn refusal(texts: &[&str], claims: &[&dyn Claim]) -> String {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        Parameters::parse(&texts, claims).unwrap_err().to_string()
    }

    #[test]
    fn bad_parameters_are_named_with_their_range_and_their_claims() {
        let hitting = [claims::find("hitting-time-iid").unwrap()];
        for (texts, says) in [
            (
                vec!["samples"],
                "`samples` is without a value: expected KEY=VALUE",
            ),
            (vec!["samples=ten"], "`samples` is ten: expected an integer from"),
            (vec!["samples=-3"], "`samples` is -3"),
            (
                vec!["radius=2"],
                "one of samples (hitting-time-iid: an integer from",
            ),
            (vec!["window-low=0.1"], "eps-stabilizer-volume"),
            (vec!["samples=500", "samples=600"], "given twice"),
        ] {
            let message = refusal(&texts, &hitting);
            assert!(message.contains(says), "{message}");
        }
        let volume = [claims::find("eps-stabilizer-volume").unwrap()];
        for bad in ["window-low=NaN", "window-low=9", "window-low="] {
            assert!(refusal(&[bad], &volume).contains("a number from"), "{bad}");
        }
        assert!(refusal(&["nothing=1"], claims::all()).contains("one of"));
    }

    /// Defaults lie in their ranges, at every level, and keys are not used twice.
    #[test]
    fn every_parameter_of_every_claim_is_consistent() {
        for claim in claims::all() {
            let parameters = claim.parameters();
            for (index, parameter) in parameters.iter().enumerate() {
                for level in Level::ALL {
                    let default = parameter.default_at(level);
                    assert!(parameter.allows(&default), "{}: {default}", parameter.key);
                }
                assert!(parameters[..index].iter().all(|p| p.key != parameter.key));
                assert!(parameter.meaning.len() > 3);
            }
        }
    }
}
