//! PyTorch-style weights with an architecture file: a safetensors state dict as a [`Network`].
//!
//! A state dict names its tensors and says nothing of what is done with them. An *architecture file* says it, as JSON:
//!
//! ```json
//! {"format": "shadow.architecture/1", "input": [1, 8, 8], "layers": [
//!     {"op": "conv2d", "name": "conv1", "padding": 1, "padding_mode": "circular"}, {"op": "relu"},
//!     {"op": "max_pool2d", "kernel": 2}, {"op": "flatten"},
//!     {"op": "linear", "name": "fc"}]}
//! ```
//!
//! `input` is the shape of one example, without the batch. A layer with `"name": "fc"` takes the tensors `fc.weight` and,
//! if there is one, `fc.bias`; `weight` and `bias` name them one by one (a tied decoder is
//! `{"op": "linear", "weight": "W", "bias": "vbias", "transposed": true}`). Options have PyTorch's names and defaults.
//! A tensor that no layer uses is an error: it is the usual sign of a layer left out.

use crate::checkpoint::TensorFile;
use crate::layers::{Arithmetic, Elementwise, SparseMap, *};
use crate::{Activation, Layer, NetError, Network, NetworkBuilder, Node};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The version of the format that is read.
const FORMAT: &str = "shadow.architecture/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Architecture {
    format: String,
    input: Vec<usize>,
    layers: Vec<Step>,
}

/// One number for both directions, or one for each.
#[derive(Deserialize, Clone, Copy)]
#[serde(untagged)]
enum Pair {
    Both(usize),
    Each(usize, usize),
}

impl Pair {
    fn pair(self) -> (usize, usize) {
        match self {
            Pair::Both(n) => (n, n),
            Pair::Each(down, across) => (down, across),
        }
    }
}

/// Where the parameters of a layer are.
struct Parameters<'a> {
    name: &'a Option<String>,
    weight: &'a Option<String>,
    bias: &'a Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Linear {
        name: Option<String>,
        weight: Option<String>,
        bias: Option<String>,
        #[serde(default)]
        transposed: bool,
    },
    Conv2d {
        name: Option<String>,
        weight: Option<String>,
        bias: Option<String>,
        stride: Option<Pair>,
        padding: Option<Pair>,
        dilation: Option<Pair>,
        groups: Option<usize>,
        #[serde(default)]
        padding_mode: PaddingMode,
    },
    MaxPool2d(Pool),
    AvgPool2d(Pool),
    BatchNorm {
        name: String,
        eps: Option<f64>,
    },
    LayerNorm {
        name: Option<String>,
        weight: Option<String>,
        bias: Option<String>,
        eps: Option<f64>,
    },
    Flatten,
    Reshape {
        shape: Vec<usize>,
    },
    Transpose {
        order: Vec<usize>,
    },
    Sum(Reduction),
    Mean(Reduction),
    Softmax {
        axis: Option<usize>,
    },
    Dropout {
        rate: Option<f64>,
    },
    Residual {
        layers: Vec<Step>,
    },
    Relu,
    Sigmoid,
    Tanh,
    Silu,
    Gelu,
    Erf,
    LeakyRelu {
        slope: Option<f64>,
    },
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum PaddingMode {
    #[default]
    Zeros,
    Circular,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pool {
    kernel: Pair,
    stride: Option<Pair>,
    padding: Option<Pair>,
    #[serde(default)]
    ceil: bool,
    count_include_pad: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reduction {
    axes: Vec<usize>,
    #[serde(default)]
    keep: bool,
}

impl Network {
    /// Reads a safetensors state dict with its architecture file: `architecture`, or the file of the weights' name that
    /// ends in `.arch.json`.
    ///
    /// # Errors
    /// [`NetError::Io`] if a file cannot be read; [`NetError::Unreadable`] if one is not what it should be, a tensor is
    /// missing, of a wrong shape or not used; [`NetError::Layer`] if layers do not fit together;
    /// [`NetError::TensorNotFinite`] for NaN among the weights.
    pub fn read_safetensors(weights: &Path, architecture: Option<&Path>) -> Result<Network, NetError> {
        let beside: PathBuf = weights.with_extension("arch.json");
        let architecture = architecture.unwrap_or(&beside);
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| NetError::Io {
                path: path.into(),
                source,
            })
        };
        let text = read(architecture)?;
        from_bytes(weights, &read(weights)?, architecture, &text)
    }
}

