//! Exact and approximate orbits of the features of a network, layer by layer, each beside its null.

use std::collections::HashMap;

use groups::lie::haar::Measure;
use groups::{Orbit, PermGroup, Permutation};
use nalgebra::DMatrix;
use nets::{Dataset, Network};
use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::results::{
    AgainstNull, FeatureOrbit, LayerOrbits, NetworkOrbits, OrbitGraphs, OrbitOptions, RefusedUnit,
};
use super::{Induced, OrbitTypes, Probe, match_orbits, orbit_types};
use crate::BridgeError;
use crate::audit::{Stage, Unanswered, stages};
use crate::depth::{CodeStabilizers, LevelCodes, OrbitTower, code_stabilizers, tuple_orbits};
use crate::feature_action::{Feature, OnFeatures, act};
use crate::filtration::{Elements, Filtration};
use crate::graph::{GraphWalk, LabelledGraph};
use crate::statistics;
use crate::symmetry::discrete::{Coordinates, InputGroup, MapAction};

/// The largest group whose elements are all applied to the data.
const MOST_MOTIONS: u64 = 2_000;

/// The largest orbit that is matched by assignment or measured as a graph.
const MOST_POINTS: usize = 2_000;

/// Work of the assignments of one layer: beyond, every k-th feature is matched.
const MATCHING_WORK: f64 = 2e9;

/// The largest orbit of a row whose images in the layers are compared.
const MOST_TOWER: usize = 300;

/// The widest layer.
const WIDEST: usize = 400;

/// Rows whose orbits are followed through the layers.
const OBSERVED: usize = 24;

/// Codes nearer than this share of the root mean square distance of two rows count as one in the tower of quotients.
const MERGE: f64 = 0.25;

/// Tolerances up to this count for how symmetric a feature is, as in the study.
const SYMMETRY_LIMIT: f64 = 1.0;

/// Confidence of the comparisons with the null.
const LEVEL: f64 = 0.99;

/// What does not depend on the layer.
struct Setting<'a> {
    group: &'a PermGroup,
    action: MapAction,
    coordinates: Coordinates,
    elements: Elements,
    /// The place of every element in the list.
    places: HashMap<Permutation, usize>,
    /// Rows of the data, each moved by a random element.
    rows: DMatrix<f64>,
    turn: DMatrix<f64>,
    options: &'a OrbitOptions,
}

/// The orbits of the features of a network under a group that acts on its inputs; see the module for what is computed.
///
/// O(|G| · (rows · cost of the network + units² · rows)) and an assignment of |orbit| points for every unit and once more for
/// the null.
///
/// # Errors
/// [`BridgeError::GroupTooLarge`] above 2000 elements; [`BridgeError::Shape`] for data of another width;
/// [`BridgeError::NoSuchLayer`] for a layer without weights; [`BridgeError::Tolerance`] for one that is no distance. With
/// `options.layer`, also what else keeps that layer from being answered.
pub fn feature_orbits(
    network: &Network,
    data: &Dataset,
    group: &InputGroup,
    options: &OrbitOptions,
) -> Result<NetworkOrbits, BridgeError> {
    let setting = Setting::new(network, data, group, options)?;
    let mut chosen = stages(network)?;
    if let Some(layer) = options.layer {
        let known: Vec<usize> = chosen.iter().filter_map(|s| s.layers.first().copied()).collect();
        chosen.retain(|stage| stage.layers.contains(&layer));
        if chosen.is_empty() {
            return Err(BridgeError::NoSuchLayer {
                layer: layer.to_string(),
                known,
            });
        }
    }
    let mut found = NetworkOrbits {
        group: group.name.clone(),
        group_order: group.group.order().to_string(),
        rows: setting.rows.ncols(),
        seed: options.seed,
        input: setting.input_stabilizers()?,
        layers: Vec::new(),
        tower: None,
        tuples: tuple_orbits(&group.group, 3)?,
        unanswered: Vec::new(),
    };
    let mut answered = Vec::new();
    for stage in &chosen {
        let Some(&last) = stage.layers.last() else {
            continue;
        };
        let part = network.up_to(last)?;
        match setting.layer(stage, last, &part) {
            Ok(layer) => {
                found.layers.push(layer);
                answered.push((stage.name.clone(), part));
            }
            Err(error) if options.layer.is_some() => return Err(error),
            Err(error) => found.unanswered.push(Unanswered {
                question: format!("orbits of {}", stage.name),
                why: error.to_string(),
            }),
        }
    }
    found.tower = setting.tower(&answered)?;
    Ok(found)
}

