//! Features as image tiles on one PNG sheet, with blue for negative weights and red for positive ones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::BridgeError;

/// How wide a pixel of the feature is drawn.
const ZOOM: usize = 6;

/// Pixels between two tiles.
const GAP: usize = 4;

/// Tiles in one row.
const COLUMNS: usize = 12;

/// A sheet of features of `shape` (height, width) as an `<img>` source.
pub(crate) fn sheet(features: &[&[f64]], shape: (usize, usize), title: &str) -> Result<String, BridgeError> {
    let png = feature_png(features, shape, COLUMNS, title)?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}

/// A sheet of features of `shape` (height, width), so many to a line, as the bytes of a PNG file: each on its own scale,
/// white at 0, blue towards minus and red towards plus its largest absolute value.
///
/// ```
/// let feature = [0.5, -1.0, 0.0, 0.25];
/// let png = bridge::report::feature_png(&[&feature, &feature], (2, 2), 2, "two features")?;
/// assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// [`BridgeError::Drawing`] if a feature has not as many numbers as the shape has pixels, or there are no pixels.
pub fn feature_png(
    features: &[&[f64]],
    shape: (usize, usize),
    columns: usize,
    title: &str,
) -> Result<Vec<u8>, BridgeError> {
    let (height, width) = shape;
    let drawing = |why: String| BridgeError::Drawing {
        what: title.to_owned(),
        why,
    };
    let pixels = height.saturating_mul(width);
    if let Some(feature) = features.iter().find(|f| f.len() != pixels || f.is_empty()) {
        let got = feature.len();
        return Err(drawing(format!(
            "a feature has {got} numbers, expected {height} x {width}"
        )));
    }
    let columns = columns.clamp(1, features.len().max(1));
    let rows = features.len().div_ceil(columns).max(1);
    let zoom = (ZOOM * 8 / height.max(width).max(1))
        .clamp(1, 12)
        .max(if height <= 8 { ZOOM } else { 1 });
    let (tile_h, tile_w) = (height * zoom, width * zoom);
    let sheet_w = columns * (tile_w + GAP) + GAP;
    let sheet_h = rows * (tile_h + GAP) + GAP;
    let mut pixels = vec![255u8; sheet_w * sheet_h * 3];
    for (index, feature) in features.iter().enumerate() {
        let (top, left) = (
            GAP + index / columns * (tile_h + GAP),
            GAP + index % columns * (tile_w + GAP),
        );
        let scale = feature.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        for y in 0..tile_h {
            for x in 0..tile_w {
                let value = feature[y / zoom * width + x / zoom];
                let at = ((top + y) * sheet_w + left + x) * 3;
                pixels[at..at + 3].copy_from_slice(&diverging(if scale > 0.0 { value / scale } else { 0.0 }));
            }
        }
    }
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&pixels, sheet_w as u32, sheet_h as u32, ExtendedColorType::Rgb8)
        .map_err(|error| drawing(error.to_string()))?;
    Ok(png)
}

/// White at 0, blue towards −1, red towards 1.
fn diverging(value: f64) -> [u8; 3] {
    let strength = value.abs().min(1.0);
    let ink: [f64; 3] = if value < 0.0 {
        [33.0, 102.0, 172.0]
    } else {
        [178.0, 24.0, 43.0]
    };
    ink.map(|channel| (255.0 + (channel - 255.0) * strength).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_png_of_the_right_size() {
        let feature: Vec<f64> = (0..64).map(|i| f64::from(i) - 32.0).collect();
        let uri = sheet(&[&feature, &feature], (8, 8), "two").unwrap();
        let png = STANDARD
            .decode(uri.strip_prefix("data:image/png;base64,").unwrap())
            .unwrap();
        let image = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (2 * (48 + 4) + 4, 48 + 2 * 4));
        assert_eq!(
            image.get_pixel(4, 4).0,
            [33, 102, 172],
            "the most negative weight is full blue"
        );
    }
}
