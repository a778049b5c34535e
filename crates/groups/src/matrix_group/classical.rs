//! Generators of the classical groups in their natural representations.
//!
//! GL and SL: the pairs of Steinberg (Canad. J. Math. 14, 1962; Taylor, Cayley Bulletin 3, 1987). Sp and SU: the root
//! elements of the simple roots and their negatives with parameter 1, which generate the group over the prime field
//! (for SU: the fixed points there) with its Weyl group, and one torus element, whose conjugates spread the parameter
//! over the field (Carter, *Simple Groups of Lie Type*, chapters 7 and 13). The forms are
//! Σ ±xᵢ yₙ₋₁₋ᵢ (symplectic, + for i < n/2) and Σ xᵢ ȳₙ₋₁₋ᵢ (hermitian, x̄ = x^q over GF(q²)).

use super::{FieldMatrix, MatrixGroup};
use crate::error::GroupError;
use crate::finite_field::FiniteField;

/// The dimension from which even the generators would be unreasonably large.
const MAX_DIMENSION: usize = 1000;

impl MatrixGroup {
    /// GL(n, q), all invertible n × n matrices over GF(q).
    ///
    /// # Errors
    /// [`GroupError::InvalidParameter`] if q is no prime power or n is 0 or over 1000.
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// assert_eq!(MatrixGroup::general_linear(3, 2)?.on_nonzero_vectors()?.order().to_string(), "168");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn general_linear(n: usize, q: usize) -> Result<Self, GroupError> {
        let field = checked_field("GL", n, q, q)?;
        let w = field.primitive_element();
        let mut generators = Vec::new();
        if n == 1 {
            generators.push(diagonal(n, &[(0, w)]));
        } else if q == 2 {
            generators.extend([unipotent(n, &[(0, 1, 1)]), cycle(&field, n)]);
        } else {
            generators.extend([diagonal(n, &[(0, w)]), steinberg(&field, n)]);
        }
        Self::new(field, n, generators)
    }

    /// SL(n, q), the matrices of determinant 1.
    ///
    /// # Errors
    /// As [`general_linear`](Self::general_linear).
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// assert_eq!(MatrixGroup::special_linear(2, 5)?.on_nonzero_vectors()?.order().to_string(), "120");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn special_linear(n: usize, q: usize) -> Result<Self, GroupError> {
        let field = checked_field("SL", n, q, q)?;
        let w = field.primitive_element();
        let mut generators = Vec::new();
        if n >= 2 && q <= 3 {
            generators.extend([unipotent(n, &[(0, 1, 1)]), cycle(&field, n)]);
        } else if n >= 2 {
            generators.extend([
                diagonal(n, &[(0, w), (1, field.pow(w, -1))]),
                steinberg(&field, n),
            ]);
        }
        Self::new(field, n, generators)
    }

    /// Sp(n, q) for even n, the matrices A with Aᵀ J A = J for an alternating form J.
    ///
    /// # Errors
    /// As [`general_linear`](Self::general_linear), and for odd n.
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// assert_eq!(MatrixGroup::symplectic(4, 2)?.on_nonzero_vectors()?.order().to_string(), "720");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn symplectic(n: usize, q: usize) -> Result<Self, GroupError> {
        let field = checked_field("Sp", n, q, q)?;
        if !n.is_multiple_of(2) {
            return refuse(
                "Sp",
                n,
                q,
                format!("the dimension {n} is odd; an alternating form needs an even one"),
            );
        }
        let m = n / 2;
        let minus = field.neg(1);
        let mut upper: Vec<FieldMatrix> = (0..m - 1)
            .map(|i| unipotent(n, &[(i, i + 1, 1), (n - 2 - i, n - 1 - i, minus)]))
            .collect();
        upper.push(unipotent(n, &[(m - 1, m, 1)]));
        let mut generators = with_opposites(&field, &symplectic_form(&field, n), upper);
        if q > field.characteristic() as usize {
            let w = field.primitive_element();
            generators.push(diagonal(n, &[(0, w), (n - 1, field.pow(w, -1))]));
        }
        Self::new(field, n, generators)
    }

    /// SU(n, q), the matrices over GF(q²) of determinant 1 that keep a hermitian form.
    ///
    /// # Errors
    /// As [`general_linear`](Self::general_linear); q² must be a field order too.
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// let group = MatrixGroup::special_unitary(3, 2)?;
    /// assert_eq!(group.on_nonzero_vectors()?.order().to_string(), "216");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn special_unitary(n: usize, q: usize) -> Result<Self, GroupError> {
        let field = checked_field("SU", n, q, q.saturating_mul(q))?;
        let generators = special_unitary(&field, n, q);
        Self::new(field, n, generators)
    }

    /// GU(n, q), the matrices over GF(q²) that keep a hermitian form.
    ///
    /// # Errors
    /// As [`special_unitary`](Self::special_unitary).
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// assert_eq!(MatrixGroup::general_unitary(2, 2)?.on_nonzero_vectors()?.order().to_string(), "18");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn general_unitary(n: usize, q: usize) -> Result<Self, GroupError> {
        let field = checked_field("GU", n, q, q.saturating_mul(q))?;
        let mut generators = special_unitary(&field, n, q);
        let w = field.primitive_element();
        generators.push(if n == 1 {
            diagonal(n, &[(0, field.pow(w, q as i64 - 1))])
        } else {
            diagonal(n, &[(0, w), (n - 1, field.pow(w, -(q as i64)))])
        });
        Self::new(field, n, generators)
    }

    /// The Suzuki group Sz(q) of 4 × 4 matrices over GF(q), q = 2^(2m+1) (M. Suzuki, Ann. of Math. 75, 1962; the form of
    /// Huppert and Blackburn, *Finite Groups III*, XI.3).
    ///
    /// The first unit vector spans a point of its ovoid of q² + 1 points.
    ///
    /// # Errors
    /// [`GroupError::InvalidParameter`] if q is no odd power of 2 from 8 on.
    ///
    /// ```
    /// use groups::{MatrixGroup, OnSubspaces};
    /// let group = MatrixGroup::suzuki(8)?;
    /// let action = OnSubspaces::new(group.field());
    /// let (ovoid, _) = group.on_orbit(&action, &action.span(4, &[vec![1, 0, 0, 0]])?, 100)?;
    /// assert_eq!((ovoid.degree(), ovoid.order().to_string()), (65, "29120".to_owned()));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn suzuki(q: usize) -> Result<Self, GroupError> {
        if q < 8 || !q.is_power_of_two() || q.ilog2().is_multiple_of(2) {
            let reason = format!("{q} is not 8, 32, 128, …, an odd power of 2");
            return Err(GroupError::InvalidParameter {
                group: format!("Sz({q})"),
                reason,
            });
        }
        let field = FiniteField::new(q)?;
        let (w, r) = (field.primitive_element(), 1i64 << (q.ilog2() / 2));
        // θ is x ↦ x^(2r), whose square is the Frobenius map; here a = 1 and b = 0.
        let rows = [[1, 1, 0, 1], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]].map(Vec::from);
        let unipotent = FieldMatrix::from_rows(&field, &rows)?;
        let powers = [r + 1, r, -r, -r - 1].map(|e| field.pow(w, e));
        let torus = diagonal(
            4,
            &[(0, powers[0]), (1, powers[1]), (2, powers[2]), (3, powers[3])],
        );
        let opposite = FieldMatrix::from_fn(4, |i, j| u32::from(i + j == 3));
        Self::new(field, 4, vec![unipotent, torus, opposite])
    }
}

