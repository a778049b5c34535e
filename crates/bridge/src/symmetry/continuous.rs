//! The Lie algebra of a trained map: which one-parameter groups e^{tA} leave f(x) alone, within a stated ambient algebra.
//!
//! A vector field ξ on the inputs generates a symmetry of f if Df(x)·ξ(x) = 0 at all x. With a basis ξ₁, …, ξ_p of the
//! [`Ambient`] algebra this is a linear system with a row for each data row and output: {A : f(e^{tA}x) = f(x)} is its null
//! space (theory of LieGG, Moskalev et al., arXiv 2210.04345; a network of finite accuracy has no exact null space, and
//! the question is then which directions are null *enough*).
//!
//! Four things make the answer of use on networks that were trained to some accuracy only:
//!
//! - **Relative singular values.** A direction c has the value σ(c)² = n·E|Df·ξ_c|² / E\[|Df|²|ξ_c|²\], lengths taken in the
//!   metric in which the data are white. A field that points anywhere at random has σ = 1; σ does not depend on the basis of
//!   the algebra, on the scale of f, or on linear coordinates of the input. The minimisers are generalised singular vectors.
//! - **A residual averaged over a neighbourhood.** A row is the mean of Df·ξ over points x + h(x' − x'') with x', x'' other data
//!   rows: the error of a trained network oscillates, its symmetry defect does not. Such points stay in the span of the data;
//!   exact zeros stay zeros. h = 0 turns it off.
//! - **A null test** ([`Verdict`]): the largest gap of a spectrum always exists, so a gap alone is no evidence. The
//!   dimension is 0 unless a gap is wide, the values below it are small, their span closes under the bracket, and finite motions
//!   do not contradict.
//! - **Only what the data can see**: fields that lead out of the span of the data are left out, fields that vanish on it are
//!   counted as spurious.
//!
//! Limits: the identity component only; first-order invariance on the data, checked by finite motions that stay near the data
//! ([`FiniteCheck`]); nothing is said of the map off the data.

mod ambient;
mod closure;
mod derivatives;
mod dimension;
mod equivariant;
mod finite;
mod image;
mod name;
mod spectrum;

use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use nets::Network;
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

pub use ambient::{Algebra, Ambient, Generator, default_ambient};
pub use dimension::{Confidence, Level, Verdict};
pub use equivariant::{EquivariantPairs, equivariant_pairs};
pub use finite::FiniteCheck;
pub use image::Interpolation;
pub use name::{AlgebraName, name_algebra};

/// What is asked of [`continuous_symmetries`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContinuousOptions {
    /// Seed of neighbours, null draws, bootstrap and control motions.
    pub seed: u64,
    /// Width h of the neighbourhood over which the residual is averaged, as a share of the difference of two data rows.
    pub smoothing: f64,
    /// Points of a neighbourhood.
    pub neighbours: usize,
    /// Rows at most; more are thinned at even steps.
    pub rows: usize,
    /// Resamples of the bootstrap.
    pub resamples: usize,
    /// Root mean square length of the finite motions that check a generator, as a share of the data's spread.
    pub motion: f64,
}

impl Default for ContinuousOptions {
    fn default() -> Self {
        ContinuousOptions {
            seed: 1,
            smoothing: 0.1,
            neighbours: 8,
            rows: 10_000,
            resamples: 100,
            motion: 0.5,
        }
    }
}

/// The symmetry algebra that was found, with its evidence.
#[derive(Debug, Clone, Serialize)]
pub struct ContinuousSymmetries {
    /// Dimension of the symmetry algebra within the ambient algebra; 0 if the null test finds none.
    pub dimension: usize,
    /// The ambient algebra.
    pub algebra: String,
    /// How a generator's matrix acts: `linear` on columns x, or `affine` as (A b; 0 0) on columns (x; 1).
    pub form: &'static str,
    /// A basis in reduced echelon form, one matrix each, rows of numbers.
    pub generators: Vec<Vec<Vec<f64>>>,
    /// σ of each generator, from derivatives at the data rows themselves: 0 is exact, 1 is what a random field has.
    pub residuals: Vec<f64>,
    /// Width of the gap that separates the algebra from the rest, log₁₀ of the ratio of σ² (mean squared derivatives).
    pub gap_decades: f64,
    /// What the algebra is, if that can be said.
    pub name: Option<String>,
    /// Its isomorphism type over ℝ as the exact algebra names it, and why there is no name if there is none.
    pub naming: AlgebraName,
    /// Share of bootstrap resamples with the same dimension.
    pub confidence: Confidence,
    /// How far brackets of generators leave the span, relative to brackets in the ambient algebra.
    pub closure_defect: f64,
    /// Each generator tried by a finite motion.
    pub finite: Vec<FiniteCheck>,
    /// How the dimension was decided.
    pub verdict: Verdict,
    /// Dimension of the ambient algebra.
    pub ambient_dimension: usize,
    /// Dimension of the part whose fields do not lead out of the span of the data.
    pub tangent_dimension: usize,
    /// Dimension of the part of it whose fields vanish on the data, which is left out.
    pub spurious_dimension: usize,
    /// Dimension of the span of the data.
    pub data_dimension: usize,
    /// Rows used.
    pub rows: usize,
    /// Seed.
    pub seed: u64,
    /// All values σ of the averaged system, rising.
    pub spectrum: Vec<f64>,
}

