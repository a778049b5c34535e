//! The words of an action text: colours, subsets, tuples, and the sizes that are mentioned.

use groups::PermGroup;

use super::action::Points;
use super::named::{named_group, pixel_symmetries};
use crate::BridgeError;
use crate::error::refuse;

/// The words of an action text, in lower case.
pub(super) struct Words<'a> {
    text: &'a str,
    words: Vec<String>,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let lower = text.to_lowercase();
        let words = lower
            .split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .map(|word| word.trim_matches('-').to_owned())
            .filter(|word| !word.is_empty());
        Words {
            text,
            words: words.collect(),
        }
    }

    /// Whether a word starts so (so that plurals count).
    pub(super) fn has(&self, stem: &str) -> bool {
        self.words.iter().any(|word| word.starts_with(stem))
    }

    /// The k of `k-subsets`, also where a blank stands for the hyphen.
    fn counted(&self, stems: &[&str]) -> Option<usize> {
        self.words.iter().enumerate().find_map(|(i, word)| {
            if let Some((count, rest)) = word.split_once('-') {
                return stems
                    .iter()
                    .any(|stem| rest.starts_with(stem))
                    .then(|| number(count))
                    .flatten();
            }
            let named = stems.iter().any(|stem| word.starts_with(stem));
            named
                .then(|| i.checked_sub(1).and_then(|before| number(&self.words[before])))
                .flatten()
        })
    }

    /// The number after a word: `length 6`.
    fn after(&self, stem: &str) -> Option<usize> {
        self.words
            .windows(2)
            .find_map(|pair| (pair[0] == stem).then(|| number(&pair[1])).flatten())
    }

    /// Sides of a grid that is mentioned, as `3x3`.
    pub(super) fn grid(&self) -> Option<(usize, usize)> {
        self.words.iter().find_map(|word| {
            let (height, width) = word.split_once('x')?;
            number(height).zip(number(width))
        })
    }

    /// The number of points that the text speaks of.
    fn size(&self) -> Option<usize> {
        let of_points = || {
            let places = [
                "point", "vertices", "corner", "element", "bead", "site", "cell", "pixel",
            ];
            self.words.windows(2).find_map(|pair| {
                let named = places.iter().any(|place| pair[1].starts_with(place));
                named.then(|| number(&pair[0])).flatten()
            })
        };
        let modulo = || {
            self.words
                .iter()
                .find_map(|word| word.strip_prefix('z').and_then(number))
        };
        self.grid()
            .map(|(height, width)| height.saturating_mul(width))
            .or_else(|| self.after("length"))
            .or_else(|| self.after("of"))
            .or_else(of_points)
            .or_else(modulo)
    }

    /// The rotation group of a solid whose parts are mentioned: `cube vertices`.
    fn solid(&self) -> Result<Option<PermGroup>, BridgeError> {
        let solids = ["cube", "octahedron", "tetrahedron", "dodecahedron", "icosahedron"];
        let parts = ["face", "vert", "corner", "edge"];
        let named = self.words.windows(2).find(|pair| {
            solids.contains(&pair[0].as_str()) && parts.iter().any(|part| pair[1].starts_with(part))
        });
        named.map(|pair| named_group(&pair.concat())).transpose()
    }

    /// Reads a group and makes sure that it acts where the text says.
    pub(super) fn group(&self, name: &str) -> Result<PermGroup, BridgeError> {
        let group = named_group(name)?;
        if let Some(solid) = self.solid()? {
            // Any name of the rotation group will do, as S4 or CubeFaces for the vertices of the cube.
            return if solid.order() == group.order() {
                Ok(solid)
            } else {
                refuse(
                    "group",
                    format!("{name} of order {}", group.order()),
                    format!(
                        "the rotation group of the solid in `{}`, of order {}",
                        self.text,
                        solid.order()
                    ),
                )
            };
        }
        let Some(size) = self.size().filter(|&size| size != group.degree()) else {
            return Ok(group);
        };
        if let Some((height, width)) = self.grid()
            && let Some(group) = pixel_symmetries(&name.trim().to_lowercase(), height, width)?
        {
            return Ok(group);
        }
        refuse(
            "action",
            format!("`{}`, which speaks of {size} points", self.text),
            format!("the {} points of {name}", group.degree()),
        )
    }

    /// The number of colours or letters, where colourings or words are spoken of.
    pub(super) fn colours(&self) -> Option<Result<u64, BridgeError>> {
        let kinds = [
            "colour", "color", "necklace", "bracelet", "word", "string", "letter", "graph",
        ];
        let spoken = self.words.iter().any(|word| {
            kinds
                .iter()
                .any(|kind| word.starts_with(kind) || word.split('-').any(|part| part.starts_with(kind)))
        });
        if !spoken {
            return None;
        }
        let named = [
            ("binary", 2),
            ("ternary", 3),
            ("quaternary", 4),
            ("graph", 2),
            ("two", 2),
            ("three", 3),
        ];
        let count = self
            .counted(&["colour", "color", "letter", "ary", "symbol"])
            .or_else(|| {
                named
                    .iter()
                    .find_map(|&(word, count)| self.has(word).then_some(count))
            });
        Some(match count {
            Some(count) if count > 0 => Ok(count as u64),
            _ => refuse(
                "action",
                format!("`{}`", self.text),
                "the number of colours, from 1: `3-colourings`, `binary necklaces`, `words over 4 letters`",
            ),
        })
    }

    /// The k of k-subsets.
    pub(super) fn subset(&self) -> Option<usize> {
        if self.has("multiset") {
            return None;
        }
        if self.has("edges")
            && self
                .words
                .iter()
                .any(|word| word.strip_prefix('k').and_then(number).is_some())
            || self.has("unordered")
            || self.has("graph")
        {
            return Some(2);
        }
        self.counted(&["subset", "set", "element"])
    }

    /// Tuples, multisets and points.
    pub(super) fn other(&self) -> Result<Points, BridgeError> {
        let injective = self.has("injective") || self.has("distinct");
        let tuple = |k| {
            if injective {
                Points::InjectiveTuples(k)
            } else {
                Points::Tuples(k)
            }
        };
        if let Some(k) = self.counted(&["tuple"]) {
            return Ok(tuple(k));
        }
        if let Some(k) = self.counted(&["multiset"]) {
            return Ok(Points::Multisets(k));
        }
        if self.has("pair") {
            return Ok(tuple(2));
        }
        let single = ["point", "vertices", "corner", "face", "edge", "natural"];
        if single.iter().any(|word| self.has(word)) {
            return Ok(Points::Single);
        }
        refuse(
            "action",
            format!("`{}`", self.text),
            "one of q-colourings, necklaces, words, k-subsets, k-tuples, k-multisets, points",
        )
    }
}

/// A whole number, in digits or as a word.
fn number(text: &str) -> Option<usize> {
    let words = ["zero", "one", "two", "three", "four", "five", "six"];
    text.parse()
        .ok()
        .or_else(|| words.iter().position(|word| *word == text))
}
