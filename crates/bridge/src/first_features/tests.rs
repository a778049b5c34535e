//! The whole experiment, tiny.

use std::ops::ControlFlow;

use super::learning::Training;
use super::patches::PatchOptions;
use super::runs::{Entries, Options};
use super::*;

fn tiny() -> Options {
    Options {
        measures: vec!["so2".parse().unwrap(), "gl2:0.7,1.2".parse().unwrap()],
        curves: 1,
        train: 120,
        test: 30,
        training: Training { hidden: 8, steps: 60 },
        inits: 2,
        mixtures: 2,
        mixture_steps: 40,
        replicates: 30,
        patches: PatchOptions {
            count: 400,
            steps: vec![0, 20],
            inits: 1,
        },
        ..Options::quick(7)
    }
}

/// Runs, with every piece of work that was done.
fn run(options: &Options, jobs: usize, known: Entries, most: usize) -> (Option<Experiment>, Entries) {
    let mut done = Entries::new();
    let experiment = Experiment::run(options, jobs, known, &mut |event| {
        done.insert(event.key.to_owned(), event.entry.clone());
        if done.len() == most {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    (experiment.unwrap(), done)
}

#[test]
fn one_and_two_jobs_and_a_resumed_run_give_the_same() {
    let options = tiny();
    let bytes = |experiment: &Option<Experiment>| {
        let experiment = experiment.as_ref().unwrap();
        let json = serde_json::to_string(experiment).unwrap();
        json + &runs_csv(&experiment.tables) + &orbits_csv(&experiment.tables)
    };
    let (one, _) = run(&options, 1, Entries::new(), usize::MAX);
    // Stopped in the middle, kept as JSON, and gone on with by two jobs.
    let (stopped, journal) = run(&options, 1, Entries::new(), 70);
    assert!(stopped.is_none() && journal.len() >= 70);
    let text = serde_json::to_string(&journal).unwrap();
    let journal: Entries = serde_json::from_str(&text).unwrap();
    let known = journal.len();
    let (resumed, rest) = run(&options, 2, journal, usize::MAX);
    assert!(bytes(&one) == bytes(&resumed));
    assert!(rest.keys().all(|key| !text.contains(&format!("\"{key}\""))) && known >= 70);
    // Every orbit is as the figure says, every condition is there.
    let tables = &one.as_ref().unwrap().tables;
    assert!(tables.orbits.iter().all(|o| o.rank == o.dimension));
    for condition in runs::Condition::ALL {
        assert!(tables.runs.iter().any(|r| r.condition == condition));
    }
    assert!(one.unwrap().filters.len() > 3);
}

#[test]
fn a_measure_that_loses_figures_is_refused() {
    let options = Options {
        measures: vec!["se2:9".parse().unwrap()],
        ..tiny()
    };
    let error = Experiment::run(&options, 2, Entries::new(), &mut |_| ControlFlow::Continue(()))
        .unwrap_err()
        .to_string();
    assert!(error.contains("norm") && error.contains("measure"), "{error}");
    let none = Options {
        measures: vec![],
        ..tiny()
    };
    assert!(Experiment::run(&none, 1, Entries::new(), &mut |_| ControlFlow::Continue(())).is_err());
}
