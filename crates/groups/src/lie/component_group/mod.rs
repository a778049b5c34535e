//! Component groups of stabilizers, exactly: how many pieces the group of all symmetries of a figure has.
//!
//! Let H be the stabilizer of a figure in a group G of matrices (n x n, or (A b; 0 1) for affine ones), a real algebraic
//! group with Lie algebra h. On H the function φ(T) = |T|² - 2 log|det T| is proper, so that every component of H has a
//! point where it is smallest, and T is critical exactly when `tr(T^t T X) = tr X` for all X in h: polynomial equations.
//! Suppose h contains no antisymmetric matrix but 0, and every critical point is orthogonal. Then at a critical point the
//! second derivative of φ along T e^(tX) is |X + X^t|² > 0, so that all critical points are nondegenerate minima; a
//! connected manifold with a proper function whose critical points are all minima has exactly one (J. Milnor, *Morse
//! Theory*, §3). So H ∩ O(n) is finite and meets every component of H exactly once: it is the component group. For
//! finite H nothing needs to be orthogonal: every point is critical and H is its own component group.
//!
//! The critical points are counted by [`FiniteVariety`]: the real ones, those that are not orthogonal, and those with
//! positive determinant. A finite group of 2 x 2 matrices, or of affine maps of the plane, is conjugate to a subgroup of
//! O(2) (averaging), hence cyclic when all determinants are positive and else dihedral; the counts say which.
//!
//! In the plane a stabilizer that contains all rotations about a point (for some inner product) and at most scalings
//! besides is cut with the stabilizer of a direction, which meets every component of H in two of its own.

mod forms;
mod unknowns;

use num_rational::BigRational;
use serde::Serialize;

use super::{Figure, Isotropy, MatrixGroup, isotropy_of_figure};
use crate::linear::RationalMatrix;
use crate::polynomial::{FiniteVariety, GroebnerBasis, Polynomial};
use crate::{GroupError, PermGroup, catalog};
use forms::FormSymmetries;
use unknowns::Unknowns;

/// The most critical pairs of polynomials that are worked through: the plane needs some hundreds.
const PAIR_LIMIT: u64 = 3_000;

/// The most bits of a coefficient on the way.
const COEFFICIENT_LIMIT: u64 = 2_048;

/// The group of connected components of a stabilizer.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentGroup {
    /// The number of components.
    pub order: usize,
    /// How many of them have elements of positive determinant.
    pub orientation_preserving: usize,
    /// `C1`, `C4`, `D4` (of order 8), …: in the plane, and on the line; absent beyond.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether the stabilizer itself is finite, so that this is all of it.
    pub is_whole_stabilizer: bool,
    /// For a finite stabilizer the number of complex matrices that fix the figure; absent for binary forms of degree 5
    /// and more, whose equations are simplified by what real matrices satisfy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complex_order: Option<usize>,
}

impl ComponentGroup {
    /// The group as permutations (of the corners of a polygon), where its type is known.
    ///
    /// # Errors
    /// Those of [`catalog::parse_group`], none for the orders that arise.
    pub fn permutation_group(&self) -> Result<Option<PermGroup>, GroupError> {
        self.kind.as_deref().map(catalog::parse_group).transpose()
    }
}

