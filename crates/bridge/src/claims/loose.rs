//! Loose readings of claims that are true only in a more careful form. Each is an entry of its own that is expected to
//! fail, with the counter-example among its figures; the careful form is the entry without `-loose`.

use groups::Permutation;
use nalgebra::Matrix2;
use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use rand::{Rng, RngExt};

use super::actions::{PAIRS, TUPLE_GROUPS, stabilizers};
use super::codes::weight_orbit_of;
use super::short::{Evidence, Short, Tuned};
use super::walks::{WALKS, walk};
use crate::claim::{About, Area, Cost, Curve, Figure, Parameter, Picture, Verdict};
use crate::figure::dimensions;
use crate::finite::search::{first_found, hitting_time};
use crate::finite::{named_group, tuples};
use crate::shadow::unit::{Unit, closure_defects};
use crate::statistics;
use groups::lie::haar::ellipse_share_inside;
use groups::scalar::rational;
use nets::Activation;

const SOURCE: &str =
    "a looser reading of Paul & Venkatasubramanian, arXiv 1412.6621, than the arguments there support";

/// The card of a loose reading.
const fn loose(
    code: &'static str,
    id: &'static str,
    area: Area,
    statement: &'static str,
    formula: &'static str,
    control: &'static str,
) -> About {
    About {
        code,
        id,
        area,
        statement,
        formula,
        source: SOURCE,
        control,
        expected: Verdict::Fails,
    }
}

const DRAWS: Parameter = Parameter::samples("samples", 20_000, "repetitions of the experiment");

const LIE_CARD: About = loose(
    "C02L",
    "orbit-stabilizer-lie-loose",
    Area::Lie,
    "An ellipse is a less symmetric figure than the circle: under GL(2) its orbit has a larger dimension.",
    "dim GL(2)·ellipse > dim GL(2)·circle",
    "The orbit of an ellipse has the dimension of GL(2), 4.",
);

/// The rank of X ↦ XᵀS + SX over gl(2), as a map to symmetric matrices: the dimension of the orbit of the form S.
fn rank_at(form: &Matrix2<f64>) -> usize {
    let columns: Vec<f64> = (0..4)
        .flat_map(|k| {
            let mut x = Matrix2::zeros();
            x[(k / 2, k % 2)] = 1.0;
            let moved = x.transpose() * form + form * x;
            [moved[(0, 0)], moved[(0, 1)], moved[(1, 1)]]
        })
        .collect();
    nalgebra::Matrix3x4::from_column_slice(&columns).rank(1e-8)
}

/// x²/a² + y²/b² turned by an angle.
fn ellipse(rng: &mut impl Rng) -> Matrix2<f64> {
    let (sine, cosine) = rng.random_range(0.0..std::f64::consts::TAU).sin_cos();
    let turn = Matrix2::new(cosine, -sine, sine, cosine);
    let axes = Matrix2::new(rng.random_range(0.2..0.8), 0.0, 0.0, rng.random_range(1.2..4.0));
    turn.transpose() * axes * turn
}

pub(super) static LIE: Short = Short {
    about: &LIE_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("Dimensions of orbits under GL(2) by exact rank.");
        let circle = dimensions("GL(2,R)", "x^2+y^2")?.orbit;
        for figure in ["x^2/4+y^2", "x^2+9y^2", "x^2+xy+y^2"] {
            let found = dimensions("GL(2,R)", figure)?.orbit;
            evidence.case(found > circle, || {
                format!("{figure}: dimension {found}, that of the circle {circle}")
            });
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(LIE_CARD.id);
        let mut evidence = Evidence::statistical(
            "The rank of the infinitesimal action at random ellipses.",
            context,
        );
        let circle = rank_at(&Matrix2::identity());
        let larger = (0..200).filter(|_| rank_at(&ellipse(&mut rng)) > circle).count();
        evidence.equal("of 200 random ellipses, with a larger orbit", larger, 200);
        let ratios = (0..16).map(|step| 1.0 + 0.2 * f64::from(step));
        let ranks = ratios.map(|ratio| (ratio, rank_at(&Matrix2::new(1.0, 0.0, 0.0, ratio * ratio)) as f64));
        evidence.picture(Picture::Chart {
            title: "The orbit of an ellipse, from the circle on".to_owned(),
            x: "ratio of the axes".to_owned(),
            y: "dimension of the orbit".to_owned(),
            logarithmic: (false, false),
            curves: vec![
                Curve::measured("found", ranks.collect()),
                Curve::theory(
                    "what the loose reading says",
                    vec![(1.0, 3.0), (1.001, 4.0), (4.0, 4.0)],
                ),
            ],
        });
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(LIE_CARD.control);
        evidence.equal("dimension", dimensions("GL(2,R)", "x^2+9y^2")?.orbit, 4);
        evidence.finish()
    },
};