/// A network from the bytes of both files; the paths are for messages.
pub(crate) fn from_bytes(
    path: &Path,
    bytes: &[u8],
    architecture_path: &Path,
    architecture: &[u8],
) -> Result<Network, NetError> {
    let broken = |problem: String| NetError::Unreadable {
        path: architecture_path.into(),
        problem,
    };
    let Architecture {
        format,
        input,
        layers,
    } = serde_json::from_slice(architecture)
        .map_err(|error| broken(format!("architecture not understood ({error})")))?;
    if format != FORMAT {
        return Err(broken(format!("format \"{format}\", expected \"{FORMAT}\"")));
    }
    let width = input.iter().try_fold(1usize, |p, &d| p.checked_mul(d));
    if input.is_empty() || width.is_none_or(|w| w == 0 || w > super::onnx::LARGEST_WIDTH) {
        return Err(broken(format!(
            "input shape {input:?}, expected positive sizes with a product of at most {}",
            super::onnx::LARGEST_WIDTH
        )));
    }
    let mut reader = Reader {
        file: TensorFile::new(path, bytes)?,
        used: BTreeSet::new(),
        builder: NetworkBuilder::new(&input),
    };
    let from = reader.builder.input();
    let output = reader.chain(from, &layers)?;
    reader.complain_of_unused()?;
    reader.builder.finish(output)
}

struct Reader<'a> {
    file: TensorFile<'a>,
    used: BTreeSet<String>,
    builder: NetworkBuilder,
}

