//! C26: a trained autoencoder is an ε-stabilizer of its data, and not of shuffled data.

use std::ops::ControlFlow;

use groups::linear::RationalMatrix;
use nalgebra::DVector;
use nets::{Dataset, Network, Stack, StackOptions, TrainOptions};
use num_traits::Zero;
use rand::seq::SliceRandom;

use super::HELD_OUT;
use crate::BridgeError;
use crate::claim::{
    About, Area, Claim, ClaimContext, Cost, EvidenceKind, Figure, Finding, Parameter, Picture, Verdict,
};
use crate::statistics;

pub(super) struct AutoencoderStabilizer;

const EPOCHS: Parameter = Parameter::integer(
    "epochs",
    30,
    (1, 500),
    "epochs of training on the bundled digits, where no trained stack is at hand",
);

/// ε is the residual that this share of the training rows stays under.
const QUANTILE: f64 = 0.95;

/// The share of held-out rows within ε that makes a stabilizer, and of shuffled rows that unmakes it.
const SHARES: (f64, f64) = (0.8, 0.2);

/// With fewer held-out rows nothing is decided.
const FEWEST_ROWS: usize = 30;

impl Claim for AutoencoderStabilizer {
    fn about(&self) -> &'static About {
        &About {
            code: "C26",
            id: "ae-approx-stabilizer",
            area: Area::Pretraining,
            statement: "A trained autoencoder maps its data, held-out rows included, to within ε of themselves, so it is an approximate stabilizer of what it learned; it moves shuffled data by more. Exactly: a linear autoencoder of code width rank(data) is a projector that fixes every row, but no element of GL(n).",
            formula: "‖f(x) − x‖ ≤ ε‖x‖ for data x, not for shuffled x",
            source: "Paul & Venkatasubramanian, arXiv 1412.6621; linear case: Baldi & Hornik 1989",
            control: "An autoencoder with random weights is an ε-stabilizer of the data, for the same ε.",
            expected: Verdict::Holds,
        }
    }

    fn exact(&self, _context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        // Three integer rows in Q^6 as columns of X; P = X (XᵀX)⁻¹ Xᵀ projects onto their span.
        let columns =
            RationalMatrix::from_integers(6, 3, &[1, 0, 2, 1, 1, 0, 0, 1, -1, 2, 0, 1, 0, 3, 1, 1, -1, 0])?;
        let transposed = columns.transpose();
        let projector = columns
            .try_mul(&transposed.try_mul(&columns)?.inverse()?)?
            .try_mul(&transposed)?;
        let fixes = |x: &[_]| -> Result<bool, BridgeError> { Ok(projector.apply(x)? == x) };
        let (mut data_fixed, mut shuffled_fixed) = (0, 0);
        for j in 0..columns.cols() {
            let row = columns.column(j);
            data_fixed += usize::from(fixes(&row)?);
            let mut shuffled = row;
            shuffled.rotate_left(1);
            shuffled_fixed += usize::from(fixes(&shuffled)?);
        }
        let singular = projector.determinant()?.is_zero();
        let idempotent = projector.try_mul(&projector)? == projector;
        let holds = data_fixed == 3 && shuffled_fixed == 0 && singular && idempotent && projector.rank() == 3;
        Ok(Finding {
            statement: "The optimal linear autoencoder of code width 3 on three integer vectors of Q⁶, as a rational matrix: it fixes each of them and none of their cyclic shifts; its determinant is 0, so it is in no GL(6) stabilizer, only in the monoid.".to_owned(),
            kind: EvidenceKind::Exact,
            outcome: holds.into(),
            figures: vec![
                Figure::exact("data vectors fixed", data_fixed).expecting(3),
                Figure::exact("shifted vectors fixed", shuffled_fixed).expecting(0),
                Figure::exact("rank", projector.rank()).expecting(3),
                Figure::exact("determinant", projector.determinant()?).expecting(0),
            ],
            cases: 6,
            seed: None,
            picture: None,
        })
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        examine(context, Weights::Trained)
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let mut finding = examine(context, Weights::Random)?;
        finding.statement = self.about().control.to_owned();
        Ok(finding)
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[EPOCHS]
    }

    fn cost(&self) -> Cost {
        Cost::Seconds
    }

    fn comparisons(&self) -> usize {
        2
    }
}

/// Shares of residuals in bins, of the data and of shuffled data.
fn picture(on_data: &[f64], shuffled: &[f64], epsilon: f64) -> Picture {
    const BINS: usize = 30;
    let largest = on_data.iter().chain(shuffled).fold(epsilon, |a, b| a.max(*b)) * 1.0001;
    let width = largest / BINS as f64;
    let shares = |values: &[f64]| {
        let mut shares = vec![0.0; BINS];
        for value in values {
            if let Some(share) = shares.get_mut((value / width) as usize) {
                *share += 1.0 / values.len() as f64;
            }
        }
        shares
    };
    Picture::Histogram {
        title: format!("Residuals of held-out rows (bars) and of shuffled rows (line); ε = {epsilon:.3}"),
        x: "‖f(x) − x‖/‖x‖".to_owned(),
        bins: (0.0, width),
        shares: shares(on_data),
        theory: shares(shuffled),
    }
}

