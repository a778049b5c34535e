//! Momentum spectra of receptive fields, and flows of the coupling, side by side.

use nets::models::ising;
use nets::models::momentum::{Start, modes, radial, start_from_data};
use nets::{Activation, Dataset};
use plotters::prelude::SeriesLabelPosition;

use super::NeighbourOptions;
use super::flow::{FLOW, block_flow, trained_flow};
use super::start::{CODE, momentum_of_fields};
use crate::BridgeError;
use crate::report::chart::{Chart, Series};

pub(super) fn picture(data: &[Dataset; 4], options: &NeighbourOptions) -> Result<String, BridgeError> {
    let grid = modes(8, 8)?;
    let mut spectra = Vec::new();
    for set in data {
        let started = start_from_data(set, CODE, Activation::Tanh, Start::LargestVariance)?;
        let (_, power) = momentum_of_fields(&started)?;
        spectra.push(Series::dots(set.name(), radial(&grid, &power)));
    }
    let left = Chart {
        title: "Receptive fields by momentum",
        x: "squared momentum",
        y: "power of the weights",
        logarithmic: (false, false),
        legend: SeriesLabelPosition::UpperMiddle,
        series: spectra,
    }
    .to_svg()?;
    let blocks = block_flow(options, FLOW)?;
    let count = |i: usize| i as f64;
    let couplings = ising::decimation_flow(1.0, FLOW)?;
    let mut exact = Vec::new();
    for (step, coupling) in couplings.iter().enumerate() {
        exact.push((count(step), -ising::ring(64 >> step, *coupling)?.energy));
    }
    let measured = blocks
        .iter()
        .enumerate()
        .map(|(i, (found, _))| (count(i), found.estimate));
    let machine = trained_flow(options, FLOW)?;
    let machine = machine
        .iter()
        .enumerate()
        .map(|(i, found)| (count(i), found.estimate));
    let right = Chart {
        title: "Flows from a ring at K = 1",
        x: "steps",
        y: "mean of s s' over neighbours",
        logarithmic: (false, false),
        legend: SeriesLabelPosition::LowerLeft,
        series: vec![
            Series::line("decimation, exact", exact),
            Series::dots("block spins of samples", measured.collect()),
            Series::dots("v → h → v of a trained machine", machine.collect()),
        ],
    }
    .to_svg()?;
    Ok(side_by_side(&left, &right))
}

/// Two pictures of 560 × 320 as one.
fn side_by_side(left: &str, right: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1130 320\" width=\"1130\" height=\"320\"><g>{left}</g><g transform=\"translate(570 0)\">{right}</g></svg>"
    )
}
