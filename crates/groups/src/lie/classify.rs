//! Real Lie algebras up to dimension 4, by name.
//!
//! The names of dimension 3 and 4 beyond the common ones are those of J. Patera, R. Sharp, P. Winternitz and H. Zassenhaus
//! (*Invariants of real low dimension Lie algebras*, J. Math. Phys. 17, 1976): A3,k and A4,k, with parameters where the
//! algebra belongs to a family. A rational algebra is named as the real algebra R ⊗ g: signs of discriminants and
//! numbers of real roots decide, exactly.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::LieAlgebra;
use super::algebra::unit_vector;
use crate::linear::{RationalMatrix, Subspace};
use crate::univariate::Univariate;

impl LieAlgebra {
    /// The isomorphism type over the reals, for dimensions up to 4; `None` above.
    ///
    /// A name with parameters such as `A4,5[...]` gives the characteristic polynomial of the action on the nilradical
    /// (or on its abelianisation), which determines them up to a common factor of the roots.
    ///
    /// ```
    /// use groups::lie::parse_algebra;
    /// let name = |text: &str| parse_algebra(text).unwrap().real_type().unwrap();
    /// assert_eq!(["so(3)", "so(2,1)", "se(2)", "n(3)", "t(2)", "sim(2)"].map(name),
    ///     ["so(3)", "sl(2,R)", "e(2)", "heis(3)", "aff(1)+R", "aff(1,C)"]);
    /// ```
    pub fn real_type(&self) -> Option<String> {
        let whole = Subspace::whole(self.dimension());
        let derived = self.product_space(&whole, &whole);
        Some(match (self.dimension(), derived.dimension()) {
            (0, _) => "0".to_owned(),
            (1, _) => "R".to_owned(),
            (d @ 2..=4, 0) => format!("R^{d}"),
            (2, _) => "aff(1)".to_owned(),
            (3, 1) if self.center().contains_subspace(&derived) => "heis(3)".to_owned(),
            (3, 1) => "aff(1)+R".to_owned(),
            (3, 2) => self.with_plane(&derived),
            (3, _) => self.simple_of_dimension_3().to_owned(),
            (4, _) => self.of_dimension_4(),
            _ => return None,
        })
    }

    fn simple_of_dimension_3(&self) -> &'static str {
        match self.killing_form().signature() {
            Ok([_, 3, _]) => "so(3)",
            _ => "sl(2,R)",
        }
    }

    /// Dimension 3 with abelian derived plane: the action of a complement on the plane, up to a factor.
    fn with_plane(&self, plane: &Subspace<BigRational>) -> String {
        plane_action_name(&self.action_of_complement(plane))
    }

    /// The matrix, in coordinates of the subspace, of ad x for the first unit vector x outside it.
    fn action_of_complement(&self, ideal: &Subspace<BigRational>) -> RationalMatrix {
        let x = (0..self.dimension())
            .find(|j| !ideal.pivots().contains(j))
            .unwrap_or(0);
        self.action_on(&unit_vector(self.dimension(), x), ideal)
    }

    fn action_on(&self, x: &[BigRational], ideal: &Subspace<BigRational>) -> RationalMatrix {
        let images: Vec<Vec<BigRational>> = (0..ideal.dimension())
            .map(|i| {
                let image = self.bracket(x, ideal.basis().row(i));
                ideal
                    .coordinates(&image)
                    .expect("the bracket with an ideal stays in it")
            })
            .collect();
        RationalMatrix::from_fn(images.len(), images.len(), |i, j| images[j][i].clone())
    }

    fn of_dimension_4(&self) -> String {
        let radical = self.radical();
        if radical.dimension() == 1 {
            // A Levi factor of dimension 3 acts trivially on a line: the sum is direct.
            let levi = self
                .levi_decomposition()
                .and_then(|levi| self.subalgebra(&levi.levi));
            let levi = levi.expect("every algebra has a Levi factor");
            return if levi.simple_of_dimension_3() == "so(3)" {
                "u(2)".to_owned()
            } else {
                "gl(2)".to_owned()
            };
        }
        let nilradical = self.nilradical();
        match nilradical.dimension() {
            4 if self.lower_central_series().len() == 3 => "heis(3)+R".to_owned(),
            4 => "A4,1".to_owned(),
            3 if self.product_space(&nilradical, &nilradical).dimension() == 0 => {
                with_abelian_nilradical(&self.action_of_complement(&nilradical))
            }
            3 => self.with_heisenberg_nilradical(&nilradical),
            _ => self.with_nilradical_plane(&nilradical),
        }
    }

    /// Nilradical heis(3): the action on its quotient by the centre, up to a factor.
    fn with_heisenberg_nilradical(&self, nilradical: &Subspace<BigRational>) -> String {
        let action = self.action_of_complement(nilradical);
        // In coordinates of the nilradical, the centre of heis(3) is the line of brackets.
        let center = self.product_space(nilradical, nilradical);
        let line = nilradical
            .coordinates(center.basis().row(0))
            .expect("brackets stay in the nilradical");
        let line = Subspace::span(&RationalMatrix::from_parts(1, 3, line));
        let free: Vec<usize> = (0..3).filter(|j| !line.pivots().contains(j)).collect();
        let quotient =
            RationalMatrix::from_fn(2, 2, |i, j| line.reduce(&action.column(free[j]))[free[i]].clone());
        let (trace, determinant, discriminant) = quadratic(&quotient);
        if discriminant.is_zero() {
            let scalar = (&quotient - &RationalMatrix::identity(2).scaled(&quotient[(0, 0)])).is_zero();
            return if scalar {
                "A4,9^1".to_owned()
            } else {
                "A4,7".to_owned()
            };
        }
        match (discriminant.is_positive(), trace.is_zero()) {
            (true, true) => "A4,8".to_owned(),
            (true, false) => format!("A4,9^{}", ratio(&trace, &determinant, &discriminant)),
            (false, true) => "A4,10".to_owned(),
            (false, false) => format!("A4,11[{}]", characteristic(&quotient)),
        }
    }

    /// Nilradical R^2: a plane of commuting matrices acts on it, as R + R or as C.
    fn with_nilradical_plane(&self, nilradical: &Subspace<BigRational>) -> String {
        let outside = (0..self.dimension()).filter(|j| !nilradical.pivots().contains(j));
        let complex = outside
            .map(|j| self.action_on(&unit_vector(self.dimension(), j), nilradical))
            .any(|action| quadratic(&action).2.is_negative());
        if complex {
            "aff(1,C)".to_owned()
        } else {
            "aff(1)+aff(1)".to_owned()
        }
    }
}