/// The symmetry algebra of a map on data within an ambient algebra.
///
/// `data` holds one point per column. O(rows · (neighbours · cost of a Jacobian + p²)) plus O(p³).
///
/// ```
/// use bridge::symmetry::continuous::{Algebra, ContinuousOptions, continuous_symmetries};
/// use nalgebra::{DMatrix, dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// // A function of x + 2y alone: constant along (2, −1).
/// let hidden = Dense::new(dmatrix![1.0, 2.0; 0.5, 1.0], dvector![0.1, -0.4], Activation::Tanh)?;
/// let output = Dense::new(dmatrix![1.0, -3.0], dvector![0.0], Activation::Linear)?;
/// let network = Network::new(vec![hidden.into(), output.into()])?;
/// let data = DMatrix::from_fn(2, 60, |i, j| ((i + 1) * (j + 3) * 37 % 101) as f64 / 50.0 - 1.0);
/// let algebra: Algebra = "translations".parse()?;
/// let found = continuous_symmetries(&network, &data, &algebra.on(2, None)?, ContinuousOptions::default())?;
/// assert_eq!(found.dimension, 1);
/// assert!((found.generators[0][1][2] / found.generators[0][0][2] + 0.5).abs() < 1e-12);
/// assert!(found.residuals[0] < 1e-12 && found.gap_decades > 15.0);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// [`BridgeError::Shape`] for data of another width, [`BridgeError::NotFinite`] for a number in the data or a derivative that
/// is not finite, [`BridgeError::ConstantMap`] if the outputs are the same at all rows, [`BridgeError::TooFewSamples`] for fewer
/// equations than twice the dimension of the ambient algebra.
pub fn continuous_symmetries(
    network: &Network,
    data: &DMatrix<f64>,
    ambient: &Ambient,
    options: ContinuousOptions,
) -> Result<ContinuousSymmetries, BridgeError> {
    let data = derivatives::checked(network, data, ambient, options.rows)?;
    let system = derivatives::invariance(network, &data, ambient, &options)?;
    let spectrum = spectrum::Spectrum::of(&system)?;
    let trial = finite::Trial::new(network, &data, ambient, &spectrum.fields, &options);
    let mut brackets = closure::Brackets::new(ambient.matrices(), &spectrum, options.seed);
    let mut judge = dimension::Judge {
        kind: ambient.kind(),
        data_dimension: system.data_dimension,
        brackets: &mut brackets,
        motions: Some(dimension::Motions::new(&trial, &spectrum, options.seed)),
    };
    let verdict = judge.verdict(&spectrum.values, system.null_level);
    let confidence = judge.bootstrap(&spectrum, &system, verdict.dimension, &options);
    let verdict = judge.reconsidered(verdict, &confidence, &spectrum.values);
    let dimension = verdict.dimension;
    let closure_defect = brackets.defect(dimension);
    let basis = closure::reduced_basis(&spectrum, dimension);
    let columns: Vec<DVector<f64>> = (0..dimension).map(|i| basis.column(i).into_owned()).collect();
    let matrices: Vec<DMatrix<f64>> = columns.iter().map(|c| ambient.element(c.as_slice())).collect();
    let naming = name_algebra(ambient, &matrices, spectrum.level(dimension));
    Ok(ContinuousSymmetries {
        dimension,
        algebra: ambient.name().to_owned(),
        form: ambient.form(),
        generators: matrices.iter().map(rows_of).collect(),
        residuals: columns.iter().map(|c| system.residual(c)).collect(),
        gap_decades: verdict.gap_decades,
        name: naming.name.clone(),
        naming,
        confidence,
        closure_defect,
        finite: trial.checks(&basis),
        ambient_dimension: ambient.dimension(),
        tangent_dimension: system.tangent_dimension,
        spurious_dimension: spectrum.spurious,
        data_dimension: system.data_dimension,
        rows: data.ncols(),
        seed: options.seed,
        spectrum: spectrum.values.clone(),
        verdict,
    })
}

/// Points drawn from the standard normal distribution, one per column, for maps without data.
pub fn gaussian_inputs(width: usize, rows: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = derivatives::stream(seed, 7, 0);
    DMatrix::from_fn(width, rows, |_, _| StandardNormal.sample(&mut rng))
}

fn rows_of(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix
        .row_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}

/// Entries of a vector as a slice of its own.
fn vector(values: &[f64]) -> DVector<f64> {
    DVector::from_column_slice(values)
}
