//! Factoring over the rationals: modular factors, Hensel lifting, recombination (Zassenhaus 1969; von zur Gathen and
//! Gerhard, *Modern Computer Algebra*, chapter 15). Every factor is checked by exact division.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::Univariate;
use super::finite::{ResidueRing, Residues};
use crate::linear::PrimeField;

impl Univariate<BigRational> {
    /// The monic irreducible factors over the rationals with their multiplicities, by degree and then coefficients.
    ///
    /// Exponential in the number of modular factors in the worst case; linear factors are split off first.
    pub fn factor(&self) -> Vec<(Self, usize)> {
        let mut factors = Vec::new();
        for (part, multiplicity) in self.squarefree_decomposition() {
            factors.extend(
                factor_squarefree(&part)
                    .into_iter()
                    .map(|factor| (factor, multiplicity)),
            );
        }
        // By degree, then by the size of the constant, then by sign: x - 1 before x + 1 before x - 2.
        factors.sort_by(|(f, _), (g, _)| {
            let key = |h: &Self| {
                let sizes: Vec<BigRational> = h.coefficients().iter().map(Signed::abs).collect();
                (h.degree(), sizes, h.coefficients().to_vec())
            };
            key(f).cmp(&key(g))
        });
        factors
    }

    /// The distinct rational roots, increasing.
    pub fn rational_roots(&self) -> Vec<BigRational> {
        let mut roots: Vec<BigRational> = split_linear(&self.squarefree_part())
            .0
            .iter()
            .map(|factor| -factor.coefficient(0))
            .collect();
        roots.sort();
        roots
    }

    /// Whether the polynomial is irreducible over the rationals (constants are not).
    pub fn is_irreducible(&self) -> bool {
        matches!(self.factor().as_slice(), [(_, 1)])
    }
}

fn factor_squarefree(f: &Univariate<BigRational>) -> Vec<Univariate<BigRational>> {
    let (mut factors, rest) = split_linear(f);
    match rest.degree() {
        None | Some(0) => {}
        // Without rational roots, degree 2 and 3 are irreducible.
        Some(1..=3) => factors.push(rest.monic()),
        Some(_) => {
            let found = zassenhaus(&rest.primitive());
            factors.extend(found.into_iter().map(|g| from_integers(&g).monic()));
        }
    }
    factors
}

fn from_integers(coefficients: &[BigInt]) -> Univariate<BigRational> {
    Univariate::new(
        coefficients
            .iter()
            .cloned()
            .map(BigRational::from_integer)
            .collect(),
    )
}

/// The reduction modulo a prime, `None` when the degree drops or it is not squarefree.
fn good_reduction(ring: &ResidueRing, f: &[BigInt]) -> Option<Residues> {
    let residues: Residues = f.iter().map(|c| ring.field.encode_big(c)).collect();
    let squarefree = || ring.gcd(&residues, &ring.derivative(&residues)).len() == 1;
    (residues.last() != Some(&0) && squarefree()).then_some(residues)
}

/// The monic linear factors of a squarefree polynomial and what remains.
///
/// A root a/b in lowest terms has a dividing the constant and b the leading coefficient; a root modulo p lifts by
/// Newton's iteration until p^k exceeds twice their product, where rational reconstruction is unique.
fn split_linear(f: &Univariate<BigRational>) -> (Vec<Univariate<BigRational>>, Univariate<BigRational>) {
    let mut linear = Vec::new();
    let mut rest = f.monic();
    if rest.coefficient(0).is_zero() && rest.degree() > Some(0) {
        linear.push(Univariate::x());
        rest = rest
            .div_rem(&Univariate::x())
            .map_or_else(Univariate::zero, |(quotient, _)| quotient);
    }
    if rest.degree().is_none_or(|degree| degree == 0) {
        return (linear, rest);
    }
    let integers = rest.primitive();
    let (ring, residues) = PrimeField::descending()
        .map(ResidueRing::new)
        .find_map(|ring| good_reduction(&ring, &integers).map(|residues| (ring, residues)))
        .expect("finitely many primes divide the discriminant");
    let bound = integers[0].abs().max(integers[integers.len() - 1].abs());
    for root in ring.roots(&residues) {
        let (root, modulus) = lift_root(&integers, root, ring.field.p, &(&bound * &bound * 2u32 + 1u32));
        let Some(candidate) = crate::linear::rational_from_residue(&root, &modulus) else {
            continue;
        };
        let factor = Univariate::new(vec![-candidate, BigRational::one()]);
        if let Some((quotient, remainder)) = rest.div_rem(&factor)
            && remainder.is_zero()
        {
            rest = quotient;
            linear.push(factor);
        }
    }
    (linear, rest)
}