/// The component group of the stabilizer of a figure in GL(n), SL(n), O(n), SO(n), Aff(n), E(n) or SE(n).
///
/// `None` when the argument of the module does not apply, for example when h is not in a position where H ∩ O(n) meets
/// all components: then nothing is claimed. The figure is one polynomial, or points.
///
/// # Errors
/// [`GroupError::Domain`] for other groups and figures; those of [`isotropy_of_figure`]; [`GroupError::Limit`] when the
/// equations are beyond the limits of [`GroebnerBasis::new`] or [`FiniteVariety::new`].
///
/// ```
/// use groups::lie::{Figure, MatrixGroup, StabilizerMode, component_group};
/// use groups::polynomial::Polynomial;
/// let quartic = Figure::Polynomials(vec![Polynomial::parse("x^4 + y^4", None)?], StabilizerMode::Function);
/// let symmetries = component_group(&MatrixGroup::General(2), &quartic)?.expect("a finite group");
/// assert_eq!((symmetries.order, symmetries.kind.as_deref()), (8, Some("D4")));
/// assert_eq!(symmetries.permutation_group()?.expect("a square").degree(), 4);
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn component_group(group: &MatrixGroup, figure: &Figure) -> Result<Option<ComponentGroup>, GroupError> {
    let unknowns = Unknowns::of(group)?;
    let isotropy = isotropy_of_figure(&group.algebra()?, figure)?;
    if isotropy.stabilizer.dimension() == 0
        && let Some(form) = FormSymmetries::of(group, figure)
    {
        return form.components().map(Some);
    }
    let mut equations = unknowns.group_equations(group);
    equations.extend(unknowns.figure_equations(figure)?);
    let matrices = isotropy.stabilizer.matrices().unwrap_or_default().to_vec();
    if unknowns.n == 2 && contains_rotations(&isotropy)? {
        // H is the union of the rotations times F, the part that keeps the direction of the first axis.
        equations.push(unknowns.entry(1, 0));
        let scalings: Vec<_> = matrices_fixing_first_direction(&isotropy)?;
        let cut = components(&unknowns, equations, &scalings)?;
        return Ok(cut.map(|cut| {
            let order = cut.order / 2;
            ComponentGroup {
                order,
                orientation_preserving: cut.orientation_preserving / 2,
                kind: Some(if order == 1 { "C1" } else { "C2" }.to_owned()),
                is_whole_stabilizer: false,
                complex_order: None,
            }
        }));
    }
    components(&unknowns, equations, &matrices)
}

/// Whether the linear parts of an abelian stabilizer in the plane contain an algebra of rotations, and at most scalings
/// besides.
fn contains_rotations(isotropy: &Isotropy) -> Result<bool, GroupError> {
    let elements = isotropy.stabilizer.affine_elements();
    let mut complex = false;
    for element in &elements {
        // Eigenvalues that are not real: (trace)^2 < 4 det.
        let (trace, det) = (element.linear.trace(), element.linear.determinant()?);
        complex |= &trace * &trace < BigRational::from_integer(4.into()) * det;
    }
    Ok(complex && isotropy.stabilizer.structure().is_abelian && elements.len() <= 2)
}

/// The elements of the stabilizer that keep the direction of the first axis: for C* the scalings.
fn matrices_fixing_first_direction(isotropy: &Isotropy) -> Result<Vec<RationalMatrix>, GroupError> {
    let matrices = isotropy.stabilizer.matrices().unwrap_or_default();
    let row = RationalMatrix::from_fn(1, matrices.len(), |_, k| matrices[k][(1, 0)].clone());
    let kernel = row.kernel();
    Ok((0..kernel.rows())
        .filter_map(|i| isotropy.stabilizer.element(kernel.row(i)))
        .collect())
}

/// The components of the group with these equations and this Lie algebra, where the module's argument applies.
fn components(
    unknowns: &Unknowns,
    mut equations: Vec<Polynomial>,
    algebra: &[RationalMatrix],
) -> Result<Option<ComponentGroup>, GroupError> {
    if meets_antisymmetric(algebra)? {
        return Ok(None);
    }
    let matrix = unknowns.matrix();
    let orthogonality = unknowns.orthogonality(&matrix);
    for x in algebra {
        let mut equation = Polynomial::zero(unknowns.count);
        for (i, j, entry) in &orthogonality {
            // tr((T^t T - 1) X) with a symmetric first factor.
            let weight = if i == j {
                x[(*i, *i)].clone()
            } else {
                &x[(*i, *j)] + &x[(*j, *i)]
            };
            equation = &equation + &entry.scaled(&weight);
        }
        equations.push(equation);
    }
    let Some(critical) = FiniteVariety::new(&GroebnerBasis::with_limits(
        &equations,
        PAIR_LIMIT,
        COEFFICIENT_LIMIT,
    )?)?
    else {
        return Ok(None);
    };
    let is_finite = algebra.is_empty();
    if !is_finite {
        let mut deviation = Polynomial::zero(unknowns.count);
        for (_, _, entry) in &orthogonality {
            deviation = &deviation + &(entry * entry);
        }
        if critical.real_points_by_sign(&deviation)?[0] > 0 {
            return Ok(None);
        }
    }
    let [positive, negative, _] = critical.real_points_by_sign(&unknowns.determinant())?;
    let order = positive + negative;
    Ok(Some(ComponentGroup {
        order,
        orientation_preserving: positive,
        kind: kind(unknowns.n, order, negative),
        is_whole_stabilizer: is_finite,
        complex_order: is_finite.then(|| critical.complex_points()).transpose()?,
    }))
}

