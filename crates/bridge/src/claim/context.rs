//! What the checks of a claim may use, and the streams of random numbers that they draw from.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use super::parameter::{self, Parameter, Parameters};
use crate::BridgeError;
use crate::error::refuse;

/// How much work a run is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The whole ledger in less than a minute.
    #[default]
    Quick,
    /// Four times the samples: the whole ledger in less than ten minutes.
    Standard,
    /// Sixteen times the samples; the sweep over all small groups goes with it.
    Exhaustive,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 3] = [Level::Quick, Level::Standard, Level::Exhaustive];

    /// By how much the numbers of samples grow.
    pub(super) const fn samples_factor(self) -> u64 {
        match self {
            Level::Quick => 1,
            Level::Standard => 4,
            Level::Exhaustive => 16,
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Level::Quick => "quick",
            Level::Standard => "standard",
            Level::Exhaustive => "exhaustive",
        })
    }
}

impl std::str::FromStr for Level {
    type Err = BridgeError;

    fn from_str(text: &str) -> Result<Self, BridgeError> {
        match Level::ALL.iter().find(|level| level.to_string() == text) {
            Some(level) => Ok(*level),
            None => refuse("level", text, "quick, standard or exhaustive"),
        }
    }
}

/// The confidence level of a check that is run by itself: about four standard errors to either side, so that a true
/// claim is called false by chance once in 10,000 comparisons.
pub const ALONE: f64 = 0.9999;

/// What the checks may use: a seed, how much work to do, and the trained stack under study if there is one.
#[derive(Clone, Copy)]
pub struct ClaimContext<'a> {
    /// The run's seed; every check derives a stream of its own from it.
    pub seed: u64,
    /// A trained stack with its data; claims about pretraining train one of their own without it.
    pub trained: Option<(&'a nets::Stack, &'a nets::Dataset)>,
    /// How much work to do.
    pub level: Level,
    /// What the user set.
    pub parameters: &'a Parameters,
    /// The confidence level of every interval that decides, corrected for all the comparisons of the run.
    pub confidence: f64,
    /// A defect that a test plants in what the checks examine.
    #[cfg(feature = "mutation")]
    pub defect: Option<super::Defect>,
}

impl ClaimContext<'_> {
    /// The context of a check that is run by itself, without a network at hand.
    pub fn with_seed(seed: u64) -> Self {
        ClaimContext {
            seed,
            trained: None,
            level: Level::Quick,
            parameters: Parameters::NONE,
            confidence: ALONE,
            #[cfg(feature = "mutation")]
            defect: None,
        }
    }

    /// A random stream that depends on the run's seed and on `purpose` alone, so that neither the
    /// order of the claims nor the number of threads changes what is drawn.
    ///
    /// ```
    /// use bridge::claim::ClaimContext;
    /// use rand::Rng;
    /// let context = ClaimContext::with_seed(7);
    /// assert_eq!(context.rng("a").next_u64(), context.rng("a").next_u64());
    /// assert_ne!(context.rng("a").next_u64(), context.rng("b").next_u64());
    /// ```
    pub fn rng(&self, purpose: &str) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(stream_number(purpose));
        rng
    }

    /// The value of an integer parameter, or of a number of samples.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a value outside the range, or a parameter that is no integer.
    pub fn natural(&self, parameter: &Parameter) -> Result<u64, BridgeError> {
        let value = parameter::value(parameter, self.parameters, self.level)?;
        match value.parse() {
            Ok(value) => Ok(value),
            Err(_) => refuse(parameter.key, value, "an integer"),
        }
    }

    /// The value of an integer parameter as a size.
    ///
    /// # Errors
    /// As [`natural`](Self::natural).
    pub fn size(&self, parameter: &Parameter) -> Result<usize, BridgeError> {
        let value = self.natural(parameter)?;
        usize::try_from(value)
            .or_else(|_| refuse(parameter.key, value, "an integer that fits the address space"))
    }

    /// The value of a real parameter.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a value outside the range, or a parameter that is no number.
    pub fn real(&self, parameter: &Parameter) -> Result<f64, BridgeError> {
        let value = parameter::value(parameter, self.parameters, self.level)?;
        match value.parse() {
            Ok(value) => Ok(value),
            Err(_) => refuse(parameter.key, value, "a number"),
        }
    }

    /// The value of a parameter that is a word.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a value outside the range.
    pub fn word(&self, parameter: &Parameter) -> Result<String, BridgeError> {
        parameter::value(parameter, self.parameters, self.level)
    }
}

/// FNV-1a: a stable number for a purpose, so that streams are told apart by name.
fn stream_number(purpose: &str) -> u64 {
    purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