impl Reader<'_> {
    fn chain(&mut self, from: Node, steps: &[Step]) -> Result<Node, NetError> {
        let mut node = from;
        let mut steps = steps.iter().peekable();
        while let Some(step) = steps.next() {
            node = match step {
                Step::Linear {
                    name,
                    weight,
                    bias,
                    transposed,
                } => {
                    let parameters = Parameters { name, weight, bias };
                    let activation = steps.next_if(|next| next.activation().is_some());
                    let activation = activation.and_then(Step::activation);
                    let layer =
                        self.dense(&parameters, *transposed, activation.unwrap_or(Activation::Linear))?;
                    self.builder.add(layer, &[node])?
                }
                Step::Residual { layers } => {
                    let end = self.chain(node, layers)?;
                    let (left, right) = (self.builder.shape(node), self.builder.shape(end));
                    let sum = Elementwise::new(Arithmetic::Add, left, right)?;
                    self.builder.add(sum.into(), &[node, end])?
                }
                step => {
                    let layer = self.layer(step, node)?;
                    self.builder.add(layer, &[node])?
                }
            };
        }
        Ok(node)
    }

    /// A layer other than a linear one and a residual block, for the output of `node`.
    fn layer(&mut self, step: &Step, node: Node) -> Result<Layer, NetError> {
        let shape = self.builder.shape(node).to_vec();
        let width: usize = shape.iter().product();
        let image = || match shape[..] {
            [channels, height, width] => Ok([channels, height, width]),
            _ => Err(self.file.broken(format!(
                "an image layer after an output of shape {shape:?}, expected (channels, rows, columns)"
            ))),
        };
        Ok(match step {
            Step::Conv2d {
                name,
                weight,
                bias,
                stride,
                padding,
                dilation,
                groups,
                padding_mode,
            } => {
                let image = image()?;
                let (weight, bias) = self.names(&Parameters { name, weight, bias })?;
                let (sizes, weights) = self.tensor(&weight)?;
                let &[channels, _, height, width] = &sizes[..] else {
                    return Err(self.wrong_shape(
                        &weight,
                        &sizes,
                        "four axes: out, in / groups, rows, columns",
                    ));
                };
                let bias = self.bias(bias, channels)?;
                let window = window((height, width), *stride, *padding, *dilation, false);
                let padding = match padding_mode {
                    PaddingMode::Zeros => Padding::Zero,
                    PaddingMode::Circular => Padding::Circular,
                };
                Conv2d::new(
                    image,
                    channels,
                    weights,
                    bias,
                    groups.unwrap_or(1),
                    window,
                    padding,
                )?
                .into()
            }
            Step::MaxPool2d(pool) => MaxPool2d::new(image()?, pool.window())?.into(),
            Step::AvgPool2d(pool) => {
                SparseMap::average_pool(image()?, pool.window(), pool.count_include_pad.unwrap_or(true))?
                    .into()
            }
            Step::BatchNorm { name, eps } => {
                let mut part = |key: &str| self.tensor(&format!("{name}.{key}")).map(|(_, values)| values);
                let (gamma, beta) = (part("weight")?, part("bias")?);
                let (mean, variance) = (part("running_mean")?, part("running_var")?);
                self.used.insert(format!("{name}.num_batches_tracked"));
                let positions = width / gamma.len().max(1);
                BatchNorm::new(&gamma, &beta, &mean, &variance, eps.unwrap_or(1e-5), positions)?.into()
            }
            Step::LayerNorm {
                name,
                weight,
                bias,
                eps,
            } => {
                let (weight, bias) = self.names(&Parameters { name, weight, bias })?;
                let (_, gamma) = self.tensor(&weight)?;
                let beta = self.bias(bias, gamma.len())?;
                LayerNorm::new(gamma, beta, eps.unwrap_or(1e-5))?.into()
            }
            Step::Flatten => Layer::flatten(width),
            Step::Reshape { shape } => Layer::Reshape(shape.clone()),
            Step::Transpose { order } => SparseMap::transpose(&shape, order)?.into(),
            Step::Sum(to) => SparseMap::sum(&shape, &to.axes, to.keep)?.into(),
            Step::Mean(to) => SparseMap::mean(&shape, &to.axes, to.keep)?.into(),
            Step::Softmax { axis } => {
                Softmax::new(&shape, axis.unwrap_or(shape.len().saturating_sub(1)))?.into()
            }
            Step::Dropout { rate } => Layer::Dropout {
                rate: rate.unwrap_or(0.5),
            },
            other => match other.activation() {
                Some(activation) => Layer::Activation(activation),
                None => return Err(self.file.broken("a layer in an unexpected place".into())),
            },
        })
    }

    fn dense(
        &mut self,
        at: &Parameters<'_>,
        transposed: bool,
        activation: Activation,
    ) -> Result<Layer, NetError> {
        let (weight, bias) = self.names(at)?;
        let (sizes, values) = self.tensor(&weight)?;
        let &[rows, columns] = &sizes[..] else {
            return Err(self.wrong_shape(&weight, &sizes, "two axes: out, in"));
        };
        let matrix = DMatrix::from_row_slice(rows, columns, &values);
        let matrix = if transposed { matrix.transpose() } else { matrix };
        let bias = self.bias(bias, matrix.nrows())?;
        Ok(Dense::new(matrix, DVector::from_vec(bias), activation)?.into())
    }

    /// Names of the weights and, if there is one, the bias of a layer.
    fn names(&self, at: &Parameters<'_>) -> Result<(String, Option<String>), NetError> {
        let named = |part: &str| at.name.as_ref().map(|name| format!("{name}.{part}"));
        let weight = at.weight.clone().or_else(|| named("weight"));
        let weight =
            weight.ok_or_else(|| self.file.broken("a layer has no `name` and no `weight`".into()))?;
        let bias = named("bias").filter(|name| self.file.has(name));
        Ok((weight, at.bias.clone().or(bias)))
    }

    fn tensor(&mut self, name: &str) -> Result<(Vec<usize>, Vec<f64>), NetError> {
        let shape = self.file.shape(name)?;
        let values = self.file.numbers(name, &shape)?;
        self.used.insert(name.to_owned());
        Ok((shape, values))
    }

    fn bias(&mut self, name: Option<String>, width: usize) -> Result<Vec<f64>, NetError> {
        let Some(name) = name else {
            return Ok(vec![0.0; width]);
        };
        let (shape, values) = self.tensor(&name)?;
        if values.len() == width {
            Ok(values)
        } else {
            Err(self.wrong_shape(&name, &shape, &format!("{width} numbers")))
        }
    }

    fn wrong_shape(&self, name: &str, shape: &[usize], expected: &str) -> NetError {
        self.file.broken(format!(
            "tensor \"{name}\" has shape {shape:?}, expected {expected}"
        ))
    }

    fn complain_of_unused(&self) -> Result<(), NetError> {
        match self
            .file
            .names()
            .into_iter()
            .find(|name| !self.used.contains(*name))
        {
            None => Ok(()),
            Some(name) => Err(self.file.broken(format!(
                "tensor \"{name}\" is used by no layer of the architecture"
            ))),
        }
    }
}