/// The type of a finite group of n x n matrices by its order and the number of its elements of negative determinant.
fn kind(n: usize, order: usize, negative: usize) -> Option<String> {
    match (n, negative) {
        (1, _) | (2, 0) => Some(format!("C{order}")),
        // One reflection and the identity.
        (2, 1) => Some("C2".to_owned()),
        (2, _) => Some(format!("D{negative}")),
        _ => None,
    }
}

/// Whether the span of the matrices contains an antisymmetric one other than 0.
fn meets_antisymmetric(matrices: &[RationalMatrix]) -> Result<bool, GroupError> {
    let rows: Vec<Vec<BigRational>> = matrices
        .iter()
        .map(|x| (x + &x.transpose()).entries().to_vec())
        .collect();
    if rows.is_empty() {
        return Ok(false);
    }
    Ok(RationalMatrix::from_rows(rows)?.rank() < matrices.len())
}

#[cfg(test)]
mod tests {
    use super::super::StabilizerMode;
    use super::*;
    use num_traits::{One, Zero};

    fn components(group: &str, text: &str, mode: StabilizerMode) -> Option<ComponentGroup> {
        let group: MatrixGroup = group.parse().unwrap();
        let n = group.algebra().unwrap().coordinates();
        let f = Polynomial::parse(text, n).unwrap();
        component_group(&group, &Figure::Polynomials(vec![f], mode)).unwrap()
    }

    fn kind(group: &str, text: &str, mode: StabilizerMode) -> String {
        components(group, text, mode)
            .unwrap_or_else(|| panic!("{group} on {text}"))
            .kind
            .unwrap()
    }

    /// Orders 8 and 6 are those of the table of claims; the complex orders are d |S| with S the symmetries of the
    /// roots on the projective line: D4 for x^4 + y^4, S3 for cubics.
    #[test]
    fn binary_forms_have_dihedral_symmetry() {
        use StabilizerMode::Function;
        assert_eq!(kind("GL(2)", "x^4 + y^4", Function), "D4");
        assert_eq!(kind("O(2)", "x^4 + y^4", Function), "D4");
        assert_eq!(kind("SO(2)", "x^4 + y^4", Function), "C4");
        assert_eq!(kind("GL(2)", "x^3 - 3*x*y^2", Function), "D3");
        assert_eq!(kind("GL(2)", "x^3 + y^3", Function), "C2");
        let cubic = components("GL(2)", "x^3 + y^3", Function).unwrap();
        assert_eq!(
            (cubic.order, cubic.orientation_preserving, cubic.complex_order),
            (2, 1, Some(18))
        );
        let quartic = components("GL(2)", "x^4 + y^4", Function).unwrap();
        assert_eq!(quartic.complex_order, Some(32));
        // Regular polygons: Re (x + iy)^k has the symmetry of the k-gon.
        assert_eq!(kind("GL(2)", "x^5 - 10*x^3*y^2 + 5*x*y^4", Function), "D5");
        assert_eq!(
            kind("O(2)", "x^6 - 15*x^4*y^2 + 15*x^2*y^4 - y^6", Function),
            "D6"
        );
        // Every definite quartic is x^4 + 2a x^2 y^2 + y^4 in suitable coordinates, which has the square's symmetries;
        // over C the four-group of the roots and the fourth roots of unity.
        let definite = "x^4 + 2*x^3*y + 5*x^2*y^2 - 3*x*y^3 + 7*y^4";
        let definite = components("GL(2)", definite, Function).unwrap();
        assert_eq!(
            (definite.kind.as_deref(), definite.complex_order),
            (Some("D4"), Some(16))
        );
    }

