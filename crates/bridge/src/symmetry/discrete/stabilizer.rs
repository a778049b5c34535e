//! The stabilizer filtration of a map, and the largest subgroup within a tolerance.

use std::collections::HashMap;

use groups::{PermGroup, Permutation};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::action::MapAction;
use super::probe::{CHANCE, Probe, root_mean_square};
use crate::BridgeError;
use crate::filtration::nested;
use crate::shadow::StatisticalBound;

/// What is closer to an exact symmetry than this is one, up to rounding.
pub const EXACT: f64 = 1e-9;

/// Between a quarter and a half of [`CHANCE`] the default tolerance is chosen.
const WINDOW: (f64, f64) = (CHANCE / 4.0, CHANCE / 2.0);

/// Deviations that differ by this factor are those of symmetries and of what is none, wherever they are.
const CLEAR: f64 = 4.0;

/// Elements farther than this from a symmetry are measured on a sample of the rows only.
const FAR: f64 = 0.9;

/// Rows that every element is measured on at least.
const FEWEST_ROWS: usize = 64;

/// Exact symmetries count as such if random displacements as large as theirs make at least this deviation.
const LEAST_CONTROL: f64 = CHANCE / 8.0;

/// The most elements whose controls are taken.
const CONTROLS: usize = 64;

/// How stabilizers are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StabilizerOptions {
    /// The largest deviation of an element of the subgroup that is reported; chosen from the deviations if absent.
    pub tolerance: Option<f64>,
    /// Groups up to this order are filtered element by element, and subgroups up to it checked so.
    pub exhaustive: u64,
    /// Random elements that larger subgroups are checked at.
    pub samples: usize,
    /// Multiplications to spend on measuring all elements.
    pub budget: f64,
    /// The share of its control that the deviation of an element must stay under to be taken for a symmetry; candidates
    /// that do not are left out of the filtration too. Unasked if absent.
    pub evidence: Option<f64>,
    /// Seed of the random elements and controls.
    pub seed: u64,
}

impl Default for StabilizerOptions {
    fn default() -> Self {
        StabilizerOptions {
            tolerance: None,
            exhaustive: 2048,
            samples: 256,
            budget: 1e10,
            evidence: None,
            seed: 1,
        }
    }
}

/// The elements that a filtration is made of.
#[derive(Debug, Clone)]
pub struct Candidates {
    /// What they act on.
    pub action: MapAction,
    /// The elements, as permutations of the points of both sides.
    pub elements: Vec<Permutation>,
    /// The order of the group that they are all the elements of; `None` if they are but candidates.
    pub all_of: Option<BigUint>,
}

/// One step of the filtration of a map.
#[derive(Debug, Clone, Serialize)]
pub struct MapStep {
    /// The smallest ε whose S_ε is this subgroup.
    pub epsilon: f64,
    /// |S_ε|, exact.
    #[serde(serialize_with = "as_text")]
    pub order: BigUint,
    /// S_ε itself.
    #[serde(skip)]
    pub subgroup: PermGroup,
}

fn as_text<S: Serializer>(value: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// How the elements of the reported subgroup were checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Verification {
    /// Every element.
    Exhaustive {
        /// How many.
        elements: usize,
    },
    /// The generators and random elements.
    Sampled {
        /// How many random elements.
        elements: usize,
        /// Their seed.
        seed: u64,
        /// What they prove about the others: another random element exceeds the largest deviation seen with at most this
        /// probability.
        bound: StatisticalBound,
    },
}

/// A subgroup of nearly symmetries around one of exact ones.
#[derive(Debug, Clone)]
pub struct Approximate {
    /// The tolerance.
    pub tolerance: f64,
    /// The subgroup.
    pub subgroup: PermGroup,
    /// The largest deviation over it.
    pub largest_deviation: f64,
}

