//! Ambient algebras: the vector fields among which symmetries are looked for.

use super::image::{self, Interpolation};
use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use std::str::FromStr;

/// The largest dimension of an ambient algebra.
const DIMENSION_LIMIT: usize = 700;

/// An ambient algebra by name, before it is known what it acts on.
///
/// `translations`, `so`, `so(p,q)`, `sp`, `sl`, `gl`, `aff`, `image`; a size as in `so(3)` is either the width of the input,
/// or a divisor of it: the algebra then acts on all blocks of that many coordinates alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algebra {
    /// ∂/∂xᵢ.
    Translations,
    /// Preserves x₁² + … + x_p² − x_{p+1}² − … ; without sizes, the sum of all squares.
    So(Option<(usize, usize)>),
    /// Preserves the symplectic form that pairs xᵢ with x_{i+n/2}.
    Sp(Option<usize>),
    /// Traceless matrices.
    Sl(Option<usize>),
    /// All matrices.
    Gl(Option<usize>),
    /// All matrices and translations.
    Aff(Option<usize>),
    /// Translations, rotation, scale and two shears of an image.
    Image,
}

impl FromStr for Algebra {
    type Err = BridgeError;

    fn from_str(text: &str) -> Result<Self, BridgeError> {
        let unknown = || BridgeError::UnknownAlgebra {
            name: text.to_owned(),
        };
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (head, sizes) = match compact.split_once('(') {
            Some((head, rest)) => {
                let inside = rest.strip_suffix(')').ok_or_else(unknown)?;
                let sizes: Option<Vec<usize>> = inside.split(',').map(|s| s.parse().ok()).collect();
                (head, sizes.ok_or_else(unknown)?)
            }
            None => (&compact[..], Vec::new()),
        };
        let one = match sizes[..] {
            [] => None,
            [n] => Some(n),
            _ if head == "so" => None,
            _ => return Err(unknown()),
        };
        match head {
            "translations" | "image" if !sizes.is_empty() => Err(unknown()),
            "translations" => Ok(Algebra::Translations),
            "so" => match sizes[..] {
                [] => Ok(Algebra::So(None)),
                [n] => Ok(Algebra::So(Some((n, 0)))),
                [p, q] => Ok(Algebra::So(Some((p, q)))),
                _ => Err(unknown()),
            },
            "sp" => Ok(Algebra::Sp(one)),
            "sl" => Ok(Algebra::Sl(one)),
            "gl" => Ok(Algebra::Gl(one)),
            "aff" => Ok(Algebra::Aff(one)),
            "image" => Ok(Algebra::Image),
            _ => Err(unknown()),
        }
    }
}

/// The ambient algebra that suits an input: `image` for images, and for widths above 16 that are squares; aff(n) up to width 16.
///
/// `equations` is the number of data rows times the number of outputs. Where it is less than twice the dimension, the largest
/// of gl(n), so(n) and the translations that it can decide is taken; these also serve wide inputs that are no images.
///
/// ```
/// use bridge::symmetry::continuous::default_ambient;
/// assert_eq!(default_ambient(3, None, 256)?.name(), "aff(3)");
/// assert_eq!(default_ambient(16, None, 300)?.name(), "so(16)");
/// assert_eq!(default_ambient(64, None, 256)?.name(), "image");
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// [`BridgeError::AlgebraDoesNotAct`] if the image shape does not fit the width.
pub fn default_ambient(
    width: usize,
    image: Option<[usize; 3]>,
    equations: usize,
) -> Result<Ambient, BridgeError> {
    let side = width.isqrt();
    let square = (width > 16 && side * side == width).then_some([1, side, side]);
    if let Some(shape) = image.or(square) {
        return Algebra::Image.on(width, Some(shape));
    }
    let choices = [Algebra::Aff(None), Algebra::Gl(None), Algebra::So(None)];
    let choices = if width <= 16 { &choices[..] } else { &choices[2..] };
    for choice in choices {
        if let Ok(ambient) = choice.on(width, None)
            && 2 * ambient.dimension() <= equations
        {
            return Ok(ambient);
        }
    }
    Algebra::Translations.on(width, None)
}

