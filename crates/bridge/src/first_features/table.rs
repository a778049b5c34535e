//! The tables as CSV.

use super::analysis::Tables;
use super::learning::Learned;

/// One line for each network on one figure, then one for each figure of a mixture; `mixture` is empty for the former.
pub fn runs_csv(tables: &Tables) -> String {
    let mut text = String::from(
        "law,figure,condition,method,init,mixture,variance,steps_50,steps_20,steps_10,area,last_error\n",
    );
    let learned = |l: &Learned| {
        let steps = l.steps.map(|s| s.map_or(String::new(), |s| format!("{s:.1}")));
        format!("{},{:.4},{:.4}", steps.join(","), l.area, l.error)
    };
    for run in &tables.runs {
        text += &format!(
            "\"{}\",{},{},{},{},,{:.4},{}\n",
            run.measure,
            run.figure,
            run.condition,
            run.method,
            run.init,
            run.variance,
            learned(&run.learned)
        );
    }
    for run in &tables.mixed {
        text += &format!(
            "\"{}\",{},{},{},,{},,{}\n",
            run.measure,
            run.figure,
            run.condition,
            run.method,
            run.mixture,
            learned(&run.learned)
        );
    }
    text
}

/// One line for each orbit.
pub fn orbits_csv(tables: &Tables) -> String {
    let mut text = String::from(
        "law,figure,control,closed_curve,pen,dimension,rank,gap,dimension_at_tolerance,rotations,covering_0.3,covering_0.5,covering_0.7,covering_equal_variance,saturated,variance,inverse_eigenvalue_50,inverse_eigenvalue_20,inverse_eigenvalue_10,components_90\n",
    );
    for o in &tables.orbits {
        text += &format!(
            "\"{}\",{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.4},{:.5},{:.5},{:.5},{}\n",
            o.measure,
            o.figure,
            o.control,
            o.closed_curve,
            o.pen,
            o.dimension,
            o.rank,
            o.gap.map_or(String::new(), |g| format!("{g:.3e}")),
            o.dimension_at_tolerance,
            o.rotations.map_or("all".to_owned(), |r| r.to_string()),
            o.covering[0],
            o.covering[1],
            o.covering[2],
            o.covering_equal,
            o.saturated,
            o.variance,
            o.inverse_eigenvalue[0],
            o.inverse_eigenvalue[1],
            o.inverse_eigenvalue[2],
            o.components_90
        );
    }
    text
}
