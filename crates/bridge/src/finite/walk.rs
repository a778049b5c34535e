//! Random walks by generators on an orbit, exactly: return and hitting times, distance from the uniform law, and the
//! second eigenvalue.

use groups::Permutation;
use groups::linear::RationalMatrix;
use nalgebra::DMatrix;
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::BridgeError;
use crate::error::refuse;

/// The most states of a walk that is solved in rationals.
pub const MAX_STATES: usize = 1_000;

/// A walk that stays where it is with probability `lazy` and else applies a uniformly random generator.
#[derive(Debug, Clone)]
pub struct Walk {
    /// For each generator the image of every state.
    moves: Vec<Vec<usize>>,
    states: usize,
    lazy: BigRational,
}

impl Walk {
    /// The walk by permutations of the states.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] without generators, for a laziness outside [0, 1), more than [`MAX_STATES`] states, or
    /// generators that do not connect all states.
    pub fn new(generators: &[Permutation], lazy: BigRational) -> Result<Self, BridgeError> {
        let Some(first) = generators.first() else {
            return refuse("generators", "empty", "at least one generator");
        };
        let states = first.degree();
        if states == 0 || states > MAX_STATES || generators.iter().any(|g| g.degree() != states) {
            return refuse("points", states, format!("1 to {MAX_STATES} points"));
        }
        if lazy.is_negative() || lazy >= BigRational::one() {
            return refuse("lazy", lazy, "a probability from 0 to below 1");
        }
        let moves: Vec<Vec<usize>> = generators
            .iter()
            .map(|g| (0..states).map(|x| g.image(x)).collect())
            .collect();
        let mut seen = vec![false; states];
        let mut queue = vec![0];
        seen[0] = true;
        while let Some(x) = queue.pop() {
            for step in &moves {
                if !std::mem::replace(&mut seen[step[x]], true) {
                    queue.push(step[x]);
                }
            }
        }
        if seen.contains(&false) {
            return refuse(
                "generators",
                "a set that does not connect the points",
                "generators of a transitive group",
            );
        }
        Ok(Walk { moves, states, lazy })
    }

    /// Reads a walk from words: its graph, its generators and its laziness.
    ///
    /// Graphs: `C n` (the cycle), `K n` (the complete graph, all shifts), `Cayley(GROUP; …)` on the elements of a group, numbered in lexicographic order of their
    /// image lists, and `Schreier GROUP on …` on the set that follows (`n vertices`, `points`, `k-subsets` in lexicographic
    /// order). Generators: shifts `+1,-1` of a cycle; `adjacent transpositions`, `all transpositions`,
    /// `star transpositions`, `k-cycles`; `r, r^-1, s` with the turn r: i → i + 1 and the mirror s: i → −i; `i, -i, j, -j` of
    /// Q8; `generators` (`unit vectors`, `bit flips`), `generators and inverses` or `all non-identity elements` of the group; or cycles such as `(1,2),(1,2,3)`, counted from 1. A remark in parentheses is
    /// left out.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] naming `graph`, `generators`, `lazy` or `points`.
    pub fn parse(graph: &str, generators: &str, lazy: BigRational) -> Result<Self, BridgeError> {
        super::walk_text::parse_walk(graph, generators, lazy)
    }

    /// The number of states.
    pub fn states(&self) -> usize {
        self.states
    }

    /// For each generator the image of every state.
    pub fn moves(&self) -> &[Vec<usize>] {
        &self.moves
    }

    fn check(&self, key: &str, state: usize) -> Result<(), BridgeError> {
        if state >= self.states {
            return refuse(key, state, format!("a point from 0 to {}", self.states - 1));
        }
        Ok(())
    }

