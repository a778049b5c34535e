//! From the table of runs to correlations: which of dimension, volume, spectrum and variance goes with the time of learning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::learning::{Learned, Method};
use super::orbit::{OrbitSize, TOLERANCE};
use super::patches::Simplicity;
use super::pose::{Group, PoseMeasure};
use super::regression::{LEVEL, Observation, Relation, relate, spearman};
use super::runs::{Condition, Entries, Entry, Mixed, Options, Run};
use super::stream;
use crate::statistics::{self, Interval};

/// The predictors, in the order of [`Analysis::relations`].
pub const PREDICTORS: [&str; 4] = [
    "orbit dimension",
    "log covering number",
    "log 1/eigenvalue",
    "variance",
];

/// Index of the orbit's dimension among the predictors.
pub const DIMENSION: usize = 0;

/// Index of the covering number among the predictors.
pub const VOLUME: usize = 1;

/// Index of the spectrum among the predictors.
pub const SPECTRUM: usize = 2;

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Logarithm of the steps to half of the variance.
    Steps50,
    /// To a fifth.
    Steps20,
    /// To a tenth.
    Steps10,
    /// The area over the error curve.
    Area,
}

impl Response {
    /// All of them.
    pub const ALL: [Response; 4] = [
        Response::Steps50,
        Response::Steps20,
        Response::Steps10,
        Response::Area,
    ];

    /// Index of the threshold whose eigenvalue predicts it.
    fn threshold(self) -> usize {
        match self {
            Response::Steps50 => 0,
            Response::Steps20 | Response::Area => 1,
            Response::Steps10 => 2,
        }
    }

    /// Its value, and whether it is only known to be larger.
    fn of(self, learned: &Learned, most: usize) -> (f64, bool) {
        let steps = |index: usize| match learned.steps[index] {
            Some(steps) => (steps.ln(), false),
            // Later than everything that was seen: the last rank.
            None => ((1.12 * most as f64).ln(), true),
        };
        match self {
            Response::Steps50 => steps(0),
            Response::Steps20 => steps(1),
            Response::Steps10 => steps(2),
            Response::Area => (learned.area, learned.steps[2].is_none()),
        }
    }
}

impl std::fmt::Display for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Response::Steps50 => "steps to 50 %",
            Response::Steps20 => "steps to 20 %",
            Response::Steps10 => "steps to 10 %",
            Response::Area => "area",
        })
    }
}

/// Which figures and laws of poses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All figures under one law.
    Law(PoseMeasure),
    /// Closed curves and polygons alone: one dimension in each group, stabilizers of different finite order.
    ClosedCurves(PoseMeasure),
    /// All figures under all laws at once.
    Everything,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scope::Law(measure) => write!(f, "{measure}"),
            Scope::ClosedCurves(measure) => write!(f, "{measure}, closed curves"),
            Scope::Everything => f.write_str("all laws"),
        }
    }
}

/// The correlations of one response with all predictors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Over which figures.
    pub scope: Scope,
    /// What was done to the variance.
    pub condition: Condition,
    /// How the networks were trained.
    pub method: Method,
    /// What is predicted.
    pub response: Response,
    /// Pairs of a figure and a law.
    pub cells: usize,
    /// Runs whose response is only known to be larger.
    pub censored: usize,
    /// In the order of [`PREDICTORS`].
    pub relations: Vec<Relation>,
}

/// Orders of learning within mixtures: means over mixtures of rank correlations over their figures, with normal intervals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixtureAnalysis {
    /// The law of poses.
    pub measure: PoseMeasure,
    /// What was done to the variance.
    pub condition: Condition,
    /// How the networks were trained.
    pub method: Method,
    /// Mixtures in which the correlation with the covering number is defined.
    pub mixtures: usize,
    /// With the orbit's dimension; none where it is the same for all figures.
    pub dimension: Option<Interval>,
    /// With the covering number.
    pub volume: Option<Interval>,
}

/// One figure drawn with several pens: the orbit is the same, the pictures are not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PenControl {
    /// The figure.
    pub figure: String,
    /// The law of poses.
    pub measure: PoseMeasure,
    /// How the networks were trained.
    pub method: Method,
    /// What was done to the variance.
    pub condition: Condition,
    /// The orbit's dimension, the same for all pens.
    pub dimension: usize,
    /// For each pen: its width, the covering number, the geometric mean of the steps to 20 %.
    pub pens: Vec<(f64, usize, f64)>,
}

/// Two boxes of poses in one group without invariant probability: how often they order two figures differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoxControl {
    /// The two laws.
    pub measures: (PoseMeasure, PoseMeasure),
    /// Pairs of figures that both order strictly by covering number.
    pub pairs: usize,
    /// Those that they order in opposite ways.
    pub reversed: usize,
}

