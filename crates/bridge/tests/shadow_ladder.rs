//! Planted truth for the ladder of groups: f = g + δh with g from each group (task E10).

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::BridgeError;
use bridge::shadow::{
    AffineMap, Ball, Base, Cuboid, Enclosure, Explanation, GeneratedGroup, GeneratedOptions, GroupElement,
    Ladder, LadderOptions, LogLogSlope, Logarithm, NoLogarithm, Obstruction, Region, Rung, StatisticalBound,
    generated_group, ladder, ladder_on_data, lie_closure, log_log_slope, nearest_element,
    nearest_permutation,
};
use groups::{PermGroup, Permutation};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use nets::{Activation, Dense, Network};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

fn gaussian(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(m, n, |_, _| normal(rng))
}

/// A random element of each group, far from the smaller ones.
fn planted(rng: &mut ChaCha8Rng, rung: Rung, n: usize) -> AffineMap {
    let mut images: Vec<u32> = (0..n as u32).collect();
    images.shuffle(rng);
    let permutation = Permutation::from_images(images).unwrap();
    let mut signs: Vec<i8> = (0..n)
        .map(|_| if rng.random::<bool>() { 1 } else { -1 })
        .collect();
    signs[0] = -1;
    let orthogonal = gaussian(rng, n, n).qr().q();
    let linear = match rung {
        Rung::Permutation => GroupElement::Permutation(permutation).matrix(),
        Rung::SignedPermutation => GroupElement::SignedPermutation { permutation, signs }.matrix(),
        Rung::Orthogonal => orthogonal,
        Rung::Similarity => orthogonal * 1.7,
        Rung::GeneralLinear | Rung::Affine => gaussian(rng, n, n) / (n as f64).sqrt(),
    };
    let offset = if rung == Rung::Affine {
        gaussian(rng, n, 1).column(0).into_owned()
    } else {
        DVector::zeros(n)
    };
    AffineMap::new(linear, offset).unwrap()
}

fn pairs(
    g: &AffineMap,
    delta: f64,
    points: &[DVector<f64>],
    bump: &DMatrix<f64>,
) -> Vec<(DVector<f64>, DVector<f64>)> {
    let h = |x: &DVector<f64>| (bump * x).map(|z| (3.0 * z + 0.5).sin());
    points
        .iter()
        .map(|x| (x.clone(), g.apply(x) + h(x) * delta))
        .collect()
}

#[test]
fn the_planted_group_and_element_are_recovered_under_every_perturbation() {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    for n in [4usize, 8, 16, 64] {
        for rung in Rung::ALL {
            for delta in [0.0, 1e-3, 1e-1] {
                let g = planted(&mut rng, rung, n);
                let bump = gaussian(&mut rng, n, n) / (n as f64).sqrt();
                let cube = Cuboid::new(DVector::zeros(n), DVector::from_element(n, 2.0)).unwrap();
                let options = LadderOptions::for_width(n, 0);
                let points = cube.sample(options.points + 200, 77);
                let (train, held_out) = points.split_at(options.points);
                let found = ladder_on_data(
                    &pairs(&g, delta, train, &bump),
                    &pairs(&g, delta, held_out, &bump),
                    options,
                )
                .unwrap();
                let name = format!("{rung} n = {n} delta = {delta}");
                assert_eq!(found.smallest, Some(rung), "{name}: {:?}", rms(&found));
                let fit = found.rung(rung).unwrap();
                let error = (fit.map.linear() - g.linear()).norm() / g.linear().norm();
                match rung {
                    Rung::Permutation | Rung::SignedPermutation => assert_eq!(error, 0.0, "{name}"),
                    _ => assert!(error <= 2.0 * delta + 1e-12, "{name}: {error}"),
                }
            }
        }
    }
}

fn rms(ladder: &Ladder) -> Vec<(Rung, f64)> {
    ladder
        .rungs
        .iter()
        .map(|fit| (fit.rung, fit.relative_rms))
        .collect()
}

