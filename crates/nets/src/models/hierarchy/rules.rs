//! Random rules, and inputs derived by them.
//!
//! The m strings of each symbol are drawn without replacement from all v^s strings, so that every level can be read backwards:
//! the class of an input is a function of it. Exchanging the string of a symbol for another one of the same symbol, a synonym,
//! leaves the class alone.
//!
//! ```
//! use nets::models::hierarchy::rules::RandomHierarchy;
//! // The size of many runs of the paper: 8 classes, 8 symbols, 8 synonyms, pairs, three levels.
//! let model = RandomHierarchy::new(8, 8, 8, 2, 3, 1)?;
//! assert_eq!(model.counts().total_inputs(), 16_777_216u64.into());
//! let (class, word) = model.sample(5, 0);
//! assert_eq!((word.len(), model.class_of(&word)), (8, Some(class)));
//! let synonym = model.exchange(&word, 1, 5, 0)?;
//! assert!(synonym != word && model.class_of(&synonym) == Some(class));
//! # Ok::<(), nets::NetError>(())
//! ```

use super::Hierarchy;
use crate::error::refuse;
use crate::layers::shape_error;
use crate::random::{Purpose, below, shuffle, stream};
use crate::{Dataset, NetError};
use num_traits::ToPrimitive;
use rand::Rng;
use std::collections::{HashMap, HashSet};

/// The most symbols in an input.
pub const MAX_LENGTH: usize = 1 << 16;
/// The most strings of one level.
pub const MAX_RULES: u64 = 1 << 24;
/// The most inputs that are listed.
pub const MAX_LISTED: usize = 1 << 20;

/// The rules that rewrite the symbols of one level.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Level {
    /// The strings of symbol a are numbers a·m, …, a·m + m − 1; each is `branching` symbols, one after the other.
    strings: Vec<u32>,
    /// The symbol of each string.
    symbols: HashMap<Vec<u32>, u32>,
}

/// A random hierarchy model with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomHierarchy {
    counts: Hierarchy,
    vocabulary: u64,
    /// The first rewrites classes, the last makes inputs.
    levels: Vec<Level>,
}

impl RandomHierarchy {
    /// Draws the rules of a model with n_c classes, v symbols, m synonyms, branching s and depth L.
    ///
    /// # Errors
    /// [`NetError::Option`] for a parameter out of range: v from 2, s from 2, m from 1 with m·max(v, n_c) ≤ min(v^s,
    /// [`MAX_RULES`]), s^L ≤ [`MAX_LENGTH`].
    pub fn new(
        classes: u64,
        vocabulary: u64,
        synonyms: u64,
        branching: u64,
        depth: u32,
        seed: u64,
    ) -> Result<Self, NetError> {
        let counts = Hierarchy::new(classes, synonyms, branching, depth)?;
        if !(2..=u64::from(u32::MAX)).contains(&vocabulary) {
            return refuse("v", vocabulary, "an integer from 2 to 4294967295");
        }
        if branching < 2 {
            return refuse("s", branching, "an integer from 2");
        }
        if counts
            .input_dimension()
            .to_usize()
            .is_none_or(|length| length > MAX_LENGTH)
        {
            return refuse("L", depth, "a depth with s^L at most 65536");
        }
        let exponent = u32::try_from(branching).unwrap_or(u32::MAX);
        let strings = vocabulary.checked_pow(exponent).unwrap_or(u64::MAX);
        let rewritten = vocabulary.max(classes);
        if synonyms.saturating_mul(rewritten) > strings.min(MAX_RULES) {
            let limit = strings.min(MAX_RULES) / rewritten;
            let range = format!(
                "an integer from 1 to {limit}, so that all strings of a level differ and are at most 2^24"
            );
            return refuse("m", synonyms, &range);
        }
        let levels = (0..depth).map(|level| {
            let symbols = if level == 0 { classes } else { vocabulary };
            let mut rng = stream(seed, Purpose::Hierarchy, 0, u64::from(level));
            Level::draw(symbols, vocabulary, &counts, strings, &mut rng)
        });
        Ok(RandomHierarchy {
            counts,
            vocabulary,
            levels: levels.collect(),
        })
    }