/// Newton's iteration from a simple root modulo p to one modulo a power above `target`.
fn lift_root(f: &[BigInt], root: u64, p: u64, target: &BigInt) -> (BigInt, BigInt) {
    let (mut root, mut modulus) = (BigInt::from(root), BigInt::from(p));
    let evaluate = |x: &BigInt, modulus: &BigInt, derivative: bool| {
        let mut value = BigInt::zero();
        for (k, c) in f.iter().enumerate().skip(usize::from(derivative)).rev() {
            let c = if derivative { c * k } else { c.clone() };
            value = (value * x + c).mod_floor(modulus);
        }
        value
    };
    while modulus < *target {
        modulus = &modulus * &modulus;
        let slope = evaluate(&root, &modulus, true);
        let inverse = slope
            .modinv(&modulus)
            .expect("the root is simple, so the slope is a unit");
        root = (&root - evaluate(&root, &modulus, false) * inverse).mod_floor(&modulus);
    }
    (root, modulus)
}

/// The primitive irreducible factors of a primitive squarefree polynomial of degree at least 1.
fn zassenhaus(f: &[BigInt]) -> Vec<Vec<BigInt>> {
    // The best of a few primes: fewer modular factors, fewer combinations.
    let (ring, modular) = PrimeField::descending()
        .map(ResidueRing::new)
        .filter_map(|ring| {
            let residues = good_reduction(&ring, f)?;
            let factors = ring.factor_squarefree(&ring.monic(&residues));
            Some((ring, factors))
        })
        .take(4)
        .min_by_key(|(_, factors)| factors.len())
        .expect("finitely many primes divide the discriminant");
    if modular.len() == 1 {
        return vec![f.to_vec()];
    }
    let (lifted, modulus) = hensel(&ring, f, &modular, &coefficient_bound(f));
    recombine(f.to_vec(), lifted, &modulus)
}

/// Twice Mignotte's bound for the leading coefficient times any factor.
fn coefficient_bound(f: &[BigInt]) -> BigInt {
    let squared: BigInt = f.iter().map(|c| c * c).sum();
    let leading = f.last().map_or_else(BigInt::one, Signed::abs);
    ((squared.sqrt() + 1u32) << (f.len() + 1)) * leading
}

/// Lifts monic coprime factors from p to a power of p above `bound`, one power at a time.
fn hensel(
    ring: &ResidueRing,
    f: &[BigInt],
    factors: &[Residues],
    bound: &BigInt,
) -> (Vec<Vec<BigInt>>, BigInt) {
    let prime = BigInt::from(ring.field.p);
    // With s_i the inverse of the product of the other factors modulo g_i, the correction of g_i is e s_i mod g_i.
    let inverses: Vec<Residues> = factors
        .iter()
        .enumerate()
        .map(|(i, g)| {
            let others = factors.iter().enumerate().filter(|(j, _)| *j != i);
            let product = others.fold(vec![ring.field.encode(1)], |product, (_, h)| {
                ring.rem(&ring.mul(&product, h), g)
            });
            ring.inverse_mod(&product, g)
        })
        .collect();
    let mut lifted: Vec<Vec<BigInt>> = factors
        .iter()
        .map(|g| g.iter().map(|&x| BigInt::from(ring.field.decode(x))).collect())
        .collect();
    let mut modulus = prime.clone();
    while modulus <= *bound {
        let next = &modulus * &prime;
        let leading = f.last().expect("the polynomial is not zero");
        let inverse = leading
            .modinv(&next)
            .expect("the prime does not divide the leading coefficient");
        let product = lifted
            .iter()
            .fold(vec![BigInt::one()], |product, g| multiply(&product, g, &next));
        let error: Residues = f
            .iter()
            .zip(&product)
            .map(|(c, x)| {
                ring.field
                    .encode_big(&((c * &inverse - x).mod_floor(&next) / &modulus))
            })
            .collect();
        let error = ring.trim(error);
        for ((g, residues), inverse) in lifted.iter_mut().zip(factors).zip(&inverses) {
            let correction = ring.rem(&ring.mul(&error, inverse), residues);
            for (c, x) in g.iter_mut().zip(correction) {
                *c += &modulus * BigInt::from(ring.field.decode(x));
            }
        }
        modulus = next;
    }
    (lifted, modulus)
}

fn multiply(a: &[BigInt], b: &[BigInt], modulus: &BigInt) -> Vec<BigInt> {
    let mut product = vec![BigInt::zero(); a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (sum, y) in product[i..].iter_mut().zip(b) {
            *sum += x * y;
        }
    }
    product.into_iter().map(|x| x.mod_floor(modulus)).collect()
}

/// Tries products of one, two, ... lifted factors as true factors.
fn recombine(mut f: Vec<BigInt>, mut lifted: Vec<Vec<BigInt>>, modulus: &BigInt) -> Vec<Vec<BigInt>> {
    let mut found = Vec::new();
    let mut size = 1;
    while 2 * size <= lifted.len() {
        match (0..lifted.len()).combinations(size).find_map(|subset| {
            let factor = candidate(&f, &lifted, &subset, modulus);
            exact_quotient(&f, &factor).map(|quotient| (subset, factor, quotient))
        }) {
            Some((subset, factor, quotient)) => {
                found.push(factor);
                f = quotient;
                let mut index = 0;
                lifted.retain(|_| {
                    index += 1;
                    !subset.contains(&(index - 1))
                });
            }
            None => size += 1,
        }
    }
    if f.len() > 1 {
        found.push(f);
    }
    found
}