const HITTING_CARD: About = loose(
    "C08L",
    "hitting-time-iid-loose",
    Area::Groups,
    "A search that draws group elements at random finds a symmetry of x after |O_x| draws on the mean: the identity, which fixes everything, need not be counted.",
    "E T' = |O_x|, T' the first g ≠ 1 with x·g = x",
    "E T' = |G_x|.",
);

/// Orders of groups and of stabilizers: S5 on the word 11100, S6 on 012344, D4 on 1000, PSL(2,7) on a constant word.
const ORDERS: [(&str, u32, u32); 4] = [
    ("S5 on 11100", 120, 12),
    ("S6 on 012344", 720, 2),
    ("D4 on 1000", 8, 2),
    ("PSL(2,7) on 00000000", 168, 168),
];

pub(super) static HITTING: Tuned = Short {
    about: &HITTING_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "E T' = (|G| − 1)/(|G_x| − 1) against |G|/|G_x|; they agree only where everything fixes x.",
        );
        for (name, order, stabilizer) in ORDERS {
            let found = hitting_time(&order.into(), &stabilizer.into())?.mean_without_identity;
            let found = found.map_or_else(|| "infinite".to_owned(), |mean| mean.to_string());
            evidence.equal(&format!("E T', {name}"), found, (order / stabilizer).to_string());
        }
        evidence.finish()
    },
    approximate: |context| {
        let group = named_group("S5")?;
        let word = [1, 1, 1, 0, 0];
        let mut rng = context.rng(HITTING_CARD.id);
        let fixes = |g: &Permutation| !g.is_identity() && (0..5).all(|i| word[g.image(i)] == word[i]);
        let sample: Vec<f64> = (0..context.natural(&DRAWS)?)
            .filter_map(|_| (1u64..).find(|_| fixes(&group.random_element(&mut rng))))
            .map(|t| t as f64)
            .collect();
        let mut evidence = Evidence::statistical(
            "Searches for an element other than 1 that fixes 11100 in S5.",
            context,
        );
        evidence.mean("E T'", &sample, 10.0);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(HITTING_CARD.control);
        let found = hitting_time(&120u32.into(), &12u32.into())?.mean_without_identity;
        evidence.case(found == Some(rational(12, 1)), || {
            format!("{found:?} in S5 on 11100")
        });
        evidence.finish()
    },
}
.with(&[DRAWS], Cost::Second);

const FIRST_CARD: About = loose(
    "C09L",
    "minimal-orbit-first-loose",
    Area::Groups,
    "Of two features, each is found first with a probability proportional to the order of its stabilizer.",
    "P(x first) = |S_x| / (|S_x| + |S_y|)",
    "The feature with the larger orbit comes first more often.",
);

pub(super) static FIRST: Tuned = Short {
    about: &FIRST_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "P(x strictly first) from the orders of the stabilizers and of their intersection: ties, which the identity alone makes possible, are not shared out.",
        );
        for case in PAIRS {
            let (_, x, y) = stabilizers(case)?;
            let found = first_found(&x.order(), &y.order(), &x.intersection(&y)?.order())?;
            let name = format!("P(x first), {} on {}", case.0, case.1);
            evidence.equal(&name, found.x_strictly_first, found.naive);
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(FIRST_CARD.id);
        let mut evidence = Evidence::statistical("Searches with the same draws for both features.", context);
        let (group, x, y) = stabilizers(PAIRS[0])?;
        let naive = first_found(&x.order(), &y.order(), &x.intersection(&y)?.order())?.naive;
        let trials = context.natural(&DRAWS)?;
        let mut first = 0;
        for _ in 0..trials {
            first += loop {
                let g = group.random_element(&mut rng);
                match (x.contains(&g), y.contains(&g)) {
                    (false, false) => {}
                    (only_x, also_y) => break u64::from(only_x && !also_y),
                }
            };
        }
        let share = statistics::proportion(first, trials, context.confidence);
        let expected = naive.to_f64().unwrap_or(f64::NAN);
        evidence.covers("P(x first), D4 on 3x3 words", share, trials, expected);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(FIRST_CARD.control);
        let (_, x, y) = stabilizers(PAIRS[0])?;
        let found = first_found(&x.order(), &y.order(), &x.intersection(&y)?.order())?;
        evidence.case(found.y_strictly_first > found.x_strictly_first, || {
            format!(
                "D4: {} for the larger orbit, {} for the smaller",
                found.y_strictly_first, found.x_strictly_first
            )
        });
        evidence.finish()
    },
}
.with(&[DRAWS], Cost::Second);

