//! The experiment as a list of independent pieces of work, each with random streams of its own.
//!
//! A piece is known by its key; its result depends on the options and the key alone. So pieces can be shared among threads,
//! kept in a journal, and a run that goes on from a journal gives what an uninterrupted one would have given.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use nets::Dataset;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::figure::{Figure, PIXELS, library};
use super::learning::{Learned, Method, Training, learn, mean_of, spread};
use super::orbit::{OrbitSize, dataset, measure, pictures};
use super::patches::{self, PatchOptions, Simplicity, Source, Whitened};
use super::pose::PoseMeasure;
use super::stream;
use crate::BridgeError;
use crate::error::refuse;

/// Variance of every figure where all are made equal.
pub const EQUAL: f64 = 8.0;

/// Smallest and largest variance where they are handed out in the order of the orbits.
pub const SWAPPED: (f64, f64) = (0.5, 32.0);

/// Figures in a mixture.
pub const MIXED: usize = 6;

/// Everything that decides the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Every random choice follows from it.
    pub seed: u64,
    /// Laws of poses.
    pub measures: Vec<PoseMeasure>,
    /// Random curves for each order of symmetry; 4 make 54 figures.
    pub curves: usize,
    /// Pictures of a figure to train on, and to measure its orbit with.
    pub train: usize,
    /// Pictures to measure errors on.
    pub test: usize,
    /// Networks for one figure.
    pub training: Training,
    /// Seeds for each figure, law, condition and method; half of them (rounded up) under the swapped variances.
    pub inits: usize,
    /// Mixtures of six figures for each law.
    pub mixtures: usize,
    /// Most steps on a mixture.
    pub mixture_steps: usize,
    /// Replicates of the bootstrap.
    pub replicates: usize,
    /// Patches of images.
    pub patches: PatchOptions,
    /// Folder of PNG images to cut patches from; dead leaves are synthesised without it.
    pub images: Option<PathBuf>,
}

impl Options {
    /// A look at it in a minute or two.
    pub fn quick(seed: u64) -> Self {
        Options {
            seed,
            measures: vec![PoseMeasure::Turns(180.0), PoseMeasure::Linear(0.6, 1.3)],
            curves: 2,
            train: 1000,
            test: 150,
            training: Training {
                hidden: 64,
                steps: 1000,
            },
            inits: 1,
            mixtures: 2,
            mixture_steps: 1000,
            replicates: 300,
            patches: PatchOptions {
                count: 3000,
                steps: vec![0, 100, 1000],
                inits: 1,
            },
            images: None,
        }
    }

    /// The experiment that settles the question.
    pub fn full(seed: u64) -> Self {
        Options {
            measures: vec![
                PoseMeasure::Turns(180.0),
                PoseMeasure::Motions(0.3),
                PoseMeasure::Linear(0.6, 1.3),
                PoseMeasure::Linear(0.8, 1.1),
            ],
            curves: 4,
            train: 1500,
            test: 250,
            training: Training {
                hidden: 64,
                steps: 1000,
            },
            inits: 2,
            mixtures: 4,
            mixture_steps: 1000,
            replicates: 1000,
            patches: PatchOptions {
                count: 9000,
                steps: vec![0, 100, 1000, 2500],
                inits: 2,
            },
            ..Options::quick(seed)
        }
    }

    /// Checks that the sizes make sense.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] naming the first that does not.
    pub fn check(&self) -> Result<(), BridgeError> {
        if self.measures.is_empty() {
            return refuse("measure", "none", "at least one law of poses");
        }
        for (index, measure) in self.measures.iter().enumerate() {
            if self.measures[..index].contains(measure) {
                return refuse("measure", format!("{measure} twice"), "every law once");
            }
        }
        let sizes = [
            ("curves", self.curves),
            ("train", self.train),
            ("test", self.test),
            ("inits", self.inits),
            ("steps", self.training.steps),
            ("hidden", self.training.hidden),
        ];
        for (name, size) in sizes {
            if size == 0 {
                return refuse(name, size, "at least 1");
            }
        }
        Ok(())
    }

