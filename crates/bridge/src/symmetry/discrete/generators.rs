//! Groups from a file of generators; `docs/input-groups.md` describes its form.

use groups::{PermGroup, Permutation};
use serde_json::Value;

use super::action::Coordinates;
use super::named::InputGroup;
use crate::BridgeError;

/// What a generator may be.
const EXPECTED: &str = "cycle text, a list of images counted from 0, or {\"signed\": [...]} counted from 1";

/// The group on `width` coordinates that the generators in a JSON text make; [`InputGroup`] describes the form.
///
/// ```
/// use bridge::symmetry::discrete::generators_from_json;
/// let group = generators_from_json("mine", r#"["(1,2)", {"signed": [-1, 2, 3]}]"#, 3)?;
/// assert_eq!(group.group.order().to_string(), "8");
/// let error = generators_from_json("mine", "[[0, 0, 1]]", 3).unwrap_err();
/// assert!(error.to_string().contains("generator 1"));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// [`BridgeError::Generators`] naming the generator that is not understood or does not fit.
pub fn generators_from_json(name: &str, text: &str, width: usize) -> Result<InputGroup, BridgeError> {
    let wrong = |problem: String| BridgeError::Generators {
        problem,
        expected: EXPECTED,
    };
    let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let list = match &value {
        Value::Object(object) => object.get("generators"),
        value => Some(value),
    };
    let list = list
        .and_then(Value::as_array)
        .ok_or_else(|| wrong("no list of generators".to_owned()))?;
    let mut images: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut signs = false;
    for (index, generator) in list.iter().enumerate() {
        let found =
            one(generator, width).map_err(|problem| wrong(format!("generator {}: {problem}", index + 1)))?;
        signs |= generator.is_object();
        images.push(found);
    }
    let coordinates = if signs {
        Coordinates::Signed(width)
    } else {
        Coordinates::Plain(width)
    };
    let mut generators = Vec::new();
    for (index, images) in images.iter().enumerate() {
        let points = coordinates
            .point_images(images)
            .into_iter()
            .map(|p| p as u32)
            .collect();
        let g =
            Permutation::from_images(points).map_err(|e| wrong(format!("generator {}: {e}", index + 1)))?;
        generators.push(g);
    }
    let group = PermGroup::new(coordinates.degree(), generators)?;
    Ok(InputGroup {
        name: name.to_owned(),
        coordinates,
        group,
    })
}

fn one(generator: &Value, width: usize) -> Result<Vec<(usize, f64)>, String> {
    if let Some(text) = generator.as_str() {
        let g = Permutation::parse_cycles(text, Some(width)).map_err(|error| error.to_string())?;
        return Ok(g.images().iter().map(|&p| (p as usize, 1.0)).collect());
    }
    let (list, signed) = match generator {
        Value::Object(object) => (object.get("signed"), true),
        value => (Some(value), false),
    };
    let list = list.and_then(Value::as_array).ok_or("it is not understood")?;
    if list.len() != width {
        return Err(format!(
            "it has {} images and the input {width} coordinates",
            list.len()
        ));
    }
    let image = |value: &Value| {
        let number = value
            .as_i64()
            .ok_or_else(|| format!("{value} is no coordinate"))?;
        let (to, sign) = match (signed, number) {
            (true, 0) => return Err("coordinates with signs count from 1".to_owned()),
            (true, number) => (number.unsigned_abs() - 1, if number < 0 { -1.0 } else { 1.0 }),
            (false, number) => (
                u64::try_from(number).map_err(|_| format!("{number} is no coordinate"))?,
                1.0,
            ),
        };
        if to >= width as u64 {
            return Err(format!("{number} is no coordinate of {width}"));
        }
        Ok((to as usize, sign))
    };
    list.iter().map(image).collect()
}
