//! Ideals, series and the Killing form: what kind of algebra this is.
//!
//! Over a field of characteristic 0 (N. Jacobson, *Lie Algebras*, chapters II and III): the algebra is semisimple
//! exactly when its Killing form K is nondegenerate, solvable exactly when `K(g, [g, g]) = 0`, and the radical is the
//! K-orthogonal complement of `[g, g]`.

use num_rational::BigRational;
use num_traits::Zero;
use serde::{Deserialize, Serialize};

use super::LieAlgebra;
use super::algebra::unit_vector;
use crate::linear::{RationalMatrix, Subspace};

/// The numbers that describe an algebra; field names are those of the oracle tables.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Structure {
    /// Dimensions of `g, [g,g], [[g,g],[g,g]], ...` up to the first 0 or the first repeat.
    pub derived_series_dims: Vec<usize>,
    /// Dimensions of `g, [g,g], [g,[g,g]], ...` up to the first 0 or the first repeat.
    pub lower_central_series_dims: Vec<usize>,
    /// The dimension of the centre.
    pub center_dim: usize,
    /// The rank of the Killing form.
    pub killing_rank: usize,
    /// The numbers of positive, negative and zero squares of the Killing form.
    pub killing_signature: [usize; 3],
    /// Whether all brackets vanish.
    pub is_abelian: bool,
    /// Whether the derived series ends in 0.
    pub is_solvable: bool,
    /// Whether the lower central series ends in 0.
    pub is_nilpotent: bool,
    /// Whether `[g,g] = g`.
    pub is_perfect: bool,
    /// Whether the Killing form is nondegenerate (and the algebra is not 0).
    pub is_semisimple: bool,
    /// Whether the radical is the centre: a semisimple algebra plus an abelian one.
    pub is_reductive: bool,
    /// The dimension of the largest solvable ideal.
    pub radical_dim: usize,
}

impl LieAlgebra {
    /// The span of all brackets of an element of `left` with an element of `right`, in coordinates.
    pub fn product_space(
        &self,
        left: &Subspace<BigRational>,
        right: &Subspace<BigRational>,
    ) -> Subspace<BigRational> {
        let d = self.dimension();
        let mut entries = Vec::new();
        let mut count = 0;
        let mut push = |row: Vec<BigRational>| {
            if row.iter().any(|x| !x.is_zero()) {
                entries.extend(row);
                count += 1;
            }
        };
        if left.dimension() == d && right.dimension() == d {
            for (_, _, bracket) in self.pairs().filter(|(_, _, bracket)| !bracket.is_empty()) {
                let mut row = vec![BigRational::zero(); d];
                for (k, x) in bracket {
                    row[*k] = x.clone();
                }
                push(row);
            }
        } else {
            let same = left == right;
            for i in 0..left.dimension() {
                for j in if same { i + 1 } else { 0 }..right.dimension() {
                    push(self.bracket(left.basis().row(i), right.basis().row(j)));
                }
            }
        }
        Subspace::span(&RationalMatrix::from_parts(count, d, entries))
    }

    /// The derived series `g, [g,g], ...` up to the first 0 or the first repeat (which is listed twice in dimension).
    pub fn derived_series(&self) -> Vec<Subspace<BigRational>> {
        self.series(|_, last| self.product_space(last, last))
    }

    /// The lower central series `g, [g,g], [g,[g,g]], ...` up to the first 0 or the first repeat.
    pub fn lower_central_series(&self) -> Vec<Subspace<BigRational>> {
        self.series(|whole, last| self.product_space(whole, last))
    }

    fn series(
        &self,
        next: impl Fn(&Subspace<BigRational>, &Subspace<BigRational>) -> Subspace<BigRational>,
    ) -> Vec<Subspace<BigRational>> {
        let whole = Subspace::whole(self.dimension());
        let mut series = vec![whole.clone()];
        loop {
            let last = series.last().expect("the series starts with the algebra");
            if last.dimension() == 0 {
                return series;
            }
            let term = next(&whole, last);
            let repeats = term.dimension() == last.dimension();
            series.push(term);
            if repeats {
                return series;
            }
        }
    }

    /// The centre: all x with `[x, y] = 0` for every y.
    pub fn center(&self) -> Subspace<BigRational> {
        self.centralizer(&Subspace::whole(self.dimension()))
    }