    /// The expected number of steps to `target` from every state, 0 from itself: (1 − Q) h = 1.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a target that is no state.
    ///
    /// ```
    /// use bridge::finite::walk::Walk;
    /// let turn = |k: usize| groups::Permutation::from_images((0..7).map(|x| ((x + k) % 7) as u32).collect());
    /// let walk = Walk::new(&[turn(1)?, turn(6)?], groups::scalar::rational(0, 1))?;
    /// let times: Vec<String> = walk.hitting_times(0)?.iter().map(|t| t.to_string()).collect();
    /// assert_eq!(times, ["0", "6", "10", "12", "12", "10", "6"]); // k (n − k)
    /// assert_eq!(walk.return_time(3)?.to_string(), "7");
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn hitting_times(&self, target: usize) -> Result<Vec<BigRational>, BridgeError> {
        self.check("target", target)?;
        let others: Vec<usize> = (0..self.states).filter(|&x| x != target).collect();
        let mut place = vec![None; self.states];
        for (i, &x) in others.iter().enumerate() {
            place[x] = Some(i);
        }
        // Laziness only slows down: solve for the moves, and divide by the chance to move.
        let count = BigInt::from(self.moves.len());
        let mut matrix = RationalMatrix::zeros(others.len(), others.len());
        for (i, &x) in others.iter().enumerate() {
            matrix[(i, i)] += BigRational::from_integer(count.clone());
            for step in &self.moves {
                if let Some(j) = place[step[x]] {
                    matrix[(i, j)] -= BigRational::one();
                }
            }
        }
        let right = vec![BigRational::from_integer(count); others.len()];
        let Some(solution) = matrix.solve(&right)? else {
            return refuse(
                "generators",
                "a set that does not connect the points",
                "generators of a transitive group",
            );
        };
        let moving = BigRational::one() - &self.lazy;
        let mut times = vec![BigRational::zero(); self.states];
        for (x, time) in others.into_iter().zip(solution) {
            times[x] = time / &moving;
        }
        Ok(times)
    }

    /// The expected number of steps until the walk is back at `target`, by the first step and [`hitting_times`](Self::hitting_times).
    /// By Kac's theorem it is the number of states, whatever the generators.
    ///
    /// # Errors
    /// As [`hitting_times`](Self::hitting_times).
    pub fn return_time(&self, target: usize) -> Result<BigRational, BridgeError> {
        let times = self.hitting_times(target)?;
        let away: BigRational = self.moves.iter().map(|step| times[step[target]].clone()).sum();
        let moving = BigRational::one() - &self.lazy;
        Ok(BigRational::one() + moving * away / BigRational::from_integer(self.moves.len().into()))
    }

    /// The distance in total variation between the law after so many steps from `start` and the uniform law.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a start that is no state, or more than 10000 steps.
    pub fn total_variation(&self, start: usize, steps: usize) -> Result<BigRational, BridgeError> {
        self.check("start", start)?;
        if steps > 10_000 {
            return refuse("steps", steps, "at most 10000");
        }
        // P = (stay + go Σ moves)/whole with integers; the law is `weights` over whole^steps.
        let (a, b) = (self.lazy.numer(), self.lazy.denom());
        let natural = |value: BigInt| value.to_biguint().unwrap_or_default();
        let (stay, go) = (natural(a * BigInt::from(self.moves.len())), natural(b - a));
        let whole = natural(b * BigInt::from(self.moves.len()));
        let common = stay.gcd(&go).gcd(&whole);
        let (stay, go, whole) = (stay / &common, go / &common, whole / &common);
        let mut weights = vec![BigUint::zero(); self.states];
        weights[start] = BigUint::one();
        for _ in 0..steps {
            let mut next: Vec<BigUint> = weights.iter().map(|w| w * &stay).collect();
            for step in &self.moves {
                for (x, w) in weights.iter().enumerate().filter(|(_, w)| !w.is_zero()) {
                    next[step[x]] += w * &go;
                }
            }
            weights = next;
        }
        let total = BigInt::from(whole.pow(steps as u32));
        let n = BigInt::from(self.states);
        let difference: BigInt = weights
            .into_iter()
            .map(|w| (BigInt::from(w) * &n - &total).abs())
            .sum();
        Ok(BigRational::new(difference, total * n * 2))
    }

