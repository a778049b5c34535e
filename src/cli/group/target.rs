//! What an orbit or a stabilizer is asked of: a point, a set or a tuple.

use bridge::graph::LabelledGraph;
use groups::{Action, OnPoints, OnSets, OnTuples, PermGroup};

use crate::cli::CliError;

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct TargetArgs {
    /// A point, counted from 0.
    #[arg(long, value_name = "P")]
    point: Option<String>,
    /// A set of points, counted from 0: 0,1,2.
    #[arg(long, value_name = "S")]
    set: Option<String>,
    /// A tuple of points, counted from 0: 0,1,2.
    #[arg(long, value_name = "T")]
    tuple: Option<String>,
}

/// A point, a set or a tuple of points of the group's degree.
pub(super) enum Target {
    Point([usize; 1]),
    Set(Vec<usize>),
    Tuple(Vec<usize>),
}

impl TargetArgs {
    /// The target that the options name, checked against the group's degree.
    pub(super) fn read(&self, group: &PermGroup) -> Result<Target, CliError> {
        let target = match (&self.point, &self.set, &self.tuple) {
            (Some(text), ..) => match points("--point", text)?.as_slice() {
                [point] => Target::Point([*point]),
                _ => return Err(not_points("--point", text)),
            },
            (_, Some(text), _) => {
                let mut set = points("--set", text)?;
                OnSets::point(set.iter().copied())?;
                set.sort_unstable();
                Target::Set(set)
            }
            (_, _, Some(text)) => Target::Tuple(points("--tuple", text)?),
            (None, None, None) => return Err(CliError::Usage("give --point, --set or --tuple".to_owned())),
        };
        group.check_points(target.points())?;
        Ok(target)
    }
}

fn not_points(option: &'static str, text: &str) -> CliError {
    let expected = if option == "--point" {
        "one point counted from 0, such as 3"
    } else {
        "points counted from 0, such as 0,1,2"
    };
    CliError::Option {
        option,
        value: text.to_owned(),
        expected,
    }
}

/// Numbers between commas, with or without brackets around them.
fn points(option: &'static str, text: &str) -> Result<Vec<usize>, CliError> {
    let inner = text
        .trim()
        .trim_start_matches(['[', '{', '('])
        .trim_end_matches([']', '}', ')'])
        .trim();
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    inner
        .split(',')
        .map(|part| part.trim().parse().map_err(|_| not_points(option, text)))
        .collect()
}

impl Target {
    pub(super) fn points(&self) -> &[usize] {
        match self {
            Target::Point(point) => point,
            Target::Set(points) | Target::Tuple(points) => points,
        }
    }

    pub(super) fn action(&self) -> &'static str {
        match self {
            Target::Point(_) => "point",
            Target::Set(_) => "set",
            Target::Tuple(_) => "tuple",
        }
    }

    fn packed(&self) -> Box<[u32]> {
        self.points().iter().map(|p| *p as u32).collect()
    }

    /// The stabilizer, whatever the length of the orbit.
    pub(super) fn stabilizer(&self, group: &PermGroup) -> Result<PermGroup, CliError> {
        Ok(match self {
            Target::Point([p]) => group.stabilizer(*p)?,
            Target::Set(points) => group.set_stabilizer(points)?,
            Target::Tuple(points) => group.pointwise_stabilizer(points)?,
        })
    }

    /// The Schreier graph.
    pub(super) fn graph(&self, group: &PermGroup, limit: usize) -> Result<LabelledGraph, CliError> {
        fn of<A: Action<PermGroup>>(
            target: &Target,
            group: &PermGroup,
            action: &A,
            start: &A::Point,
            points: impl Fn(&A::Point) -> Vec<usize>,
            limit: usize,
        ) -> Result<LabelledGraph, CliError> {
            Ok(LabelledGraph::of_orbit(
                group,
                action,
                start,
                |x| target.show(&points(x)),
                limit,
            )?)
        }
        fn list(x: &impl AsRef<[u32]>) -> Vec<usize> {
            x.as_ref().iter().map(|p| *p as usize).collect()
        }
        match self {
            Target::Point([p]) => of(self, group, &OnPoints, &(*p as u32), |p| vec![*p as usize], limit),
            Target::Set(_) => of(self, group, &OnSets, &self.packed(), list, limit),
            Target::Tuple(_) => of(self, group, &OnTuples, &self.packed(), list, limit),
        }
    }
}