    /// The figures.
    pub fn figures(&self) -> Vec<Figure> {
        library(self.seed, self.curves)
    }
}

/// What is done to the variance of the pictures before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Nothing: every picture has the same energy, and variances are what they are.
    Energy,
    /// The mean is taken away and every figure scaled to the same variance.
    EqualVariance,
    /// The mean is taken away and variances are handed out in the order of the covering numbers at equal variance: the larger
    /// the orbit, the larger the variance. A control that has to turn the order round, or destroy it.
    SwappedVariance,
}

impl Condition {
    /// All of them.
    pub const ALL: [Condition; 3] = [
        Condition::Energy,
        Condition::EqualVariance,
        Condition::SwappedVariance,
    ];
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Condition::Energy => "equal energy",
            Condition::EqualVariance => "equal variance",
            Condition::SwappedVariance => "swapped variance",
        })
    }
}

/// One network on one figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The figure.
    pub figure: String,
    /// The law of poses.
    pub measure: PoseMeasure,
    /// What was done to the variance.
    pub condition: Condition,
    /// How it was trained.
    pub method: Method,
    /// Number of the seed.
    pub init: usize,
    /// The variance that was trained on.
    pub variance: f64,
    /// When it was learned.
    pub learned: Learned,
}

/// One figure of a mixture that one network was trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixed {
    /// The figure.
    pub figure: String,
    /// The law of poses.
    pub measure: PoseMeasure,
    /// What was done to the variance.
    pub condition: Condition,
    /// How it was trained.
    pub method: Method,
    /// Number of the mixture.
    pub mixture: usize,
    /// When the figure was learned, as a share of its variance about the mean of the mixture.
    pub learned: Learned,
}

/// The result of a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// An orbit.
    Orbit(Box<OrbitSize>),
    /// Networks on one figure.
    Runs(Vec<Run>),
    /// Networks on a mixture.
    Mixture(Vec<Mixed>),
    /// Filters.
    Filters(Vec<Simplicity>),
}

/// Pieces of work by their keys.
pub type Entries = BTreeMap<String, Entry>;

/// A piece that was finished, and how far the whole is.
#[derive(Debug)]
pub struct Event<'a> {
    /// The key.
    pub key: &'a str,
    /// The result.
    pub entry: &'a Entry,
    /// Share of the work that is done, by estimated cost.
    pub done: f64,
    /// Estimate of the seconds that are left.
    pub seconds_left: f64,
}

/// Told of every piece; breaking stops the run.
pub type Observer<'a> = dyn FnMut(&Event<'_>) -> ControlFlow<()> + 'a;

