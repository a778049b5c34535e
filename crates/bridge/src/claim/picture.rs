//! What a finding looks like: the series behind its figures, to be drawn at the edge.

use serde::{Deserialize, Serialize};

/// A picture of a finding, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Picture {
    /// Curves on two axes.
    Chart {
        /// What it shows.
        title: String,
        /// Name of the horizontal axis.
        x: String,
        /// Name of the vertical axis.
        y: String,
        /// Whether the axes are logarithmic.
        logarithmic: (bool, bool),
        /// The curves.
        curves: Vec<Curve>,
    },
    /// Counts in bins against what theory expects in them.
    Histogram {
        /// What it shows.
        title: String,
        /// Name of the horizontal axis.
        x: String,
        /// Left end of the first bin, and width of every bin.
        bins: (f64, f64),
        /// Shares of the sample in each bin.
        shares: Vec<f64>,
        /// Shares that theory expects.
        theory: Vec<f64>,
    },
    /// An orbit with the generators as arcs.
    Orbit {
        /// What it shows.
        title: String,
        /// Names of the points, the first the one that the orbit is of.
        points: Vec<String>,
        /// Arcs: from, to, generator.
        arcs: Vec<(usize, usize, String)>,
    },
}

/// A curve of a [`Picture::Chart`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// How it is drawn.
    pub style: Style,
    /// Its points.
    pub points: Vec<(f64, f64)>,
    /// Lower and upper ends at each point, for a band of confidence.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub band: Vec<(f64, f64)>,
}

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// A line: theory.
    Line,
    /// Dots: what was measured.
    Dots,
}

impl Curve {
    /// What theory says.
    pub fn theory(name: &str, points: Vec<(f64, f64)>) -> Self {
        Curve {
            name: name.to_owned(),
            style: Style::Line,
            points,
            band: Vec::new(),
        }
    }

    /// What was measured.
    pub fn measured(name: &str, points: Vec<(f64, f64)>) -> Self {
        Curve {
            style: Style::Dots,
            ..Self::theory(name, points)
        }
    }

    /// The same with a band of confidence.
    pub fn within(mut self, band: Vec<(f64, f64)>) -> Self {
        self.band = band;
        self
    }
}

impl Picture {
    /// How the mean of a sample settles as it grows, with its band of confidence, beside the value that theory gives.
    pub fn convergence(title: &str, y: &str, sample: &[f64], expected: f64, level: f64) -> Self {
        const SHOWN: usize = 60;
        let quantile = crate::statistics::normal_quantile(level);
        let (mut points, mut band) = (Vec::new(), Vec::new());
        let (mut sum, mut squares, mut next) = (0.0, 0.0, 10.0);
        let growth = (sample.len().max(11) as f64 / 10.0).powf(1.0 / SHOWN as f64);
        for (index, value) in sample.iter().enumerate() {
            let n = index as f64 + 1.0;
            sum += value;
            squares += value * value;
            if n >= next || index + 1 == sample.len() {
                let mean = sum / n;
                let variance = ((squares - n * mean * mean) / (n - 1.0)).max(0.0);
                let half = quantile * (variance / n).sqrt();
                points.push((n, mean));
                band.push((mean - half, mean + half));
                next = (next * growth).max(n + 1.0);
            }
        }
        let ends = [points.first(), points.last()];
        let theory = ends.iter().flatten().map(|p| (p.0, expected)).collect();
        Picture::Chart {
            title: title.to_owned(),
            x: "samples".to_owned(),
            y: y.to_owned(),
            logarithmic: (true, false),
            curves: vec![
                Curve::measured("mean so far", points).within(band),
                Curve::theory("theory", theory),
            ],
        }
    }

    /// Values against a positive variable, both on logarithmic axes, so that a power law is a line.
    pub fn power_law(title: &str, x: &str, y: &str, curves: Vec<Curve>) -> Self {
        Picture::Chart {
            title: title.to_owned(),
            x: x.to_owned(),
            y: y.to_owned(),
            logarithmic: (true, true),
            curves,
        }
    }

    /// Shares of integers 1, 2, … in a sample, up to `last` (the rest is left out), against a law.
    pub fn integer_histogram(
        title: &str,
        x: &str,
        sample: &[f64],
        last: usize,
        law: impl Fn(usize) -> f64,
    ) -> Self {
        let mut shares = vec![0.0; last];
        for value in sample {
            if let Some(share) = shares.get_mut((*value as usize).wrapping_sub(1)) {
                *share += 1.0 / sample.len() as f64;
            }
        }
        Picture::Histogram {
            title: title.to_owned(),
            x: x.to_owned(),
            bins: (0.5, 1.0),
            shares,
            theory: (1..=last).map(law).collect(),
        }
    }
}