impl<'a> Setting<'a> {
    fn new(
        network: &Network,
        data: &Dataset,
        group: &'a InputGroup,
        options: &'a OrbitOptions,
    ) -> Result<Self, BridgeError> {
        let width = network.input_width();
        for (what, got) in [
            ("width of the rows (the network's input)", data.width()),
            ("coordinates that the group moves", group.coordinates.width()),
        ] {
            if got != width {
                return Err(BridgeError::Shape {
                    what: what.to_owned(),
                    expected: width,
                    got,
                });
            }
        }
        if let Some(tolerance) = options.tolerance.filter(|t| !(t.is_finite() && *t >= 0.0)) {
            return Err(BridgeError::Tolerance { tolerance });
        }
        let order = group.group.order();
        if order > BigUint::from(MOST_MOTIONS) {
            return Err(BridgeError::GroupTooLarge {
                order,
                limit: MOST_MOTIONS,
            });
        }
        let elements = Elements::of(&group.group)?;
        let places = elements.as_slice().iter().cloned().zip(0..).collect();
        let count = options.rows.min(data.len());
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        let turn = Measure::Orthogonal { n: width }.sample(&mut rng);
        let action = MapAction {
            input: group.coordinates,
            output: None,
        };
        // Each row moved by a random element: a unit that is idle on the rows and busy on their images would have images that are
        // fitted by accident.
        let mut rows = DMatrix::from_fn(width, count, |i, k| {
            f64::from(data.row(k * data.len() / count)[i])
        });
        for k in 0..count {
            let g = &elements.as_slice()[rng.random_range(0..elements.as_slice().len())];
            let moved = action.move_inputs(g, &rows.columns(k, 1).into_owned());
            rows.set_column(k, &moved.column(0));
        }
        Ok(Setting {
            group: &group.group,
            action,
            coordinates: group.coordinates,
            elements,
            places,
            rows,
            turn,
            options,
        })
    }

    /// A vector of the inputs as a function on the points that the group permutes.
    fn lift(&self, x: &[f64]) -> Vec<f64> {
        match self.coordinates {
            Coordinates::Plain(_) => x.to_vec(),
            Coordinates::Signed(_) => x.iter().flat_map(|&v| [v, -v]).collect(),
        }
    }

    /// The stabilizers of rows themselves, measured like those of codes.
    fn input_stabilizers(&self) -> Result<CodeStabilizers, BridgeError> {
        let n = self.rows.ncols();
        let mean = self.rows.column_mean();
        let variance: f64 = self.rows.column_iter().map(|x| (x - &mean).norm_squared()).sum();
        let spread = (2.0 * variance / (n as f64 - 1.0).max(1.0)).sqrt();
        if spread == 0.0 {
            return Err(BridgeError::ConstantMap { rows: n, spread });
        }
        let displacements: Vec<Vec<f64>> = (0..OBSERVED.min(n))
            .map(|k| {
                let x: Vec<f64> = self.rows.column(k).iter().copied().collect();
                let lifted = self.lift(&x);
                // A lifted vector is longer by √(points a coordinate).
                let factor = spread * (lifted.len() as f64 / x.len() as f64).sqrt();
                let moved = |g: &Permutation| crate::feature_action::displacement(&lifted, g) / factor;
                self.elements.as_slice().iter().map(moved).collect()
            })
            .collect();
        code_stabilizers(self.group, &self.elements, &displacements)
    }

    fn layer(&self, stage: &Stage, last: usize, part: &Network) -> Result<LayerOrbits, BridgeError> {
        if part.output_width() > WIDEST {
            return Err(BridgeError::Parameter {
                key: "layer".to_owned(),
                got: format!("{} units wide", part.output_width()),
                expected: format!("at most {WIDEST} units"),
            });
        }
        let probe = |turn| Probe {
            network: part,
            action: self.action,
            rows: &self.rows,
            turn,
        };
        let learned = self.side(&probe(None))?;
        let null = self.side(&probe(Some(&self.turn)))?;
        let tolerance = match self.options.tolerance {
            Some(tolerance) => tolerance,
            None => null.smallest_birth() / 2.0,
        };
        let features = learned.orbits(self, tolerance)?;
        let controls = null.orbits(self, 0.0)?;
        let against = |value: &dyn Fn(&FeatureOrbit) -> Option<f64>, larger: bool| {
            let values = |of: &[FeatureOrbit]| -> Vec<f64> { of.iter().filter_map(value).collect() };
            let (ours, theirs) = (values(&features), values(&controls));
            AgainstNull {
                learned: statistics::median(&ours),
                null: statistics::median(&theirs),
                better: match larger {
                    false => statistics::probability_below(&ours, &theirs, LEVEL),
                    true => statistics::probability_below(&theirs, &ours, LEVEL),
                },
            }
        };
        let stabilizers: Vec<(usize, PermGroup)> = features
            .iter()
            .map(|f| (f.unit, f.filtration.at(tolerance).subgroup.clone()))
            .collect();
        let mut types = orbit_types(self.group, self.elements.as_slice(), &stabilizers)?;
        for kind in &mut types.types {
            if let Some(graph) = self.schreier(&kind.stabilizer)? {
                kind.schreier = Some(GraphWalk::of_graph(&graph, true)?.measures()?);
            }
        }
        Ok(LayerOrbits {
            layer: last,
            stage: stage.name.clone(),
            units: part.output_width(),
            tolerance,
            distance: against(&|f| f.matching.map(|m| m.mean), false),
            hausdorff: against(&|f| f.matching.map(|m| m.hausdorff), false),
            symmetry: against(&|f| Some(f.symmetry), true),
            residual: [learned.induced.residual, null.induced.residual],
            representation_defect: [
                learned.induced.representation_defect,
                null.induced.representation_defect,
            ],
            gram_defect: [learned.induced.gram_defect, null.induced.gram_defect],
            rows: code_stabilizers(self.group, &self.elements, &learned.induced.displacements)?,
            rows_of_null: code_stabilizers(self.group, &self.elements, &null.induced.displacements)?,
            graphs: self.graphs(&features, &types, tolerance, last)?,
            refused: learned.refused,
            features,
            types,
        })
    }