/// A piece of work.
enum Task<'a> {
    Orbit(PoseMeasure, &'a Figure),
    /// With the variance to scale to, if any.
    Runs(PoseMeasure, &'a Figure, Condition, Option<f64>),
    /// Figures with the variances to scale to.
    Mixture(PoseMeasure, usize, Condition, Vec<(&'a Figure, Option<f64>)>),
    Filters(Source, usize, &'a Whitened),
}

impl Task<'_> {
    fn key(&self) -> String {
        match self {
            Task::Orbit(measure, figure) => format!("orbit | {measure} | {}", figure.name),
            Task::Runs(measure, figure, condition, _) => {
                format!("runs | {measure} | {} | {condition}", figure.name)
            }
            Task::Mixture(measure, index, condition, _) => {
                format!("mixture | {measure} | {index} | {condition}")
            }
            Task::Filters(source, init, _) => format!("filters | {source} | {init}"),
        }
    }

    /// Estimated cost, in units of one orbit.
    fn cost(&self, options: &Options) -> f64 {
        let of = |measure: &PoseMeasure| match measure {
            PoseMeasure::Turns(_) => 1.0,
            PoseMeasure::Motions(_) => 3.0,
            PoseMeasure::Linear(..) => 3.0,
        };
        match self {
            Task::Orbit(..) => 1.0,
            Task::Runs(measure, _, condition, _) => 1.0 + of(measure) * seeds(options, *condition) as f64,
            Task::Mixture(..) => 2.0 * options.mixture_steps as f64 / 500.0,
            Task::Filters(source, ..) => match source {
                Source::Noise | Source::Patches => 0.1,
                _ => 4.0,
            },
        }
    }

    fn run(&self, options: &Options) -> Result<Entry, BridgeError> {
        match self {
            Task::Orbit(law, figure) => {
                measure(figure, law, options.train, options.seed).map(|size| Entry::Orbit(Box::new(size)))
            }
            Task::Runs(measure, figure, condition, variance) => {
                runs(options, measure, figure, *condition, *variance).map(Entry::Runs)
            }
            Task::Mixture(measure, index, condition, figures) => {
                mixture(options, measure, *index, *condition, figures).map(Entry::Mixture)
            }
            Task::Filters(source, init, white) => {
                patches::measure(white, *source, *init, &options.patches, options.seed).map(Entry::Filters)
            }
        }
    }
}

fn seeds(options: &Options, condition: Condition) -> usize {
    match condition {
        Condition::SwappedVariance => options.inits.div_ceil(2),
        _ => options.inits,
    }
}

/// A seed for a network.
fn network_seed(seed: u64, what: &str) -> u64 {
    stream(seed, what).next_u64()
}

/// Rows minus a mean, times a factor.
fn affine(rows: &mut [f32], mean: &[f64], factor: f64) {
    for row in rows.chunks_exact_mut(mean.len()) {
        for (value, mean) in row.iter_mut().zip(mean) {
            *value = ((f64::from(*value) - mean) * factor) as f32;
        }
    }
}

/// Pictures of a figure to train on and to test with, centred and scaled to a variance if one is given.
fn scaled(
    options: &Options,
    measure: &PoseMeasure,
    figure: &Figure,
    variance: Option<f64>,
    (train, test): (usize, usize),
) -> Result<(Vec<f32>, Vec<f32>), BridgeError> {
    // The pictures of the orbit first, so that all conditions share them.
    let drawn = pictures(figure, measure, options.train, options.test, options.seed)?;
    let (mut rows, mut tests) = (drawn.train, drawn.test);
    rows.truncate(train * PIXELS);
    tests.truncate(test * PIXELS);
    if let Some(variance) = variance {
        let mean = mean_of(&rows, PIXELS);
        let factor = (variance / spread(&rows, &mean)).sqrt();
        affine(&mut rows, &mean, factor);
        affine(&mut tests, &mean, factor);
    }
    Ok((rows, tests))
}

fn runs(
    options: &Options,
    measure: &PoseMeasure,
    figure: &Figure,
    condition: Condition,
    variance: Option<f64>,
) -> Result<Vec<Run>, BridgeError> {
    let (rows, tests) = scaled(options, measure, figure, variance, (options.train, options.test))?;
    let mean = mean_of(&rows, PIXELS);
    let variance = spread(&tests, &mean);
    let train = dataset(&figure.name, rows)?;
    let tests = [(dataset(&figure.name, tests)?, variance)];
    let mut runs = Vec::new();
    for method in Method::ALL {
        for init in 0..seeds(options, condition) {
            // The same initial weights and orders for all figures: pairs differ in the pictures alone.
            let seed = network_seed(options.seed, &format!("network {init}"));
            let learned = learn(&train, &tests, options.training, method, seed)?;
            runs.push(Run {
                figure: figure.name.clone(),
                measure: *measure,
                condition,
                method,
                init,
                variance,
                learned: learned[0],
            });
        }
    }
    Ok(runs)
}

fn mixture(
    options: &Options,
    measure: &PoseMeasure,
    index: usize,
    condition: Condition,
    figures: &[(&Figure, Option<f64>)],
) -> Result<Vec<Mixed>, BridgeError> {
    let share = (options.train / 4).max(1);
    let (mut rows, mut tests) = (Vec::new(), Vec::new());
    for (figure, variance) in figures {
        let (train, test) = scaled(options, measure, figure, *variance, (share, options.test))?;
        rows.extend(train);
        tests.push(test);
    }
    let mean = mean_of(&rows, PIXELS);
    let tests: Vec<(Dataset, f64)> = tests
        .into_iter()
        .map(|test| {
            let variance = spread(&test, &mean);
            Ok((dataset("one of the mixture", test)?, variance))
        })
        .collect::<Result<_, BridgeError>>()?;
    let train = dataset("mixture", rows)?;
    let training = Training {
        steps: options.mixture_steps,
        ..options.training
    };
    let mut found = Vec::new();
    for method in Method::ALL {
        let seed = network_seed(options.seed, &format!("network of mixture {index}"));
        let learned = learn(&train, &tests, training, method, seed)?;
        for ((figure, _), learned) in figures.iter().zip(learned) {
            found.push(Mixed {
                figure: figure.name.clone(),
                measure: *measure,
                condition,
                method,
                mixture: index,
                learned,
            });
        }
    }
    Ok(found)
}

/// The variances to scale to under a condition, by figure: `None` where figures stay as they are.
fn variances(condition: Condition, sizes: &[&OrbitSize]) -> Vec<Option<f64>> {
    match condition {
        Condition::Energy => vec![None; sizes.len()],
        Condition::EqualVariance => vec![Some(EQUAL); sizes.len()],
        Condition::SwappedVariance => {
            let key = |i: &usize| (sizes[*i].covering_equal, sizes[*i].dimension, *i);
            let mut order: Vec<usize> = (0..sizes.len()).collect();
            order.sort_by_key(key);
            let mut found = vec![None; sizes.len()];
            let last = (sizes.len().max(2) - 1) as f64;
            for (place, &i) in order.iter().enumerate() {
                let (low, high) = SWAPPED;
                found[i] = Some(low * libm::pow(high / low, place as f64 / last));
            }
            found
        }
    }
}

/// Six figures of a mixture: chosen at random without repetition.
fn chosen<'a>(options: &Options, measure: &PoseMeasure, index: usize, of: &[&'a Figure]) -> Vec<&'a Figure> {
    let mut rng = stream(options.seed, &format!("mixture {index} under {measure}"));
    let mut left: Vec<&Figure> = of.to_vec();
    let count = MIXED.min(left.len());
    (0..count)
        .map(|_| left.swap_remove(rng.random_range(0..left.len())))
        .collect()
}