/// A vector field x ↦ Ax + b, stored by its nonzero entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    /// Entries (row, column, value) of A.
    pub linear: Vec<(usize, usize, f64)>,
    /// Entries (row, value) of b.
    pub offset: Vec<(usize, f64)>,
}

impl Generator {
    /// Adds `factor` times the field at `x` to `sum`.
    pub fn add_at(&self, x: &[f64], factor: f64, sum: &mut [f64]) {
        for &(row, column, value) in &self.linear {
            sum[row] += factor * value * x[column];
        }
        for &(row, value) in &self.offset {
            sum[row] += factor * value;
        }
    }
}

/// An algebra of vector fields on ℝⁿ, by a basis.
#[derive(Debug, Clone, PartialEq)]
pub struct Ambient {
    name: String,
    width: usize,
    generators: Vec<Generator>,
    /// What each generator is as an element of the abstract algebra: a matrix, of the size of a block for algebras that act
    /// on blocks alike, 3 × 3 for images.
    matrices: Vec<DMatrix<f64>>,
    affine: bool,
    kind: Kind,
}

/// What of an ambient algebra decides how it is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Translations,
    Linear,
    Image,
}

impl Algebra {
    /// The algebra on ℝ^`width`; `image` is the shape (channels, rows, columns) of the input, if it is an image.
    ///
    /// # Errors
    /// [`BridgeError::AlgebraDoesNotAct`] if the sizes do not fit the width, if an image is asked for and there is none, or if
    /// the dimension is more than 700.
    ///
    /// ```
    /// use bridge::symmetry::continuous::Algebra;
    /// assert_eq!("aff".parse::<Algebra>()?.on(2, None)?.dimension(), 6);
    /// assert_eq!("gl(5)".parse::<Algebra>()?.on(10, None)?.dimension(), 25); // on two vectors alike
    /// assert_eq!("image".parse::<Algebra>()?.on(64, Some([1, 8, 8]))?.dimension(), 6);
    /// assert!("so(1,2)".parse::<Algebra>()?.on(4, None).is_err());
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn on(self, width: usize, image: Option<[usize; 3]>) -> Result<Ambient, BridgeError> {
        let refuse = |why: String| BridgeError::AlgebraDoesNotAct {
            algebra: self.to_string(),
            width,
            why,
        };
        if let Algebra::Image = self {
            let shape = image.ok_or_else(|| refuse("no image shape is known".into()))?;
            if shape.iter().product::<usize>() != width {
                let [c, h, w] = shape;
                return Err(refuse(format!("an image of {c} x {h} x {w} has another width")));
            }
            return Ok(Ambient::image(shape, Interpolation::Cubic));
        }
        let size = match self {
            Algebra::So(Some((p, q))) => p + q,
            Algebra::Sp(Some(n)) | Algebra::Sl(Some(n)) | Algebra::Gl(Some(n)) | Algebra::Aff(Some(n)) => n,
            _ => width,
        };
        if size == 0 || !width.is_multiple_of(size) {
            return Err(refuse(format!("{size} does not divide {width}")));
        }
        if matches!(self, Algebra::Sp(_)) && !size.is_multiple_of(2) {
            return Err(refuse(format!("{size} is odd")));
        }
        let dimension = match self {
            Algebra::Translations => size,
            Algebra::So(_) => size * (size - 1) / 2,
            Algebra::Sp(_) => size * (size + 1) / 2,
            Algebra::Aff(_) => size * (size + 1),
            _ => size * size,
        };
        if dimension > DIMENSION_LIMIT {
            return Err(refuse(format!(
                "its dimension {dimension} is more than {DIMENSION_LIMIT}"
            )));
        }
        if self.matrices(size).is_empty() {
            return Err(refuse("its dimension is 0".into()));
        }
        Ok(Ambient::blocks(self, width, size))
    }

