//! Where to draw the vertices: coordinates from the spectrum of the graph.

use std::f64::consts::FRAC_PI_2;

use nalgebra::{DMatrix, SymmetricEigen};
use petgraph::visit::EdgeRef;

use super::LabelledGraph;

/// At most so many eigenvectors are laid over each other.
const MOST_AXES: usize = 12;

/// Eigenvalues below this share of the largest count as zero.
const DEGENERATE: f64 = 1e-9;

impl LabelledGraph {
    /// Coordinates of every vertex in the square [−1, 1]², by the eigenvectors of the Laplacian with the
    /// smallest positive eigenvalues (Hall's spectral drawing).
    ///
    /// Two eigenvectors do; but in a graph with symmetry they often put several vertices on one point, and
    /// then further eigenvectors are added in skew directions until all are apart. The sign of an
    /// eigenvector is fixed by its first sizeable entry. Cost: O(V³). A graph with levels is laid out in rows, the lowest level
    /// at the bottom.
    ///
    /// ```
    /// use bridge::graph::LabelledGraph;
    /// let group = groups::catalog::parse_group("C12")?;
    /// let circle = LabelledGraph::of_orbit(&group, &groups::OnPoints, &0, |p| p.to_string(), 99)?;
    /// let places = circle.layout();
    /// assert_eq!(places.len(), 12);
    /// let radius = |p: &[f64; 2]| p[0].hypot(p[1]);
    /// assert!(places.iter().all(|p| (radius(p) - radius(&places[0])).abs() < 1e-9)); // a circle
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn layout(&self) -> Vec<[f64; 2]> {
        let n = self.vertex_count();
        if let Some(levels) = &self.levels {
            return in_layers(levels);
        }
        if n <= 2 {
            return (0..n)
                .map(|v| [if n == 1 { 0.0 } else { 2.0 * v as f64 - 1.0 }, 0.0])
                .collect();
        }
        let mut laplacian = DMatrix::<f64>::zeros(n, n);
        for edge in self.graph.edge_references() {
            let (a, b) = (edge.source().index(), edge.target().index());
            if a != b {
                laplacian[(a, b)] -= 1.0;
                laplacian[(b, a)] -= 1.0;
                laplacian[(a, a)] += 1.0;
                laplacian[(b, b)] += 1.0;
            }
        }
        let eigen = SymmetricEigen::new(laplacian);
        let mut by_value: Vec<usize> = (0..n).collect();
        by_value.sort_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
        let scale = eigen.eigenvalues.amax().max(1.0);
        let positive = by_value
            .into_iter()
            .filter(|i| eigen.eigenvalues[*i] > DEGENERATE * scale);
        let mut places = vec![[0.0; 2]; n];
        for (k, index) in positive.enumerate().take(MOST_AXES) {
            if k >= 2 && !coincide(&places) {
                break;
            }
            let column = eigen.eigenvectors.column(index);
            let sign = column.iter().find(|v| v.abs() > 1e-6).map_or(1.0, |v| v.signum());
            // The golden angle keeps the skew directions apart.
            let (weight, angle) = if k < 2 {
                (1.0, k as f64 * FRAC_PI_2)
            } else {
                (0.45, 2.4 * k as f64)
            };
            for (place, value) in places.iter_mut().zip(column.iter()) {
                place[0] += weight * angle.cos() * sign * value;
                place[1] += weight * angle.sin() * sign * value;
            }
        }
        let reach = spread(&places);
        if reach > 0.0 {
            places.iter_mut().flatten().for_each(|c| *c /= reach);
        }
        places
    }
}

/// Rows from the bottom (y = 1, as y points down in pictures), each spread evenly in the order of the vertices.
fn in_layers(levels: &[usize]) -> Vec<[f64; 2]> {
    let highest = levels.iter().copied().max().unwrap_or(0);
    let mut sizes = vec![0usize; highest + 1];
    levels.iter().for_each(|&level| sizes[level] += 1);
    let mut seen = vec![0usize; highest + 1];
    let mut place = |&level: &usize| {
        let column = seen[level];
        seen[level] += 1;
        let x = (2 * column + 1) as f64 / sizes[level] as f64 - 1.0;
        let y = if highest == 0 {
            0.0
        } else {
            1.0 - 2.0 * level as f64 / highest as f64
        };
        [x, y]
    };
    levels.iter().map(&mut place).collect()
}

fn coincide(places: &[[f64; 2]]) -> bool {
    let apart = 0.02 * spread(places);
    let near = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < apart;
    places
        .iter()
        .enumerate()
        .any(|(i, a)| places[..i].iter().any(|b| near(a, b)))
}

/// The largest coordinate.
fn spread(places: &[[f64; 2]]) -> f64 {
    places.iter().flatten().fold(0.0, |most, c| c.abs().max(most))
}