/// Does all pieces of the experiment that are not `known`; none if the observer stopped it. The result does not depend on the
/// number of `jobs`, nor on what was known.
///
/// # Errors
/// Those of the options, of the pictures, of the images and of the trainers.
pub fn run(
    options: &Options,
    jobs: usize,
    known: Entries,
    observer: &mut Observer<'_>,
) -> Result<Option<Entries>, BridgeError> {
    options.check()?;
    let images = match &options.images {
        Some(folder) => Dataset::read_png_images(folder)?,
        None => patches::dead_leaves(options.seed)?,
    };
    let white = patches::whiten(&images, options.patches.count, options.seed)?;
    let figures = options.figures();
    let orbits: Vec<Task<'_>> = options
        .measures
        .iter()
        .flat_map(|measure| figures.iter().map(|figure| Task::Orbit(*measure, figure)))
        .collect();
    let mut work = Work {
        options,
        jobs: jobs.max(1),
        entries: known,
        started: Instant::now(),
        spent: 0.0,
        left: 0.0,
    };
    // What comes after the orbits is known by then; its cost is guessed from their number for the time that is left.
    let later = orbits.len() as f64 * (3.0 + 6.0 * options.inits as f64);
    if work.pass(&orbits, later, observer)?.is_break() {
        return Ok(None);
    }
    let mut tasks = Vec::new();
    for measure in &options.measures {
        let size = |figure: &&Figure| match work.entries.get(&Task::Orbit(*measure, figure).key()) {
            Some(Entry::Orbit(size)) => Some(size.as_ref().clone()),
            _ => None,
        };
        let varying: Vec<(&Figure, OrbitSize)> = figures
            .iter()
            .filter_map(|figure| Some((figure, size(&figure)?)))
            .filter(|(_, size)| size.varies())
            .collect();
        for condition in Condition::ALL {
            let (main, control): (Vec<_>, Vec<_>) = varying.iter().partition(|(figure, _)| !figure.control);
            let sizes: Vec<&OrbitSize> = main.iter().map(|(_, size)| size).collect();
            let scales = variances(condition, &sizes);
            for ((figure, _), variance) in main.iter().zip(&scales) {
                tasks.push(Task::Runs(*measure, figure, condition, *variance));
            }
            if condition != Condition::SwappedVariance {
                let scale = (condition == Condition::EqualVariance).then_some(EQUAL);
                tasks.extend(
                    control
                        .iter()
                        .map(|(figure, _)| Task::Runs(*measure, figure, condition, scale)),
                );
            }
            let main: Vec<&Figure> = main.iter().map(|(figure, _)| *figure).collect();
            for index in 0..options.mixtures {
                let members = chosen(options, measure, index, &main);
                let sizes: Vec<&OrbitSize> = members
                    .iter()
                    .filter_map(|m| Some(&varying.iter().find(|(f, _)| f.name == m.name)?.1))
                    .collect();
                let scales = variances(condition, &sizes);
                tasks.push(Task::Mixture(
                    *measure,
                    index,
                    condition,
                    members.into_iter().zip(scales).collect(),
                ));
            }
        }
    }
    for source in Source::ALL {
        let inits = options.patches.inits;
        tasks.extend((0..inits).map(|init| Task::Filters(source, init, &white)));
    }
    if work.pass(&tasks, 0.0, observer)?.is_break() {
        return Ok(None);
    }
    // Pieces in the journal that are no part of this experiment are left out.
    let keys: std::collections::BTreeSet<String> = orbits.iter().chain(&tasks).map(Task::key).collect();
    work.entries.retain(|key, _| keys.contains(key));
    Ok(Some(work.entries))
}

