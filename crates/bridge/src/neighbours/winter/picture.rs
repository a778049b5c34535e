//! Codes as places and poses as needles.

use maud::html;
use std::f64::consts::TAU;

use super::data::ANGLES;
use super::{Moved, PosedAutoencoder};
use crate::BridgeError;
use crate::feature_action::act;
use crate::report::chart::PALETTE;

/// Digits in the picture.
const DRAWN: usize = 60;

/// Turns of each, in sixteenths.
const TURNS: [i64; 3] = [0, 3, 7];

/// Each digit in several poses, at the place of the two most variable coordinates of its code, with a needle in the
/// direction of the recovered pose.
pub(super) fn picture(digits: &Moved, epochs: usize, seed: u64) -> Result<String, BridgeError> {
    let model = PosedAutoencoder::fit(&digits.moved, &digits.group, digits.code, epochs, seed)?;
    let turn = &digits.group.generators()[0];
    let labels = nets::Dataset::digits();
    let label = |row: usize| labels.labels().map_or(0, |all| usize::from(all[row]));
    let count = DRAWN.min(digits.posed.len());
    let codes: Vec<Vec<f64>> = (0..count)
        .map(|row| model.code(digits.posed.point(row).as_slice()).as_slice().to_vec())
        .collect();
    let spread = |axis: usize| {
        let values: Vec<f64> = codes.iter().map(|code| code[axis]).collect();
        let mean = values.iter().sum::<f64>() / count as f64;
        values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
    };
    let mut axes: Vec<usize> = (0..digits.code).collect();
    axes.sort_by(|&a, &b| spread(b).total_cmp(&spread(a)));
    let place = |code: &[f64]| {
        let side =
            |value: f64, size: f64| (size / 2.0 + value * (size / 2.0 - 40.0)).clamp(20.0, size - 20.0);
        (
            side(code[axes[0]], 560.0),
            side(-code[axes.get(1).map_or(axes[0], |&a| a)], 420.0),
        )
    };
    // ψ moves x to its canonical pose, so x stands at the inverse of ψ; the first place of a ring tells its power.
    let needle = |row: usize, by: i64| {
        let x = act(digits.posed.point(row).as_slice(), &turn.pow(by));
        let steps = model.pose(&x).inverse().image(0);
        let angle = TAU * steps as f64 / ANGLES as f64;
        let (x, y) = place(model.code(&x).as_slice());
        (x, y, x + 13.0 * angle.cos(), y + 13.0 * angle.sin())
    };
    let round = |v: f64| (v * 10.0).round() / 10.0;
    let title = "Invariant codes of turned digits (places) and recovered poses (needles)";
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 450" width="560" height="450" font-family="sans-serif" role="img" {
            title { (title) }
            text x="280" y="15" text-anchor="middle" font-size="14" { (title) }
            @for row in 0..count {
                @let colour = PALETTE[label(row) % PALETTE.len()];
                @let stroke = format!("rgb({},{},{})", colour.0, colour.1, colour.2);
                @for by in TURNS {
                    @let (x1, y1, x2, y2) = needle(row, by);
                    line x1=(round(x1)) y1=(round(y1 + 15.0)) x2=(round(x2)) y2=(round(y2 + 15.0)) stroke=(stroke) stroke-width="1.3" {}
                }
                @let (x, y, _, _) = needle(row, 0);
                circle cx=(round(x)) cy=(round(y + 15.0)) r="6" fill="white" stroke=(stroke) {}
                text x=(round(x)) y=(round(y + 18.5)) text-anchor="middle" font-size="10" { (label(row)) }
            }
        }
    };
    Ok(drawing.into_string())
}
