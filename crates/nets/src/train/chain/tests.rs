//! Gradients and steps of a chain against central differences and the bare rules.

use super::*;
use crate::random::{Purpose, stream, unit_f64};

const ALL: [Activation; 7] = [
    Activation::Linear,
    Activation::Sigmoid,
    Activation::Tanh,
    Activation::Relu,
    Activation::LeakyRelu { slope: 0.1 },
    Activation::Silu,
    Activation::Gelu,
];

fn numbers(count: usize, index: u64) -> Vec<f64> {
    let mut rng = stream(11, Purpose::Weights, index, 0);
    (0..count).map(|_| unit_f64(&mut rng) - 0.5).collect()
}

/// input 5 → 4 → 3 → 4 → 5, the last two layers tied to the first two.
fn tied(hidden: Activation, output: Activation) -> Chain<f64> {
    let shapes = [(4, 5), (1, 4), (3, 4), (1, 3), (1, 4), (1, 5)];
    let parameters = (0..)
        .zip(shapes)
        .map(|(i, (r, c))| Parameter::new(numbers(r * c, i), r, c))
        .collect();
    let layer = |weight, transposed, bias, activation| DenseUse {
        weight,
        transposed,
        bias,
        activation,
    };
    let layers = vec![
        layer(0, false, 1, hidden),
        layer(2, false, 3, hidden),
        layer(2, true, 4, hidden),
        layer(0, true, 5, output),
    ];
    Chain::new(
        parameters,
        layers,
        7,
        &Optimizer::sgd(1.0, 0.0),
        CodePenalty::None,
    )
}

#[test]
fn gradients_agree_with_central_differences() {
    let rows = 6;
    let input = numbers(rows * 5, 90);
    let target: Vec<f64> = numbers(rows * 5, 91).iter().map(|x| x + 0.5).collect();
    let mut cases: Vec<_> = ALL.map(|a| (a, a, Loss::SquaredError)).into();
    cases.push((Activation::Tanh, Activation::Sigmoid, Loss::CrossEntropy));
    for (hidden, output, loss) in cases {
        check_gradient(tied(hidden, output), &input, &target, rows, loss);
    }
}

/// A step at rate 1 without momentum is the gradient.
fn check_gradient(chain: Chain<f64>, input: &[f64], target: &[f64], rows: usize, loss: Loss) {
    let (optimizer, number, factor) = (&Optimizer::sgd(1.0, 0.0), 1, 1.0);
    let mut stepped = chain.clone();
    stepped.backward(input, target, rows, loss);
    stepped.step(
        input,
        rows,
        StepRule {
            optimizer,
            number,
            factor,
        },
    );
    let mut chain = chain;
    for parameter in 0..chain.parameters.len() {
        for index in 0..chain.parameters[parameter].values.len() {
            let mut at = |shift: f64| {
                chain.parameters[parameter].values[index] += shift;
                let value = chain.backward(input, target, rows, loss) / rows as f64;
                chain.parameters[parameter].values[index] -= shift;
                value
            };
            let h = 1e-5;
            let difference = (at(h) - at(-h)) / (2.0 * h);
            let gradient =
                chain.parameters[parameter].values[index] - stepped.parameters[parameter].values[index];
            assert!(
                (gradient - difference).abs() < 1e-6 * difference.abs().max(1.0),
                "{loss:?} {:?}: parameter {parameter} [{index}]: {gradient} {difference}",
                chain.layers
            );
        }
    }
}

#[test]
fn gradients_of_penalties_agree_with_central_differences() {
    let rows = 6;
    let (input, target) = (numbers(rows * 5, 92), numbers(rows * 5, 93));
    let contractive = CodePenalty::Contractive { weight: 0.7 };
    let sparse = CodePenalty::KlSparsity {
        target: 0.1,
        weight: 0.9,
    };
    let smooth = CodePenalty::SmoothL1 {
        weight: 0.6,
        epsilon: 1e-2,
    };
    for (penalty, activation) in [
        (contractive, Activation::Sigmoid),
        (contractive, Activation::Tanh),
        (contractive, Activation::Linear),
        (sparse, Activation::Sigmoid),
        (smooth, Activation::Linear),
        (smooth, Activation::Gelu),
    ] {
        let mut chain = tied(activation, Activation::Linear);
        chain.penalty = PenaltyState::new(penalty, activation, 4);
        check_gradient(chain, &input, &target, rows, Loss::SquaredError);
    }
}

/// The steps that are fused with the products are the optimiser's steps on the gradient.
#[test]
fn every_optimizer_steps_as_on_the_bare_gradient() {
    let rows = 6;
    let (input, target) = (numbers(rows * 5, 94), numbers(rows * 5, 95));
    let decayed = Optimizer::Sgd {
        rate: 0.1,
        momentum: 0.9,
        nesterov: false,
        weight_decay: 0.3,
    };
    for optimizer in [decayed, Optimizer::nesterov(0.1, 0.9), Optimizer::adamw(0.1, 0.2)] {
        let start = tied(Activation::Tanh, Activation::Linear);
        let mut chain = Chain::new(
            start.parameters.clone(),
            start.layers.clone(),
            7,
            &optimizer,
            CodePenalty::None,
        );
        let mut expected = start.parameters.clone();
        for parameter in &mut expected {
            parameter.second = vec![0.0; parameter.values.len()];
        }
        for number in 1..4 {
            // The gradient at the present parameters, by a step at rate 1.
            let mut probe = start.clone();
            for (to, from) in probe.parameters.iter_mut().zip(&chain.parameters) {
                to.values.clone_from(&from.values);
            }
            let unit = Optimizer::sgd(1.0, 0.0);
            let rule = |optimizer, factor| StepRule {
                optimizer,
                number,
                factor,
            };
            probe.backward(&input, &target, rows, Loss::SquaredError);
            probe.step(&input, rows, rule(&unit, 1.0));
            for ((expected, before), after) in
                expected.iter_mut().zip(&chain.parameters).zip(&probe.parameters)
            {
                let gradient: Vec<f64> = before
                    .values
                    .iter()
                    .zip(&after.values)
                    .map(|(b, a)| b - a)
                    .collect();
                let slot = Slot {
                    values: &mut expected.values,
                    gradient: &gradient,
                    first: &mut expected.first,
                    second: &mut expected.second,
                };
                optimizer.apply(slot, number, 0.5, expected.rows > 1);
            }
            chain.backward(&input, &target, rows, Loss::SquaredError);
            chain.step(&input, rows, rule(&optimizer, 0.5));
            for (expected, got) in expected.iter().zip(&chain.parameters) {
                for (want, got) in expected.values.iter().zip(&got.values) {
                    assert!(
                        (want - got).abs() < 1e-9,
                        "{optimizer:?} step {number}: {want} {got}"
                    );
                }
            }
        }
    }
}

#[test]
fn evaluation_in_pieces_is_evaluation_of_all() {
    let (input, target) = (numbers(20 * 5, 1), numbers(20 * 5, 2));
    let mut chain = tied(Activation::Tanh, Activation::Linear);
    let all = chain.evaluate(&input, &target, 5, Loss::SquaredError);
    let single: f64 = (0..20)
        .map(|row| {
            let range = row * 5..row * 5 + 5;
            chain.evaluate(&input[range.clone()], &target[range], 5, Loss::SquaredError)
        })
        .sum();
    assert!((all - single).abs() < 1e-12 * all);
}