#[test]
fn a_tanh_layer_near_zero_imitates_its_weights_within_the_certified_bound() {
    // ‖tanh(Wx) − Wx‖: sup |tanh''|/2 R² by the claim, 1/3 R³ in truth; the group of W is the answer
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for n in [4usize, 16] {
        for rung in &Rung::ALL[..5] {
            let g = planted(&mut rng, *rung, n);
            let layer = Dense::new(g.linear().clone(), DVector::zeros(n), Activation::Tanh).unwrap();
            let network = Network::new(vec![layer.into()]).unwrap();
            let radius = 0.05;
            let ball = Ball::new(DVector::zeros(n), radius).unwrap();
            let found = ladder(&network, &ball.into(), LadderOptions::for_width(n, 3)).unwrap();
            assert_eq!(found.smallest, Some(*rung), "{:?}", rms(&found));
            let longest = g.linear().row_iter().map(|r| r.norm()).fold(0.0, f64::max);
            let second_order = 0.5 * 4.0 / (3.0 * 3f64.sqrt()) * (longest * radius).powi(2);
            let fit = found.rung(*rung).unwrap();
            let bound = fit.residual.certified_sup.unwrap().max;
            assert!(fit.residual.sample_max_coordinate <= bound && bound <= second_order);
            // every rung is bounded, also those that do not explain the map
            for fit in &found.rungs {
                assert!(fit.residual.sample_max <= fit.residual.certified_sup.unwrap().euclidean);
            }
        }
    }
}

#[test]
fn the_statistical_bound_covers_over_200_trials() {
    // f = g + δh; in each trial the exceedance of the largest held-out residual is measured on fresh points
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let n = 4;
    let g = planted(&mut rng, Rung::Orthogonal, n);
    let bump = gaussian(&mut rng, n, n) / (n as f64).sqrt();
    let cube = Cuboid::new(DVector::zeros(n), DVector::from_element(n, 1.0)).unwrap();
    let fresh = pairs(&g, 0.1, &cube.sample(20_000, 1_000_000), &bump);
    let trials = 200u64;
    let mut covered = 0;
    for trial in 0..trials {
        let points = cube.sample(164, trial);
        let (train, held_out) = points.split_at(64);
        let options = LadderOptions {
            explanation: Explanation::Within { relative: 0.5 },
            ..LadderOptions::for_width(n, 0)
        };
        let found = ladder_on_data(
            &pairs(&g, 0.1, train, &bump),
            &pairs(&g, 0.1, held_out, &bump),
            options,
        )
        .unwrap();
        let fit = found.rung(Rung::Orthogonal).unwrap();
        let StatisticalBound {
            points, exceedance, ..
        } = fit.residual.statistical;
        assert_eq!(points, 100);
        let above = fresh
            .iter()
            .filter(|(x, y)| (y - fit.map.apply(x)).norm() > fit.residual.sample_max)
            .count();
        covered += u64::from(above as f64 / fresh.len() as f64 <= exceedance);
    }
    // the bound is exact for a continuous law: the count is binomial(200, 0.95), three standard errors allowed
    let least = 190.0 - 3.0 * (200.0f64 * 0.95 * 0.05).sqrt();
    assert!(covered as f64 >= least, "covered {covered} of {trials}");
}