    /// All x with `[x, y] = 0` for every y of a subspace.
    pub fn centralizer(&self, of: &Subspace<BigRational>) -> Subspace<BigRational> {
        let d = self.dimension();
        let mut rows = RationalMatrix::zeros(0, d);
        for i in 0..of.dimension() {
            // Column j of ad(y) is [y, e_j]: its kernel commutes with y.
            let adjoint = self.adjoint(of.basis().row(i));
            let nonzero: Vec<usize> = (0..d)
                .filter(|&k| adjoint.row(k).iter().any(|x| !x.is_zero()))
                .collect();
            let block = RationalMatrix::from_fn(nonzero.len(), d, |k, j| adjoint[(nonzero[k], j)].clone());
            rows = rows
                .stacked(&block)
                .expect("both blocks have one column for each basis element");
            // Keeping only an echelon basis of the equations bounds the memory by d rows.
            if rows.rows() > 2 * d {
                rows = rows.echelon().into_matrix();
            }
        }
        Subspace::span(&rows.kernel())
    }

    /// The Killing form K(x, y) = tr(ad x ad y) on the basis.
    pub fn killing_form(&self) -> RationalMatrix {
        let d = self.dimension();
        // Nonzero entries (k, l, value) of each ad e_i: column l holds [e_i, e_l].
        let mut adjoint: Vec<Vec<(usize, usize, BigRational)>> = vec![Vec::new(); d];
        for (i, j, bracket) in self.pairs() {
            for (k, x) in bracket {
                adjoint[i].push((*k, j, x.clone()));
                adjoint[j].push((*k, i, -x));
            }
        }
        let mut form = RationalMatrix::zeros(d, d);
        let mut place: Vec<Option<usize>> = vec![None; d * d];
        for j in 0..d {
            for (at, (k, l, _)) in adjoint[j].iter().enumerate() {
                place[k * d + l] = Some(at);
            }
            for i in 0..=j {
                let mut trace = BigRational::zero();
                for (k, l, x) in &adjoint[i] {
                    if let Some(at) = place[l * d + k] {
                        trace += x * &adjoint[j][at].2;
                    }
                }
                form[(i, j)] = trace.clone();
                form[(j, i)] = trace;
            }
            for (k, l, _) in &adjoint[j] {
                place[k * d + l] = None;
            }
        }
        form
    }

    /// The radical, the largest solvable ideal: the Killing-orthogonal complement of `[g, g]`.
    pub fn radical(&self) -> Subspace<BigRational> {
        let whole = Subspace::whole(self.dimension());
        self.radical_from(&self.killing_form(), &self.product_space(&whole, &whole))
    }

    fn radical_from(
        &self,
        killing: &RationalMatrix,
        derived: &Subspace<BigRational>,
    ) -> Subspace<BigRational> {
        Subspace::span(&(derived.basis() * killing).kernel())
    }

    /// Whether a subspace, in coordinates, is an ideal.
    pub fn is_ideal(&self, subspace: &Subspace<BigRational>) -> bool {
        (0..self.dimension()).all(|i| {
            let unit = unit_vector(self.dimension(), i);
            (0..subspace.dimension())
                .all(|j| subspace.contains(&self.bracket(&unit, subspace.basis().row(j))))
        })
    }

    /// Series, centre, Killing form and what follows from them.
    pub fn structure(&self) -> Structure {
        let d = self.dimension();
        let derived = self.derived_series();
        let lower = self.lower_central_series();
        let center = self.center();
        let killing = self.killing_form();
        let signature = killing.signature().expect("the Killing form is symmetric");
        let commutator = derived.get(1).unwrap_or(&derived[0]);
        let radical = self.radical_from(&killing, commutator);
        let killing_rank = signature[0] + signature[1];
        let dims =
            |series: &[Subspace<BigRational>]| series.iter().map(Subspace::dimension).collect::<Vec<_>>();
        Structure {
            is_abelian: commutator.dimension() == 0,
            is_solvable: derived.last().is_some_and(|last| last.dimension() == 0),
            is_nilpotent: lower.last().is_some_and(|last| last.dimension() == 0),
            is_perfect: d > 0 && commutator.dimension() == d,
            is_semisimple: d > 0 && killing_rank == d,
            is_reductive: radical == center,
            derived_series_dims: dims(&derived),
            lower_central_series_dims: dims(&lower),
            center_dim: center.dimension(),
            killing_rank,
            killing_signature: signature,
            radical_dim: radical.dimension(),
        }
    }
}