/// Trace, determinant and discriminant of a 2 x 2 matrix.
fn quadratic(m: &RationalMatrix) -> (BigRational, BigRational, BigRational) {
    let trace = m.trace();
    let determinant = &m[(0, 0)] * &m[(1, 1)] - &m[(0, 1)] * &m[(1, 0)];
    let discriminant = &trace * &trace - BigRational::from_integer(4.into()) * &determinant;
    (trace, determinant, discriminant)
}

/// The algebra R x R^2 with an invertible action on the plane.
fn plane_action_name(action: &RationalMatrix) -> String {
    let (trace, determinant, discriminant) = quadratic(action);
    if discriminant.is_zero() {
        let scalar = (action - &RationalMatrix::identity(2).scaled(&action[(0, 0)])).is_zero();
        return if scalar {
            "A3,3".to_owned()
        } else {
            "A3,2".to_owned()
        };
    }
    match (discriminant.is_positive(), trace.is_zero()) {
        (true, true) => "e(1,1)".to_owned(),
        (true, false) => format!("A3,5^{}", ratio(&trace, &determinant, &discriminant)),
        (false, true) => "e(2)".to_owned(),
        (false, false) => format!("A3,7[{}]", characteristic(action)),
    }
}

/// The ratio of the smaller to the larger of two real eigenvalues, as a number when it is rational.
fn ratio(trace: &BigRational, determinant: &BigRational, discriminant: &BigRational) -> String {
    let quadratic = Univariate::new(vec![
        determinant.clone(),
        -trace,
        BigRational::from_integer(1.into()),
    ]);
    let mut roots = quadratic.rational_roots();
    if roots.len() < 2 {
        return format!("[{}; discriminant {discriminant}]", quadratic.to_text("t"));
    }
    roots.sort_by_key(Signed::abs);
    (&roots[0] / &roots[1]).to_string()
}

fn characteristic(action: &RationalMatrix) -> String {
    action
        .characteristic_polynomial()
        .map_or_else(|_| String::new(), |f| f.to_text("t"))
}