#[test]
fn the_certified_bound_of_a_planted_perturbation_is_within_twice_the_truth_on_a_box() {
    // f − g' = δ·tanh(Vx + b) + (g − g')x for the recovered g'; on a box the supremum of output i is at a corner
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    for n in [4usize, 16, 64] {
        for delta in [1e-3, 1e-1] {
            let v = gaussian(&mut rng, n, n) / n as f64;
            let bias = DVector::from_fn(n, |_, _| 0.3 * normal(&mut rng));
            let bump = Dense::new(v.clone(), bias.clone(), Activation::Tanh).unwrap();
            let scale = Dense::new(
                DMatrix::identity(n, n) * delta,
                DVector::zeros(n),
                Activation::Linear,
            )
            .unwrap();
            let difference = Network::new(vec![bump.into(), scale.into()]).unwrap();
            let region: Region = Cuboid::new(DVector::zeros(n), DVector::from_element(n, 0.5))
                .unwrap()
                .into();
            let same = AffineMap::from_linear(DMatrix::zeros(n, n)).unwrap();
            let bound = Enclosure::new(&difference, &region)
                .unwrap()
                .sup_distance(&same)
                .unwrap()
                .max;
            let truth = (0..n)
                .map(|i| {
                    let reach = 0.5 * v.row(i).iter().map(|w| w.abs()).sum::<f64>();
                    delta * (bias[i].abs() + reach).tanh()
                })
                .fold(0.0, f64::max);
            assert!(
                bound >= truth && bound <= 1.01 * truth,
                "n = {n} delta = {delta}: {bound} {truth}"
            );
        }
    }
}

#[test]
fn an_offset_is_affine_about_the_origin_and_orthogonal_about_the_centroid() {
    let mut rng = ChaCha8Rng::seed_from_u64(14);
    let turn = planted(&mut rng, Rung::Orthogonal, 3);
    let g = AffineMap::new(turn.linear().clone(), dvector![1.0, -2.0, 0.5]).unwrap();
    let ball = Ball::new(dvector![3.0, 1.0, -2.0], 1.0).unwrap();
    let data: Vec<_> = ball
        .sample(60, 1)
        .into_iter()
        .map(|x| (x.clone(), g.apply(&x)))
        .collect();
    let climb = |base| {
        let options = LadderOptions {
            base,
            ..LadderOptions::for_width(3, 0)
        };
        ladder_on_data(&data[..40], &data[40..], options).unwrap()
    };
    assert_eq!(climb(Base::Origin).smallest, Some(Rung::Affine));
    let centred = climb(Base::Centroid);
    assert_eq!(centred.smallest, Some(Rung::Orthogonal));
    assert!((centred.rung(Rung::Orthogonal).unwrap().map.offset() - g.offset()).norm() < 1e-12);
}

#[test]
fn what_no_group_explains_is_said_so() {
    let mut rng = ChaCha8Rng::seed_from_u64(15);
    // |x| is even: its best linear map is nothing
    let even: Vec<_> = (0..400)
        .map(|_| {
            let x = gaussian(&mut rng, 3, 1).column(0).into_owned();
            (x.clone(), x.abs())
        })
        .collect();
    let options = LadderOptions {
        explanation: Explanation::Within { relative: 0.15 },
        ..LadderOptions::for_width(3, 0)
    };
    assert_eq!(
        ladder_on_data(&even[..300], &even[300..], options)
            .unwrap()
            .smallest,
        None
    );
    // a projection is in no group: GL and Aff are refused, and the isometries are far
    let flat: Vec<_> = even
        .iter()
        .map(|(x, _)| (x.clone(), dvector![x[0], x[1], 0.0]))
        .collect();
    let found = ladder_on_data(&flat[..300], &flat[300..], options).unwrap();
    assert_eq!(found.smallest, None);
    let refused: Vec<_> = found.refused.iter().map(|r| (r.rung, r.obstruction)).collect();
    assert_eq!(
        refused,
        [
            (Rung::GeneralLinear, Obstruction::RankDeficient),
            (Rung::Affine, Obstruction::RankDeficient)
        ]
    );
    assert!(found.best_relative_rms < 1e-14);
    // so is a map through a bottleneck, although least squares gives it full rank
    let down = Dense::new(gaussian(&mut rng, 2, 4), DVector::zeros(2), Activation::Tanh).unwrap();
    let up = Dense::new(gaussian(&mut rng, 4, 2), DVector::zeros(4), Activation::Tanh).unwrap();
    let network = Network::new(vec![down.into(), up.into()]).unwrap();
    let ball = Ball::new(DVector::zeros(4), 1.0).unwrap();
    let found = ladder(&network, &ball.into(), LadderOptions::for_width(4, 1)).unwrap();
    assert!(
        found
            .refused
            .iter()
            .all(|r| r.obstruction == Obstruction::Bottleneck { width: 2 })
    );
    assert_eq!(found.refused.len(), 2);
}

