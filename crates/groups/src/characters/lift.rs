//! From residues to sums of roots of unity.
//!
//! If g has order n, χ(g) is the sum of the n-th roots of unity ζ^j with multiplicities
//! m_j = (1/n) Σ_k χ(g^k) ζ^(-jk), which are integers from 0 to χ(1): below p, so the residue is the number.

use num_rational::BigRational;
use num_traits::Zero;
use rustc_hash::FxHashMap;

use super::dixon::ModularCharacters;
use crate::cyclotomic::Cyclotomic;
use crate::linear::PrimeField;

pub(super) struct LiftedValues {
    pub(super) pool: Vec<Cyclotomic>,
    /// Row by row, places in the pool.
    pub(super) values: Vec<u32>,
}

/// The order of an element and the exponents j of its eigenvalues ζ^j with their multiplicities.
type Eigenvalues = (usize, Vec<(u32, u64)>);

pub(super) fn lift(modular: &ModularCharacters, powers: &[Vec<u32>]) -> LiftedValues {
    let r = powers.len();
    let mut values = vec![u32::MAX; r * r];
    let mut pool = Pool::default();
    let mut done = vec![false; r];
    // Elements of large order first: their eigenvalues are those of their powers, raised to the power.
    let mut by_order: Vec<usize> = (0..r).collect();
    by_order.sort_by_key(|&c| std::cmp::Reverse(powers[c].len()));
    for top in by_order {
        if done[top] {
            continue;
        }
        let row = &powers[top];
        let n = row.len();
        let root = modular.field.pow(modular.root, modular.exponent / n as u64);
        let transform = Transform::new(modular.field, root, n);
        let steps: Vec<usize> = (1..=n)
            .filter(|&step| !std::mem::replace(&mut done[row[step % n] as usize], true))
            .collect();
        for (i, character) in modular.values.iter().enumerate() {
            let along: Vec<u64> = row.iter().map(|&c| character[c as usize]).collect();
            let multiplicities = transform.multiplicities(&along);
            for &step in &steps {
                let place = pool.place(raised(&multiplicities, n, step));
                values[i * r + row[step % n] as usize] = place;
            }
        }
    }
    LiftedValues {
        pool: pool.values,
        values,
    }
}

/// The eigenvalues of g^step from those of g, of order n.
fn raised(multiplicities: &[(u32, u64)], n: usize, step: usize) -> Eigenvalues {
    let common = num_integer::gcd(n, step);
    let (length, step) = (n / common, step / common);
    let mut eigenvalues: Vec<(u32, u64)> = multiplicities
        .iter()
        .map(|&(j, m)| ((j as usize % length * step % length) as u32, m))
        .collect();
    eigenvalues.sort_unstable();
    eigenvalues.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0 };
        same
    });
    (length, eigenvalues)
}

/// The distinct values met, each kept once.
#[derive(Default)]
struct Pool {
    values: Vec<Cyclotomic>,
    by_eigenvalues: FxHashMap<Eigenvalues, u32>,
    by_coordinates: FxHashMap<(usize, Vec<BigRational>), u32>,
}

impl Pool {
    fn place(&mut self, eigenvalues: Eigenvalues) -> u32 {
        if let Some(&place) = self.by_eigenvalues.get(&eigenvalues) {
            return place;
        }
        let (n, exponents) = &eigenvalues;
        let mut coefficients = vec![BigRational::zero(); *n];
        for &(j, m) in exponents {
            coefficients[j as usize] = BigRational::from_integer(m.into());
        }
        let value = Cyclotomic::from_powers(*n, coefficients).reduced();
        let next = self.values.len() as u32;
        let key = (value.order(), value.coordinates().to_vec());
        let place = *self.by_coordinates.entry(key).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        self.by_eigenvalues.insert(eigenvalues, place);
        place
    }
}

/// The discrete Fourier transform of length n modulo a prime, by its prime factors (Cooley and Tukey, Math. Comp. 19,
/// 1965): n times the sum of the factors multiplications.
struct Transform {
    field: PrimeField,
    /// The powers of the inverse of the root of unity.
    twiddles: Vec<u64>,
    inverse_length: u64,
    factors: Vec<usize>,
}

impl Transform {
    fn new(field: PrimeField, root: u64, n: usize) -> Self {
        let inverse = field.inv(root);
        let mut twiddles = vec![field.encode(1); n];
        for k in 1..n {
            twiddles[k] = field.mul(twiddles[k - 1], inverse);
        }
        let factors = crate::factorization::factor(n as u64)
            .into_iter()
            .flat_map(|(p, exponent)| std::iter::repeat_n(p as usize, exponent as usize))
            .collect();
        Transform {
            field,
            twiddles,
            inverse_length: field.inv(field.encode(n as u64)),
            factors,
        }
    }

    /// The nonzero (1/n) Σ_k x_k ζ^(-jk), decoded, with j.
    fn multiplicities(&self, x: &[u64]) -> Vec<(u32, u64)> {
        self.run(x, 0, 1, x.len(), &self.factors)
            .into_iter()
            .zip(0..)
            .filter(|(m, _)| *m != 0)
            .map(|(m, j)| (j, self.field.decode(self.field.mul(m, self.inverse_length))))
            .collect()
    }

    /// The transform of the n entries of `x` from `start` in steps of `stride`.
    fn run(&self, x: &[u64], start: usize, stride: usize, n: usize, factors: &[usize]) -> Vec<u64> {
        let Some((&p, rest)) = factors.split_first() else {
            return vec![x[start]];
        };
        let field = &self.field;
        let m = n / p;
        let parts: Vec<Vec<u64>> = (0..p)
            .map(|a| self.run(x, start + a * stride, stride * p, m, rest))
            .collect();
        (0..n)
            .map(|j| {
                let terms = parts.iter().enumerate();
                terms.fold(0, |sum, (a, part)| {
                    // ζ_n^(-ja), where ζ_n is the power `stride` of the root.
                    let twiddle = self.twiddles[j * a % n * stride];
                    field.add(sum, field.mul(part[j % m], twiddle))
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_the_sum_of_its_definition() {
        let field = PrimeField::new(1801); // 1 + 60 * 30
        for n in [1usize, 2, 12, 30, 60, 7] {
            if 1800 % n != 0 {
                continue;
            }
            let root = (2..1801)
                .map(|x| field.pow(field.encode(x), 1800 / n as u64))
                .find(|&w| (1..n).all(|k| field.pow(w, k as u64) != field.encode(1)))
                .unwrap();
            let x: Vec<u64> = (0..n).map(|k| field.encode((k * k + 3) as u64 % 1801)).collect();
            let transform = Transform::new(field, root, n);
            let fast = transform.run(&x, 0, 1, n, &transform.factors);
            for (j, &y) in fast.iter().enumerate() {
                let slow = (0..n).fold(0, |sum, k| {
                    let twiddle = field.pow(root, ((n - j) * k) as u64);
                    field.add(sum, field.mul(x[k], twiddle))
                });
                assert_eq!(y, slow, "length {n}, entry {j}");
            }
        }
    }
}
