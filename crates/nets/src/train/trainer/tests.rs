//! Resumption, refusal, divergence and early stopping.

use super::*;
use crate::{
    AutoencoderOptions, AutoencoderTrainer, Corruption, EarlyStopping, NegativePhase, Optimizer, RbmOptions,
    RbmTrainer, Schedule, Sparsity, ignore_progress,
};
use std::ops::ControlFlow;

fn autoencoder_options() -> AutoencoderOptions {
    AutoencoderOptions {
        code_width: 12,
        corruption: Corruption::Masking(0.2),
        train: TrainOptions {
            epochs: 3,
            batch: 50,
            schedule: Schedule {
                warm_up: 1.5,
                decay: crate::Decay::Cosine { floor: 0.1 },
            },
            early_stopping: Some(EarlyStopping {
                patience: 2,
                improvement: 0.0,
            }),
            ..TrainOptions::default()
        },
        ..AutoencoderOptions::default()
    }
}

fn rbm_options() -> RbmOptions {
    RbmOptions {
        hidden: 12,
        negative_phase: NegativePhase::Persistent { chains: 40 },
        sparsity: Some(Sparsity {
            target: 0.1,
            weight: 0.1,
            decay: 0.9,
        }),
        epochs: 3,
        batch: 50,
        ..RbmOptions::default()
    }
}

/// Breaks at the given call.
fn stop_at(call: usize) -> impl FnMut(&Progress) -> ControlFlow<()> {
    let mut calls = 0;
    move |_| {
        calls += 1;
        if calls == call {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Runs straight through, and stopped at each of the given calls and resumed by a new trainer; compares the files.
fn check_resumption<'a, L: Learner>(fresh: impl Fn() -> Trainer<'a, L>) {
    let folder = tempfile::tempdir().unwrap();
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    fresh().run_with_file(&whole, &mut ignore_progress).unwrap();
    // In the middle of an epoch, at its last batch, at its end.
    for call in [7, 23, 10, 9] {
        let result = fresh().run_with_file(&parts, &mut stop_at(call));
        assert!(matches!(result, Err(NetError::Interrupted { .. })), "{result:?}");
    }
    let mut last = fresh();
    last.run_with_file(&parts, &mut ignore_progress).unwrap();
    assert_eq!(std::fs::read(&whole).unwrap(), std::fs::read(&parts).unwrap());
    assert_eq!(last.history().len(), 4);
}

#[test]
fn a_run_that_is_resumed_gives_the_bytes_of_one_that_is_not() {
    let (train, test) = Dataset::digits().split(0.4, 1).unwrap();
    let test = test.unwrap();
    check_resumption(|| {
        AutoencoderTrainer::new(&train, autoencoder_options())
            .unwrap()
            .with_held_out(&test)
            .unwrap()
    });
    check_resumption(|| RbmTrainer::new(&train, rbm_options()).unwrap());
}

#[test]
fn a_run_with_other_settings_or_rows_is_not_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let (train, test) = Dataset::digits().split(0.4, 1).unwrap();
    RbmTrainer::new(&train, rbm_options())
        .unwrap()
        .save(&path)
        .unwrap();
    let options = RbmOptions {
        rate: 0.5,
        ..rbm_options()
    };
    let error = RbmTrainer::new(&train, options)
        .unwrap()
        .resume(&path)
        .unwrap_err();
    let message = error.to_string();
    assert!(message.ends_with("is of a run with model.options.rate = 0.04, expected 0.5 as asked for now"));
    let test = test.unwrap();
    let error = RbmTrainer::new(&test, rbm_options())
        .unwrap()
        .resume(&path)
        .unwrap_err();
    assert!(error.to_string().contains("other rows"), "{error}");
    let bytes = std::fs::read(&path).unwrap();
    for cut in [0, 9, 200, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let result = RbmTrainer::new(&train, rbm_options()).unwrap().resume(&path);
        assert!(matches!(result, Err(NetError::Unreadable { .. })), "{result:?}");
    }
}

#[test]
fn divergence_keeps_the_last_good_state() {
    let digits = Dataset::digits();
    let mut options = autoencoder_options();
    options.activation = crate::Activation::Linear;
    options.decoder_activation = crate::Activation::Linear;
    options.loss = crate::Loss::SquaredError;
    options.train.optimizer = Optimizer::sgd(1e4, 0.9);
    options.train.schedule = Schedule::default();
    let mut trainer = AutoencoderTrainer::new(&digits, options).unwrap();
    let before = trainer.autoencoder();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    trainer.save(&path).unwrap();
    let error = trainer.run_with_file(&path, &mut ignore_progress).unwrap_err();
    assert!(
        matches!(
            error,
            NetError::Diverged {
                epoch: 1,
                rate: 1e4,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(trainer.autoencoder(), before);
    let mut again = AutoencoderTrainer::new(&digits, options).unwrap();
    again.resume(&path).unwrap();
    assert_eq!(again.autoencoder(), before);
}

/// A learner whose error is a given function of the epoch.
struct Scripted {
    state: Vec<f32>,
    errors: &'static [f64],
}

impl Learner for Scripted {
    fn step(&mut self, _: &Batch<'_>) -> f64 {
        self.state[0] += 1.0;
        0.0
    }
    fn error(&mut self, _: Rows<'_>) -> f64 {
        self.errors[self.state[0] as usize]
    }
    fn visit_state(&mut self, visit: &mut VisitState<'_, f32>) {
        visit(format_args!("state"), &mut self.state);
    }
    fn settings(&self) -> serde_json::Value {
        "scripted".into()
    }
}

#[test]
fn early_stopping_goes_back_to_the_best_epoch() {
    let data = Dataset::new("x", vec![0.0], 1).unwrap();
    let early_stopping = Some(EarlyStopping {
        patience: 3,
        improvement: 0.1,
    });
    let run = |errors: &'static [f64], epochs| {
        let options = TrainOptions {
            epochs,
            batch: 1,
            early_stopping,
            ..TrainOptions::default()
        };
        let learner = Scripted {
            state: vec![0.0],
            errors,
        };
        let mut trainer = Trainer::with_learner(&data, learner, options).unwrap();
        let reason = trainer.run(&mut ignore_progress).unwrap();
        (reason, trainer.learner().state[0], trainer.history().len())
    };
    // From 4 on no error is 10% below 0.5.
    let errors = &[2.0, 1.0, 0.9, 0.5, 0.49, 0.6, 0.46, 0.1, 0.0];
    let best = StopReason::StoppedEarly { best_epoch: 3 };
    assert_eq!(run(errors, 8), (best, 3.0, 7));
    assert_eq!(run(errors, 4), (StopReason::Finished, 4.0, 5));
}
