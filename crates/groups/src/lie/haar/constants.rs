//! Volumes of balls, spheres and rotation groups, and the constant of the volume law.

use std::f64::consts::PI;

/// The volume ω_n of the unit ball in n dimensions: π^(n/2) / Γ(n/2 + 1), by ω_n = ω_(n-2) 2π/n.
///
/// ```
/// use groups::lie::haar::unit_ball_volume;
/// assert!((unit_ball_volume(3) - 4.0 * std::f64::consts::PI / 3.0).abs() < 1e-15);
/// ```
pub fn unit_ball_volume(n: usize) -> f64 {
    let start = if n.is_multiple_of(2) { 1.0 } else { 2.0 };
    let first = if n.is_multiple_of(2) { 2 } else { 3 };
    (first..=n)
        .step_by(2)
        .fold(start, |volume, k| volume * 2.0 * PI / k as f64)
}

/// The area of the unit sphere S^d in d + 1 dimensions: (d + 1) ω_(d+1).
pub fn sphere_area(d: usize) -> f64 {
    (d + 1) as f64 * unit_ball_volume(d + 1)
}

/// The Riemannian volume of SO(n) for the metric tr(A^t B)/2, in which the plane rotations E_ij - E_ji are
/// orthonormal: the product of the areas of S^1, ..., S^(n-1), by the fibrations SO(k) -> S^(k-1).
///
/// The Hausdorff measure of an orbit of SO(n) is this volume, divided by that of the stabilizer (its order when finite)
/// and times the product of the nonzero singular values of the infinitesimal action in that basis.
pub fn special_orthogonal_volume(n: usize) -> f64 {
    (1..n).map(sphere_area).product()
}

/// The constant ω_r / H^r(O_x) in front of ε^r.
///
/// ```
/// use groups::lie::haar::{leading_constant, sphere_area};
/// // SO(3) on a vector of length 2: the orbit is a sphere of area 16 π.
/// assert!((leading_constant(2, 4.0 * sphere_area(2)) - 1.0 / 16.0).abs() < 1e-15);
/// ```
pub fn leading_constant(orbit_dimension: usize, orbit_measure: f64) -> f64 {
    unit_ball_volume(orbit_dimension) / orbit_measure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_volumes() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * b.abs(), "{a} {b}");
        close(unit_ball_volume(0), 1.0);
        close(unit_ball_volume(1), 2.0);
        close(unit_ball_volume(4), PI * PI / 2.0);
        close(sphere_area(1), 2.0 * PI);
        close(sphere_area(2), 4.0 * PI);
        close(special_orthogonal_volume(2), 2.0 * PI);
        close(special_orthogonal_volume(3), 8.0 * PI * PI);
    }
}