#[test]
fn ill_formed_questions_are_typed_errors() {
    let layer = Dense::new(dmatrix![1.0, 2.0], dvector![0.0], Activation::Tanh).unwrap();
    let network = Network::new(vec![layer.into()]).unwrap();
    let ball: Region = Ball::new(dvector![0.0, 0.0], 1.0).unwrap().into();
    let options = LadderOptions::for_width(2, 0);
    assert!(matches!(
        ladder(&network, &ball, options),
        Err(BridgeError::Shape {
            expected: 2,
            got: 1,
            ..
        })
    ));
    assert!(matches!(
        ladder_on_data(&[], &[], options),
        Err(BridgeError::TooFewSamples { .. })
    ));
    let pair = |a: f64| (dvector![a, 1.0], dvector![1.0, a]);
    let three = [pair(1.0), pair(2.0), pair(-1.0)];
    assert!(matches!(
        ladder_on_data(&three, &[], options),
        Err(BridgeError::TooFewSamples { got: 0, .. })
    ));
    assert!(matches!(
        ladder_on_data(&three, &[pair(f64::NAN)], options),
        Err(BridgeError::NotFinite { .. })
    ));
    assert!(matches!(
        generated_group(&[], GeneratedOptions::default()),
        Err(BridgeError::Shape { .. })
    ));
    assert!(matches!(
        nearest_element(Rung::Orthogonal, &dmatrix![1.0, 2.0]),
        Err(BridgeError::Shape { .. })
    ));
}

#[test]
fn the_distance_from_a_subgroup_falls_along_the_ladder_and_vanishes_on_it() {
    let mut rng = ChaCha8Rng::seed_from_u64(16);
    let a = gaussian(&mut rng, 5, 5);
    let distances: Vec<f64> = Rung::ALL
        .iter()
        .map(|rung| nearest_element(*rung, &a).unwrap().unwrap().distance)
        .collect();
    assert!(
        distances.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12),
        "{distances:?}"
    );
    assert!(distances[4] < 1e-12);
    for rung in Rung::ALL {
        let g = planted(&mut rng, rung, 5);
        assert!(nearest_element(rung, g.linear()).unwrap().unwrap().distance < 1e-12);
    }
    // Procrustes of a symmetric matrix with a negative eigenvalue: reflect along it
    let nearest = nearest_element(Rung::Orthogonal, &dmatrix![2.0, 0.0; 0.0, -3.0])
        .unwrap()
        .unwrap();
    assert!((nearest.element.matrix() - dmatrix![1.0, 0.0; 0.0, -1.0]).norm() < 1e-14);
    assert!((nearest.distance - 5f64.sqrt()).abs() < 1e-14);
    assert!(
        nearest_element(Rung::GeneralLinear, &dmatrix![1.0, 0.0; 0.0, 0.0])
            .unwrap()
            .is_none()
    );
    // the alternating group: an odd permutation is at distance 2 (a transposition away)
    let alternating = PermGroup::alternating(4);
    let odd = GroupElement::Permutation(Permutation::parse_cycles("(1,2)", Some(4)).unwrap()).matrix();
    let elements: Vec<Permutation> = alternating.elements().collect();
    let (index, distance) = nearest_permutation(&elements, &odd).unwrap().unwrap();
    assert!((distance - 2.0).abs() < 1e-14 && alternating.contains(&elements[index]));
}

fn orthogonal(matrix: DMatrix<f64>) -> GroupElement {
    nearest_element(Rung::Orthogonal, &matrix)
        .unwrap()
        .unwrap()
        .element
}

fn rotation(axis: usize, angle: f64) -> DMatrix<f64> {
    let (i, j) = [(1, 2), (2, 0), (0, 1)][axis];
    let mut turn = DMatrix::identity(3, 3);
    turn[(i, i)] = angle.cos();
    turn[(j, j)] = angle.cos();
    turn[(i, j)] = -angle.sin();
    turn[(j, i)] = angle.sin();
    turn
}