    /// The features and the induced maps of one probe, with the filtrations of the features.
    fn side(&self, probe: &Probe<'_>) -> Result<Side, BridgeError> {
        let elements = self.elements.as_slice();
        let features = probe.features(elements);
        let induced = Induced::of(probe, self.group, elements, &features, OBSERVED)?;
        let filtered: Vec<(usize, Vec<f64>, Result<Filtration, BridgeError>)> = (0..features.nrows())
            .into_par_iter()
            .map(|unit| {
                let row: Vec<f64> = features.row(unit).iter().copied().collect();
                let filtration = Filtration::over(self.group, &self.elements, &self.lift(&row));
                (unit, row, filtration)
            })
            .collect();
        let (mut kept, mut refused) = (Vec::new(), Vec::new());
        for (unit, row, filtration) in filtered {
            match filtration {
                Ok(filtration) => kept.push((unit, row, filtration)),
                Err(error @ BridgeError::ZeroFeature { .. }) => refused.push(RefusedUnit {
                    unit,
                    why: error.to_string(),
                }),
                Err(error) => return Err(error),
            }
        }
        if kept.is_empty() {
            return Err(BridgeError::ZeroFeature { norm: 0.0 });
        }
        Ok(Side {
            features: kept,
            refused,
            induced,
        })
    }

    /// The Schreier graph on the cosets of a stabilizer, if they are few enough.
    fn schreier(&self, stabilizer: &PermGroup) -> Result<Option<LabelledGraph>, BridgeError> {
        if self.group.order() / stabilizer.order() > BigUint::from(MOST_POINTS) {
            return Ok(None);
        }
        LabelledGraph::of_cosets(self.group, stabilizer, MOST_POINTS).map(Some)
    }

    fn graphs(
        &self,
        features: &[FeatureOrbit],
        types: &OrbitTypes,
        tolerance: f64,
        layer: usize,
    ) -> Result<OrbitGraphs, BridgeError> {
        let moved = features.iter().filter(|f| !f.fixed);
        let best = moved.max_by(|a, b| a.symmetry.total_cmp(&b.symmetry));
        let mut graphs = OrbitGraphs {
            unit: best.map(|f| f.unit),
            schreier: None,
            chain: None,
            types: types.graph().titled(format!("Orbit types of layer {layer}")),
        };
        if let Some(best) = best {
            let of_what = format!("unit {} of layer {layer}", best.unit);
            let orbit = self.schreier(&best.filtration.at(tolerance).subgroup)?;
            graphs.schreier = orbit.map(|g| g.titled(format!("Orbit of {of_what}")));
            let chain = LabelledGraph::of_filtration(&best.filtration);
            graphs.chain = Some(chain.titled(format!("Stabilizer chain of {of_what}")));
        }
        Ok(graphs)
    }