/// What is known of the symmetries of a map in one group.
#[derive(Debug, Clone)]
pub struct MapStabilizer {
    /// The chain of subgroups, from the exact stabilizer up.
    pub filtration: Vec<MapStep>,
    /// Whether every element of the group was measured; otherwise only candidates were, and S_ε is what those within ε
    /// generate.
    pub complete: bool,
    /// Number of elements measured.
    pub measured: usize,
    /// The tolerance: as asked for; otherwise [`EXACT`] if there are exact symmetries that move the data, and the middle
    /// of the widest gap if there are not.
    pub tolerance: f64,
    /// The largest subgroup found all of whose elements are within it.
    pub subgroup: PermGroup,
    /// Largest deviation over the subgroup.
    pub largest_deviation: f64,
    /// Root mean square deviation over its elements other than the identity.
    pub mean_deviation: f64,
    /// Root mean square of the controls ([`Probe::control`]) of its elements, or of a sample; 0 for the trivial group.
    pub control_deviation: f64,
    /// The larger subgroup that is within the wider tolerance, where the subgroup above is one of exact symmetries.
    pub approximate: Option<Approximate>,
    /// How the deviations over the subgroup were found.
    pub verification: Verification,
    /// Root mean square deviation over all measured elements but the identity, if they are a whole group.
    pub whole_deviation: Option<f64>,
}

impl MapStabilizer {
    /// The same with the trivial group for an answer: what was found moves the data too little to say anything.
    pub(super) fn refused(self) -> Self {
        MapStabilizer {
            subgroup: PermGroup::trivial(self.subgroup.degree()),
            largest_deviation: 0.0,
            mean_deviation: 0.0,
            control_deviation: 0.0,
            approximate: None,
            verification: Verification::Exhaustive { elements: 1 },
            ..self
        }
    }

    /// The step alive at a tolerance: the last one born at or before it.
    pub fn at(&self, epsilon: f64) -> Option<&MapStep> {
        let born = self.filtration.partition_point(|step| step.epsilon <= epsilon);
        self.filtration[..born].last()
    }
}

/// Measures the candidates, filters them and finds the largest subgroup within the tolerance.
///
/// # Errors
/// [`BridgeError::Group`] if the elements are not permutations of the action's points.
pub fn stabilizer(
    probe: &Probe<'_>,
    candidates: &Candidates,
    options: &StabilizerOptions,
) -> Result<MapStabilizer, BridgeError> {
    let action = &candidates.action;
    let count = candidates.elements.len().max(1);
    let rows = (options.budget / (count as f64 * probe.cost())) as usize;
    let rows = rows.clamp(FEWEST_ROWS.min(probe.rows()), probe.rows());
    let mut deviations = probe.deviations(action, &candidates.elements, rows);
    if rows < probe.rows() {
        let near: Vec<usize> = (0..deviations.len()).filter(|&k| deviations[k] < FAR).collect();
        let elements: Vec<Permutation> = near.iter().map(|&k| candidates.elements[k].clone()).collect();
        for (k, deviation) in near
            .into_iter()
            .zip(probe.deviations(action, &elements, probe.rows()))
        {
            deviations[k] = deviation;
        }
    }
    let identity = Permutation::identity(action.degree());
    let whole_deviation = candidates.all_of.as_ref().map(|_| {
        let pairs = deviations.iter().zip(&candidates.elements);
        root_mean_square(
            &pairs
                .filter(|(_, g)| !g.is_identity())
                .map(|(d, _)| *d)
                .collect::<Vec<_>>(),
        )
    });
    let mut moved: Vec<(f64, &Permutation)> = deviations.iter().copied().zip(&candidates.elements).collect();
    moved.retain(|(_, g)| !g.is_identity());
    moved.push((0.0, &identity));
    moved.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    // Deviations that are rounding are one step, at 0.
    for (deviation, _) in &mut moved {
        if *deviation < EXACT {
            *deviation = 0.0;
        }
    }
    let sorted: Vec<f64> = moved.iter().map(|m| m.0).collect();
    let tolerance = options.tolerance.unwrap_or_else(|| default_tolerance(&sorted));
    let mut evident = moved.clone();
    if let Some(share) = options.evidence {
        let seen: Vec<bool> = moved
            .par_iter()
            .map(|&(deviation, g)| {
                deviation > tolerance
                    || g.is_identity()
                    || deviation < share * probe.control(action, g, options.seed)
            })
            .collect();
        let mut seen = seen.into_iter();
        evident.retain(|_| seen.next() == Some(true));
        if candidates.all_of.is_none() {
            moved.clone_from(&evident);
        }
    }
    let unbounded = BigUint::ZERO;
    let whole = candidates.all_of.as_ref().unwrap_or(&unbounded);
    let filtration: Vec<MapStep> = nested(action.degree(), whole, &moved)?
        .into_iter()
        .map(|(epsilon, subgroup)| MapStep {
            epsilon,
            order: subgroup.order(),
            subgroup,
        })
        .collect();
    let check = Check {
        probe,
        action,
        options,
    };
    let largest = |tolerance: f64| -> Result<Checked, BridgeError> {
        if candidates.all_of.is_some() {
            let near: Vec<(f64, &Permutation)> =
                evident.iter().filter(|m| m.0 <= tolerance).copied().collect();
            let within: HashMap<&Permutation, f64> =
                near.iter().map(|&(deviation, g)| (g, deviation)).collect();
            let subgroup = largest_within(action.degree(), &near, &within)?;
            let others = subgroup.elements().filter(|g| !g.is_identity());
            let deviations: Vec<f64> = others.filter_map(|g| within.get(&g).copied()).collect();
            let verification = Verification::Exhaustive {
                elements: deviations.len() + 1,
            };
            return Ok(Checked {
                subgroup,
                deviations,
                verification,
            });
        }
        for step in filtration.iter().rev().filter(|step| step.epsilon <= tolerance) {
            let checked = check.subgroup(&step.subgroup)?;
            if checked.largest() <= tolerance {
                return Ok(checked);
            }
        }
        check.subgroup(&PermGroup::trivial(action.degree()))
    };
    let mut tolerance = tolerance;
    let mut found = largest(tolerance)?;
    let mut approximate = None;
    if options.tolerance.is_none() && found.largest() > EXACT {
        let exact = largest(EXACT)?;
        if check.control(&exact.subgroup) > LEAST_CONTROL {
            approximate = Some(Approximate {
                tolerance,
                largest_deviation: found.largest(),
                subgroup: found.subgroup,
            });
            (tolerance, found) = (EXACT, exact);
        }
    }
    Ok(MapStabilizer {
        complete: candidates.all_of.is_some(),
        measured: candidates.elements.len(),
        tolerance,
        largest_deviation: found.largest(),
        mean_deviation: root_mean_square(&found.deviations),
        whole_deviation,
        control_deviation: check.control(&found.subgroup),
        approximate,
        subgroup: found.subgroup,
        verification: found.verification,
        filtration,
    })
}

