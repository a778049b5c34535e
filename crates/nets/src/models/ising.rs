//! The Ising model with J = 1 where it is solved: the chain, its decimation, the ring, the plane (Onsager 1944), and tori of
//! any length by transfer matrices. K is the coupling over the temperature; energies are −Σ s s' per spin.

use crate::NetError;
use crate::error::refuse;

/// The critical coupling of the square lattice: ½ ln(1 + √2).
pub const CRITICAL_COUPLING: f64 = 0.440_686_793_509_771_5;

/// The largest shorter side of a torus.
pub const MAX_TORUS_SIDE: usize = 10;

/// The most steps 4^a·a·b of a torus of sides a ≤ b.
const MAX_TORUS_STEPS: u128 = 5_000_000_000;

fn coupling(k: f64) -> Result<f64, NetError> {
    if !(k.is_finite() && k.abs() <= 100.0) {
        return refuse("K", k, "a number from -100 to 100");
    }
    Ok(k)
}

fn ln_cosh(x: f64) -> f64 {
    x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2
}

/// The coupling after summing out every second spin of a chain: tanh K' = tanh² K, K' = ½ ln cosh 2K.
///
/// # Errors
/// [`NetError::Option`] for a coupling outside [−100, 100].
pub fn decimate(k: f64) -> Result<f64, NetError> {
    let t = coupling(k)?.tanh();
    // Small couplings would cancel in ln cosh, large ones saturate tanh.
    Ok(if t.abs() < 0.5 {
        (t * t).atanh()
    } else {
        0.5 * ln_cosh(2.0 * k)
    })
}

/// The couplings before and after 1, 2, …, `steps` decimations.
///
/// # Errors
/// As [`decimate`].
///
/// ```
/// let flow = nets::models::ising::decimation_flow(0.5, 4)?;
/// assert!((flow[1].tanh() - 0.5f64.tanh().powi(2)).abs() < 1e-15 && flow[4] < 1e-5);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn decimation_flow(k: f64, steps: usize) -> Result<Vec<f64>, NetError> {
    let mut flow = vec![coupling(k)?];
    for step in 0..steps {
        flow.push(decimate(flow[step])?);
    }
    Ok(flow)
}

/// The correlation length of the chain in lattice spacings: −1/ln tanh |K|; 0 for K = 0. Each decimation halves it.
///
/// # Errors
/// As [`decimate`].
pub fn correlation_length(k: f64) -> Result<f64, NetError> {
    let k = coupling(k)?.abs();
    // ln tanh k = ln(1 − e^(−2k)) − ln(1 + e^(−2k)).
    let e = (-2.0 * k).exp();
    Ok(-1.0 / ((-e).ln_1p() - e.ln_1p()))
}

/// What a decimation adds to ln Z for every pair of spins that becomes one: ln 2 + ½ ln cosh 2K.
///
/// # Errors
/// As [`decimate`].
pub fn decimation_constant(k: f64) -> Result<f64, NetError> {
    Ok(std::f64::consts::LN_2 + 0.5 * ln_cosh(2.0 * coupling(k)?))
}

/// ln Z and energy, per spin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerSpin {
    /// ln Z over the number of spins.
    pub ln_z: f64,
    /// The mean of −Σ s s' over the number of spins.
    pub energy: f64,
}