fn special_unitary(field: &FiniteField, n: usize, q: usize) -> Vec<FieldMatrix> {
    if n < 2 {
        return Vec::new();
    }
    let q = q as i64;
    let m = n / 2;
    let conjugate = |a| field.pow(a, q);
    let trace = |a| field.add(a, conjugate(a));
    let solve = |wanted: u32| {
        let found = (1..field.order() as u32).find(|&b| trace(b) == wanted);
        found.expect("the trace of GF(q²) over GF(q) is onto, with a kernel of q elements")
    };
    let mut upper: Vec<FieldMatrix> = (0..m - 1)
        .map(|i| unipotent(n, &[(i, i + 1, 1), (n - 2 - i, n - 1 - i, field.neg(1))]))
        .collect();
    let w = field.primitive_element();
    if n.is_multiple_of(2) {
        upper.push(unipotent(n, &[(m - 1, m, solve(0))]));
    } else {
        let middle = |a: u32| {
            let b = solve(field.neg(field.mul(a, conjugate(a))));
            unipotent(
                n,
                &[
                    (m - 1, m, a),
                    (m, m + 1, field.neg(conjugate(a))),
                    (m - 1, m + 1, b),
                ],
            )
        };
        upper.push(middle(1));
        if n == 3 && q == 2 {
            // The torus fixes the parameter here: ω^(2−q) = 1.
            upper.push(middle(w));
        }
    }
    let torus = match n {
        // Determinant 1 leaves only parameters of GF(q).
        2 => vec![(0, field.pow(w, q + 1)), (1, field.pow(w, -q - 1))],
        3 => vec![(0, w), (1, field.pow(w, q - 1)), (2, field.pow(w, -q))],
        _ => vec![
            (0, w),
            (1, field.pow(w, -1)),
            (n - 2, field.pow(w, q)),
            (n - 1, field.pow(w, -q)),
        ],
    };
    let form = FieldMatrix::from_fn(n, |i, j| u32::from(i + j + 1 == n));
    let mut generators = with_opposites(field, &form, upper);
    generators.push(diagonal(n, &torus));
    generators
}