/// The middle of the widest gap (as a ratio) between deviations from a quarter to a half of chance; or of a wider one below,
/// between deviations that differ by a factor of at least [`CLEAR`]. Symmetries that were learned lie below such a gap, and
/// the half symmetries that maps and data have by themselves (a digit turned upside down is often like another) above it.
fn default_tolerance(ascending: &[f64]) -> f64 {
    let (low, high) = WINDOW;
    let below = ascending
        .iter()
        .copied()
        .filter(|d| *d > EXACT && *d < high)
        .chain([high]);
    let below: Vec<f64> = below.collect();
    let inside: Vec<f64> = std::iter::once(low)
        .chain(below.iter().copied().filter(|d| *d > low))
        .collect();
    // A gap that reaches the end of the window says no more than the window does.
    let clear = widest_gap(&below).filter(|gap| gap.1 >= CLEAR * gap.0 && gap.1 < high);
    let gap = clear.or_else(|| widest_gap(&inside)).unwrap_or(WINDOW);
    (gap.0 * gap.1).sqrt()
}

/// The neighbours of largest ratio among ascending numbers.
fn widest_gap(ascending: &[f64]) -> Option<(f64, f64)> {
    let pairs = ascending.windows(2).map(|pair| (pair[0], pair[1]));
    pairs.reduce(|widest, gap| {
        if gap.1 / gap.0 > (1.0 + 1e-9) * widest.1 / widest.0 {
            gap
        } else {
            widest
        }
    })
}

/// A subgroup with the deviations of its elements other than the identity, or of a sample of them.
struct Checked {
    subgroup: PermGroup,
    deviations: Vec<f64>,
    verification: Verification,
}

impl Checked {
    fn largest(&self) -> f64 {
        self.deviations.iter().copied().fold(0.0, f64::max)
    }
}

struct Check<'a> {
    probe: &'a Probe<'a>,
    action: &'a MapAction,
    options: &'a StabilizerOptions,
}