    /// Basis matrices on one block; affine ones are (A b; 0 0).
    fn matrices(self, n: usize) -> Vec<DMatrix<f64>> {
        let unit = |i: usize, j: usize, size: usize| {
            let mut matrix = DMatrix::zeros(size, size);
            matrix[(i, j)] = 1.0;
            matrix
        };
        let pairs = || (0..n).flat_map(move |i| (0..n).map(move |j| (i, j)));
        match self {
            Algebra::Translations => (0..n).map(|i| unit(i, n, n + 1)).collect(),
            Algebra::So(sizes) => {
                let p = sizes.map_or(n, |(p, _)| p);
                let sign = |i: usize, j: usize| if (i < p) == (j < p) { -1.0 } else { 1.0 };
                pairs()
                    .filter(|(i, j)| i < j)
                    .map(|(i, j)| unit(j, i, n) + unit(i, j, n) * sign(i, j))
                    .collect()
            }
            Algebra::Sp(_) => {
                // (P Q; R −Pᵀ) with Q and R symmetric.
                let h = n / 2;
                let halves = || (0..h).flat_map(move |i| (0..h).map(move |j| (i, j)));
                let symmetric = move |i: usize, j: usize, r: usize, c: usize| {
                    let one = unit(r + i, c + j, n);
                    if i == j { one } else { one + unit(r + j, c + i, n) }
                };
                halves()
                    .map(|(i, j)| unit(i, j, n) - unit(h + j, h + i, n))
                    .chain(
                        halves()
                            .filter(|(i, j)| i <= j)
                            .map(|(i, j)| symmetric(i, j, 0, h)),
                    )
                    .chain(
                        halves()
                            .filter(|(i, j)| i <= j)
                            .map(|(i, j)| symmetric(i, j, h, 0)),
                    )
                    .collect()
            }
            Algebra::Sl(_) => pairs()
                .filter(|&(i, j)| (i, j) != (n - 1, n - 1))
                .map(|(i, j)| {
                    if i == j {
                        unit(i, i, n) - unit(n - 1, n - 1, n)
                    } else {
                        unit(i, j, n)
                    }
                })
                .collect(),
            Algebra::Gl(_) => pairs().map(|(i, j)| unit(i, j, n)).collect(),
            Algebra::Aff(_) => pairs()
                .map(|(i, j)| unit(i, j, n + 1))
                .chain((0..n).map(|i| unit(i, n, n + 1)))
                .collect(),
            Algebra::Image => Vec::new(),
        }
    }
}

impl std::fmt::Display for Algebra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sized = |f: &mut std::fmt::Formatter<'_>, name: &str, size: &Option<usize>| match size {
            Some(n) => write!(f, "{name}({n})"),
            None => write!(f, "{name}"),
        };
        match self {
            Algebra::Translations => write!(f, "translations"),
            Algebra::So(None) => write!(f, "so"),
            Algebra::So(Some((n, 0))) => write!(f, "so({n})"),
            Algebra::So(Some((p, q))) => write!(f, "so({p},{q})"),
            Algebra::Sp(n) => sized(f, "sp", n),
            Algebra::Sl(n) => sized(f, "sl", n),
            Algebra::Gl(n) => sized(f, "gl", n),
            Algebra::Aff(n) => sized(f, "aff", n),
            Algebra::Image => write!(f, "image"),
        }
    }
}