const RETURN_CARD: About = loose(
    "C10L",
    "cayley-walk-return-time-loose",
    Area::Groups,
    "A random walk by generators finds x after |O_x| steps on the mean, wherever it starts.",
    "E_uniform[first visit of x] = |G·x|",
    "It finds x after |O_x|/2 steps.",
);

fn mean_hitting_time(case: (&str, &str, (i64, i64))) -> Result<(BigRational, usize), crate::BridgeError> {
    let walk = walk(case)?;
    let states = walk.states();
    let sum = walk.hitting_times(0)?.iter().sum::<BigRational>();
    Ok((sum / BigRational::from_integer(states.into()), states))
}

pub(super) static RETURN: Tuned = Short {
    about: &RETURN_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("Mean hitting times from a uniform start, solved in rationals.");
        for case in [WALKS[0], ("C12", "+1,-1", (0, 1)), WALKS[4]] {
            let (mean, states) = mean_hitting_time(case)?;
            evidence.equal(
                &format!("mean hitting time, {}", case.0),
                mean,
                BigRational::from_integer(states.into()),
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(RETURN_CARD.id);
        let sample: Vec<f64> = (0..context.natural(&DRAWS)? / 4)
            .map(|_| {
                let (mut x, mut steps) = (rng.random_range(0..12u32), 0.0);
                while x != 0 {
                    x = if rng.random_bool(0.5) { x + 1 } else { x + 11 } % 12;
                    steps += 1.0;
                }
                steps
            })
            .collect();
        let mut evidence = Evidence::statistical("Simulated walks on C12 from a uniform start.", context);
        evidence.mean("steps until 0 is visited", &sample, 12.0);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(RETURN_CARD.control);
        evidence.equal(
            "C12",
            mean_hitting_time(("C12", "+1,-1", (0, 1)))?.0,
            rational(6, 1),
        );
        evidence.finish()
    },
}
.with(&[DRAWS], Cost::Second);

const MIXING_CARD: About = loose(
    "C11L",
    "cayley-walk-mixing-loose",
    Area::Groups,
    "A random walk by generators forgets where it started, so that walking is as good as drawing uniform elements.",
    "‖P^t(x, ·) − π‖_TV → 0 for every symmetric set of generators",
    "The walk +1,-1 on C12 is uniform at every odd time.",
);

pub(super) static MIXING: Tuned = Short {
    about: &MIXING_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("The distance after 400 steps as an exact fraction, below 1/100.");
        for case in [WALKS[0], WALKS[1], ("C12", "+1,-1", (0, 1))] {
            let walk = walk(case)?;
            let far = walk.total_variation(0, 400)?;
            let (name, lazy) = (case.0, case.2.0 > 0);
            evidence.case(far < rational(1, 100), || {
                format!(
                    "{name}, {}: distance {far}",
                    if lazy { "lazy" } else { "never at rest" }
                )
            });
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(MIXING_CARD.id);
        let trials = context.natural(&DRAWS)? / 20;
        let even = (0..trials).filter(|_| {
            let at = (0..400).fold(
                0u32,
                |x, _| if rng.random_bool(0.5) { x + 1 } else { x + 11 } % 12,
            );
            at % 2 == 0
        });
        let share = statistics::proportion(even.count() as u64, trials, context.confidence);
        let mut evidence = Evidence::statistical("Simulated walks of 400 steps on C12.", context);
        evidence.covers("share at even states", share, trials, 0.5);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(MIXING_CARD.control);
        let far = walk(("C12", "+1,-1", (0, 1)))?.total_variation(0, 401)?;
        evidence.equal("distance after 401 steps", far, rational(0, 1));
        evidence.finish()
    },
}
.with(&[DRAWS], Cost::Second);

const TUPLES_CARD: About = loose(
    "C12L",
    "depth-complexity-ktuples-loose",
    Area::Groups,
    "The complexity of representations increases with depth: there are more types of features of features at every further level.",
    "#types(k) < #types(k + 1) for every k ≥ 1",
    "The number of types falls with every further level.",
);

/// The numbers of types for k = 1, …, 5.
fn types(name: &str) -> Result<Vec<usize>, crate::BridgeError> {
    Ok(tuples::isotropy_types(&named_group(name)?, 5)?[1..].to_vec())
}

pub(super) static TUPLES: Short = Short {
    about: &TUPLES_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("Types of stabilizers of k-tuples up to k = 5.");
        let mut curves = Vec::new();
        for name in TUPLE_GROUPS {
            let types = types(name)?;
            evidence.case(types.windows(2).all(|pair| pair[0] < pair[1]), || {
                format!("{name}: {types:?}")
            });
            let along = (1..).map(f64::from).zip(types.iter().map(|&count| count as f64));
            curves.push(Curve::measured(name, along.collect()));
        }
        evidence.picture(Picture::Chart {
            title: "Types of features of features: they saturate".to_owned(),
            x: "depth k".to_owned(),
            y: "types of stabilizers".to_owned(),
            logarithmic: (false, false),
            curves,
        });
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(TUPLES_CARD.id);
        let mut evidence =
            Evidence::statistical("Orders of stabilizers of random tuples of points of S4.", context);
        let group = named_group("S4")?;
        let mut counts = Vec::new();
        for k in 1..=5 {
            let mut orders = std::collections::BTreeSet::new();
            for _ in 0..300 {
                let tuple: Vec<usize> = (0..k).map(|_| rng.random_range(0..4)).collect();
                orders.insert(group.pointwise_stabilizer(&tuple)?.order());
            }
            counts.push(orders.len());
        }
        evidence.note(Figure::exact(
            "different orders for k = 1, …, 5",
            format!("{counts:?}"),
        ));
        let grows = counts.windows(2).all(|pair| pair[0] < pair[1]);
        evidence.case(grows, || format!("S4: {counts:?}"));
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(TUPLES_CARD.control);
        let types = types("S4")?;
        evidence.case(types.windows(2).all(|pair| pair[0] > pair[1]), || {
            format!("S4: {types:?}")
        });
        evidence.finish()
    },
};