/// Everything that is computed from the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analyses {
    /// Correlations and regressions.
    pub correlations: Vec<Analysis>,
    /// Mixtures.
    pub mixtures: Vec<MixtureAnalysis>,
    /// The control of the stroke.
    pub pens: Vec<PenControl>,
    /// The control of the box.
    pub boxes: Vec<BoxControl>,
    /// Orbits whose dimension at the tolerance of the covering number is below their dimension, of all.
    pub flat: (usize, usize),
}

/// The table of an experiment, sorted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// Orbits.
    pub orbits: Vec<OrbitSize>,
    /// Networks on one figure.
    pub runs: Vec<Run>,
    /// Networks on mixtures.
    pub mixed: Vec<Mixed>,
    /// Filters of patches.
    pub filters: Vec<Simplicity>,
}

impl Tables {
    /// Sorts pieces of work into tables; the order is that of the keys.
    pub fn of(entries: &Entries) -> Self {
        let mut tables = Tables {
            orbits: Vec::new(),
            runs: Vec::new(),
            mixed: Vec::new(),
            filters: Vec::new(),
        };
        for entry in entries.values() {
            match entry {
                Entry::Orbit(size) => tables.orbits.push(size.as_ref().clone()),
                Entry::Runs(runs) => tables.runs.extend_from_slice(runs),
                Entry::Mixture(mixed) => tables.mixed.extend_from_slice(mixed),
                Entry::Filters(filters) => tables.filters.extend_from_slice(filters),
            }
        }
        tables
    }

    /// The size of the orbit of a figure.
    pub fn orbit(&self, figure: &str, measure: &PoseMeasure) -> Option<&OrbitSize> {
        self.orbits
            .iter()
            .find(|o| o.figure == figure && o.measure == *measure)
    }
}

/// The observations of one scope, condition, method and response, with the number of censored runs.
fn observations(
    tables: &Tables,
    options: &Options,
    figures: &[String],
    scope: &Scope,
    (condition, method, response): (Condition, Method, Response),
) -> (Vec<Observation>, usize) {
    let mut cells: BTreeMap<(String, usize), (Vec<f64>, &OrbitSize)> = BTreeMap::new();
    let mut censored = 0;
    let place = |measure: &PoseMeasure| options.measures.iter().position(|m| m == measure);
    for run in &tables.runs {
        if (run.condition, run.method) != (condition, method) {
            continue;
        }
        let Some(orbit) = tables.orbit(&run.figure, &run.measure) else {
            continue;
        };
        let inside = !orbit.control
            && match scope {
                Scope::Law(measure) => run.measure == *measure,
                Scope::ClosedCurves(measure) => run.measure == *measure && orbit.closed_curve,
                Scope::Everything => true,
            };
        let (Some(law), true) = (place(&run.measure), inside) else {
            continue;
        };
        let (value, open) = response.of(&run.learned, options.training.steps);
        censored += usize::from(open);
        let cell = cells
            .entry((run.figure.clone(), law))
            .or_insert_with(|| (Vec::new(), orbit));
        cell.0.push(value);
    }
    let observations = cells
        .into_iter()
        .map(|((figure, law), (responses, orbit))| {
            let variance = tables
                .runs
                .iter()
                .find(|r| {
                    r.figure == figure && r.measure == options.measures[law] && r.condition == condition
                })
                .map_or(orbit.variance, |run| match condition {
                    // The variance of the orbit, not of its test pictures, which differ by sampling.
                    Condition::Energy => orbit.variance,
                    Condition::EqualVariance => super::runs::EQUAL,
                    Condition::SwappedVariance => run.variance,
                });
            let eigenvalue = orbit.inverse_eigenvalue[response.threshold()] * orbit.variance / variance;
            Observation {
                cluster: figures.iter().position(|f| *f == figure).unwrap_or(figures.len()),
                responses,
                predictors: vec![
                    orbit.dimension as f64,
                    (orbit.seen_covering(condition) as f64).ln(),
                    eigenvalue.ln(),
                    variance,
                ],
            }
        })
        .collect();
    (observations, censored)
}

/// Computes everything from the tables. The random numbers of the bootstrap depend on the options alone.
pub fn analyse(tables: &Tables, options: &Options) -> Analyses {
    let figures: Vec<String> = options.figures().into_iter().map(|f| f.name).collect();
    let mut correlations = Vec::new();
    let mut scopes = vec![Scope::Everything];
    for measure in &options.measures {
        scopes.push(Scope::Law(*measure));
        scopes.push(Scope::ClosedCurves(*measure));
    }
    for scope in scopes {
        for condition in Condition::ALL {
            for method in Method::ALL {
                for response in Response::ALL {
                    let (observed, censored) =
                        observations(tables, options, &figures, &scope, (condition, method, response));
                    let mut rng = stream(
                        options.seed,
                        &format!("bootstrap of {scope}, {condition}, {method}, {response}"),
                    );
                    correlations.push(Analysis {
                        scope: scope.clone(),
                        condition,
                        method,
                        response,
                        cells: observed.len(),
                        censored,
                        relations: relate(&observed, SPECTRUM, options.replicates, &mut rng),
                    });
                }
            }
        }
    }
    let flat = tables
        .orbits
        .iter()
        .filter(|o| !o.control && o.dimension_at_tolerance < o.dimension)
        .count();
    Analyses {
        correlations,
        mixtures: mixtures(tables, options),
        pens: pens(tables, options),
        boxes: boxes(tables, options),
        flat: (flat, tables.orbits.iter().filter(|o| !o.control).count()),
    }
}