impl Ambient {
    fn blocks(algebra: Algebra, width: usize, size: usize) -> Self {
        let matrices = algebra.matrices(size);
        let affine = matches!(algebra, Algebra::Translations | Algebra::Aff(_));
        let copies = width / size;
        let generators = matrices
            .iter()
            .map(|matrix| {
                let mut generator = Generator {
                    linear: Vec::new(),
                    offset: Vec::new(),
                };
                for copy in 0..copies {
                    for i in 0..size {
                        for j in (0..size).filter(|&j| matrix[(i, j)] != 0.0) {
                            generator
                                .linear
                                .push((copy * size + i, copy * size + j, matrix[(i, j)]));
                        }
                        if affine && matrix[(i, size)] != 0.0 {
                            generator.offset.push((copy * size + i, matrix[(i, size)]));
                        }
                    }
                }
                generator
            })
            .collect();
        let name = match algebra {
            Algebra::Translations => "translations".to_owned(),
            Algebra::So(None) => format!("so({size})"),
            Algebra::Sp(_) => format!("sp({size})"),
            Algebra::Sl(_) => format!("sl({size})"),
            Algebra::Gl(_) => format!("gl({size})"),
            Algebra::Aff(_) => format!("aff({size})"),
            other => other.to_string(),
        };
        Ambient {
            name: if copies == 1 {
                name
            } else {
                format!("{name} on {copies} blocks")
            },
            width,
            generators,
            matrices,
            affine,
            kind: if algebra == Algebra::Translations {
                Kind::Translations
            } else {
                Kind::Linear
            },
        }
    }

    /// Translations along rows and columns, rotation about the centre, scaling and two shears of an image of `shape`
    /// (channels, rows, columns), through the derivative of an interpolation. The matrices are those of the motion of the
    /// plane, in coordinates (column, row) from the centre.
    pub fn image(shape: [usize; 3], interpolation: Interpolation) -> Self {
        let (generators, matrices) = image::generators(shape, interpolation);
        Ambient {
            name: "image".to_owned(),
            width: shape.iter().product(),
            generators,
            matrices,
            affine: true,
            kind: Kind::Image,
        }
    }

    /// Its name, such as `aff(2)`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of coordinates that it acts on.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Its dimension.
    pub fn dimension(&self) -> usize {
        self.generators.len()
    }

    /// The basis as vector fields.
    pub fn generators(&self) -> &[Generator] {
        &self.generators
    }

    /// The basis as matrices of the abstract algebra.
    pub fn matrices(&self) -> &[DMatrix<f64>] {
        &self.matrices
    }

    /// How the matrices act: `linear` on x or `affine` on (x; 1).
    pub fn form(&self) -> &'static str {
        if self.affine { "affine" } else { "linear" }
    }

    pub(super) fn is_affine(&self) -> bool {
        self.affine
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The matrix Σ cᵢ Aᵢ.
    ///
    /// # Panics
    /// If there are not as many coefficients as the dimension.
    pub fn element(&self, coefficients: &[f64]) -> DMatrix<f64> {
        assert_eq!(
            coefficients.len(),
            self.dimension(),
            "a coefficient for each basis element"
        );
        let size = self.matrices[0].nrows();
        let mut sum = DMatrix::zeros(size, size);
        for (c, matrix) in coefficients
            .iter()
            .zip(&self.matrices)
            .filter(|(c, _)| **c != 0.0)
        {
            sum += matrix * *c;
        }
        sum
    }

    /// The field Σ cᵢ ξᵢ at `x`.
    ///
    /// # Panics
    /// If there are not as many coefficients as the dimension.
    pub fn field_at(&self, coefficients: &[f64], x: &[f64]) -> DVector<f64> {
        let mut sum = DVector::zeros(self.width);
        assert_eq!(
            coefficients.len(),
            self.dimension(),
            "a coefficient for each basis element"
        );
        for (c, generator) in coefficients.iter().zip(&self.generators) {
            if *c != 0.0 {
                generator.add_at(x, *c, sum.as_mut_slice());
            }
        }
        sum
    }

    /// All fields at `x` as columns, width × dimension.
    pub(super) fn fields_at(&self, x: &[f64]) -> DMatrix<f64> {
        let mut fields = DMatrix::zeros(self.width, self.dimension());
        for (i, generator) in self.generators.iter().enumerate() {
            let column = &mut fields.as_mut_slice()[i * self.width..(i + 1) * self.width];
            generator.add_at(x, 1.0, column);
        }
        fields
    }
}
