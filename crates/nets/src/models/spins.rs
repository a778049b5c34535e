//! Samples of the Ising model with J = 1: rings exactly, by transfer matrices, and tori by Wolff's cluster algorithm
//! (1989). Spins are ±1; what is exactly true of them is in [`ising`](super::ising).

use rand::Rng;

use crate::NetError;
use crate::error::refuse;
use crate::random::{below, unit_f64};

/// The most spins of a ring or torus.
pub const MAX_SPINS: usize = 1_000_000;

/// An independent configuration of a ring of n spins at coupling K, exactly distributed.
///
/// Spin by spin: with t = tanh K and d spins to go back to the first, the next spin equals the last with probability
/// proportional to e^K (1 + s t^d), where s = ±1 says whether it equals the first. O(n).
///
/// # Errors
/// [`NetError::Option`] for fewer than 3 spins or more than [`MAX_SPINS`], and for a coupling outside [−20, 20].
///
/// ```
/// use nets::models::spins::ring;
/// use rand::SeedableRng;
/// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
/// let cold = ring(10, 20.0, &mut rng)?;
/// assert!(cold.iter().all(|&s| s == cold[0]));
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn ring(n: usize, k: f64, rng: &mut impl Rng) -> Result<Vec<f64>, NetError> {
    if !(3..=MAX_SPINS).contains(&n) {
        return refuse("n", n, "an integer from 3 to 1000000");
    }
    if !(k.is_finite() && k.abs() <= 20.0) {
        return refuse("K", k, "a number from -20 to 20");
    }
    let t = k.tanh();
    let sign = |up: bool| if up { 1.0 } else { -1.0 };
    let first = sign(unit_f64(rng) < 0.5);
    let mut spins = vec![first];
    for place in 1..n {
        let last = spins[place - 1];
        // From here d bonds lead back to the first spin.
        let back = t.powi((n - place) as i32);
        let weight = |spin: f64| (k * (spin * last - 1.0)).exp() * (1.0 + spin * first * back);
        let (up, down) = (weight(1.0), weight(-1.0));
        spins.push(sign(unit_f64(rng) * (up + down) < up));
    }
    Ok(spins)
}

/// A torus of height × width spins under Wolff's algorithm.
///
/// Bonds are those of [`ising::torus`](super::ising::torus): every spin has one to its right and one to its lower
/// neighbour. A cluster grows from a random spin along bonds between equal spins, each with probability
/// 1 − e^(−2K), and is flipped whole.
///
/// ```
/// use nets::models::spins::Wolff;
/// use rand::SeedableRng;
/// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
/// let mut torus = Wolff::new(8, 8, 0.4)?;
/// torus.flip_clusters(100, &mut rng);
/// assert!(torus.energy() < -0.5 && torus.energy() >= -2.0);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Wolff {
    height: usize,
    width: usize,
    /// 1 − e^(−2K).
    bond: f64,
    spins: Vec<f64>,
}

impl Wolff {
    /// All spins up.
    ///
    /// # Errors
    /// [`NetError::Option`] for sides of 0 or more than [`MAX_SPINS`] spins, and for a coupling outside [0, 20]: clusters
    /// are those of a ferromagnet.
    pub fn new(height: usize, width: usize, k: f64) -> Result<Self, NetError> {
        let spins = height.checked_mul(width).filter(|n| (1..=MAX_SPINS).contains(n));
        let Some(spins) = spins else {
            return refuse("torus", format!("[{height}, {width}]"), "1 to 1000000 spins");
        };
        if !(0.0..=20.0).contains(&k) {
            return refuse("K", k, "a number from 0 to 20");
        }
        Ok(Wolff {
            height,
            width,
            bond: -(-2.0 * k).exp_m1(),
            spins: vec![1.0; spins],
        })
    }

    /// The spins, row by row.
    pub fn spins(&self) -> &[f64] {
        &self.spins
    }

    /// Right, left, lower and upper neighbour.
    fn neighbours(&self, at: usize) -> [usize; 4] {
        let (row, column) = (at / self.width, at % self.width);
        let place = |row: usize, column: usize| row % self.height * self.width + column % self.width;
        [
            place(row, column + 1),
            place(row, column + self.width - 1),
            place(row + 1, column),
            place(row + self.height - 1, column),
        ]
    }

    /// The mean of −Σ s s' over bonds, per spin.
    pub fn energy(&self) -> f64 {
        let bonds = |at: usize| {
            let [right, _, lower, _] = self.neighbours(at);
            self.spins[at] * (self.spins[right] + self.spins[lower])
        };
        -(0..self.spins.len()).map(bonds).sum::<f64>() / self.spins.len() as f64
    }