    /// What the layers make of the orbit of the first row.
    fn tower(&self, layers: &[(String, Network)]) -> Result<Option<OrbitTower>, BridgeError> {
        let x: Vec<f64> = self.rows.column(0).iter().copied().collect();
        let point = Feature::new(self.lift(&x))?;
        let orbit = match Orbit::new(self.group, &OnFeatures, &point, MOST_TOWER) {
            Ok(orbit) => orbit,
            Err(groups::GroupError::OrbitOverLimit { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let step = if self.coordinates.degree() > self.coordinates.width() {
            2
        } else {
            1
        };
        let points = DMatrix::from_fn(x.len(), orbit.len(), |i, k| orbit.points()[k].values()[step * i]);
        let images = self.group.generators().iter().map(|g| {
            let image = |x: &Feature| {
                let moved = groups::Action::<PermGroup>::act(&OnFeatures, x, g);
                orbit
                    .position(&moved)
                    .expect("an orbit is closed under the generators") as u32
            };
            orbit.points().iter().map(image).collect::<Vec<u32>>()
        });
        let spread = |codes: &DMatrix<f64>| {
            let mean = codes.column_mean();
            let total: f64 = codes.column_iter().map(|c| (c - &mean).norm_squared()).sum();
            (2.0 * total / (codes.ncols() as f64 - 1.0).max(1.0)).sqrt()
        };
        let mut levels = vec![LevelCodes {
            name: "input".to_owned(),
            codes: points.clone(),
            scale: spread(&self.rows),
        }];
        for (name, part) in layers {
            levels.push(LevelCodes {
                name: name.clone(),
                codes: part.forward_columns(&points),
                scale: spread(&part.forward_columns(&self.rows)),
            });
        }
        let stabilizer = self.group.order() / orbit.len();
        let mut moves: Vec<Vec<u32>> = images.collect();
        if moves.is_empty() {
            // The trivial group has no generators; a step stays where it is.
            moves.push((0..orbit.len() as u32).collect());
        }
        OrbitTower::of(moves, &stabilizer, &levels, MERGE).map(Some)
    }
}

/// The features of a probe and what the network does with them.
struct Side {
    features: Vec<(usize, Vec<f64>, Filtration)>,
    refused: Vec<RefusedUnit>,
    induced: Induced,
}

impl Side {
    /// The smallest tolerance that gives some feature a stabilizer that it does not have exactly; 0 for the trivial group.
    fn smallest_birth(&self) -> f64 {
        let births = self.features.iter().filter_map(|(.., f)| f.steps.get(1));
        let smallest = births.map(|step| step.epsilon).fold(f64::INFINITY, f64::min);
        if smallest.is_finite() { smallest } else { 0.0 }
    }

    fn orbits(&self, setting: &Setting<'_>, tolerance: f64) -> Result<Vec<FeatureOrbit>, BridgeError> {
        let work = |f: &Filtration| f.at(tolerance).orbit_size_f64().powi(3);
        let total: f64 = self.features.iter().map(|(.., f)| work(f)).sum();
        let every = (total / MATCHING_WORK).ceil().max(1.0) as usize;
        self.features
            .par_iter()
            .enumerate()
            .map(|(k, (unit, row, filtration))| {
                self.orbit(setting, *unit, row, filtration, tolerance, k % every == 0)
            })
            .collect()
    }

    fn orbit(
        &self,
        setting: &Setting<'_>,
        unit: usize,
        row: &[f64],
        filtration: &Filtration,
        tolerance: f64,
        matched: bool,
    ) -> Result<FeatureOrbit, BridgeError> {
        let step = filtration.at(tolerance);
        let feature = setting.lift(row);
        let norm = length(&feature);
        let members: Vec<Permutation> = step.subgroup.elements().collect();
        // The mean over the stabilizer is fixed by it exactly.
        let mut mean = vec![0.0; feature.len()];
        for s in &members {
            add(&mut mean, &act(&feature, s), 1.0 / members.len() as f64);
        }
        let off: Vec<f64> = mean.iter().zip(&feature).map(|(a, b)| a - b).collect();
        let matching = if !matched || step.orbit_size > BigUint::from(MOST_POINTS) {
            None
        } else {
            let cosets = setting.group.right_transversal(&step.subgroup, MOST_POINTS)?;
            let (mut exact, mut approximate) = (Vec::new(), Vec::new());
            for r in &cosets {
                exact.push(act(&mean, r));
                // All of S·r move the feature to this point; so does the network, on the average over them.
                let mut point = vec![0.0; feature.len()];
                for s in &members {
                    let place = setting.places[&(s * r).inverse()];
                    let image: Vec<f64> = self.induced.images[place].row(unit).iter().copied().collect();
                    add(&mut point, &setting.lift(&image), 1.0 / members.len() as f64);
                }
                approximate.push(point);
            }
            Some(match_orbits(&exact, &approximate, norm)?)
        };
        Ok(FeatureOrbit {
            unit,
            norm: length(row),
            stabilizer_order: step.order.to_string(),
            orbit_size: step.orbit_size.to_string(),
            fixed: step.orbit_size == BigUint::from(1u32),
            rounding: length(&off) / norm,
            symmetry: filtration.symmetry(SYMMETRY_LIMIT),
            matching,
            residual: self.induced.residuals[unit],
            filtration: filtration.clone(),
        })
    }
}

fn length(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt()
}

fn add(sum: &mut [f64], x: &[f64], factor: f64) {
    sum.iter_mut().zip(x).for_each(|(s, v)| *s += factor * v);
}
