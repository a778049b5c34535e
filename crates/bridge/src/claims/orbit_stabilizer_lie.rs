//! C02: dim orbit + dim stabilizer = dim G, for the figures of the paper under gl(2) and aff(2).

use groups::lie::{StabilizerMode, infinitesimal_action, parse_algebra, stabilizer_of_polynomials};
use groups::polynomial::Polynomial;
use nalgebra::DMatrix;
use num_traits::ToPrimitive;
use rand::RngExt;

use crate::BridgeError;
use crate::claim::{
    About, Area, Claim, ClaimContext, Cost, Curve, EvidenceKind, Figure, Finding, Parameter, Picture, Verdict,
};
use crate::shadow::NumericRank;

pub(super) struct OrbitStabilizerLie;

const POINTS: Parameter = Parameter::integer("points", 60, (20, 2000), "random points for each figure");

/// A figure with the dimensions of its stabilizer and its orbit that hand computation gives.
struct Row {
    figure: &'static str,
    polynomial: &'static str,
    algebra: &'static str,
    stabilizer: usize,
    orbit: usize,
}

const fn row(
    figure: &'static str,
    polynomial: &'static str,
    algebra: &'static str,
    stabilizer: usize,
    orbit: usize,
) -> Row {
    Row {
        figure,
        polynomial,
        algebra,
        stabilizer,
        orbit,
    }
}

const GENERIC_QUARTIC: &str = "x^4+2*y^4-3";

/// The figures of the paper's example, as zero sets. A line through 0 moves with one parameter (its
/// slope), a line in the plane with two; a conic centred at 0 with the three of a quadratic form; all
/// ellipses are one orbit of aff(2), of dimension 5; parabolas have four parameters; a generic quartic
/// is fixed by nothing infinitesimal.
const ROWS: [Row; 10] = [
    row("line", "y-2*x", "gl(2)", 3, 1),
    row("circle", "x^2+y^2-1", "gl(2)", 1, 3),
    row("ellipse", "x^2+4*y^2-4", "gl(2)", 1, 3),
    row("parabola", "y-x^2", "gl(2)", 1, 3),
    row("generic quartic", GENERIC_QUARTIC, "gl(2)", 0, 4),
    row("line", "y-2*x", "aff(2)", 4, 2),
    row("circle", "x^2+y^2-1", "aff(2)", 1, 5),
    row("ellipse", "x^2+4*y^2-4", "aff(2)", 1, 5),
    row("parabola", "y-x^2", "aff(2)", 2, 4),
    row("generic quartic", GENERIC_QUARTIC, "aff(2)", 0, 6),
];

/// Singular values below this share of the largest count as zero.
const RANK_TOLERANCE: f64 = 1e-8;

impl Claim for OrbitStabilizerLie {
    fn about(&self) -> &'static About {
        &About {
            code: "C02",
            id: "orbit-stabilizer-lie",
            area: Area::Lie,
            statement: "For a Lie group acting on figures, the dimension of the orbit plus the dimension of the stabilizer is the dimension of the group: a line has the smallest orbit, circle and ellipse share one, a generic quartic is fixed by nothing infinitesimal.",
            formula: "dim G·x + dim G_x = dim G",
            source: "textbook; figures of Paul & Venkatasubramanian, arXiv 1412.6621",
            control: "Under gl(2) the orbit of the ellipse has larger dimension than that of the circle.",
            expected: Verdict::Holds,
        }
    }

    fn exact(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let (mut figures, mut holds) = (Vec::new(), true);
        let mut found = Vec::new();
        for row in &ROWS {
            let (stabilizer, orbit, whole) = dimensions(context, row.algebra, row.polynomial)?;
            found.push((row.algebra, (stabilizer as f64, orbit as f64)));
            holds &= stabilizer + orbit == whole && (stabilizer, orbit) == (row.stabilizer, row.orbit);
            figures.push(
                Figure::exact(
                    format!("{} under {}", row.figure, row.algebra),
                    format!("orbit {orbit} + stabilizer {stabilizer} = {whole}"),
                )
                .expecting(format!("{} + {}", row.orbit, row.stabilizer)),
            );
        }
        Ok(Finding {
            statement: "The stabilizer as the kernel of the infinitesimal action over the rationals, its dimension by exact rank, against the parameters counted by hand.".to_owned(),
            kind: EvidenceKind::Exact,
            outcome: holds.into(),
            figures,
            cases: ROWS.len() as u64,
            seed: None,
            picture: Some(picture(&found)),
        })
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let points = context.size(&POINTS)?;
        let mut rng = context.rng("orbit-stabilizer-lie");
        let (mut figures, mut holds) = (Vec::new(), true);
        for row in &ROWS {
            let rank = sampled_rank(row, points, &mut rng)?;
            // As functions: X.f = 0, so that values at points suffice.
            let algebra = parse_algebra(row.algebra)?;
            let f = [Polynomial::parse(row.polynomial, Some(2))?];
            let exact = stabilizer_of_polynomials(&algebra, &f, StabilizerMode::Function)?.orbit_dimension;
            holds &= rank.value == exact;
            figures.push(
                Figure::exact(
                    format!("{} under {}", row.figure, row.algebra),
                    format!("rank {}, singular value gap {:.1e}", rank.value, rank.gap),
                )
                .expecting(exact),
            );
        }
        Ok(Finding {
            statement: format!(
                "The rank of (X.f)(p) over a basis of X and {points} random points p, by singular values at relative tolerance {RANK_TOLERANCE:e}, against the exact orbit dimension of f as a function."
            ),
            kind: EvidenceKind::Statistical,
            outcome: holds.into(),
            figures,
            cases: (ROWS.len() * points) as u64,
            seed: Some(context.seed),
            picture: None,
        })
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let (_, circle, _) = dimensions(context, "gl(2)", "x^2+y^2-1")?;
        let (_, ellipse, _) = dimensions(context, "gl(2)", "x^2+4*y^2-4")?;
        Ok(Finding {
            statement: self.about().control.to_owned(),
            kind: EvidenceKind::Exact,
            outcome: (ellipse > circle).into(),
            figures: vec![
                Figure::exact("orbit of the circle", circle),
                Figure::exact("orbit of the ellipse", ellipse),
            ],
            cases: 2,
            seed: None,
            picture: None,
        })
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[POINTS]
    }

    fn cost(&self) -> Cost {
        Cost::Instant
    }
}

