//! The irreducible characters modulo a prime, by splitting the class functions with class multiplication matrices.

use num_integer::Roots;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::CharacterLimits;
use super::eigenvectors::{ClassMatrix, split};
use crate::conjugacy::ClassFinder;
use crate::error::GroupError;
use crate::factorization::factor;
use crate::linear::{PrimeField, is_prime};

/// The largest order of the group: the prime is larger and has at most 62 bits.
const MAX_ORDER: u64 = 1 << 60;
/// Products that are looked up before the first attempt to split, since most groups need no more.
const FIRST_BATCH: u64 = 1 << 17;

/// Characters as residues modulo a prime that is 1 modulo the exponent and above the order of the group.
pub(super) struct ModularCharacters {
    pub(super) field: PrimeField,
    /// A root of unity whose order is the exponent of the group, in Montgomery form.
    pub(super) root: u64,
    pub(super) exponent: u64,
    pub(super) degrees: Vec<u64>,
    /// Row by row, in Montgomery form.
    pub(super) values: Vec<Vec<u64>>,
}

pub(super) fn characters(
    finder: &ClassFinder,
    powers: &[Vec<u32>],
    limits: &CharacterLimits,
) -> Result<ModularCharacters, GroupError> {
    let classes = finder.classes();
    let too_large = |what, asked| GroupError::Limit {
        what,
        asked,
        limit: MAX_ORDER,
    };
    let order = u64::try_from(classes.group_order()).unwrap_or(u64::MAX);
    if order > MAX_ORDER {
        return Err(too_large(
            "the order of a group whose characters are computed",
            order,
        ));
    }
    let exponent = u64::try_from(&classes.exponent()).unwrap_or(u64::MAX);
    let sizes: Vec<u64> = classes
        .iter()
        .map(|c| u64::try_from(c.size()).expect("a class is no larger than its group"))
        .collect();
    let field = prime(order, exponent)
        .ok_or_else(|| too_large("the exponent of a group whose characters are computed", exponent))?;
    let eigenvectors = common_eigenvectors(finder, &field, &sizes, limits)?;
    let inverse_classes: Vec<usize> = powers.iter().map(|row| row[row.len() - 1] as usize).collect();
    let inverse_sizes: Vec<u64> = sizes.iter().map(|&s| field.inv(field.encode(s))).collect();
    let mut characters: Vec<(u64, Vec<u64>)> = eigenvectors
        .into_iter()
        .map(|omega| character(&field, order, &inverse_sizes, &inverse_classes, omega))
        .collect();
    // The trivial character has the least degree and the least residues that a linear character can have.
    characters.sort_unstable();
    let encode = |row: Vec<u64>| row.into_iter().map(|x| field.encode(x)).collect();
    let (degrees, values) = characters.into_iter().map(|(d, row)| (d, encode(row))).unzip();
    Ok(ModularCharacters {
        root: root_of_unity(&field, exponent),
        field,
        exponent,
        degrees,
        values,
    })
}

/// A prime above the order of the group, 1 modulo its exponent, and large enough for random combinations of matrices to
/// tell their eigenvectors apart.
fn prime(order: u64, exponent: u64) -> Option<PrimeField> {
    const LEAST: u64 = 1 << 24;
    let first = order.max(LEAST) / exponent + 1;
    (first..)
        .map_while(|k| exponent.checked_mul(k)?.checked_add(1).filter(|&p| p < 1 << 62))
        .find(|&p| p % 2 == 1 && is_prime(p))
        .map(PrimeField::new)
}

/// An element of the multiplicative group whose order is `exponent`.
fn root_of_unity(field: &PrimeField, exponent: u64) -> u64 {
    let one = field.encode(1);
    let primes = factor(exponent);
    (2..)
        .map(|x| field.pow(field.encode(x), (field.p - 1) / exponent))
        .find(|&root| primes.iter().all(|(q, _)| field.pow(root, exponent / q) != one))
        .expect("the multiplicative group of a prime field is cyclic")
}

/// The r common eigenvectors of the class multiplication matrices, scaled to 1 on the class of the identity.
///
/// The eigenvectors of random combinations of more and more classes, until every eigenspace is a line. Lines that are
/// invariant under one combination of the commuting matrices are their common eigenvectors, so the answer is certain.
fn common_eigenvectors(
    finder: &ClassFinder,
    field: &PrimeField,
    sizes: &[u64],
    limits: &CharacterLimits,
) -> Result<Vec<Vec<u64>>, GroupError> {
    let r = sizes.len();
    let mut rng = ChaCha8Rng::seed_from_u64(0xd1c50);
    let unit = |i: usize| {
        let mut e = vec![0; r];
        e[i] = field.encode(1);
        e
    };
    let mut spaces: Vec<Vec<Vec<u64>>> = vec![(0..r).map(unit).collect()];
    let mut by_size: Vec<usize> = (1..r).collect();
    by_size.sort_by_key(|&j| sizes[j]);
    let mut left = by_size.into_iter().peekable();
    let (mut done, mut batch) = (0u64, FIRST_BATCH);
    while spaces.iter().any(|space| space.len() > 1) {
        let mut matrix = ClassMatrix::new(*field, r);
        let mut taken = 0u64;
        while let Some(&j) = left.peek() {
            let cost = sizes[j].saturating_mul(r as u64);
            if taken > 0 && taken.saturating_add(cost) > batch {
                break;
            }
            taken = taken.saturating_add(cost);
            if done.saturating_add(taken) > limits.max_products {
                return Err(GroupError::Limit {
                    what: "the number of products whose classes are looked up",
                    asked: done.saturating_add(taken),
                    limit: limits.max_products,
                });
            }
            left.next();
            let coefficient = field.encode(rng.random_range(1..field.p));
            finder.products_with_class(j, |z, product| matrix.add(product, z, coefficient))?;
        }
        done = done.saturating_add(taken);
        batch *= 4;
        if taken == 0 {
            // Coefficients that happened to agree on two characters: all classes once more, with others.
            left = (1..r).collect::<Vec<_>>().into_iter().peekable();
        }
        let matrix = matrix.finished();
        spaces = spaces
            .into_iter()
            .flat_map(|space| split(field, &matrix, space, &mut rng))
            .collect();
    }
    Ok(spaces
        .into_iter()
        .flatten()
        .map(|mut omega| {
            let scale = field.inv(omega[0]);
            omega.iter_mut().for_each(|x| *x = field.mul(*x, scale));
            omega
        })
        .collect())
}

/// Degree and decoded values of the character with central character ω.
///
/// Σ_C ω(C) ω(C⁻¹) / |C| = |G| / χ(1)², and p is larger than |G|, so χ(1)² is read off its residue.
fn character(
    field: &PrimeField,
    order: u64,
    inverse_sizes: &[u64],
    inverse_classes: &[usize],
    omega: Vec<u64>,
) -> (u64, Vec<u64>) {
    let mut norm = 0;
    for ((&x, &inverse), &size) in omega.iter().zip(inverse_classes).zip(inverse_sizes) {
        norm = field.add(norm, field.mul(field.mul(x, omega[inverse]), size));
    }
    let square = field.decode(field.mul(field.encode(order), field.inv(norm)));
    let degree = square.sqrt();
    debug_assert_eq!(
        degree * degree,
        square,
        "the norm of an eigenvector is |G| over a square"
    );
    let scale = field.encode(degree);
    let values = omega.iter().zip(inverse_sizes);
    let values = values.map(|(&x, &size)| field.decode(field.mul(field.mul(x, size), scale)));
    (degree, values.collect())
}