    /// Numbers of classes, synonyms and so on, and what they amount to.
    pub fn counts(&self) -> &Hierarchy {
        &self.counts
    }

    /// v.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary as usize
    }

    /// Symbols in an input.
    pub fn length(&self) -> usize {
        self.branching().pow(self.counts.depth)
    }

    fn branching(&self) -> usize {
        self.counts.branching as usize
    }

    /// A uniform class with a uniform derivation of it: sample `index` of a seed.
    pub fn sample(&self, seed: u64, index: u64) -> (u32, Vec<u32>) {
        let mut rng = stream(seed, Purpose::Hierarchy, 1, index);
        let class = below(self.counts.classes, &mut rng) as u32;
        let word = self.derive(vec![class], 0, &mut rng);
        (class, word)
    }

    /// Rewrites symbols of a level down to an input.
    fn derive(&self, word: Vec<u32>, level: usize, rng: &mut impl Rng) -> Vec<u32> {
        let synonyms = self.counts.synonyms;
        self.levels[level..].iter().fold(word, |word, level| {
            let strings = word
                .iter()
                .map(|&symbol| self.string(level, symbol, below(synonyms, rng)));
            strings.flatten().copied().collect()
        })
    }

    /// One of the strings of a symbol.
    fn string<'a>(&self, level: &'a Level, symbol: u32, synonym: u64) -> &'a [u32] {
        let number = (u64::from(symbol) * self.counts.synonyms + synonym) as usize;
        &level.strings[number * self.branching()..(number + 1) * self.branching()]
    }

    /// The class of an input, and `None` for a word that no class derives.
    pub fn class_of(&self, word: &[u32]) -> Option<u32> {
        match self.read(word, self.levels.len())?[..] {
            [class] => Some(class),
            _ => None,
        }
    }

    /// The symbols that so many levels above a word derive it.
    fn read(&self, word: &[u32], height: usize) -> Option<Vec<u32>> {
        if word.len() != self.length() {
            return None;
        }
        let below = self.levels.iter().rev().take(height);
        below.into_iter().try_fold(word.to_vec(), |word, level| {
            word.chunks(self.branching())
                .map(|string| level.symbols.get(string).copied())
                .collect()
        })
    }

    /// The word with the string of every symbol at a height above the input (1, …, L) exchanged for another of its m − 1
    /// synonyms, and what is below derived anew. Exchange `index` of a seed.
    ///
    /// # Errors
    /// [`NetError::Option`] for a height out of range, a model without synonyms, or a word that no class derives.
    pub fn exchange(&self, word: &[u32], height: usize, seed: u64, index: u64) -> Result<Vec<u32>, NetError> {
        let depth = self.levels.len();
        if !(1..=depth).contains(&height) {
            return refuse("height", height, &format!("an integer from 1 to {depth}"));
        }
        let synonyms = self.counts.synonyms;
        if synonyms < 2 {
            return refuse("m", synonyms, "an integer from 2, for there to be synonyms");
        }
        let (Some(symbols), Some(strings)) = (self.read(word, height), self.read(word, height - 1)) else {
            return refuse("word", format!("{word:?}"), "a word that the model derives");
        };
        let mut rng = stream(seed, Purpose::Hierarchy, 2 + height as u64, index);
        let level = &self.levels[depth - height];
        let mut exchanged = Vec::with_capacity(strings.len());
        for (&symbol, old) in symbols.iter().zip(strings.chunks(self.branching())) {
            // Uniform among the others: the last one stands in for the old.
            let drawn = self.string(level, symbol, below(synonyms - 1, &mut rng));
            let new = if drawn == old {
                self.string(level, symbol, synonyms - 1)
            } else {
                drawn
            };
            exchanged.extend_from_slice(new);
        }
        Ok(self.derive(exchanged, depth - height + 1, &mut rng))
    }

    /// All inputs with their classes.
    ///
    /// # Errors
    /// [`NetError::Option`] for more than [`MAX_LISTED`] inputs.
    pub fn inputs(&self) -> Result<Vec<(u32, Vec<u32>)>, NetError> {
        let total = self.counts.total_inputs();
        if total.to_usize().is_none_or(|total| total > MAX_LISTED) {
            return refuse("number of inputs", total, "at most 1048576 to be listed");
        }
        let mut words: Vec<(u32, Vec<u32>)> = (0..self.counts.classes as u32)
            .map(|class| (class, vec![class]))
            .collect();
        for level in &self.levels {
            words = words
                .into_iter()
                .flat_map(|(class, word)| {
                    let mut heads = vec![Vec::new()];
                    for &symbol in &word {
                        heads = heads
                            .iter()
                            .flat_map(|head: &Vec<u32>| {
                                (0..self.counts.synonyms)
                                    .map(|k| [head, self.string(level, symbol, k)].concat())
                            })
                            .collect();
                    }
                    heads.into_iter().map(move |word| (class, word))
                })
                .collect();
        }
        Ok(words)
    }

    /// A word as numbers: a one in each block of v.
    pub fn one_hot(&self, word: &[u32]) -> Vec<f32> {
        let mut values = vec![0.0; word.len() * self.vocabulary()];
        for (block, &symbol) in values.chunks_mut(self.vocabulary()).zip(word) {
            block[symbol as usize] = 1.0;
        }
        values
    }

    /// Samples `from`, …, `from + count − 1` of a seed as labelled rows.
    ///
    /// # Errors
    /// [`NetError::Option`] for more than 256 classes; [`NetError::Shape`] for no rows.
    pub fn dataset(&self, seed: u64, from: u64, count: usize) -> Result<Dataset, NetError> {
        if self.counts.classes > 256 {
            return refuse(
                "n_classes",
                self.counts.classes,
                "at most 256 for labels of one byte",
            );
        }
        let samples = (0..count as u64).map(|index| self.sample(seed, from + index));
        let (labels, words): (Vec<u8>, Vec<Vec<u32>>) =
            samples.map(|(class, word)| (class as u8, word)).unzip();
        self.rows(&words)?.with_labels(labels)
    }

    /// Words as rows.
    ///
    /// # Errors
    /// [`NetError::Shape`] for a word of another length or no words.
    pub fn rows(&self, words: &[Vec<u32>]) -> Result<Dataset, NetError> {
        if let Some(word) = words.iter().find(|word| word.len() != self.length()) {
            return Err(shape_error("symbols in a word", self.length(), word.len()));
        }
        let values = words.iter().flat_map(|word| self.one_hot(word)).collect();
        Dataset::new("random hierarchy", values, self.length() * self.vocabulary())
    }
}