/// The primitive part of the leading coefficient times a product of lifted factors, read in the symmetric range.
fn candidate(f: &[BigInt], lifted: &[Vec<BigInt>], subset: &[usize], modulus: &BigInt) -> Vec<BigInt> {
    let leading = f.last().expect("the polynomial is not zero").clone();
    let product = subset.iter().fold(vec![leading], |product, &i| {
        multiply(&product, &lifted[i], modulus)
    });
    let half: BigInt = modulus >> 1;
    let symmetric = product
        .into_iter()
        .map(|c| if c > half { c - modulus } else { c });
    Univariate::new(symmetric.map(BigRational::from_integer).collect()).primitive()
}

fn exact_quotient(f: &[BigInt], g: &[BigInt]) -> Option<Vec<BigInt>> {
    let (constant, divisor) = (&f[0], g.first()?);
    if g.len() < 2 || (!divisor.is_zero() && !(constant % divisor).is_zero()) {
        return None;
    }
    let (quotient, remainder) = from_integers(f).div_rem(&from_integers(g))?;
    remainder.is_zero().then(|| quotient.primitive())
}

/// Subsets of a range in lexicographic order.
trait Combinations {
    fn combinations(self, size: usize) -> impl Iterator<Item = Vec<usize>>;
}

impl Combinations for std::ops::Range<usize> {
    fn combinations(self, size: usize) -> impl Iterator<Item = Vec<usize>> {
        let n = self.end;
        let first: Option<Vec<usize>> = (size <= n).then(|| (0..size).collect());
        std::iter::successors(first, move |subset| {
            let mut next = subset.clone();
            let at = (0..size).rev().find(|&i| next[i] < n - size + i)?;
            next[at] += 1;
            for i in at + 1..size {
                next[i] = next[i - 1] + 1;
            }
            Some(next)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;
    use proptest::prelude::*;

    fn f(coefficients: &[i64]) -> Univariate<BigRational> {
        Univariate::from_integers(coefficients)
    }

    #[test]
    fn cyclotomic_factors_of_x12_minus_1() {
        let mut coefficients = [0; 13];
        (coefficients[0], coefficients[12]) = (-1, 1);
        let degrees: Vec<_> = f(&coefficients)
            .factor()
            .iter()
            .map(|(g, _)| g.degree().unwrap())
            .collect();
        assert_eq!(degrees, [1, 1, 2, 2, 2, 4]);
    }

    #[test]
    fn irreducible_although_reducible_modulo_every_prime() {
        assert!(f(&[1, 0, 0, 0, 1]).is_irreducible(), "x^4 + 1");
        // Swinnerton-Dyer: the minimal polynomial of sqrt 2 + sqrt 3 + sqrt 5.
        assert!(f(&[576, 0, -960, 0, 352, 0, -40, 0, 1]).is_irreducible());
        assert!(!f(&[4, 0, 0, 0, 1]).is_irreducible(), "Sophie Germain: x^4 + 4");
    }

    #[test]
    fn roots_with_large_parts_are_found() {
        let roots = [
            rational(1 << 50, 3),
            rational(-7, (1 << 40) + 15),
            rational(0, 1),
            rational(5, 1),
        ];
        let product = roots.iter().fold(f(&[2, 0, 1]), |product, root| {
            &product * &Univariate::new(vec![-root.clone(), BigRational::one()])
        });
        let mut sorted = roots.to_vec();
        sorted.sort();
        assert_eq!(product.rational_roots(), sorted);
        assert_eq!(product.factor().len(), 5);
    }

    proptest! {
        #[test]
        fn products_of_irreducibles_are_taken_apart(
            parts in proptest::collection::vec(proptest::collection::vec(-6i64..7, 2..6), 1..4)
        ) {
            let product = parts.iter().fold(Univariate::one(), |product, part| &product * &f(part));
            prop_assume!(product.degree() > Some(0));
            let factors = product.factor();
            let mut back = Univariate::one();
            for (factor, multiplicity) in &factors {
                prop_assert!(factor.rational_roots().is_empty() || factor.degree() == Some(1));
                back = &back * &factor.pow(*multiplicity);
            }
            prop_assert_eq!(back, product.monic());
            // Every part that was put in is a product of the factors found: at least as many factors as parts.
            let nontrivial = parts.iter().filter(|part| f(part).degree() > Some(0)).count();
            prop_assert!(factors.iter().map(|(_, k)| k).sum::<usize>() >= nontrivial);
        }
    }
}