const BALL_CARD: About = loose(
    "C16L",
    "circle-vs-ellipse-norm-ball-loose",
    Area::Lie,
    "The circle is simpler than the ellipse, whatever the coordinates: a search among bounded maps meets more of its stabilizer in every norm.",
    "μ(Stab(circle) ∩ ball) > μ(Stab(ellipse) ∩ ball) for the ball of every norm |D⁻¹ T D|_F",
    "A larger ball holds a smaller share of a stabilizer.",
);

pub(super) static BALL: Tuned = Short {
    about: &BALL_CARD,
    exact: |_| {
        let mut evidence = Evidence::numerical(
            "Shares by the closed form, R = 2. In the norm of the ellipse's own coordinates the parts are exchanged: there the ellipse is the circle.",
        );
        for k in [2.0f64, 3.0, 4.0] {
            let (one, other) = (1.0, ellipse_share_inside(k, 2.0));
            evidence.case(one > other, || format!("Frobenius norm, k = {k}: {one} and {other}"));
            evidence.case(other > one, || {
                format!("norm |D⁻¹ T D|_F, k = {k}: circle {other:.4}, ellipse {one}")
            });
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(BALL_CARD.id);
        let mut evidence = Evidence::statistical(
            "Random elements of both stabilizers, k = 2, R = 2, in the norm |D⁻¹ T D|_F: the share of the circle's is to be 1, as that of the ellipse's is.",
            context,
        );
        let (k, radius, trials) = (2.0f64, 2.0f64, context.natural(&DRAWS)?);
        // D⁻¹ T D for a rotation T, D = diag(k, 1).
        let inside = (0..trials).filter(|_| {
            let (sine, cosine) = rng.random_range(0.0..std::f64::consts::TAU).sin_cos();
            2.0 * cosine * cosine + (sine / k).powi(2) + (sine * k).powi(2) <= radius * radius
        });
        let share = statistics::proportion(inside.count() as u64, trials, context.confidence);
        evidence.covers("share of the circle's stabilizer", share, trials, 1.0);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(BALL_CARD.control);
        let [small, large] = [1.6, 2.0].map(|radius| ellipse_share_inside(2.0, radius));
        evidence.case(large < small, || format!("{small:.4} at R = 1.6, {large:.4} at R = 2"));
        evidence.finish()
    },
}
.with(&[DRAWS], Cost::Instant);

const CLOSURE_CARD: About = loose(
    "C21L",
    "shadow-closure-defect-loose",
    Area::Shadow,
    "The affine maps fitted to layers form a group: the fit of two layers in a row is the product of their fits.",
    "fit(g∘f) = fit(g) fit(f) for least-squares fits on a ball",
    "The defect grows as the ball shrinks.",
);

fn slope_defect(b: f64, c: f64, radius: f64) -> Result<f64, crate::BridgeError> {
    let (f, g) = (
        Unit::new(Activation::Tanh, 1.0, b)?,
        Unit::new(Activation::Sigmoid, 1.2, c)?,
    );
    Ok(closure_defects(&f, &g, radius)?.1)
}

pub(super) static CLOSURE: Short = Short {
    about: &CLOSURE_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("Least-squares fits by quadrature, which is exact to 1e-12 here.");
        for (b, c) in [(0.5, 0.3), (1.0, -0.5)] {
            for radius in [0.5, 0.2] {
                let defect = slope_defect(b, c, radius)?;
                let name = format!("slope defect, biases {b} and {c}, r = {radius}");
                evidence.close(&name, defect, 0.0, 1e-9);
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(CLOSURE_CARD.id);
        let mut evidence = Evidence::statistical("Random pairs of units at r = 0.2.", context);
        let mut closed = 0;
        for _ in 0..50 {
            let mut bias = || rng.random_range(0.3..1.0);
            closed += usize::from(slope_defect(bias(), bias(), 0.2)?.abs() < 1e-9);
        }
        evidence.equal("of 50 pairs, closed to 1e-9", closed, 50);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(CLOSURE_CARD.control);
        let (small, large) = (slope_defect(0.5, 0.3, 0.1)?, slope_defect(0.5, 0.3, 0.4)?);
        evidence.case(small.abs() > large.abs(), || {
            format!("{small:.3e} at r = 0.1, {large:.3e} at r = 0.4")
        });
        evidence.finish()
    },
};

const WEIGHTS_CARD: About = loose(
    "C25L",
    "weight-space-orbit-loose",
    Area::Pretraining,
    "Every tanh network with k hidden units has k! 2^k equivalent sets of weights.",
    "|orbit of w| = k! 2^k for every w",
    "Every such network has k! of them.",
);

pub(super) static WEIGHTS: Short = Short {
    about: &WEIGHTS_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Orbits of three units under signed permutations; equal and dead units make them smaller.",
        );
        for units in [
            [[1, 2], [2, 1], [3, 1]],
            [[1, 2], [1, 2], [3, 1]],
            [[1, 2], [-1, -2], [3, 1]],
            [[0, 0], [2, 1], [3, 1]],
        ] {
            evidence.equal(
                &format!("{units:?}"),
                weight_orbit_of(&units, true)?,
                48u32.into(),
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng(WEIGHTS_CARD.id);
        let mut evidence = Evidence::statistical(
            "Three units with random ternary weights have orbits of 48.",
            context,
        );
        let mut full = 0;
        for _ in 0..200 {
            let units = [0; 3].map(|_| [0; 2].map(|_| rng.random_range(-1..=1)));
            full += usize::from(weight_orbit_of(&units, true)? == BigUint::from(48u32));
        }
        evidence.equal("of 200 networks, with a full orbit", full, 200);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(WEIGHTS_CARD.control);
        let found = weight_orbit_of(&[[1, 2], [2, 1], [3, 1]], true)?;
        evidence.equal("three different units", found, 6u32.into());
        evidence.finish()
    },
};