    /// General forms of degree 5 and more have no symmetry but 1, and -1 in even degree; planted symmetries are found in
    /// any coordinates.
    #[test]
    fn forms_of_higher_degree() {
        use StabilizerMode::Function;
        let order = |text: &str| components("GL(2)", text, Function).unwrap().order;
        assert_eq!(order("x^5 + x^4*y - 3*x^3*y^2 + x^2*y^3 + 7*y^5"), 1);
        assert_eq!(order("x^6 - 2*x^5*y + x^3*y^3 + 4*x*y^5 + 3*y^6"), 2);
        // A reflection in skew coordinates: u = x - 2y changes its sign and v = x + y does not.
        let planted = "(x - 2*y)^4*(x + y) + 3*(x + y)^5 + (x - 2*y)^2*(x + y)^3";
        assert_eq!(kind("GL(2)", planted, Function), "C2");
        assert_eq!(kind("SL(2)", "x^5 - 10*x^3*y^2 + 5*x*y^4", Function), "C5");
        // A square of a cubic: the cubic keeps or changes its sign.
        assert_eq!(kind("GL(2)", "(x^3 + y^3)^2", Function), "D2");
    }

    /// By hand: the stabilizers are O(2), O(1,1), diagonal matrices with a swap, triangular matrices, and so on.
    #[test]
    fn continuous_stabilizers_have_the_components_of_theory() {
        use StabilizerMode::ZeroSet;
        for (group, text, expected) in [
            ("GL(2)", "y", "D2"),
            ("GL(2)", "y - 2*x", "D2"),
            ("GL(2)", "x*y", "D4"),
            ("GL(2)", "x^2 + y^2 - 1", "C2"),
            ("GL(2)", "x^2 + 4*y^2 - 1", "C2"),
            ("GL(2)", "x^2 + y^2", "C2"),
            ("SL(2)", "x^2 + 3*y^2 - 1", "C1"),
            ("GL(2)", "x*y - 1", "D2"),
            ("GL(2)", "y - x^2", "C2"),
            ("Aff(2)", "x^2 + y^2 - 1", "C2"),
            ("Aff(2)", "y - x^2", "C2"),
        ] {
            assert_eq!(kind(group, text, ZeroSet), expected, "{group} on {text}");
        }
        let vector = Figure::Points(vec![vec![BigRational::one(), BigRational::zero()]]);
        let fixed = component_group(&MatrixGroup::General(2), &vector)
            .unwrap()
            .unwrap();
        assert_eq!((fixed.order, fixed.orientation_preserving), (2, 1));
    }

    #[test]
    fn triangles_have_six_affine_symmetries() {
        use StabilizerMode::ZeroSet;
        assert_eq!(kind("Aff(2)", "x*y*(x + y - 1)", ZeroSet), "D3");
    }

    #[test]
    fn nothing_is_claimed_where_the_argument_fails() {
        // A hyperbola in skew position: the orthogonal part of its group misses components.
        let skew = components("GL(2)", "x^2 + 3*x*y + y^2 - 1", StabilizerMode::ZeroSet);
        assert!(skew.is_none_or(|found| found.order == 4));
        let gl2 = MatrixGroup::General(2);
        let form = Figure::Congruence(RationalMatrix::identity(2));
        assert!(matches!(
            component_group(&gl2, &form),
            Err(GroupError::Domain { .. })
        ));
        let torus: MatrixGroup = "T(2)".parse().unwrap();
        assert!(component_group(&torus, &form).is_err());
    }
}