/// The dimensions of the figures, on the lines where they add up to that of the group.
fn picture(found: &[(&str, (f64, f64))]) -> Picture {
    let of = |algebra: &str| {
        let points = found.iter().filter(|(name, _)| *name == algebra).map(|f| f.1);
        let mut points: Vec<(f64, f64)> = points.collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Curve::measured(&format!("figures under {algebra}"), points)
    };
    let line = |name: &str, whole: f64| Curve::theory(name, vec![(0.0, whole), (4.0, whole - 4.0)]);
    Picture::Chart {
        title: "Dimensions of orbits and of stabilizers".to_owned(),
        x: "dimension of the stabilizer".to_owned(),
        y: "dimension of the orbit".to_owned(),
        logarithmic: (false, false),
        curves: vec![
            of("gl(2)"),
            of("aff(2)"),
            line("dim GL(2) = 4", 4.0),
            line("dim Aff(2) = 6", 6.0),
        ],
    }
}

/// Dimensions of the stabilizer of a zero set, of its orbit, and of the algebra.
fn dimensions(
    context: &ClaimContext<'_>,
    algebra: &str,
    polynomial: &str,
) -> Result<(usize, usize, usize), BridgeError> {
    let algebra = parse_algebra(algebra)?;
    let f = [context.polynomial(Polynomial::parse(polynomial, Some(2))?)?];
    let found = stabilizer_of_polynomials(&algebra, &f, StabilizerMode::ZeroSet)?;
    Ok((
        found.stabilizer.dimension(),
        found.orbit_dimension,
        algebra.dimension(),
    ))
}

fn sampled_rank(row: &Row, points: usize, rng: &mut impl rand::Rng) -> Result<NumericRank, BridgeError> {
    let algebra = parse_algebra(row.algebra)?;
    let fields = infinitesimal_action(&algebra, &Polynomial::parse(row.polynomial, Some(2))?)?;
    let at = |f: &Polynomial, p: &[f64; 2]| -> f64 {
        f.terms()
            .map(|(monomial, coefficient)| {
                let powers = monomial.exponents().iter().zip(p).map(|(e, x)| x.powi(*e as i32));
                coefficient.to_f64().unwrap_or(f64::NAN) * powers.product::<f64>()
            })
            .sum()
    };
    let sample: Vec<[f64; 2]> = (0..points)
        .map(|_| [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)])
        .collect();
    let matrix = DMatrix::from_fn(points, fields.len(), |i, k| at(&fields[k], &sample[i]));
    let mut values: Vec<f64> = matrix.singular_values().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let floor = values[0] * RANK_TOLERANCE;
    let value = values.iter().filter(|v| **v > floor).count();
    Ok(NumericRank::at(value, &values, points, fields.len()))
}
