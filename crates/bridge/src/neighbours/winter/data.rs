//! Rows whose pose is known to the tester and not to the model.

use groups::{PermGroup, Permutation};
use nets::Dataset;
use rand::RngExt;

use super::refuse;
use crate::BridgeError;
use crate::claim::ClaimContext;
use crate::feature_action::act;

/// Rows in a canonical pose, the same rows each moved by an element of the group, and these elements.
#[derive(Debug, Clone)]
pub struct Moved {
    /// What the rows are.
    pub name: &'static str,
    /// The group, on the coordinates of a row.
    pub group: PermGroup,
    /// The rows as their maker posed them.
    pub posed: Dataset,
    /// Each row moved by its element.
    pub moved: Dataset,
    /// The elements.
    pub by: Vec<Permutation>,
    /// Width of the code that suits them.
    pub code: usize,
}

impl Moved {
    fn new(
        name: &'static str,
        group: PermGroup,
        rows: Vec<Vec<f64>>,
        code: usize,
        seed: u64,
    ) -> Result<Self, BridgeError> {
        let mut rng = ClaimContext::with_seed(seed).rng(&format!("winter moves {name}"));
        // Rounded to the single precision of data sets before it is moved, so that rows and moved rows hold the same numbers.
        let rows: Vec<Vec<f64>> = rows
            .into_iter()
            .map(|row| row.into_iter().map(|v| f64::from(v as f32)).collect())
            .collect();
        let by: Vec<Permutation> = rows.iter().map(|_| group.random_element(&mut rng)).collect();
        let turned = rows.iter().zip(&by).map(|(row, g)| act(row, g));
        let data = |rows: Vec<Vec<f64>>| {
            let values = rows.into_iter().flatten().map(|v| v as f32).collect();
            Dataset::new(name, values, group.degree())
        };
        let moved = data(turned.collect())?;
        Ok(Moved {
            name,
            posed: data(rows)?,
            moved,
            by,
            code,
            group,
        })
    }
}

/// The cyclic group that turns `rings` rings of `places` coordinates together.
pub(super) fn ring_shifts(rings: usize, places: usize) -> Result<PermGroup, BridgeError> {
    let images = (0..rings * places).map(|p| (p / places * places + (p % places + 1) % places) as u32);
    let turn = Permutation::from_images(images.collect())?;
    Ok(PermGroup::new(rings * places, vec![turn])?)
}

fn check_rows(rows: usize) -> Result<(), BridgeError> {
    if (2..=100_000).contains(&rows) {
        Ok(())
    } else {
        refuse("rows", rows, "an integer from 2 to 100000")
    }
}

/// Signals of 16 places on a ring: a bump of random height at place 4, and a smaller one at a random distance; moved by
/// random shifts.
///
/// # Errors
/// [`BridgeError::Parameter`] for fewer than 2 or more than 100,000 rows.
pub fn signals(rows: usize, seed: u64) -> Result<Moved, BridgeError> {
    const PLACES: usize = 16;
    check_rows(rows)?;
    let mut rng = ClaimContext::with_seed(seed).rng("winter signals");
    let bump = |place: usize, centre: f64| {
        let ahead = (place as f64 - centre).rem_euclid(PLACES as f64);
        let distance = ahead.min(PLACES as f64 - ahead);
        (-0.5 * distance * distance).exp()
    };
    let made = (0..rows).map(|_| {
        let (first, second) = (rng.random_range(0.5..1.5), rng.random_range(0.25..0.75));
        let away = rng.random_range(3.0..10.0);
        (0..PLACES)
            .map(|place| first * bump(place, 4.0) + second * bump(place, 4.0 + away))
            .collect()
    });
    let made = made.collect();
    Moved::new("shifted signals", ring_shifts(1, PLACES)?, made, 4, seed)
}

/// Radii of the rings on which digits are sampled, in pixels.
const RADII: [f64; 4] = [0.7, 1.6, 2.5, 3.4];

/// Angles on every ring.
pub(super) const ANGLES: usize = 16;

/// A digit of 8 x 8 pixels on the rings, turned by `angle` (radians) by interpolation between pixels.
pub(super) fn on_rings(digit: &[f32], angle: f64) -> Vec<f64> {
    let pixel = |row: f64, column: f64| -> f64 {
        let (i, j) = (row.floor(), column.floor());
        let at = |i: f64, j: f64| -> f64 {
            let inside = (0.0..8.0).contains(&i) && (0.0..8.0).contains(&j);
            if inside {
                f64::from(digit[i as usize * 8 + j as usize])
            } else {
                0.0
            }
        };
        let (down, right) = (row - i, column - j);
        let above = at(i, j) * (1.0 - right) + at(i, j + 1.0) * right;
        let below = at(i + 1.0, j) * (1.0 - right) + at(i + 1.0, j + 1.0) * right;
        above * (1.0 - down) + below * down
    };
    let places = RADII
        .iter()
        .flat_map(|radius| (0..ANGLES).map(move |t| (radius, t)));
    places
        .map(|(radius, t)| {
            let direction = std::f64::consts::TAU * t as f64 / ANGLES as f64 - angle;
            pixel(3.5 + radius * direction.sin(), 3.5 + radius * direction.cos())
        })
        .collect()
}

/// The first `rows` digits on 4 rings of 16 angles, moved by random turns of a sixteenth.
///
/// # Errors
/// [`BridgeError::Parameter`] for fewer than 2 or more than the 1797 rows there are.
pub fn polar_digits(rows: usize, seed: u64) -> Result<Moved, BridgeError> {
    let digits = Dataset::digits();
    if rows < 2 || rows > digits.len() {
        return refuse("rows", rows, format!("an integer from 2 to {}", digits.len()));
    }
    let made = (0..rows).map(|row| on_rings(digits.row(row), 0.0)).collect();
    Moved::new("turned digits", ring_shifts(RADII.len(), ANGLES)?, made, 8, seed)
}

/// Sets of 4 random points of the square [-1, 1]², written in the order of their abscissae, then permuted at random.
///
/// # Errors
/// As [`signals`].
pub fn sets(rows: usize, seed: u64) -> Result<Moved, BridgeError> {
    const POINTS: usize = 4;
    check_rows(rows)?;
    let mut rng = ClaimContext::with_seed(seed).rng("winter sets");
    let made = (0..rows).map(|_| {
        let mut points: Vec<[f64; 2]> = (0..POINTS)
            .map(|_| [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)])
            .collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        points.concat()
    });
    let made = made.collect();
    // A permutation of points moves both of their coordinates.
    let generators = PermGroup::symmetric(POINTS).generators().to_vec();
    let on_coordinates = generators.iter().map(|g| {
        let images = (0..2 * POINTS).map(|c| (2 * g.image(c / 2) + c % 2) as u32);
        Permutation::from_images(images.collect())
    });
    let group = PermGroup::new(2 * POINTS, on_coordinates.collect::<Result<_, _>>()?)?;
    Moved::new("permuted sets", group, made, 4, seed)
}