#[test]
fn generated_groups_are_the_known_ones() {
    let options = GeneratedOptions::default();
    // the icosahedral rotation group, from a fifth turn about (0, 1, φ) and a half turn about (0, 0, 1)
    let golden = (1.0 + 5f64.sqrt()) / 2.0;
    let axis = dvector![0.0, 1.0, golden].normalize();
    let angle = std::f64::consts::TAU / 5.0;
    let cross = dmatrix![0.0, -axis[2], axis[1]; axis[2], 0.0, -axis[0]; -axis[1], axis[0], 0.0];
    let fifth = (cross * angle).exp();
    let half = rotation(2, std::f64::consts::PI);
    let noise = dmatrix![0.3, -0.2, 0.9; 0.1, 0.5, -0.7; 0.2, 0.8, 0.4] * 1e-9;
    let icosahedral = [orthogonal(fifth.clone() + noise), orthogonal(half.clone())];
    match generated_group(&icosahedral, options).unwrap() {
        GeneratedGroup::Finite { order, closing_error } => {
            assert_eq!(order, 60);
            assert!(closing_error > 1e-12 && closing_error < 1e-7);
        }
        other => panic!("the icosahedral group is finite: {other:?}"),
    }
    // dense in SO(3): two turns by one radian
    let dense = [orthogonal(rotation(0, 1.0)), orthogonal(rotation(1, 1.0))];
    match generated_group(&dense, options).unwrap() {
        GeneratedGroup::Lie { algebra } => {
            assert_eq!(algebra.dimension.value, 3);
            assert!(algebra.dimension.gap > 1e6 && algebra.complete);
        }
        other => panic!("not finite: {other:?}"),
    }
    // one turn generates a line only
    match generated_group(&dense[..1], options).unwrap() {
        GeneratedGroup::Lie { algebra } => assert_eq!(algebra.dimension.value, 1),
        other => panic!("not finite: {other:?}"),
    }
    // an orientation-reversing element of infinite order is on no one-parameter subgroup
    let mirror = GroupElement::GeneralLinear(dmatrix![-2.0, 0.0; 0.0, 1.0]);
    assert!(matches!(
        generated_group(&[mirror], options).unwrap(),
        GeneratedGroup::Unknown {
            element: 0,
            reason: NoLogarithm::OtherComponent
        }
    ));
    // the powers of a contraction approach one another and are infinitely many all the same
    let contraction = GroupElement::GeneralLinear(dmatrix![0.5, 0.0; 0.0, 1.0]);
    match generated_group(&[contraction], options).unwrap() {
        GeneratedGroup::Lie { algebra } => assert_eq!(algebra.dimension.value, 1),
        other => panic!("not finite: {other:?}"),
    }
    // signed permutations of three coordinates: C2 wr S3 of order 48, exactly
    let signed = |text: &str, signs: [i8; 3]| GroupElement::SignedPermutation {
        permutation: Permutation::parse_cycles(text, Some(3)).unwrap(),
        signs: signs.to_vec(),
    };
    let cube = [
        signed("(1,2,3)", [1, 1, 1]),
        signed("(1,2)", [1, 1, 1]),
        signed("()", [-1, 1, 1]),
    ];
    match generated_group(&cube, options).unwrap() {
        GeneratedGroup::Exact { order, degree, .. } => assert_eq!((order, degree), (48u32.into(), 6)),
        other => panic!("exact: {other:?}"),
    }
    // se(2) inside aff(2): a turn and a translation
    let affine = |linear: DMatrix<f64>, offset| GroupElement::Affine(AffineMap::new(linear, offset).unwrap());
    let turn = dmatrix![1f64.cos(), -1f64.sin(); 1f64.sin(), 1f64.cos()];
    let moves = [
        affine(turn, dvector![0.0, 0.0]),
        affine(DMatrix::identity(2, 2), dvector![1.0, 0.0]),
    ];
    match generated_group(&moves, options).unwrap() {
        GeneratedGroup::Lie { algebra } => assert_eq!(algebra.dimension.value, 3),
        other => panic!("not finite: {other:?}"),
    }
}