/// Which autoencoder is put to the test; ε always comes from the trained one.
#[derive(PartialEq)]
enum Weights {
    Trained,
    Random,
}

fn pretrain(data: &Dataset, epochs: usize, seed: u64) -> Result<Stack, BridgeError> {
    let train = TrainOptions {
        epochs,
        seed,
        ..TrainOptions::default()
    };
    let options = StackOptions {
        widths: vec![(data.width() * 3 / 4).max(1)],
        held_out: HELD_OUT,
        train,
        ..StackOptions::default()
    };
    Ok(Stack::pretrain(data, &options, &mut |_| {
        ControlFlow::Continue(())
    })?)
}

/// ‖f(x) − x‖ / ‖x‖ for every row that is not 0.
fn residuals(map: &Network, rows: impl Iterator<Item = DVector<f64>>) -> Vec<f64> {
    rows.filter(|x| x.norm() > 0.0)
        .map(|x| (map.forward(&x) - &x).norm() / x.norm())
        .collect()
}

fn examine(context: &ClaimContext<'_>, weights: Weights) -> Result<Finding, BridgeError> {
    let own;
    let (stack, data) = match context.trained {
        Some(trained) => trained,
        None => {
            let digits = Dataset::digits();
            own = (pretrain(&digits, context.size(&EPOCHS)?, context.seed)?, digits);
            (&own.0, &own.1)
        }
    };
    let trained = stack.autoencoders()[0].reconstruction_network();
    let (train, held_out) = data.split(HELD_OUT, context.seed)?;
    let points = |set: &Dataset| (0..set.len()).map(|i| set.point(i)).collect::<Vec<_>>();
    let (train, held_out) = (points(&train), held_out.as_ref().map_or(Vec::new(), points));

    let mut of_training = residuals(&trained, train.iter().cloned());
    of_training.sort_by(f64::total_cmp);
    let Some(&epsilon) = of_training.get((of_training.len() as f64 * QUANTILE) as usize) else {
        return Ok(undecided(context, "no row of the data is different from 0"));
    };
    if held_out.len() < FEWEST_ROWS {
        return Ok(undecided(
            context,
            &format!("only {} rows are held out", held_out.len()),
        ));
    }

    let map = match weights {
        Weights::Trained => trained,
        Weights::Random => pretrain(data, 0, context.seed)?.autoencoders()[0].reconstruction_network(),
    };
    let mean = train.iter().sum::<DVector<f64>>() / train.len() as f64;
    let constant: Vec<f64> = held_out
        .iter()
        .filter(|x| x.norm() > 0.0)
        .map(|x| (&mean - x).norm() / x.norm())
        .collect();
    let mut rng = context.rng("ae-approx-stabilizer shuffle");
    let shuffled = held_out.iter().map(|x| {
        let mut pixels: Vec<f64> = x.iter().copied().collect();
        pixels.shuffle(&mut rng);
        DVector::from_vec(pixels)
    });
    let shuffled = residuals(&map, shuffled.collect::<Vec<_>>().into_iter());
    let on_data = residuals(&map, held_out.iter().cloned());
    let within = |values: &[f64]| {
        let hits = values.iter().filter(|v| **v <= epsilon).count() as u64;
        statistics::proportion(hits, values.len() as u64, context.confidence)
    };
    let (data_share, shuffled_share) = (within(&on_data), within(&shuffled));
    let nontrivial = epsilon < statistics::median(&constant);
    let (enough, few) = SHARES;
    let outcome = if !nontrivial || data_share.high < enough || shuffled_share.low > few {
        Verdict::Fails
    } else if data_share.low >= enough && shuffled_share.high <= few {
        Verdict::Holds
    } else {
        Verdict::Undecided
    };
    Ok(Finding {
        statement: format!(
            "ε is the relative residual that {:.0}% of the training rows stay under; at least {:.0}% of the held-out rows are to be within it and at most {:.0}% of the same rows with their coordinates shuffled; and ε is to be below the median residual of the constant map to the mean row.",
            QUANTILE * 100.0,
            enough * 100.0,
            few * 100.0
        ),
        kind: EvidenceKind::Statistical,
        outcome,
        figures: vec![
            Figure::number("ε", epsilon),
            Figure::number(
                "median residual of the constant map",
                statistics::median(&constant),
            ),
            Figure::number("median residual on held-out rows", statistics::median(&on_data)),
            Figure::number("median residual on shuffled rows", statistics::median(&shuffled)),
            Figure::estimate("held-out rows within ε", data_share),
            Figure::estimate("shuffled rows within ε", shuffled_share),
        ],
        cases: (on_data.len() + shuffled.len()) as u64,
        seed: Some(context.seed),
        picture: Some(picture(&on_data, &shuffled, epsilon)),
    })
}

fn undecided(context: &ClaimContext<'_>, why: &str) -> Finding {
    Finding {
        statement: format!("Not decided: {why}."),
        kind: EvidenceKind::Statistical,
        outcome: Verdict::Undecided,
        figures: Vec::new(),
        cases: 0,
        seed: Some(context.seed),
        picture: None,
    }
}
