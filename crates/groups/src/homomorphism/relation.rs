//! A relation of generators that their images break.
//!
//! First short words are looked at: two words for the same element whose images differ, or a word of order k whose image
//! has another order. If none of these shows it, random words are divided by words for the representatives of a
//! stabilizer chain of G until nothing is left of them in G: the result is (1, h) ∈ Γ, and as these pairs are as often
//! as not different from (1, 1), one of them soon has h ≠ 1. The words for the representatives are improved while
//! they are used (T. Minkwitz, *An algorithm for solving the factorization problem in permutation groups*, 1998).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// Letters ±(k + 1) for the k-th generator and its inverse.
type Word = Vec<i32>;

/// An element of Γ with a word for it.
#[derive(Clone)]
struct Pair {
    word: Word,
    element: Permutation,
    image: Permutation,
}

impl Pair {
    fn times(&self, other: &Self) -> Self {
        let mut word = self.word.clone();
        for &letter in &other.word {
            if word.last() == Some(&-letter) {
                word.pop();
            } else {
                word.push(letter);
            }
        }
        Self {
            word,
            element: &self.element * &other.element,
            image: &self.image * &other.image,
        }
    }

    fn inverse(&self) -> Self {
        Self {
            word: self.word.iter().rev().map(|letter| -letter).collect(),
            element: self.element.inverse(),
            image: self.image.inverse(),
        }
    }

    fn error(&self, relation: String) -> GroupError {
        GroupError::NotAHomomorphism {
            relation,
            image: self.image.to_string(),
        }
    }
}

/// The error for images that are known to define no homomorphism.
pub(super) fn broken(source: &PermGroup, images: &[Permutation]) -> GroupError {
    let letters: Vec<Pair> = source
        .generators()
        .iter()
        .zip(images)
        .enumerate()
        .map(|(k, (g, h))| Pair {
            word: vec![k as i32 + 1],
            element: g.clone(),
            image: h.clone(),
        })
        .collect();
    let degree = images.first().map_or(0, Permutation::degree);
    let identity = Pair {
        word: Vec::new(),
        element: source.identity(),
        image: Permutation::identity(degree),
    };
    short(&identity, &letters).unwrap_or_else(|| {
        let found = long(source, &identity, &letters);
        found.error(written(&found.word))
    })
}

/// Looks through short words, breadth first.
fn short(identity: &Pair, letters: &[Pair]) -> Option<GroupError> {
    const WORDS: usize = 2000;
    let mut known: FxHashMap<Permutation, usize> = FxHashMap::default();
    known.insert(identity.element.clone(), 0);
    let mut words = vec![identity.clone()];
    let mut at = 0;
    while at < words.len() && words.len() < WORDS {
        for letter in letters {
            let next = words[at].times(letter);
            if let Some(&other) = known.get(&next.element) {
                if words[other].image != next.image {
                    let relation = next.times(&words[other].inverse());
                    return Some(relation.error(written(&relation.word)));
                }
                continue;
            }
            // Orders of permutations of the degrees at hand are far below this.
            if let Ok(order) = i64::try_from(next.element.order()) {
                let power = next.image.pow(order);
                if !power.is_identity() {
                    let relation = match next.word.as_slice() {
                        [_] => written(&vec![next.word[0]; order as usize]),
                        word => format!("({})^{order}", written(word)),
                    };
                    return Some(Pair { image: power, ..next }.error(relation));
                }
            }
            known.insert(next.element.clone(), words.len());
            words.push(next);
        }
        at += 1;
    }
    None
}

/// Divides random words by a table of representatives.
fn long(source: &PermGroup, identity: &Pair, letters: &[Pair]) -> Pair {
    /// The growth of random words.
    const STEPS: usize = 4;
    let base = source.chain().base();
    let mut rng = ChaCha8Rng::seed_from_u64(0x3e1 ^ source.degree() as u64);
    let mut table: Vec<FxHashMap<usize, Pair>> = vec![FxHashMap::default(); base.len()];
    let mut random = identity.clone();
    loop {
        for _ in 0..STEPS {
            let letter = &letters[rng.random_range(0..letters.len())];
            random = random.times(&if rng.random() {
                letter.clone()
            } else {
                letter.inverse()
            });
        }
        if random.word.len() > 64 {
            random = identity.clone();
        }
        let mut rest = random.clone();
        for (&b, entries) in base.iter().zip(&mut table) {
            let point = rest.element.image(b);
            if point == b {
                continue;
            }
            match entries.get_mut(&point) {
                None => {
                    entries.insert(point, rest.clone());
                    break;
                }
                Some(known) => {
                    if rest.word.len() < known.word.len() {
                        std::mem::swap(known, &mut rest);
                    }
                    rest = rest.times(&known.inverse());
                }
            }
        }
        if rest.element.is_identity() && !rest.image.is_identity() {
            return rest;
        }
    }
}

/// A word as a product of powers, `x1^2*x2^-1`.
fn written(word: &[i32]) -> String {
    let mut powers: Vec<(i32, i64)> = Vec::new();
    for &letter in word {
        let step = i64::from(letter.signum());
        match powers.last_mut() {
            Some((generator, exponent)) if *generator == letter.abs() => *exponent += step,
            _ => powers.push((letter.abs(), step)),
        }
    }
    let factors: Vec<String> = powers
        .iter()
        .filter(|(_, exponent)| *exponent != 0)
        .map(|&(generator, exponent)| match exponent {
            1 => format!("x{generator}"),
            _ => format!("x{generator}^{exponent}"),
        })
        .collect();
    factors.join("*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// Each generator of a group, or its conjugate by another element: no homomorphism, whatever the words.
    #[test]
    fn random_words_show_a_broken_relation() {
        for text in ["S4", "PSL(2,31)", "M12"] {
            let source = parse_group(text).unwrap();
            let by = source
                .generators()
                .iter()
                .fold(source.identity(), |product, g| &product * g);
            let letters: Vec<Pair> = source
                .generators()
                .iter()
                .enumerate()
                .map(|(k, g)| Pair {
                    word: vec![k as i32 + 1],
                    element: g.clone(),
                    image: if k == 0 { g.clone() } else { g.conjugate_by(&by) },
                })
                .collect();
            let images = letters.iter().map(|pair| pair.image.clone()).collect();
            assert!(
                crate::Homomorphism::new(&source, &source, images).is_err(),
                "{text}"
            );
            let identity = Pair {
                word: Vec::new(),
                element: source.identity(),
                image: source.identity(),
            };
            let found = long(&source, &identity, &letters);
            let value = |of: &dyn Fn(&Pair) -> Permutation| {
                found.word.iter().fold(source.identity(), |product, &letter| {
                    let g = of(&letters[letter.unsigned_abs() as usize - 1]);
                    &product * &if letter > 0 { g } else { g.inverse() }
                })
            };
            assert!(value(&|pair| pair.element.clone()).is_identity(), "{text}");
            let image = value(&|pair| pair.image.clone());
            assert!(!image.is_identity() && image == found.image, "{text}");
        }
    }
}