/// The state of a run.
struct Work<'a> {
    options: &'a Options,
    jobs: usize,
    entries: Entries,
    started: Instant,
    spent: f64,
    left: f64,
}

impl Work<'_> {
    /// Does the tasks that are not done, on as many threads as there are jobs; `later` is the cost of what comes after them.
    fn pass(
        &mut self,
        tasks: &[Task<'_>],
        later: f64,
        observer: &mut Observer<'_>,
    ) -> Result<ControlFlow<()>, BridgeError> {
        let open: Vec<&Task<'_>> = tasks
            .iter()
            .filter(|task| !self.entries.contains_key(&task.key()))
            .collect();
        let options = self.options;
        self.left = later + open.iter().map(|task| task.cost(options)).sum::<f64>();
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (send, receive) = mpsc::channel();
        let mut flow = ControlFlow::Continue(());
        let mut failed: Option<(usize, BridgeError)> = None;
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.min(open.len()) {
                let (send, next, stop, open) = (send.clone(), &next, &stop, &open);
                scope.spawn(move || {
                    // Each job computes on its own thread alone: the pieces are small, and there are many of them.
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
                    while !stop.load(Ordering::Relaxed) {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(task) = open.get(index) else { break };
                        let result = match &pool {
                            Ok(pool) => pool.install(|| task.run(options)),
                            Err(_) => task.run(options),
                        };
                        if send.send((index, result)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(send);
            for (index, result) in receive {
                let task = open[index];
                match result {
                    Ok(entry) => {
                        let cost = task.cost(options);
                        self.spent += cost;
                        self.left -= cost;
                        let key = task.key();
                        let event = Event {
                            key: &key,
                            entry: &entry,
                            done: self.spent / (self.spent + self.left),
                            seconds_left: self.started.elapsed().as_secs_f64() * self.left / self.spent,
                        };
                        if observer(&event).is_break() {
                            flow = ControlFlow::Break(());
                            stop.store(true, Ordering::Relaxed);
                        }
                        self.entries.insert(key, entry);
                    }
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        // Of several, the first in the list, whichever thread was faster.
                        if failed.as_ref().is_none_or(|(first, _)| index < *first) {
                            failed = Some((index, error));
                        }
                    }
                }
            }
        });
        match failed {
            Some((_, error)) => Err(error),
            None => Ok(flow),
        }
    }
}