    /// Flips that many clusters, one after the other. A fixed number, not a number of flipped spins, keeps the
    /// distribution stationary.
    pub fn flip_clusters(&mut self, count: usize, rng: &mut impl Rng) {
        let mut edge = Vec::new();
        for _ in 0..count {
            let start = below(self.spins.len() as u64, rng) as usize;
            let spin = self.spins[start];
            self.spins[start] = -spin;
            edge.push(start);
            while let Some(at) = edge.pop() {
                for next in self.neighbours(at) {
                    if self.spins[next] == spin && unit_f64(rng) < self.bond {
                        self.spins[next] = -spin;
                        edge.push(next);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ising;
    use rand::SeedableRng;

    fn rng(seed: u64) -> rand_chacha::ChaCha8Rng {
        rand_chacha::ChaCha8Rng::seed_from_u64(seed)
    }

    /// Mean and standard error of independent values.
    fn mean(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    }

    #[test]
    fn rings_have_their_energy() {
        for (n, k) in [(6usize, 0.7), (3, -0.5), (12, 1.5), (5, 0.0)] {
            let mut rng = rng(n as u64);
            let energies: Vec<f64> = (0..20_000)
                .map(|_| {
                    let s = ring(n, k, &mut rng).unwrap();
                    -(0..n).map(|i| s[i] * s[(i + 1) % n]).sum::<f64>() / n as f64
                })
                .collect();
            let (found, error) = mean(&energies);
            let exact = ising::ring(n as u64, k).unwrap().energy;
            assert!(
                (found - exact).abs() < 4.0 * error,
                "{n} {k}: {found} {exact} {error}"
            );
        }
    }

    /// Every configuration of a small ring with its probability.
    #[test]
    fn rings_have_their_distribution() {
        let (n, k, draws) = (4usize, 0.6f64, 40_000);
        let mut rng = rng(9);
        let mut counts = [0f64; 16];
        for _ in 0..draws {
            let s = ring(n, k, &mut rng).unwrap();
            counts[s
                .iter()
                .enumerate()
                .map(|(i, &s)| usize::from(s > 0.0) << i)
                .sum::<usize>()] += 1.0;
        }
        let spin = |state: usize, i: usize| if state >> (i % n) & 1 == 1 { 1.0 } else { -1.0 };
        let weight =
            |state: usize| (k * (0..n).map(|i| spin(state, i) * spin(state, i + 1)).sum::<f64>()).exp();
        let z: f64 = (0..16).map(weight).sum();
        let chi: f64 = (0..16)
            .map(|state| {
                let expected = f64::from(draws) * weight(state) / z;
                (counts[state] - expected).powi(2) / expected
            })
            .sum();
        // 15 degrees of freedom: 44.3 has probability 1e-4.
        assert!(chi < 44.3, "{chi}");
    }

    #[test]
    fn tori_have_their_energy() {
        for (height, width, k, clusters) in [
            (3, 3, 0.4, 6),
            (4, 4, 0.4, 6),
            (4, 4, ising::CRITICAL_COUPLING, 5),
            (2, 5, 0.2, 12),
        ] {
            let mut rng = rng(height as u64);
            let mut torus = Wolff::new(height, width, k).unwrap();
            torus.flip_clusters(200, &mut rng);
            // Means of blocks are all but independent.
            let blocks: Vec<f64> = (0..400)
                .map(|_| {
                    let sum: f64 = (0..40)
                        .map(|_| {
                            torus.flip_clusters(clusters, &mut rng);
                            torus.energy()
                        })
                        .sum();
                    sum / 40.0
                })
                .collect();
            let (found, error) = mean(&blocks);
            let exact = ising::torus(height, width, k).unwrap().energy;
            assert!(
                (found - exact).abs() < 4.0 * error,
                "{height} {width} {k}: {found} {exact} {error}"
            );
        }
    }

    #[test]
    fn bad_parameters_are_refused() {
        let mut rng = rng(1);
        assert!(ring(2, 0.1, &mut rng).unwrap_err().to_string().contains("from 3"));
        assert!(ring(5, f64::NAN, &mut rng).is_err());
        assert!(
            Wolff::new(4, 4, -0.1)
                .unwrap_err()
                .to_string()
                .contains("from 0 to 20")
        );
        assert!(Wolff::new(0, 4, 0.1).is_err() && Wolff::new(2000, 2000, 0.1).is_err());
    }
}
