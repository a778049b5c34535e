//! Equivariance: pairs (A, B) with f(e^{tA}x) = e^{tB}f(x).
//!
//! Df(x)·ξ_A(x) = η_B(f(x)) is linear in the pair, so that the pairs are the null space of one system, in the sum of an algebra of
//! the inputs and one of the outputs. A pair with B = 0 is an invariance. Values σ are relative as for invariance: the scale is
//! E\[|Df|²|ξ|²\]/m + E|η|², what the two sides would differ by if they had nothing to do with each other.

use super::ambient::{Ambient, Kind};
use super::closure::{Brackets, reduced_basis};
use super::derivatives::{Metric, System, checked, spread};
use super::dimension::{Judge, Verdict};
use super::spectrum::Spectrum;
use super::{ContinuousOptions, rows_of};
use crate::BridgeError;
use nalgebra::DMatrix;
use nets::Network;
use serde::Serialize;

/// The pairs that were found.
#[derive(Debug, Clone, Serialize)]
pub struct EquivariantPairs {
    /// Dimension of the algebra of pairs.
    pub dimension: usize,
    /// Algebra of the inputs.
    pub input_algebra: String,
    /// Algebra of the outputs.
    pub output_algebra: String,
    /// The input side A of each basis pair.
    pub inputs: Vec<Vec<Vec<f64>>>,
    /// The output side B of each basis pair.
    pub outputs: Vec<Vec<Vec<f64>>>,
    /// σ of each pair.
    pub residuals: Vec<f64>,
    /// How the dimension was decided.
    pub verdict: Verdict,
    /// All values σ, rising.
    pub spectrum: Vec<f64>,
}

/// The algebra of pairs (A, B), A in `input` and B in `output`, under which a map is equivariant on the data (columns).
///
/// ```
/// use bridge::symmetry::continuous::{Algebra, ContinuousOptions, equivariant_pairs};
/// use nalgebra::{DMatrix, dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// // A linear map: gl(2) acts on its inputs, and its conjugate on the outputs.
/// let map = Dense::new(dmatrix![1.0, 2.0; 0.0, 1.0], dvector![0.0, 0.0], Activation::Linear)?;
/// let network = Network::new(vec![map.into()])?;
/// let data = DMatrix::from_fn(2, 60, |i, j| ((i + 1) * (j + 3) * 37 % 101) as f64 / 50.0 - 1.0);
/// let gl = "gl".parse::<Algebra>()?.on(2, None)?;
/// let pairs = equivariant_pairs(&network, &data, &gl, &gl, ContinuousOptions::default())?;
/// assert_eq!(pairs.dimension, 4);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// As for [`continuous_symmetries`](super::continuous_symmetries), and [`BridgeError::Shape`] if the output algebra acts on
/// another width.
pub fn equivariant_pairs(
    network: &Network,
    data: &DMatrix<f64>,
    input: &Ambient,
    output: &Ambient,
    options: ContinuousOptions,
) -> Result<EquivariantPairs, BridgeError> {
    let data = checked(network, data, input, options.rows)?;
    let outputs = network.output_width();
    if output.width() != outputs {
        let what = "width that the output algebra acts on, for this network".into();
        return Err(BridgeError::Shape {
            what,
            expected: outputs,
            got: output.width(),
        });
    }
    let system = pair_system(network, &data, input, output)?;
    let spectrum = Spectrum::of(&system)?;
    let (a, b) = (input.matrices()[0].nrows(), output.matrices()[0].nrows());
    let place = |matrix: &DMatrix<f64>, at: usize| {
        let mut whole = DMatrix::zeros(a + b, a + b);
        whole.view_mut((at, at), matrix.shape()).copy_from(matrix);
        whole
    };
    let matrices: Vec<DMatrix<f64>> = input
        .matrices()
        .iter()
        .map(|m| place(m, 0))
        .chain(output.matrices().iter().map(|m| place(m, a)))
        .collect();
    let mut brackets = Brackets::new(&matrices, &spectrum, options.seed);
    let mut judge = Judge {
        kind: Kind::Linear,
        data_dimension: system.data_dimension,
        brackets: &mut brackets,
        motions: None,
    };
    let verdict = judge.verdict(&spectrum.values, system.null_level);
    let basis = reduced_basis(&spectrum, verdict.dimension);
    let p = input.dimension();
    let columns = || (0..verdict.dimension).map(|i| basis.column(i).into_owned());
    Ok(EquivariantPairs {
        dimension: verdict.dimension,
        input_algebra: input.name().to_owned(),
        output_algebra: output.name().to_owned(),
        inputs: columns()
            .map(|c| rows_of(&input.element(&c.as_slice()[..p])))
            .collect(),
        outputs: columns()
            .map(|c| rows_of(&output.element(&c.as_slice()[p..])))
            .collect(),
        residuals: columns().map(|c| system.residual(&c)).collect(),
        spectrum: spectrum.values.clone(),
        verdict,
    })
}

fn pair_system(
    network: &Network,
    data: &DMatrix<f64>,
    input: &Ambient,
    output: &Ambient,
) -> Result<System, BridgeError> {
    let (rows, outputs) = (data.ncols(), network.output_width());
    let (p, q) = (input.dimension(), output.dimension());
    if rows * outputs < 2 * (p + q) {
        let needed = (2 * (p + q)).div_ceil(outputs.max(1));
        return Err(BridgeError::TooFewSamples { got: rows, needed });
    }
    let metric = Metric::of(data, input);
    let values = network.forward_columns(data);
    let share = 1.0 / (spread(&values)? * (rows as f64).sqrt());
    let mut system = DMatrix::zeros(rows * outputs, p + q);
    let mut scale = DMatrix::zeros(p + q, p + q);
    for row in 0..rows {
        let x: Vec<f64> = data.column(row).iter().copied().collect();
        let jacobian = network.jacobian(&super::vector(&x)) * share;
        let fields = input.fields_at(&x);
        let images = output.fields_at(values.column(row).as_slice()) * share;
        system
            .view_mut((row * outputs, 0), (outputs, p))
            .copy_from(&(&jacobian * &fields));
        system
            .view_mut((row * outputs, p), (outputs, q))
            .copy_from(&(-&images));
        let white = metric.whitening.tr_mul(&fields);
        let size = metric.gradient_norm_squared(&jacobian) / metric.dimension() as f64;
        let mut inputs = scale.view_mut((0, 0), (p, p));
        inputs += white.tr_mul(&white) * size;
        let mut at_outputs = scale.view_mut((p, p), (q, q));
        at_outputs += images.tr_mul(&images);
    }
    if let Some((index, &value)) = system.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(BridgeError::NotFinite {
            what: "derivative system".into(),
            index,
            value,
        });
    }
    Ok(System {
        raw: system.clone(),
        averaged: system,
        scale,
        blocks: Vec::new(),
        tangent: None,
        tangent_dimension: p + q,
        data_dimension: metric.dimension(),
        null_level: 1.0,
    })
}