impl Check<'_> {
    /// Root mean square of the controls of the elements of a subgroup other than the identity, or of a sample.
    fn control(&self, subgroup: &PermGroup) -> f64 {
        let small = subgroup.order() <= BigUint::from(CONTROLS);
        let elements: Vec<Permutation> = if small {
            subgroup.elements().collect()
        } else {
            let mut rng = ChaCha8Rng::seed_from_u64(self.options.seed);
            (0..CONTROLS).map(|_| subgroup.random_element(&mut rng)).collect()
        };
        let controls: Vec<f64> = elements
            .par_iter()
            .filter(|g| !g.is_identity())
            .map(|g| self.probe.control(self.action, g, self.options.seed))
            .collect();
        root_mean_square(&controls)
    }

    /// Measures the elements of a small subgroup, or the generators and a sample of a large one.
    fn subgroup(&self, subgroup: &PermGroup) -> Result<Checked, BridgeError> {
        let (samples, seed) = (self.options.samples, self.options.seed);
        let small = subgroup.order().to_u64().is_some_and(|order| {
            order <= self.options.exhaustive
                && order as f64 * self.probe.rows() as f64 * self.probe.cost() <= self.options.budget.max(1.0)
                || order <= samples as u64
        });
        let rows = self.probe.rows();
        let (elements, verification): (Vec<Permutation>, _) = if small {
            let elements: Vec<Permutation> = subgroup.elements().filter(|g| !g.is_identity()).collect();
            let verification = Verification::Exhaustive {
                elements: elements.len() + 1,
            };
            (elements, verification)
        } else {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let random: Vec<Permutation> = (0..samples).map(|_| subgroup.random_element(&mut rng)).collect();
            let bound = StatisticalBound::of_maximum(samples, StatisticalBound::CONFIDENCE);
            (
                random,
                Verification::Sampled {
                    elements: samples,
                    seed,
                    bound,
                },
            )
        };
        let mut deviations = self.probe.deviations(self.action, &elements, rows);
        if !small {
            deviations.extend(self.probe.deviations(self.action, subgroup.generators(), rows));
        }
        for deviation in &mut deviations {
            if *deviation < EXACT {
                *deviation = 0.0;
            }
        }
        Ok(Checked {
            subgroup: subgroup.clone(),
            deviations,
            verification,
        })
    }
}

/// Subgroups from which the greedy search starts.
const STARTS: usize = 24;

/// The largest subgroup found whose elements are all among those given (ascending in deviation, the identity included):
/// the group that they generate if it is among them; otherwise cyclic subgroups are joined greedily, from several of them.
/// What is returned cannot be enlarged by any of the given elements.
fn largest_within(
    degree: usize,
    ascending: &[(f64, &Permutation)],
    within: &HashMap<&Permutation, f64>,
) -> Result<PermGroup, BridgeError> {
    let contained = |group: &PermGroup| {
        group.order() <= BigUint::from(within.len()) && group.elements().all(|g| within.contains_key(&g))
    };
    let joined = |group: &PermGroup, g: &Permutation| {
        let generators = group.generators().iter().cloned().chain([g.clone()]).collect();
        PermGroup::new(degree, generators)
    };
    let trivial = PermGroup::trivial(degree);
    let mut all = trivial.clone();
    for &(_, g) in ascending {
        if !all.contains(g) {
            all = joined(&all, g)?;
        }
    }
    if contained(&all) {
        return Ok(all);
    }
    let mut cyclic: Vec<&Permutation> = Vec::new();
    for &(_, g) in ascending.iter().filter(|m| !m.1.is_identity()) {
        if contained(&joined(&trivial, g)?) {
            cyclic.push(g);
        }
    }
    let mut best = trivial.clone();
    let stride = cyclic.len().div_ceil(STARTS).max(1);
    for start in cyclic.iter().step_by(stride) {
        if best.contains(start) {
            continue;
        }
        let mut group = joined(&trivial, start)?;
        for g in &cyclic {
            if !group.contains(g) {
                let larger = joined(&group, g)?;
                if contained(&larger) {
                    group = larger;
                }
            }
        }
        if group.order() > best.order() {
            best = group;
        }
    }
    Ok(best)
}