/// The algebra R x R^3 with an action that is not nilpotent.
fn with_abelian_nilradical(action: &RationalMatrix) -> String {
    let kernel = action.kernel().rows();
    let f = action.characteristic_polynomial().expect("the action is square");
    let zeros = f.coefficients().iter().take_while(|c| c.is_zero()).count();
    match (zeros, kernel) {
        (2, 2) => return "aff(1)+R^2".to_owned(),
        (2, _) => return "A4,3".to_owned(),
        (1, _) => {
            // The image is a complement of the kernel: the algebra is R plus an algebra of dimension 3.
            let image = action.image();
            let columns: Vec<Vec<BigRational>> = (0..2)
                .map(|j| {
                    let vector = action.apply(image.basis().row(j)).expect("the action is 3 x 3");
                    image.coordinates(&vector).expect("the image is invariant")
                })
                .collect();
            let plane = RationalMatrix::from_fn(2, 2, |i, j| columns[j][i].clone());
            return format!("{}+R", plane_action_name(&plane));
        }
        _ => {}
    }
    let squarefree = f.squarefree_part();
    let diagonalizable = squarefree
        .evaluate_at_matrix(action)
        .expect("the action is square")
        .is_zero();
    match (squarefree.degree(), squarefree.real_root_count(), diagonalizable) {
        (Some(3), 1, _) => format!("A4,6[{}]", f.to_text("t")),
        (_, _, true) => match eigenvalue_ratios(&f) {
            Some(ratios) => format!("A4,5^{ratios}"),
            None => format!("A4,5[{}]", f.to_text("t")),
        },
        (Some(1), ..) => {
            let eigenvalue = squarefree.rational_roots().remove(0);
            let shifted = action - &RationalMatrix::identity(3).scaled(&eigenvalue);
            if (&shifted * &shifted).is_zero() {
                "A4,2^1".to_owned()
            } else {
                "A4,4".to_owned()
            }
        }
        _ => {
            // A double and a simple eigenvalue, both rational: the double one carries a Jordan block.
            let double = f.gcd(&f.derivative()).rational_roots().remove(0);
            let simple = squarefree
                .rational_roots()
                .into_iter()
                .find(|root| *root != double);
            format!(
                "A4,2^{}",
                simple.map_or_else(String::new, |simple| (simple / double).to_string())
            )
        }
    }
}