/// A ring of n spins (n = 2 has a double bond, n = 1 a bond with itself): Z = (2 cosh K)^n + (2 sinh K)^n.
///
/// # Errors
/// As [`decimate`]; [`NetError::Option`] for n = 0.
///
/// ```
/// let ring = nets::models::ising::ring(6, 0.7)?;
/// assert!((ring.energy + 0.6531698053200278).abs() < 1e-14);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn ring(n: u64, k: f64) -> Result<PerSpin, NetError> {
    if n == 0 {
        return refuse("n", n, "an integer from 1");
    }
    let (k, length) = (coupling(k)?, n as f64);
    let t = k.tanh();
    // t^n by logarithms: n may be large.
    let power = |exponent: f64| {
        let sign = if t < 0.0 && exponent % 2.0 != 0.0 {
            -1.0
        } else {
            1.0
        };
        if exponent == 0.0 {
            1.0
        } else {
            sign * t.abs().powf(exponent)
        }
    };
    let slope = 1.0 / k.cosh().powi(2);
    let wound = 1.0 + power(length);
    // An odd antiferromagnetic ring: 1 + t^n with t near −1 cancels, where 1 − |t| is exact as 2/(e^(2|K|) + 1).
    let wound = if wound < 1e-3 {
        let gap = 2.0 / ((2.0 * k.abs()).exp() + 1.0);
        -(length * (-gap).ln_1p()).exp_m1()
    } else {
        wound
    };
    Ok(PerSpin {
        ln_z: std::f64::consts::LN_2 + ln_cosh(k) + wound.ln() / length,
        energy: -(t + slope * power(length - 1.0) / wound),
    })
}

/// The energy per spin of the square lattice (Onsager):
/// −coth 2K (1 + (2/π) κ' K(κ)) with κ' = 2 tanh² 2K − 1, the complete elliptic integral by the arithmetic-geometric mean.
///
/// # Errors
/// As [`decimate`].
///
/// ```
/// use nets::models::ising::{CRITICAL_COUPLING, onsager_energy};
/// assert!((onsager_energy(CRITICAL_COUPLING)? + 2f64.sqrt()).abs() < 1e-13);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn onsager_energy(k: f64) -> Result<f64, NetError> {
    let k = coupling(k)?;
    if k == 0.0 {
        return Ok(0.0);
    }
    let t = (2.0 * k).tanh();
    if k.abs() < 0.05 {
        // 1 + (2/π) κ' K(κ) = 2t² − (1 − 2t²) Σ_{n≥1} c_n κ^2n, where the closed form would cancel.
        let square = (2.0 * (2.0 * k).sinh() / (2.0 * k).cosh().powi(2)).powi(2);
        let (mut series, mut term) = (0.0, 1.0);
        for n in 1..40 {
            let n = f64::from(n);
            term *= ((2.0 * n - 1.0) / (2.0 * n)).powi(2) * square;
            series += term;
        }
        return Ok(-(2.0 * t * t - (1.0 - 2.0 * t * t) * series) / t);
    }
    let complement = 2.0 * t * t - 1.0;
    let elliptic = if complement == 0.0 {
        0.0
    } else {
        complement / arithmetic_geometric_mean(1.0, complement.abs())
    };
    Ok(-(1.0 + elliptic) / t)
}

fn arithmetic_geometric_mean(mut a: f64, mut b: f64) -> f64 {
    for _ in 0..64 {
        if (a - b).abs() <= 2.0 * f64::EPSILON * a {
            break;
        }
        (a, b) = ((a + b) / 2.0, (a * b).sqrt());
    }
    (a + b) / 2.0
}