impl Step {
    /// The activation that the step is, if it is one.
    fn activation(&self) -> Option<Activation> {
        Some(match self {
            Step::Relu => Activation::Relu,
            Step::Sigmoid => Activation::Sigmoid,
            Step::Tanh => Activation::Tanh,
            Step::Silu => Activation::Silu,
            Step::Gelu => Activation::Gelu,
            Step::Erf => Activation::Erf,
            Step::LeakyRelu { slope } => Activation::LeakyRelu {
                slope: slope.unwrap_or(0.01),
            },
            _ => return None,
        })
    }
}

impl Pool {
    fn window(&self) -> Window {
        let stride = self.stride.or(Some(self.kernel));
        window(self.kernel.pair(), stride, self.padding, None, self.ceil)
    }
}

fn window(
    size: (usize, usize),
    stride: Option<Pair>,
    padding: Option<Pair>,
    dilation: Option<Pair>,
    ceil: bool,
) -> Window {
    let (down, across) = padding.map_or((0, 0), Pair::pair);
    Window {
        size,
        stride: stride.map_or((1, 1), Pair::pair),
        dilation: dilation.map_or((1, 1), Pair::pair),
        padding: [down, across, down, across],
        ceil,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::npy::read_npy;

    fn models() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/models")
    }

    #[test]
    fn state_dicts_reproduce_the_outputs_of_pytorch() {
        let mut count = 0;
        for file in std::fs::read_dir(models()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|e| e != "safetensors") {
                continue;
            }
            let network = Network::read_safetensors(&path, None).unwrap();
            let inputs = read_npy(&path.with_extension("in.npy")).unwrap();
            let outputs = read_npy(&path.with_extension("out.npy")).unwrap();
            let x = DMatrix::from_column_slice(network.input_width(), 256, &inputs.values);
            let y = network.forward_columns(&x);
            assert_eq!(y.len(), outputs.values.len(), "{}", path.display());
            for (got, want) in y.iter().zip(&outputs.values) {
                let close = (got - want).abs() <= 1e-5 * want.abs().max(1.0);
                assert!(close, "{}: {got} {want}", path.display());
            }
            count += 1;
        }
        assert_eq!(count, 11);
    }

    fn with_architecture(text: &str) -> Result<Network, NetError> {
        let bytes = std::fs::read(models().join("so2_radial_mlp.safetensors")).unwrap();
        from_bytes(
            Path::new("m.safetensors"),
            &bytes,
            Path::new("m.arch.json"),
            text.as_bytes(),
        )
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let says = |layers: &str, words: &str| {
            let text = format!("{{\"format\": \"{FORMAT}\", \"input\": [2], \"layers\": [{layers}]}}");
            let error = with_architecture(&text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        let fc = |n: usize| format!("{{\"op\": \"linear\", \"name\": \"fc{n}\"}}");
        says(&fc(1), "tensor \"fc2.bias\" is used by no layer");
        says(&fc(4), "no tensor \"fc4.weight\"");
        says(&fc(2), "layer 0 (dense)");
        says("{\"op\": \"mish\"}", "unknown variant `mish`");
        says("{\"op\": \"linear\", \"nmae\": \"fc1\"}", "unknown field `nmae`");
        says(
            "{\"op\": \"max_pool2d\", \"kernel\": 2}",
            "expected (channels, rows, columns)",
        );
        says("{\"op\": \"linear\"}", "no `name` and no `weight`");
        assert!(
            with_architecture("{}")
                .unwrap_err()
                .to_string()
                .contains("format")
        );
        let huge = format!("{{\"format\": \"{FORMAT}\", \"input\": [4194305], \"layers\": []}}");
        assert!(
            with_architecture(&huge)
                .unwrap_err()
                .to_string()
                .contains("at most")
        );
    }

    #[test]
    fn broken_files_are_errors_and_never_panic() {
        let bytes = std::fs::read(models().join("so2_radial_mlp.safetensors")).unwrap();
        let text = std::fs::read(models().join("so2_radial_mlp.arch.json")).unwrap();
        let read = |bytes: &[u8], text: &[u8]| from_bytes(Path::new("w"), bytes, Path::new("a"), text);
        assert!(read(&bytes, &text).is_ok());
        for cut in (0..bytes.len()).step_by(61) {
            assert!(read(&bytes[..cut], &text).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len().min(1500) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            let _ = read(&flipped, &text);
        }
        for at in 0..text.len() {
            let mut flipped = text.clone();
            flipped[at] ^= 1 << (at % 8);
            let _ = read(&bytes, &flipped);
        }
    }
}