/// The eigenvalues divided by the one of largest size, as text, when all three are rational.
fn eigenvalue_ratios(f: &Univariate<BigRational>) -> Option<String> {
    let mut roots: Vec<BigRational> = f
        .factor()
        .into_iter()
        .filter(|(g, _)| g.degree() == Some(1))
        .flat_map(|(g, k)| std::iter::repeat_n(-g.coefficient(0), k))
        .collect();
    if roots.len() < 3 {
        return None;
    }
    roots.sort_by_key(|root| (-root.abs(), root.clone()));
    let ratios: Vec<BigRational> = roots[1..].iter().map(|root| root / &roots[0]).collect();
    Some(format!("({},{})", ratios[0], ratios[1]))
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;
    use crate::scalar::rational;

    /// R x R^n with the action of e_n+1 given by columns, under an integral change of basis that hides it.
    fn semidirect(action: &[&[i64]]) -> LieAlgebra {
        let n = action.len();
        let plain = LieAlgebra::from_structure_constants(n + 1, |i, j| {
            let mut bracket = vec![rational(0, 1); n + 1];
            let (sign, vector) = match (i, j) {
                (i, j) if i == n && j < n => (1, j),
                (i, j) if j == n && i < n => (-1, i),
                _ => return bracket,
            };
            for k in 0..n {
                bracket[k] = rational(sign * action[k][vector], 1);
            }
            bracket
        });
        hidden(&plain.unwrap())
    }

    fn hidden(algebra: &LieAlgebra) -> LieAlgebra {
        let d = algebra.dimension();
        let lower = RationalMatrix::from_fn(d, d, |i, j| {
            rational([0, 1, 2, -1][(i * 3 + j) % 4] * i64::from(j < i), 1)
        });
        let upper = RationalMatrix::from_fn(d, d, |i, j| {
            rational([1, -2, 1][(i + j) % 3] * i64::from(j > i), 1)
        });
        let one = RationalMatrix::identity(d);
        algebra
            .subalgebra(&(&(&one + &lower) * &(&one + &upper)))
            .unwrap()
    }

    #[test]
    fn dimension_3() {
        for (action, name) in [
            ([[1, 0], [0, 1]], "A3,3"),
            ([[1, 1], [0, 1]], "A3,2"),
            ([[1, 0], [0, -1]], "e(1,1)"),
            ([[0, 3], [1, 0]], "e(1,1)"),
            ([[1, 0], [0, 3]], "A3,5^1/3"),
            ([[0, -5], [1, 0]], "e(2)"),
            ([[1, -1], [1, 1]], "A3,7[t^2 - 2*t + 2]"),
        ] {
            let rows: Vec<&[i64]> = action.iter().map(|row| row.as_slice()).collect();
            let found = semidirect(&rows).real_type().unwrap();
            if name.contains('[') {
                // The scale of the element outside is a matter of the basis.
                assert_eq!(found.split('[').next(), name.split('[').next());
            } else {
                assert_eq!(found, name);
            }
        }
        for (text, name) in [
            ("R^3", "R^3"),
            ("heis(3)", "heis(3)"),
            ("aff(1)+R^1", "aff(1)+R"),
            ("so(3)", "so(3)"),
            ("sl(2)", "sl(2,R)"),
        ] {
            assert_eq!(hidden(&parse_algebra(text).unwrap()).real_type().unwrap(), name);
        }
    }

    #[test]
    fn dimension_4() {
        for (action, name) in [
            ([[1, 0, 0], [0, 0, 0], [0, 0, 0]], "aff(1)+R^2"),
            ([[1, 0, 0], [0, 0, 1], [0, 0, 0]], "A4,3"),
            ([[0, -1, 0], [1, 0, 0], [0, 0, 0]], "e(2)+R"),
            ([[1, 1, 0], [0, 1, 0], [0, 0, 0]], "A3,2+R"),
            ([[2, 1, 0], [0, 2, 1], [0, 0, 2]], "A4,4"),
            ([[2, 1, 0], [0, 2, 0], [0, 0, 2]], "A4,2^1"),
            ([[2, 1, 0], [0, 2, 0], [0, 0, 3]], "A4,2^3/2"),
            ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], "A4,5^(1,1)"),
            ([[4, 0, 0], [0, 2, 0], [0, 0, -1]], "A4,5^(1/2,-1/4)"),
            ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], "A4,1"),
            ([[0, 0, 0], [0, 0, 1], [0, 0, 0]], "heis(3)+R"),
        ] {
            let rows: Vec<&[i64]> = action.iter().map(|row| row.as_slice()).collect();
            assert_eq!(semidirect(&rows).real_type().unwrap(), name);
        }
        let rows: [&[i64]; 3] = [&[0, -1, 0], &[1, 0, 0], &[0, 0, 2]];
        assert!(semidirect(&rows).real_type().unwrap().starts_with("A4,6["));
        for (text, name) in [
            ("gl(2)", "gl(2)"),
            ("u(2)", "u(2)"),
            ("co(3)", "u(2)"),
            ("sl(2)+R^1", "gl(2)"),
            ("aff(1)+aff(1)", "aff(1)+aff(1)"),
            ("sim(2)", "aff(1,C)"),
            ("heis(3)+R^1", "heis(3)+R"),
        ] {
            assert_eq!(
                hidden(&parse_algebra(text).unwrap()).real_type().unwrap(),
                name,
                "{text}"
            );
        }
        assert_eq!(parse_algebra("gl(3)").unwrap().real_type(), None);
    }

    /// heis(3) = <x, y, z> with a derivation that acts on x, y by a matrix B and on z by its trace.
    #[test]
    fn heisenberg_nilradicals() {
        for (b, name) in [
            ([[1, 0], [0, 1]], "A4,9^1"),
            ([[1, 1], [0, 1]], "A4,7"),
            ([[1, 0], [0, -1]], "A4,8"),
            ([[2, 0], [0, 0]], "A4,9^0"),
            ([[2, 0], [0, -1]], "A4,9^-1/2"),
            ([[0, -1], [1, 0]], "A4,10"),
        ] {
            let table = |i: usize, j: usize| {
                let mut bracket = vec![rational(0, 1); 4];
                let sign = if i < j { 1 } else { -1 };
                match (i.min(j), i.max(j)) {
                    (0, 1) if i != j => bracket[2] = rational(sign, 1),
                    (k @ (0 | 1), 3) => {
                        // [d, e_k] = B e_k, so [e_k, d] = -B e_k.
                        bracket[0] = rational(-sign * b[0][k], 1);
                        bracket[1] = rational(-sign * b[1][k], 1);
                    }
                    (2, 3) if i != j => bracket[2] = rational(-sign * (b[0][0] + b[1][1]), 1),
                    _ => {}
                }
                bracket
            };
            let algebra = LieAlgebra::from_structure_constants(4, table).unwrap();
            assert_eq!(hidden(&algebra).real_type().unwrap(), name);
        }
    }
}