/// The Gram matrix of the symplectic form.
fn symplectic_form(field: &FiniteField, n: usize) -> FieldMatrix {
    FieldMatrix::from_fn(n, |i, j| match i + j + 1 == n {
        true if i < n / 2 => 1,
        true => field.neg(1),
        false => 0,
    })
}

/// Root elements and their conjugates under the Gram matrix of the form, which is in the isometry group and
/// exchanges each root with its negative.
fn with_opposites(field: &FiniteField, form: &FieldMatrix, upper: Vec<FieldMatrix>) -> Vec<FieldMatrix> {
    let inverse = form.inverse(field).expect("the form is not degenerate");
    let lower: Vec<FieldMatrix> = upper
        .iter()
        .map(|x| inverse.product(field, x).product(field, form))
        .collect();
    upper.into_iter().chain(lower).collect()
}

/// The identity with some diagonal entries replaced.
fn diagonal(n: usize, entries: &[(usize, u32)]) -> FieldMatrix {
    let at = |i| entries.iter().find(|(k, _)| *k == i).map_or(1, |(_, a)| *a);
    FieldMatrix::from_fn(n, |i, j| if i == j { at(i) } else { 0 })
}

/// The identity with some entries off the diagonal added.
fn unipotent(n: usize, entries: &[(usize, usize, u32)]) -> FieldMatrix {
    let at = |i, j| entries.iter().find(|e| (e.0, e.1) == (i, j)).map_or(0, |e| e.2);
    FieldMatrix::from_fn(n, |i, j| if i == j { 1 } else { at(i, j) })
}

/// The monomial matrix of an n-cycle with determinant 1: eⱼ ↦ −eⱼ₊₁, and the last to e₁.
fn cycle(field: &FiniteField, n: usize) -> FieldMatrix {
    FieldMatrix::from_fn(n, |i, j| match (i, j) {
        (0, j) if j + 1 == n => 1,
        (i, j) if i == j + 1 => field.neg(1),
        _ => 0,
    })
}

/// The same with −1 in the corner: Steinberg's second generator.
fn steinberg(field: &FiniteField, n: usize) -> FieldMatrix {
    let cycle = cycle(field, n);
    FieldMatrix::from_fn(n, |i, j| {
        if (i, j) == (0, 0) {
            field.neg(1)
        } else {
            cycle.entry(i, j)
        }
    })
}

fn checked_field(name: &str, n: usize, q: usize, order: usize) -> Result<FiniteField, GroupError> {
    if n == 0 || n > MAX_DIMENSION {
        return refuse(
            name,
            n,
            q,
            format!("the dimension {n} is out of range; expected 1 to {MAX_DIMENSION}"),
        );
    }
    if crate::finite_field::prime_power(q).is_none() {
        return refuse(name, n, q, format!("{q} is not a prime power"));
    }
    FiniteField::new(order)
}

