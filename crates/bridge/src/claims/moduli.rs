//! C13, C17: dimensions of jets and of moduli, stabilizers that are not compact.

use std::f64::consts::PI;

use groups::lie::{Figure, StabilizerMode, isotropy_of_figure, parse_algebra};
use groups::linear::RationalMatrix;
use groups::polynomial::{Monomial, Polynomial, monomials_of_degree};
use groups::scalar::rational;
use num_integer::binomial;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use rand::{Rng, RngExt};

use super::short::{Evidence, Short, Tuned};
use crate::BridgeError;
use crate::claim::{About, Area, Cost, Parameter, Verdict};
use crate::figure::{dimensions_of, parse_figure};

const JETS_CARD: About = About {
    code: "C13",
    id: "kjet-dimension",
    area: Area::Depth,
    statement: "k-jets of maps R^n → R^m have dimension m·C(n+k, k); d layers of degree 2 compose to degree 2^d; the moduli of a family have the dimension of the family, less that of the group, plus that of a generic stabilizer.",
    formula: "dim X/G = dim X − dim G + dim G_x",
    source: "textbook; principal orbit theorem, Bredon, Introduction to Compact Transformation Groups, ch. IV",
    control: "dim X/G = dim X − dim G for quadratic forms.",
    expected: Verdict::Holds,
};

/// The rank of the values of all monomials up to degree k at points: the dimension of k-jets of functions that the points see.
fn jets(n: usize, k: u32, points: &[Vec<BigRational>]) -> Result<usize, BridgeError> {
    let monomials: Vec<Monomial> = (0..=k)
        .flat_map(|degree| monomials_of_degree(n, degree))
        .collect();
    let value = |point: &[BigRational], monomial: &Monomial| {
        let powers = point.iter().zip(monomial.exponents());
        powers
            .map(|(x, &e)| (0..e).fold(rational(1, 1), |product, _| product * x))
            .fold(rational(1, 1), |a, b| a * b)
    };
    let rows = points
        .iter()
        .map(|point| monomials.iter().map(|m| value(point, m)).collect());
    Ok(RationalMatrix::from_rows(rows.collect())?.rank())
}

/// Small random rational points.
fn points(rng: &mut impl Rng, n: usize, count: usize) -> Vec<Vec<BigRational>> {
    let mut coordinate = || rational(rng.random_range(-50..=50), rng.random_range(1..=9));
    (0..count)
        .map(|_| (0..n).map(|_| coordinate()).collect())
        .collect()
}

/// A form of a degree with small random coefficients.
fn random_form(rng: &mut impl Rng, n: usize, degree: u32) -> Result<Polynomial, BridgeError> {
    let terms = monomials_of_degree(n, degree)
        .into_iter()
        .map(|m| (m.exponents().to_vec(), rational(rng.random_range(-9..=9), 1)));
    Ok(Polynomial::from_terms(n, terms)?)
}

/// Families of forms: variables, degree, and the dimension of their moduli under GL(n): of binary quadratic and cubic forms
/// and of ternary quadratic ones there are finitely many classes, a binary quartic has its j-invariant and a scale that
/// GL(2) takes away, a plane cubic has j.
const FAMILIES: [(usize, u32, i64); 6] = [(2, 2, 0), (2, 3, 0), (2, 4, 1), (2, 5, 2), (3, 2, 0), (3, 3, 1)];

/// dim X, dim G and the dimension of the stabilizer of a form.
fn family(n: usize, degree: u32, form: Polynomial) -> Result<(i64, i64, i64), BridgeError> {
    let algebra = parse_algebra(&format!("gl({n})"))?;
    let found = dimensions_of(
        &algebra,
        &Figure::Polynomials(vec![form], StabilizerMode::Function),
    )?;
    let whole = monomials_of_degree(n, degree).len() as i64;
    Ok((whole, (n * n) as i64, found.stabilizer as i64))
}