    /// The second largest modulus of an eigenvalue of the transition matrix; 0 for a single state.
    ///
    /// Numerical, to about 1e-12 for walks whose generators come with their inverses (a symmetric matrix).
    pub fn second_eigenvalue(&self) -> f64 {
        let lazy = self.lazy.to_f64().unwrap_or(f64::NAN);
        let mut matrix = DMatrix::identity(self.states, self.states) * lazy;
        let share = (1.0 - lazy) / self.moves.len() as f64;
        for step in &self.moves {
            for (x, &y) in step.iter().enumerate() {
                matrix[(x, y)] += share;
            }
        }
        let mut moduli: Vec<f64> = if matrix == matrix.transpose() {
            matrix
                .symmetric_eigenvalues()
                .iter()
                .map(|value| value.abs())
                .collect()
        } else {
            matrix
                .complex_eigenvalues()
                .iter()
                .map(|value| value.norm())
                .collect()
        };
        moduli.sort_by(|a, b| b.total_cmp(a));
        moduli.get(1).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    fn walk(graph: &str, generators: &str, lazy: &str) -> Walk {
        Walk::parse(graph, generators, groups::scalar::parse_rational(lazy).unwrap()).unwrap()
    }

    /// Kac: the return time is the size of the orbit, for every choice of generators.
    #[test]
    fn return_times_are_orbit_sizes() {
        for (graph, generators, lazy, states) in [
            ("C7", "+1,-1", "0", 7u32),
            ("C9", "+1", "0", 9),
            ("C9", "+2,-2,+3", "1/3", 9),
            ("Cayley(S4; star)", "star transpositions", "0", 24),
            ("Cayley(A4; 3-cycles)", "3-cycles", "1/2", 12),
            ("Schreier D5 on 5 vertices", "r, r^-1, s", "0", 5),
            ("Schreier S5 on 2-subsets", "adjacent transpositions", "0", 10),
        ] {
            let walk = walk(graph, generators, lazy);
            for target in [0, states as usize - 1] {
                assert_eq!(
                    walk.return_time(target).unwrap(),
                    BigRational::from_integer(states.into()),
                    "{graph}"
                );
            }
        }
    }

    /// k (n − k) on the cycle; the control: the mean from a uniform start is not n.
    #[test]
    fn cycles_have_their_closed_form() {
        for n in 2..=9usize {
            let times = walk(&format!("C{n}"), "+1,-1", "0").hitting_times(0).unwrap();
            for (k, time) in times.iter().enumerate() {
                assert_eq!(*time, BigRational::from_integer((k * (n - k)).into()));
            }
            let mean = times.iter().sum::<BigRational>() / BigRational::from_integer(n.into());
            assert_ne!(mean, BigRational::from_integer(n.into()));
        }
    }

    /// The distance after t steps by floating-point powers, and hitting times by simulation.
    #[test]
    fn laws_agree_with_powers_and_simulation() {
        let walk = walk(
            "Cayley(S3; adjacent transpositions)",
            "adjacent transpositions",
            "1/4",
        );
        let n = walk.states();
        let mut law = vec![0.0; n];
        law[2] = 1.0;
        for t in 0..12 {
            let distance = law.iter().map(|p| (p - 1.0 / n as f64).abs()).sum::<f64>() / 2.0;
            let exact = walk.total_variation(2, t).unwrap().to_f64().unwrap();
            assert!((distance - exact).abs() < 1e-14);
            let mut next: Vec<f64> = law.iter().map(|p| p / 4.0).collect();
            for step in &walk.moves {
                for x in 0..n {
                    next[step[x]] += law[x] * 0.75 / walk.moves.len() as f64;
                }
            }
            law = next;
        }
        let exact = walk.hitting_times(0).unwrap()[5].to_f64().unwrap();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let samples: Vec<f64> = (0..20_000)
            .map(|_| {
                let (mut x, mut t) = (5, 0.0);
                while x != 0 {
                    t += 1.0;
                    if rng.random_range(0..4) > 0 {
                        x = walk.moves[rng.random_range(0..walk.moves.len())][x];
                    }
                }
                t
            })
            .collect();
        assert!(crate::statistics::mean(&samples, 0.9999).contains(exact));
    }

    #[test]
    fn eigenvalues() {
        let cosine = (std::f64::consts::TAU / 7.0 * 3.0).cos().abs();
        assert!((walk("C7", "+1,-1", "0").second_eigenvalue() - cosine).abs() < 1e-12);
        // The control: an even cycle without rest never mixes.
        let even = walk("C12", "+1,-1", "0");
        assert!((even.second_eigenvalue() - 1.0).abs() < 1e-12);
        assert_eq!(
            even.total_variation(0, 1001).unwrap(),
            groups::scalar::rational(1, 2)
        );
        // One direction only: complex eigenvalues of modulus |(1 + ω)/2|.
        let directed = (std::f64::consts::PI / 5.0).cos();
        assert!((walk("C5", "+1", "1/2").second_eigenvalue() - directed).abs() < 1e-10);
    }
}