fn mixtures(tables: &Tables, options: &Options) -> Vec<MixtureAnalysis> {
    let mut found = Vec::new();
    for measure in &options.measures {
        for condition in Condition::ALL {
            for method in Method::ALL {
                let (mut by_dimension, mut by_volume) = (Vec::new(), Vec::new());
                for index in 0..options.mixtures {
                    let members: Vec<(&Mixed, &OrbitSize)> = tables
                        .mixed
                        .iter()
                        .filter(|m| {
                            (m.measure, m.condition, m.method, m.mixture)
                                == (*measure, condition, method, index)
                        })
                        .filter_map(|m| Some((m, tables.orbit(&m.figure, measure)?)))
                        .collect();
                    let column = |value: &dyn Fn(&(&Mixed, &OrbitSize)) -> f64| {
                        members.iter().map(value).collect::<Vec<f64>>()
                    };
                    let steps = column(&|(m, _)| Response::Steps20.of(&m.learned, options.mixture_steps).0);
                    by_dimension.extend(spearman(&column(&|(_, o)| o.dimension as f64), &steps));
                    by_volume.extend(spearman(
                        &column(&|(_, o)| o.seen_covering(condition) as f64),
                        &steps,
                    ));
                }
                let interval = |values: &[f64]| (values.len() > 1).then(|| statistics::mean(values, LEVEL));
                found.push(MixtureAnalysis {
                    measure: *measure,
                    condition,
                    method,
                    mixtures: by_volume.len(),
                    dimension: interval(&by_dimension),
                    volume: interval(&by_volume),
                });
            }
        }
    }
    found
}

fn pens(tables: &Tables, options: &Options) -> Vec<PenControl> {
    let mut found = Vec::new();
    for measure in &options.measures {
        for figure in options.figures().iter().filter(|f| !f.control) {
            let prefix = format!("{} pen ", figure.name);
            let mut sizes: Vec<&OrbitSize> = tables
                .orbits
                .iter()
                .filter(|o| o.measure == *measure)
                .filter(|o| o.figure == figure.name || o.figure.starts_with(&prefix))
                .collect();
            if sizes.len() < 2 {
                continue;
            }
            sizes.sort_by(|a, b| a.pen.total_cmp(&b.pen));
            for condition in [Condition::Energy, Condition::EqualVariance] {
                for method in Method::ALL {
                    let pens: Vec<(f64, usize, f64)> = sizes
                        .iter()
                        .filter_map(|size| {
                            let logs: Vec<f64> = tables
                                .runs
                                .iter()
                                .filter(|r| r.figure == size.figure && r.measure == *measure)
                                .filter(|r| (r.condition, r.method) == (condition, method))
                                .map(|r| Response::Steps20.of(&r.learned, options.training.steps).0)
                                .collect();
                            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
                            (!logs.is_empty()).then(|| (size.pen, size.seen_covering(condition), mean.exp()))
                        })
                        .collect();
                    if pens.len() > 1 {
                        found.push(PenControl {
                            figure: figure.name.clone(),
                            measure: *measure,
                            method,
                            condition,
                            dimension: sizes[0].dimension,
                            pens,
                        });
                    }
                }
            }
        }
    }
    found
}

fn boxes(tables: &Tables, options: &Options) -> Vec<BoxControl> {
    let mut found = Vec::new();
    for (i, first) in options.measures.iter().enumerate() {
        for second in &options.measures[i + 1..] {
            if first.group() != second.group() || first.group() == Group::So2 {
                continue;
            }
            let both: Vec<(usize, usize)> = tables
                .orbits
                .iter()
                .filter(|o| o.measure == *first && !o.control)
                .filter_map(|o| {
                    let other = tables.orbit(&o.figure, second)?;
                    Some((o.covering[TOLERANCE], other.covering[TOLERANCE]))
                })
                .collect();
            let (mut pairs, mut reversed) = (0, 0);
            for (j, a) in both.iter().enumerate() {
                for b in &both[..j] {
                    let orders = (a.0.cmp(&b.0), a.1.cmp(&b.1));
                    pairs += usize::from(orders.0.is_ne() && orders.1.is_ne());
                    reversed += usize::from(orders.0.is_ne() && orders.0 == orders.1.reverse());
                }
            }
            found.push(BoxControl {
                measures: (*first, *second),
                pairs,
                reversed,
            });
        }
    }
    found
}