#[test]
fn lie_closures_have_the_textbook_dimensions() {
    let unit = |n: usize, i: usize, j: usize| {
        let mut e = DMatrix::zeros(n, n);
        e[(i, j)] = 1.0;
        e
    };
    let dimension = |x: &[DMatrix<f64>]| {
        lie_closure(x, GeneratedOptions::default())
            .unwrap()
            .dimension
            .value
    };
    assert_eq!(dimension(&[unit(2, 0, 1), unit(2, 1, 0)]), 3); // sl(2)
    assert_eq!(dimension(&[unit(3, 0, 1), unit(3, 1, 2)]), 3); // Heisenberg
    assert_eq!(dimension(&[]), 0);
    let rotations: Vec<_> = (0..4).map(|i| unit(5, i, i + 1) - unit(5, i + 1, i)).collect();
    assert_eq!(dimension(&rotations), 10); // so(5)
    let mut rng = ChaCha8Rng::seed_from_u64(17);
    assert_eq!(
        dimension(&[gaussian(&mut rng, 4, 4), gaussian(&mut rng, 4, 4)]),
        16
    ); // gl(4)
    let limit = GeneratedOptions {
        dimension_limit: 5,
        ..GeneratedOptions::default()
    };
    assert!(!lie_closure(&rotations, limit).unwrap().complete);
}

#[test]
fn logarithms_follow_the_rungs() {
    let ball: Region = Ball::new(dvector![0.0, 0.0], 0.01).unwrap().into();
    let layer = Dense::new(
        dmatrix![0.8, -0.6; 0.6, 0.8] * 2.0,
        dvector![0.0, 0.0],
        Activation::Tanh,
    )
    .unwrap();
    let network = Network::new(vec![layer.into()]).unwrap();
    let found = ladder(&network, &ball, LadderOptions::for_width(2, 1)).unwrap();
    assert_eq!(found.smallest, Some(Rung::Similarity));
    let angle = 0.6f64.atan2(0.8);
    let expected = dmatrix![2f64.ln(), -angle; angle, 2f64.ln()];
    match &found.rung(Rung::Similarity).unwrap().logarithm {
        Logarithm::Exists { generator, residual } => {
            assert!((generator - expected).norm() < 1e-3 && *residual < 1e-12);
        }
        none => panic!("a turn and stretch has a logarithm: {none:?}"),
    }
    assert!(matches!(
        found.rung(Rung::Permutation).unwrap().logarithm,
        Logarithm::None {
            reason: NoLogarithm::FiniteGroup
        }
    ));
    match &found.rung(Rung::Affine).unwrap().logarithm {
        Logarithm::Exists { generator, .. } => assert_eq!(generator.nrows(), 3),
        none => panic!("{none:?}"),
    }
}

#[test]
fn the_ladder_is_reproducible_and_serialises() {
    let layer = Dense::new(
        dmatrix![1.0, 0.2; -0.2, 1.0],
        dvector![0.1, 0.0],
        Activation::Sigmoid,
    )
    .unwrap();
    let network = Network::new(vec![layer.into()]).unwrap();
    let ball: Region = Ball::new(dvector![0.5, 0.0], 0.5).unwrap().into();
    let run = |seed| {
        serde_json::to_string(&ladder(&network, &ball, LadderOptions::for_width(2, seed)).unwrap()).unwrap()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
    let back: Ladder = serde_json::from_str(&run(5)).unwrap();
    assert_eq!(
        back.smallest,
        ladder(&network, &ball, LadderOptions::for_width(2, 5))
            .unwrap()
            .smallest
    );
    let slope: Option<LogLogSlope> = log_log_slope([(1.0, 1.0), (2.0, 4.0), (4.0, 16.0)].into_iter());
    assert!((slope.unwrap().slope - 2.0).abs() < 1e-12);
}
