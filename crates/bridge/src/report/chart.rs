//! Line charts as inline SVG.

use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::BridgeError;

/// The colours of series, in order: told apart by people with every common kind of colour vision
/// (Okabe and Ito).
pub(crate) const PALETTE: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
];

/// One curve of a chart.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Drawn as dots joined by a thin line, instead of as a line alone.
    pub(crate) dotted: bool,
    /// Lower and upper ends at the points, for a band around the curve.
    pub(crate) band: Vec<(f64, f64)>,
    /// Whether dots are joined at all.
    pub(crate) joined: bool,
}

impl Series {
    pub(crate) fn line(name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Series {
            name: name.into(),
            points,
            dotted: false,
            band: Vec::new(),
            joined: true,
        }
    }

    pub(crate) fn dots(name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Series {
            name: name.into(),
            points,
            dotted: true,
            band: Vec::new(),
            joined: true,
        }
    }

    /// Dots that are not joined.
    pub(crate) fn scatter(name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Series {
            joined: false,
            ..Self::dots(name, points)
        }
    }
}

/// A chart with its axes.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: &'a str,
    pub(crate) y: &'a str,
    pub(crate) logarithmic: (bool, bool),
    /// Where the curves leave room for the legend.
    pub(crate) legend: SeriesLabelPosition,
    pub(crate) series: Vec<Series>,
}

const SIZE: (u32, u32) = (560, 320);

impl Chart<'_> {
    /// The chart as an `<svg>` element. Points that a logarithmic axis cannot show are left out.
    pub(crate) fn to_svg(&self) -> Result<String, BridgeError> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            self.draw(&area).map_err(|error| BridgeError::Drawing {
                what: self.title.to_owned(),
                why: error.to_string(),
            })?;
        }
        Ok(svg)
    }

    fn shown(&self, series: &Series) -> Vec<(f64, f64)> {
        let positive = |value: f64, logarithmic: bool| value.is_finite() && (!logarithmic || value > 0.0);
        let (log_x, log_y) = self.logarithmic;
        series
            .points
            .iter()
            .copied()
            .filter(|(x, y)| positive(*x, log_x) && positive(*y, log_y))
            .collect()
    }

    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn std::error::Error>> {
        let points: Vec<(f64, f64)> = self.series.iter().flat_map(|s| self.shown(s)).collect();
        let (log_x, log_y) = self.logarithmic;
        let x = range(points.iter().map(|p| p.0), log_x);
        // The first parts of bands are wide; the picture need not hold them.
        let late = |s: &Series| -> Vec<f64> {
            let from = s.band.len() / 4;
            s.band.iter().skip(from).flat_map(|b| [b.0, b.1]).collect()
        };
        let ends = self.series.iter().flat_map(late);
        let ends = ends.filter(|end| end.is_finite() && (!log_y || *end > 0.0));
        let y = range(points.iter().map(|p| p.1).chain(ends), log_y);
        match (log_x, log_y) {
            (false, false) => self.plot(area, y, x.0..x.1, y.0..y.1),
            (true, false) => self.plot(area, y, (x.0..x.1).log_scale(), y.0..y.1),
            (false, true) => self.plot(area, y, x.0..x.1, (y.0..y.1).log_scale()),
            (true, true) => self.plot(area, y, (x.0..x.1).log_scale(), (y.0..y.1).log_scale()),
        }
    }

    fn plot<X, Y>(
        &self,
        area: &DrawingArea<SVGBackend<'_>, Shift>,
        (low, high): (f64, f64),
        x: X,
        y: Y,
    ) -> Result<(), Box<dyn std::error::Error>>
    where
        X: plotters::coord::ranged1d::AsRangedCoord<Value = f64>,
        Y: plotters::coord::ranged1d::AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 16))
            .margin(8)
            .x_label_area_size(40)
            .y_label_area_size(64)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_desc(self.x)
            .y_desc(self.y)
            .x_labels(8)
            .y_labels(7)
            .x_label_formatter(&|v| short(*v))
            .y_label_formatter(&|v| short(*v))
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(228, 228, 228))
            .label_style(("sans-serif", 12))
            .axis_desc_style(("sans-serif", 13))
            .draw()?;
        for (series, colour) in self.series.iter().zip(PALETTE.iter().cycle()) {
            let points = self.shown(series);
            if !series.band.is_empty() {
                let ends = series.points.iter().zip(&series.band);
                let inside = |value: f64| {
                    if value.is_nan() {
                        low
                    } else {
                        value.clamp(low, high)
                    }
                };
                let ends = ends.filter(|((x, _), _)| !self.logarithmic.0 || *x > 0.0);
                let (lower, upper): (Vec<_>, Vec<_>) = ends
                    .map(|((x, _), (l, u))| ((*x, inside(*l)), (*x, inside(*u))))
                    .unzip();
                let outline: Vec<(f64, f64)> = lower.into_iter().chain(upper.into_iter().rev()).collect();
                chart.draw_series(std::iter::once(Polygon::new(outline, colour.mix(0.18))))?;
            }
            let style = colour.stroke_width(if series.dotted { 1 } else { 2 });
            let joined = if series.joined { points.clone() } else { Vec::new() };
            chart
                .draw_series(LineSeries::new(joined, style))?
                .label(series.name.clone())
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
            if series.dotted {
                chart.draw_series(points.into_iter().map(|p| Circle::new(p, 3, colour.filled())))?;
            }
        }
        if self.series.len() > 1 {
            chart
                .configure_series_labels()
                .background_style(WHITE.mix(0.85))
                .border_style(RGBColor(200, 200, 200))
                .label_font(("sans-serif", 12))
                .position(self.legend.clone())
                .draw()?;
        }
        Ok(())
    }
}

/// The range of an axis: the data with a margin, never empty.
fn range(values: impl Iterator<Item = f64>, logarithmic: bool) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(v), h.max(v))
    });
    if low > high {
        return (0.1, 1.0);
    }
    if logarithmic {
        return (low / 1.3, high * 1.3);
    }
    let margin = if high > low { 0.05 * (high - low) } else { 0.5 };
    // A quantity that is never negative keeps its axis at 0.
    (
        if low >= 0.0 && low < 0.3 * high {
            0.0
        } else {
            low - margin
        },
        high + margin,
    )
}

/// An axis label of few characters.
fn short(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e5).contains(&magnitude) {
        format!("{value:.0e}")
    } else {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_holds_its_texts_and_every_axis_kind_draws() {
        for logarithmic in [(false, false), (true, false), (false, true), (true, true)] {
            let chart = Chart {
                title: "Residual <against> radius",
                x: "radius",
                y: "residual",
                logarithmic,
                legend: SeriesLabelPosition::UpperLeft,
                series: vec![
                    Series::dots("sampled", vec![(0.1, 0.01), (1.0, 1.0), (0.0, 2.0)]),
                    Series::line("bound", vec![(0.1, 0.02), (1.0, 2.0)]),
                ],
            };
            let svg = chart.to_svg().unwrap();
            assert!(svg.starts_with("<svg") && svg.contains("radius") && svg.contains("bound"));
            assert!(svg.contains("&lt;against&gt;"), "texts are escaped");
        }
    }

    #[test]
    fn a_chart_without_points_still_draws() {
        let chart = Chart {
            title: "t",
            x: "x",
            y: "y",
            logarithmic: (true, true),
            legend: SeriesLabelPosition::UpperLeft,
            series: vec![Series::line("none", vec![])],
        };
        assert!(chart.to_svg().unwrap().contains("</svg>"));
    }
}