/// A torus of height × width spins, exactly: every spin has a bond to its right and one to its lower neighbour, so that
/// sides of 2 have double bonds and sides of 1 bonds of spins with themselves.
///
/// Transfer matrices row by row, spin by spin, with the derivative by K carried along: O(4^a a b) for sides a ≤ b.
///
/// # Errors
/// As [`decimate`]; [`NetError::Option`] for sides of 0, a shorter side past [`MAX_TORUS_SIDE`] or more than 5·10⁹ steps.
pub fn torus(height: usize, width: usize, k: f64) -> Result<PerSpin, NetError> {
    let k = coupling(k)?;
    let (short, long) = (height.min(width), height.max(width));
    let steps = |short: usize| (short as u128 * long as u128).saturating_mul(1 << (2 * short));
    if short == 0 || short > MAX_TORUS_SIDE || steps(short) > MAX_TORUS_STEPS {
        return refuse(
            "torus",
            format!("[{height}, {width}]"),
            "sides a <= b from 1 with a up to 10 and 4^a a b up to 5e9",
        );
    }
    let spins = (height * width) as f64;
    // Weights relative to the ground state of one bond, e^(|K|(±1 − 1)), with their derivatives by K; Z is carried as
    // (value, derivative) with a common logarithm taken out.
    let bond = |aligned: bool| {
        let product = if aligned { 1.0 } else { -1.0 };
        let weight = (k * product - k.abs()).exp();
        (weight, product * weight)
    };
    let times = |(x, dx): (f64, f64), (y, dy): (f64, f64)| (x * y, x * dy + dx * y);
    let states = 1usize << short;
    let aligned = |state: usize, i: usize| (state >> i & 1) == (state >> ((i + 1) % short) & 1);
    let within: Vec<(f64, f64)> = (0..states)
        .map(|state| (0..short).fold((1.0, 0.0), |w, i| times(w, bond(aligned(state, i)))))
        .collect();
    let (mut total, mut scale) = ((0.0, 0.0), f64::NEG_INFINITY);
    for start in 0..states {
        let mut row = vec![(0.0, 0.0); states];
        row[start] = (1.0, 0.0);
        let mut logarithm = 0.0;
        for _ in 0..long {
            for (entry, weight) in row.iter_mut().zip(&within) {
                *entry = times(*entry, *weight);
            }
            for i in 0..short {
                for state in (0..states).filter(|state| state >> i & 1 == 0) {
                    let (x, y) = (row[state], row[state | 1 << i]);
                    let mixed = |same, other| {
                        let (a, b) = (times(same, bond(true)), times(other, bond(false)));
                        (a.0 + b.0, a.1 + b.1)
                    };
                    (row[state], row[state | 1 << i]) = (mixed(x, y), mixed(y, x));
                }
            }
            let largest = row.iter().fold(0.0f64, |m, entry| m.max(entry.0));
            for entry in &mut row {
                *entry = (entry.0 / largest, entry.1 / largest);
            }
            logarithm += largest.ln();
        }
        let (value, derivative) = row[start];
        if logarithm > scale {
            let shrink = (scale - logarithm).exp();
            total = (total.0 * shrink, total.1 * shrink);
            scale = logarithm;
        }
        let weight = (logarithm - scale).exp();
        total = (total.0 + weight * value, total.1 + weight * derivative);
    }
    // The derivatives above are those of e^(K s s'), so the constant |K| adds nothing to them.
    Ok(PerSpin {
        ln_z: (total.0.ln() + scale) / spins + 2.0 * k.abs(),
        energy: -total.1 / total.0 / spins,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln Z and energy by going through all states.
    fn by_enumeration(height: usize, width: usize, k: f64) -> PerSpin {
        let spins = height * width;
        let (mut z, mut energy) = (0.0, 0.0);
        for state in 0u64..1 << spins {
            let spin = |i: usize, j: usize| {
                let at = (i % height) * width + j % width;
                if state >> at & 1 == 1 { 1.0 } else { -1.0 }
            };
            let bonds = |i: usize, j: usize| spin(i, j) * (spin(i + 1, j) + spin(i, j + 1));
            let e: f64 = -(0..height)
                .flat_map(|i| (0..width).map(move |j| bonds(i, j)))
                .sum::<f64>();
            let weight = (-k * e).exp();
            z += weight;
            energy += weight * e;
        }
        PerSpin {
            ln_z: z.ln() / spins as f64,
            energy: energy / z / spins as f64,
        }
    }

    fn close(found: PerSpin, exact: PerSpin, what: &str) {
        assert!(
            (found.ln_z - exact.ln_z).abs() < 1e-12,
            "{what}: {found:?} {exact:?}"
        );
        assert!(
            (found.energy - exact.energy).abs() < 1e-12,
            "{what}: {found:?} {exact:?}"
        );
    }

    #[test]
    fn tori_by_enumeration() {
        for (height, width) in [(1, 1), (1, 4), (2, 2), (2, 3), (3, 3), (3, 4), (4, 3), (2, 6)] {
            for k in [-0.7, 0.0, 0.2, CRITICAL_COUPLING, 1.5] {
                let what = format!("{height} x {width} at {k}");
                close(
                    torus(height, width, k).unwrap(),
                    by_enumeration(height, width, k),
                    &what,
                );
            }
        }
    }

    #[test]
    fn rings_by_enumeration() {
        for n in 1..=9u64 {
            for k in [-1.2, -0.3, 0.0, 0.7, 2.0] {
                let (mut z, mut energy) = (0.0, 0.0);
                for state in 0u64..1 << n {
                    let spin = |i: u64| if state >> (i % n) & 1 == 1 { 1.0 } else { -1.0 };
                    let e: f64 = -(0..n).map(|i| spin(i) * spin(i + 1)).sum::<f64>();
                    z += (-k * e).exp();
                    energy += (-k * e).exp() * e;
                }
                let exact = PerSpin {
                    ln_z: z.ln() / n as f64,
                    energy: energy / z / n as f64,
                };
                close(ring(n, k).unwrap(), exact, &format!("{n} at {k}"));
            }
        }
    }

    /// Long tori tend to Onsager's energy, 4 x 4 does not have it.
    #[test]
    fn the_plane_is_the_limit_of_tori() {
        for k in [0.01, 0.04, 0.2, -0.2] {
            let plane = onsager_energy(k).unwrap();
            assert!((torus(8, 40, k).unwrap().energy - plane).abs() < 1e-4, "{k}");
        }
        for k in [0.049, 0.051] {
            // Both formulas meet at the seam: the slope is −2 − O(K²).
            let slope = (onsager_energy(k + 1e-6).unwrap() - onsager_energy(k - 1e-6).unwrap()) / 2e-6;
            assert!((slope + 2.0).abs() < 0.1);
        }
        let seam = onsager_energy(0.05f64.next_down()).unwrap() - onsager_energy(0.05).unwrap();
        assert!(seam.abs() < 1e-13, "{seam}");
        assert!((torus(4, 4, 0.4).unwrap().energy - onsager_energy(0.4).unwrap()).abs() > 0.1);
        assert!((onsager_energy(3.0).unwrap() + 2.0).abs() < 1e-4);
        assert_eq!(onsager_energy(-0.3).unwrap(), -onsager_energy(0.3).unwrap());
    }

    #[test]
    fn decimation_halves_the_correlation_length() {
        for k in [0.1, 0.5, 1.0, 3.0, 12.0] {
            let flow = decimation_flow(k, 3).unwrap();
            let lengths: Vec<f64> = flow.iter().map(|k| correlation_length(*k).unwrap()).collect();
            assert!((lengths[0] / lengths[1] - 2.0).abs() < 1e-9, "{k}: {lengths:?}");
            assert!((0.5 * (2.0 * k).cosh().ln() - flow[1]).abs() < 1e-13);
            // ln Z of a ring of 2n spins is n times the constant plus that of a ring of n.
            let (long, short) = (ring(12, k).unwrap(), ring(6, flow[1]).unwrap());
            let constant = decimation_constant(k).unwrap();
            assert!(
                (12.0 * long.ln_z - 6.0 * (constant + short.ln_z)).abs() < 1e-11,
                "{k}"
            );
        }
        assert_eq!(correlation_length(0.0).unwrap(), 0.0);
        assert!(decimate(f64::NAN).is_err() && ring(0, 1.0).is_err() && torus(11, 11, 1.0).is_err());
        assert!(((2.0 * CRITICAL_COUPLING).sinh() - 1.0).abs() < 1e-15);
    }
}
