//! Matching units by what they do on data.

use nalgebra::DMatrix;
use nets::Network;
use nets::matrix::{View, product};

use super::matcher::Matcher;
use super::placement::Placement;
use super::{Free, scales};
use crate::assignment::assign_finite;
use crate::weight_space::{Axis, WeightSpace};

/// What the weights of silent units weigh against correlations.
const TIE_BREAK: f64 = 1e-3;

/// Placements of the hidden axes, and the factors by which units of the second network are scaled.
pub(super) fn align(
    a: &Network,
    b: &Network,
    spaces: &[WeightSpace; 2],
    data: &DMatrix<f64>,
    free: &Free,
) -> (Vec<Placement>, Vec<Vec<f64>>) {
    let space = &spaces[0];
    let plain = [&spaces[0], &spaces[1]].map(scales::unbalanced);
    let mut matcher = Matcher::new(space, &plain, free);
    let mut done: Vec<bool> = (0..space.axes().len()).map(|k| !free.axes.contains(&k)).collect();
    let mut places: Vec<Placement> = space
        .axes()
        .iter()
        .map(|axis| Placement::identity(axis.size))
        .collect();
    let mut factors: Vec<Vec<f64>> = space.axes().iter().map(|axis| vec![1.0; axis.size]).collect();
    let values = [a, b].map(|network| network.activation_columns(data));
    for &k in &free.axes {
        let axis = &space.axes()[k];
        let Some(layer) = axis.layer else { continue };
        let [(x, x_norms), (y, y_norms)] =
            [&values[0], &values[1]].map(|values| centred(&values[layer + 1], axis));
        let n = axis.size;
        let width = x.len() / n;
        let mut correlations = vec![0.0; n * n];
        product(
            &mut correlations,
            View::new(&x, n, width),
            View::new(&y, n, width).transposed(),
            1.0,
            0.0,
        );
        // Units that are constant on the data say nothing; these are told apart by their weights.
        let silent = |norms: &[f64], unit: usize| norms[unit] == 0.0;
        if (0..n).any(|i| silent(&x_norms, i)) {
            let products = matcher.inner_products(k, &done, &places);
            let largest = products.iter().fold(f64::MIN_POSITIVE, |m, p| m.max(p.abs()));
            for (at, correlation) in correlations.iter_mut().enumerate() {
                if silent(&x_norms, at / n) && silent(&y_norms, at % n) {
                    *correlation = TIE_BREAK * products[at] / largest;
                }
            }
        }
        let signed = free.signed[k];
        let costs: Vec<f64> = correlations
            .iter()
            .map(|&c| -(if signed { c.abs() } else { c }))
            .collect();
        let images = assign_finite(n, &costs).columns;
        let negative = |i: usize, image: usize| signed && correlations[i * n + image] < 0.0;
        places[k].signs = images
            .iter()
            .enumerate()
            .map(|(i, &image)| if negative(i, image) { -1.0 } else { 1.0 })
            .collect();
        if free.scaled[k] {
            factors[k] = images
                .iter()
                .enumerate()
                .map(|(i, &image)| x_norms[i] / y_norms[image])
                .map(|factor| {
                    if factor.is_finite() && factor > 0.0 {
                        factor
                    } else {
                        1.0
                    }
                })
                .collect();
        }
        places[k].images = images;
        matcher.touch(k);
        done[k] = true;
    }
    (places, factors)
}

/// The values of each unit over all examples and places, shifted to mean 0 and scaled to norm 1 (a constant unit is 0),
/// unit by unit, and their norms.
fn centred(values: &DMatrix<f64>, axis: &Axis) -> (Vec<f64>, Vec<f64>) {
    let mut units: Vec<Vec<f64>> = vec![Vec::new(); axis.size];
    for column in values.column_iter() {
        for (&unit, &value) in axis.units.iter().zip(column.iter()) {
            units[unit as usize].push(value);
        }
    }
    let mut norms = Vec::with_capacity(axis.size);
    for unit in &mut units {
        let norm = |unit: &[f64]| unit.iter().map(|v| v * v).sum::<f64>().sqrt();
        let mean = unit.iter().sum::<f64>() / unit.len().max(1) as f64;
        let before = norm(unit);
        unit.iter_mut().for_each(|v| *v -= mean);
        // What rounding leaves of a constant is no signal.
        let norm = Some(norm(unit))
            .filter(|&norm| norm > 1e-12 * before)
            .unwrap_or(0.0);
        unit.iter_mut()
            .for_each(|v| *v = if norm > 0.0 { *v / norm } else { 0.0 });
        norms.push(norm);
    }
    (units.concat(), norms)
}