fn refuse<T>(name: &str, n: usize, q: usize, reason: String) -> Result<T, GroupError> {
    Err(GroupError::InvalidParameter {
        group: format!("{name}({n},{q})"),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::group::Group;

    fn big(q: usize, exponent: usize) -> BigUint {
        BigUint::from(q).pow(exponent as u32)
    }

    /// |GL(n,q)| = Π (qⁿ − qⁱ), |SL| = |GL|/(q − 1).
    fn linear(n: usize, q: usize) -> BigUint {
        (0..n).map(|i| big(q, n) - big(q, i)).product()
    }

    /// |Sp(2m,q)| = q^(m²) Π (q^(2i) − 1).
    fn symplectic(n: usize, q: usize) -> BigUint {
        let m = n / 2;
        (1..=m).map(|i| big(q, 2 * i) - 1u32).product::<BigUint>() * big(q, m * m)
    }

    /// |GU(n,q)| = q^(n(n−1)/2) Π (qⁱ − (−1)ⁱ), |SU| = |GU|/(q + 1).
    fn unitary(n: usize, q: usize) -> BigUint {
        let factor = |i: usize| {
            if i.is_multiple_of(2) {
                big(q, i) - 1u32
            } else {
                big(q, i) + 1u32
            }
        };
        (1..=n).map(factor).product::<BigUint>() * big(q, n * (n - 1) / 2)
    }

    /// The scalars in SL, SU, Sp by their number.
    fn gcd(a: usize, b: usize) -> usize {
        num_integer::gcd(a, b)
    }

    #[test]
    fn linear_groups_have_the_orders_of_the_formulas() {
        for (n, q) in [
            (1, 2),
            (1, 3),
            (1, 4),
            (1, 9),
            (2, 2),
            (2, 3),
            (2, 4),
            (2, 5),
            (2, 7),
            (2, 8),
            (2, 9),
            (2, 16),
            (2, 25),
            (2, 27),
            (3, 2),
            (3, 3),
            (3, 4),
            (3, 5),
            (3, 8),
            (3, 9),
            (4, 2),
            (4, 3),
            (4, 4),
            (5, 2),
            (5, 3),
            (6, 2),
            (7, 2),
            (8, 2),
        ] {
            let gl = MatrixGroup::general_linear(n, q).unwrap();
            let sl = MatrixGroup::special_linear(n, q).unwrap();
            assert!(sl.generators().iter().all(|g| g.determinant(sl.field()) == 1));
            let order = linear(n, q);
            assert_eq!(gl.on_nonzero_vectors().unwrap().order(), order, "GL({n},{q})");
            assert_eq!(
                gl.on_projective_points().unwrap().order(),
                &order / (q - 1),
                "PGL({n},{q})"
            );
            assert_eq!(
                sl.on_nonzero_vectors().unwrap().order(),
                &order / (q - 1),
                "SL({n},{q})"
            );
            let projective = &order / (q - 1) / gcd(n, q - 1);
            assert_eq!(
                sl.on_projective_points().unwrap().order(),
                projective,
                "PSL({n},{q})"
            );
        }
    }

    #[test]
    fn symplectic_groups_keep_their_form_and_have_the_orders_of_the_formulas() {
        for (n, q) in [
            (2, 2),
            (2, 3),
            (2, 4),
            (2, 9),
            (2, 27),
            (4, 2),
            (4, 3),
            (4, 4),
            (4, 5),
            (4, 8),
            (4, 9),
            (6, 2),
            (6, 3),
            (8, 2),
        ] {
            let sp = MatrixGroup::symplectic(n, q).unwrap();
            let form = symplectic_form(sp.field(), n);
            for g in sp.generators() {
                assert_eq!(
                    g.transpose().product(sp.field(), &form).product(sp.field(), g),
                    form
                );
            }
            assert_eq!(
                sp.on_nonzero_vectors().unwrap().order(),
                symplectic(n, q),
                "Sp({n},{q})"
            );
            let projective = symplectic(n, q) / gcd(2, q - 1);
            assert_eq!(
                sp.on_projective_points().unwrap().order(),
                projective,
                "PSp({n},{q})"
            );
        }
    }

    #[test]
    fn unitary_groups_keep_their_form_and_have_the_orders_of_the_formulas() {
        for (n, q) in [
            (1, 2),
            (1, 3),
            (2, 2),
            (2, 3),
            (2, 4),
            (2, 5),
            (2, 8),
            (2, 9),
            (3, 2),
            (3, 3),
            (3, 4),
            (3, 5),
            (4, 2),
            (4, 3),
            (5, 2),
            (6, 2),
        ] {
            let gu = MatrixGroup::general_unitary(n, q).unwrap();
            let su = MatrixGroup::special_unitary(n, q).unwrap();
            let form = FieldMatrix::from_fn(n, |i, j| u32::from(i + j + 1 == n));
            for g in gu.generators().iter().chain(su.generators()) {
                let adjoint = g.transpose().map(|a| gu.field().pow(a, q as i64));
                assert_eq!(adjoint.product(gu.field(), &form).product(gu.field(), g), form);
            }
            assert!(su.generators().iter().all(|g| g.determinant(su.field()) == 1));
            let order = unitary(n, q);
            assert_eq!(gu.on_nonzero_vectors().unwrap().order(), order, "GU({n},{q})");
            assert_eq!(
                su.on_nonzero_vectors().unwrap().order(),
                &order / (q + 1),
                "SU({n},{q})"
            );
            let projective = &order / (q + 1) / gcd(n, q + 1);
            assert_eq!(
                su.on_projective_points().unwrap().order(),
                projective,
                "PSU({n},{q})"
            );
        }
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        for refused in [
            MatrixGroup::general_linear(0, 2),
            MatrixGroup::general_linear(2, 6),
            MatrixGroup::special_linear(1001, 2),
            MatrixGroup::symplectic(3, 2),
            MatrixGroup::special_unitary(2, 1 << 20),
            MatrixGroup::general_unitary(3, 10),
        ] {
            assert!(matches!(refused, Err(GroupError::InvalidParameter { .. })));
        }
    }
}