impl Level {
    fn draw(symbols: u64, vocabulary: u64, counts: &Hierarchy, strings: u64, rng: &mut impl Rng) -> Self {
        let wanted = symbols * counts.synonyms;
        // Distinct numbers below `strings` (Floyd 1987), then in random order.
        let mut seen = HashSet::new();
        let mut codes = Vec::with_capacity(wanted as usize);
        for last in strings - wanted..strings {
            let drawn = below(last + 1, rng);
            let code = if seen.insert(drawn) { drawn } else { last };
            seen.insert(code);
            codes.push(code);
        }
        shuffle(&mut codes, rng);
        let mut level = Level {
            strings: Vec::new(),
            symbols: HashMap::new(),
        };
        for (number, mut code) in (0u64..).zip(codes) {
            let mut string = Vec::new();
            for _ in 0..counts.branching {
                string.push((code % vocabulary) as u32);
                code /= vocabulary;
            }
            level.strings.extend_from_slice(&string);
            level.symbols.insert(string, (number / counts.synonyms) as u32);
        }
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counts of the oracle, by listing; every input is listed once and read back as its class.
    #[test]
    fn listed_inputs_are_as_many_as_counted() {
        for (classes, v, m, s, depth, total) in [
            (2, 4, 2, 2, 2, 16usize),
            (8, 8, 8, 2, 2, 4096),
            (3, 5, 2, 3, 2, 48),
            (2, 2, 1, 2, 4, 2),
        ] {
            let model = RandomHierarchy::new(classes, v, m, s, depth, 7).unwrap();
            let inputs = model.inputs().unwrap();
            assert_eq!(model.counts().total_inputs(), total.into());
            let different: HashSet<&Vec<u32>> = inputs.iter().map(|(_, word)| word).collect();
            assert_eq!((inputs.len(), different.len()), (total, total));
            for (class, word) in &inputs {
                assert_eq!(model.class_of(word), Some(*class));
            }
        }
    }

    /// Words outside the model have no class: of the v^d words the inputs alone do.
    #[test]
    fn other_words_have_no_class() {
        let model = RandomHierarchy::new(2, 3, 2, 2, 2, 1).unwrap();
        let all = (0..81u32).map(|code| (0..4).map(|i| code / 3u32.pow(i) % 3).collect::<Vec<_>>());
        assert_eq!(all.filter(|word| model.class_of(word).is_some()).count(), 16);
        assert_eq!(model.class_of(&[0, 0]), None);
    }

    #[test]
    fn exchanges_change_every_string_at_their_height_and_no_class() {
        let model = RandomHierarchy::new(6, 6, 3, 2, 3, 2).unwrap();
        for index in 0..200 {
            let (class, word) = model.sample(3, index);
            for height in 1..=3 {
                let other = model.exchange(&word, height, 4, index).unwrap();
                assert_eq!(model.class_of(&other), Some(class));
                assert_eq!(model.read(&other, height), model.read(&word, height));
                let (old, new) = (
                    model.read(&word, height - 1).unwrap(),
                    model.read(&other, height - 1).unwrap(),
                );
                assert!(old.chunks(2).zip(new.chunks(2)).all(|(old, new)| old != new));
            }
        }
        assert_eq!(model.sample(3, 5), model.sample(3, 5));
    }

    #[test]
    fn rows_are_one_hot_and_labelled() {
        let model = RandomHierarchy::new(3, 4, 2, 2, 2, 2).unwrap();
        let data = model.dataset(1, 10, 20).unwrap();
        assert_eq!((data.len(), data.width()), (20, 16));
        let (class, word) = model.sample(1, 14);
        assert_eq!(data.row(4), model.one_hot(&word));
        assert_eq!(data.labels().unwrap()[4], class as u8);
        assert!(
            data.values()
                .chunks(4)
                .all(|block| block.iter().sum::<f32>() == 1.0)
        );
    }

    #[test]
    fn ranges_are_stated() {
        let message = |n, v, m, s, depth| {
            RandomHierarchy::new(n, v, m, s, depth, 0)
                .unwrap_err()
                .to_string()
        };
        assert!(message(2, 4, 5, 2, 2).starts_with("m is 5: expected an integer from 1 to 4"));
        assert!(message(9, 4, 2, 2, 2).starts_with("m is 2: expected an integer from 1 to 1"));
        assert!(message(2, 1, 1, 2, 2).starts_with("v is 1"));
        assert!(message(2, 4, 1, 1, 2).starts_with("s is 1: expected an integer from 2"));
        assert!(message(2, 4, 1, 2, 17).contains("s^L at most 65536"));
        let plain = RandomHierarchy::new(2, 4, 1, 2, 2, 0).unwrap();
        let word = plain.sample(0, 0).1;
        assert!(
            plain
                .exchange(&word, 1, 0, 0)
                .unwrap_err()
                .to_string()
                .contains("from 2")
        );
        assert!(plain.exchange(&word, 3, 0, 0).is_err());
        let large = RandomHierarchy::new(32, 32, 8, 2, 4, 0).unwrap();
        assert!(large.inputs().is_err());
    }
}