pub(super) static JETS: Short = Short {
    about: &JETS_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Exact ranks of monomials at the points of a grid; degrees of composed polynomials; stabilizers of forms with known moduli.",
        );
        for (n, k) in [(1, 3), (2, 2), (2, 4), (3, 2), (3, 3)] {
            let side = k as usize + 1;
            let grid = (0..side.pow(n as u32)).map(|i| {
                (0..n)
                    .map(|axis| rational((i / side.pow(axis as u32) % side) as i64, 1))
                    .collect()
            });
            let expected: usize = binomial(n + k as usize, k as usize);
            evidence.equal(
                &format!("{k}-jets on R^{n}"),
                jets(n, k, &grid.collect::<Vec<_>>())?,
                expected,
            );
        }
        let layer = Polynomial::parse("x^2-x-1", Some(1))?;
        let mut composed = Polynomial::variable(1, 0);
        for depth in 1..=5u32 {
            composed = layer.substitute(&[composed])?;
            evidence.equal(
                &format!("degree of {depth} layers"),
                composed.degree().unwrap_or(0),
                1 << depth,
            );
        }
        for (n, degree, moduli) in FAMILIES {
            let variables = ["x", "y", "z"];
            // x^d + 2y^d + 3z^d + (x + y + z)^d, with the terms that break its symmetry.
            let powers: Vec<String> = (0..n)
                .map(|i| format!("{}*{}^{degree}", i + 1, variables[i]))
                .collect();
            let text = format!(
                "{}+({})^{degree}+x^{}*y",
                powers.join("+"),
                variables[..n].join("+"),
                degree - 1
            );
            let (whole, group, stabilizer) = family(n, degree, Polynomial::parse(&text, Some(n))?)?;
            evidence.equal(
                &format!("moduli of forms of degree {degree} in {n} variables"),
                whole - group + stabilizer,
                moduli,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("kjet-dimension");
        let mut evidence = Evidence::statistical(
            "Random points see all jets; random forms have the smallest stabilizer of their family.",
            context,
        );
        for (n, k) in [(1, 3), (2, 3), (3, 2)] {
            let expected: usize = binomial(n + k as usize, k as usize);
            let seen = jets(n, k, &points(&mut rng, n, 3 * expected))?;
            evidence.case(seen == expected, || format!("n = {n}, k = {k}: {seen}"));
        }
        for (n, degree, moduli) in FAMILIES {
            let mut least = i64::MAX;
            for _ in 0..5 {
                let (whole, group, stabilizer) = family(n, degree, random_form(&mut rng, n, degree)?)?;
                least = least.min(whole - group + stabilizer);
            }
            evidence.equal(
                &format!("least of 5 random forms of degree {degree} in {n} variables"),
                least,
                moduli,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(JETS_CARD.control);
        let (whole, group, _) = family(2, 2, Polynomial::parse("x^2+y^2", Some(2))?)?;
        evidence.equal("dim X − dim G of binary quadratic forms", whole - group, 0);
        evidence.finish()
    },
};

const NONCOMPACT_CARD: About = About {
    code: "C17",
    id: "stabilizer-noncompact",
    area: Area::Lie,
    statement: "The stabilizers of a line and of a vector in GL(2,R) are not compact: they have no uniform probability, and how likely a random element nearly stabilizes depends on the law it is drawn from.",
    formula: "P_R(|T v − v| < ε) ≈ 2 (R² − 1)/R⁴ ε² in the ball of radius R",
    source: "textbook; a compact group has an invariant inner product, so tr A² < 0 for 0 ≠ A in its Lie algebra",
    control: "The probability is the same in the balls of radius 1.5 and 3.",
    expected: Verdict::Holds,
};

/// Whether some element of the stabilizer has tr A² > 0, which no compact group allows.
fn expands(figure: &str) -> Result<bool, BridgeError> {
    let isotropy = isotropy_of_figure(&parse_algebra("gl(2)")?, &parse_figure(figure, 2)?)?;
    let basis = isotropy.stabilizer.matrices().unwrap_or_default();
    let mut form = vec![vec![BigRational::zero(); basis.len()]; basis.len()];
    for (row, a) in form.iter_mut().zip(basis) {
        for (entry, b) in row.iter_mut().zip(basis) {
            *entry = a.try_mul(b)?.trace();
        }
    }
    if form.is_empty() {
        return Ok(false);
    }
    let diagonal = RationalMatrix::from_rows(form)?.congruent_diagonal()?;
    Ok(diagonal.iter().any(Signed::is_positive))
}

/// |T e₁ − e₁| for T uniform in the Frobenius ball of 2 x 2 matrices: the share below ε.
fn share(rng: &mut impl Rng, radius: f64, epsilon: f64, trials: u64) -> u64 {
    let mut hits = 0;
    for _ in 0..trials {
        let t: [f64; 4] = loop {
            let t: [f64; 4] = std::array::from_fn(|_| rng.random_range(-radius..radius));
            if t.iter().map(|x| x * x).sum::<f64>() < radius * radius {
                break t;
            }
        };
        hits += u64::from((t[0] - 1.0).hypot(t[2]) < epsilon);
    }
    hits
}

/// The volume of {T : |T e₁ − e₁| < ε} in the ball, over that of the ball π² R⁴/2: the second column fills a disc of squared
/// radius R² − |T e₁|², whose mean over the first is R² − 1 − ε²/2.
fn exact_share(radius: f64, epsilon: f64) -> f64 {
    let disc = PI * epsilon * epsilon;
    disc * PI * (radius * radius - 1.0 - epsilon * epsilon / 2.0) / (PI * PI * radius.powi(4) / 2.0)
}

const EPSILON: f64 = 0.25;

const MATRICES: Parameter = Parameter::samples("samples", 40_000, "random matrices in each ball");

pub(super) static NONCOMPACT: Tuned = Short {
    about: &NONCOMPACT_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "The form tr AB on the stabilizer, diagonalised over the rationals: a positive value forbids compactness. Circles and ellipses have none.",
        );
        for (figure, noncompact) in [
            ("unoriented line through 0", true),
            ("nonzero vector", true),
            ("double line x^2", true),
            ("hyperbola x^2-y^2", true),
            ("circle x^2+y^2", false),
            ("ellipse x^2/4+y^2", false),
            ("quartic x^4+6x^2y^2+y^4", false),
        ] {
            evidence.equal(figure, expands(figure)?, noncompact);
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("stabilizer-noncompact");
        let mut evidence = Evidence::statistical(
            "Matrices drawn from balls of two radii: each share is that of its own ball.",
            context,
        );
        for radius in [1.5, 3.0] {
            let trials = context.natural(&MATRICES)?;
            let hits = share(&mut rng, radius, EPSILON, trials);
            let found = crate::statistics::proportion(hits, trials, context.confidence);
            evidence.covers(
                &format!("share, R = {radius}"),
                found,
                trials,
                exact_share(radius, EPSILON),
            );
        }
        evidence.finish()
    },
    control: |context| {
        let mut rng = context.rng("stabilizer-noncompact control");
        let mut evidence = Evidence::statistical(NONCOMPACT_CARD.control, context);
        let trials = context.natural(&MATRICES)?;
        let hits = share(&mut rng, 3.0, EPSILON, trials);
        let found = crate::statistics::proportion(hits, trials, context.confidence);
        evidence.covers(
            "share at R = 3, against that at 1.5",
            found,
            trials,
            exact_share(1.5, EPSILON),
        );
        evidence.finish()
    },
}
.with(&[MATRICES], Cost::Second);
