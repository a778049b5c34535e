//! The random hierarchy model (Cagnetta, Petrini, Tomasini, Favero and Wyart, arXiv 2307.02129): its counts, its generator
//! ([`rules`]), a network of its shape ([`network`]).
//!
//! Each of n_c classes is rewritten L times; a symbol becomes one of m strings of s symbols. The model is unambiguous only
//! if the m·v strings of one level differ, so m ≤ v^(s−1) for v symbols.

pub mod network;
pub mod rules;

use num_bigint::BigUint;

use crate::NetError;
use crate::error::refuse;

/// The most bits of a count.
const MAX_BITS: u128 = 1 << 20;

/// A random hierarchy model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hierarchy {
    /// n_c.
    pub classes: u64,
    /// m, the number of synonyms.
    pub synonyms: u64,
    /// s, the branching.
    pub branching: u64,
    /// L, the depth.
    pub depth: u32,
}

impl Hierarchy {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`NetError::Option`] for a parameter below 1, or so large that counts pass a million bits.
    pub fn new(classes: u64, synonyms: u64, branching: u64, depth: u32) -> Result<Self, NetError> {
        let this = Hierarchy {
            classes,
            synonyms,
            branching,
            depth,
        };
        for (option, value) in [
            ("n_classes", classes),
            ("m", synonyms),
            ("s", branching),
            ("L", u64::from(depth)),
        ] {
            if value == 0 {
                return refuse(option, value, "an integer from 1");
            }
        }
        let bits = u128::from(synonyms.ilog2() + 1);
        if this
            .rewritings()
            .is_none_or(|count| count.saturating_mul(bits) > MAX_BITS)
        {
            return refuse("L", depth, "a depth whose counts have at most a million bits");
        }
        Ok(this)
    }

    /// 1 + s + … + s^(L−1), the number of symbols that are rewritten.
    fn rewritings(&self) -> Option<u128> {
        let (mut sum, mut level) = (0u128, 1u128);
        for _ in 0..self.depth {
            sum = sum.checked_add(level)?;
            level = level.checked_mul(self.branching.into())?;
            if sum > MAX_BITS {
                return None;
            }
        }
        Some(sum)
    }

    /// The length of an input: s^L.
    pub fn input_dimension(&self) -> BigUint {
        BigUint::from(self.branching).pow(self.depth)
    }

    /// The number of inputs: n_c m^((s^L − 1)/(s − 1)).
    ///
    /// ```
    /// let model = nets::models::hierarchy::Hierarchy::new(8, 8, 2, 3)?;
    /// assert_eq!(model.total_inputs(), 16_777_216u64.into());
    /// # Ok::<(), nets::NetError>(())
    /// ```
    pub fn total_inputs(&self) -> BigUint {
        let rewritings = self.rewritings().expect("checked when the model was made");
        let exponent = u32::try_from(rewritings).expect("at most a million, checked when the model was made");
        self.classes * BigUint::from(self.synonyms).pow(exponent)
    }

    /// P* = n_c m^L, the order of the number of samples at which deep networks learn the task: a scaling, whose constant is of
    /// order 1.
    pub fn sample_complexity(&self) -> BigUint {
        self.classes * BigUint::from(self.synonyms).pow(self.depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// All derivations of an unambiguous model, written out.
    #[test]
    fn inputs_by_enumeration() {
        for (v, m, s, depth) in [
            (4u64, 2u64, 2usize, 2u32),
            (3, 2, 2, 3),
            (2, 2, 2, 2),
            (2, 1, 3, 2),
            (3, 3, 2, 2),
        ] {
            // Rule: symbol a has the strings number a·m, …, a·m + m − 1, in base v.
            let strings = |a: u64| -> Vec<Vec<u64>> {
                let digits = |code: u64| (0..s).map(|i| code / v.pow(i as u32) % v).collect();
                (0..m).map(|k| digits(a * m + k)).collect()
            };
            assert!(v * m <= v.pow(s as u32));
            let mut inputs: HashSet<Vec<u64>> = (0..v).map(|class| vec![class]).collect();
            for _ in 0..depth {
                let mut next = HashSet::new();
                for word in &inputs {
                    let mut heads = vec![Vec::new()];
                    for &symbol in word {
                        let extend = |head: &Vec<u64>| -> Vec<Vec<u64>> {
                            strings(symbol)
                                .iter()
                                .map(|tail| [head.as_slice(), tail].concat())
                                .collect()
                        };
                        heads = heads.iter().flat_map(extend).collect();
                    }
                    next.extend(heads);
                }
                inputs = next;
            }
            let model = Hierarchy::new(v, m, s as u64, depth).unwrap();
            assert_eq!(model.total_inputs(), inputs.len().into(), "{v} {m} {s} {depth}");
            assert!(
                inputs
                    .iter()
                    .all(|word| model.input_dimension() == word.len().into())
            );
        }
    }

    #[test]
    fn ranges() {
        assert!(
            Hierarchy::new(2, 0, 2, 2)
                .unwrap_err()
                .to_string()
                .starts_with("m is 0")
        );
        assert!(Hierarchy::new(2, 2, 2, 40).is_err());
        assert_eq!(Hierarchy::new(5, 3, 1, 4).unwrap().total_inputs(), 405u32.into());
    }
}
