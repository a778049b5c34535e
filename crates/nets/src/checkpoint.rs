//! Saving and loading of trained stacks: safetensors, with the architecture as JSON in the metadata.
//!
//! Tensors are `autoencoder.I.encoder.weight` (out × in), `….encoder.bias`, `….decoder.weight` (absent when tied) and
//! `….decoder.bias`; as F32 if every number is exact in it (which trained ones are), else as F64. A file is written
//! beside its place and renamed into it, so it is complete or absent. A file is read once; its tensors are checked
//! against its length by the safetensors crate before any of them is decoded, and against the architecture after.

mod variational;

pub use variational::Checkpoint;

use crate::{Activation, Autoencoder, Dense, EpochError, NetError, Stack};
use nalgebra::{DMatrix, DVector};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Key of the architecture in the metadata.
const KEY: &str = "shadow";

/// What the metadata hold of a stack.
#[derive(Serialize, Deserialize)]
struct StackHeader {
    format: String,
    version: u32,
    layers: Vec<LayerHeader>,
}

#[derive(Serialize, Deserialize)]
struct LayerHeader {
    input_width: usize,
    code_width: usize,
    activation: Activation,
    decoder_activation: Activation,
    tied: bool,
    history: Vec<EpochError>,
}

/// A named tensor to be written.
pub(crate) struct Tensor {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

impl Tensor {
    /// A matrix, row by row.
    pub(crate) fn matrix(name: String, matrix: &DMatrix<f64>) -> Self {
        let values = matrix.transpose().as_slice().to_vec();
        Tensor {
            name,
            shape: vec![matrix.nrows(), matrix.ncols()],
            values,
        }
    }

    /// A vector.
    pub(crate) fn vector(name: String, vector: &DVector<f64>) -> Self {
        Tensor {
            name,
            shape: vec![vector.len()],
            values: vector.as_slice().to_vec(),
        }
    }
}

/// The bytes of a safetensors file.
pub(crate) fn to_bytes(tensors: &[Tensor], header: &impl Serialize) -> Result<Vec<u8>, NetError> {
    let narrow = |values: &[f64]| values.iter().all(|&v| f64::from(v as f32) == v);
    let encoded: Vec<(Dtype, Vec<u8>)> = tensors
        .iter()
        .map(|tensor| {
            if narrow(&tensor.values) {
                (
                    Dtype::F32,
                    tensor
                        .values
                        .iter()
                        .flat_map(|&v| (v as f32).to_le_bytes())
                        .collect(),
                )
            } else {
                (
                    Dtype::F64,
                    tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect(),
                )
            }
        })
        .collect();
    let broken = |problem: String| NetError::Unreadable {
        path: "safetensors".into(),
        problem,
    };
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .zip(&encoded)
        .map(|(tensor, (dtype, bytes))| {
            Ok((
                &tensor.name,
                TensorView::new(*dtype, tensor.shape.clone(), bytes)?,
            ))
        })
        .collect();
    let views = views.map_err(|e: safetensors::SafeTensorError| broken(e.to_string()))?;
    let header = serde_json::to_string(header).map_err(|e| broken(e.to_string()))?;
    // One key only: the metadata are a hash map, whose order would not be the same in every file.
    let metadata = HashMap::from([(KEY.to_string(), header)]);
    safetensors::serialize(views, Some(metadata)).map_err(|e| broken(e.to_string()))
}

/// Writes a file beside its place and renames it into it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), NetError> {
    let io = |source| NetError::Io {
        path: path.into(),
        source,
    };
    // A rename would put a file in the place of a device or a pipe.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        return std::fs::write(path, bytes).map_err(io);
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // Temporary files are private by default; a result is as readable as any new file (less the umask).
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.persist(path).map_err(|e| io(e.error))?;
    Ok(())
}

/// The tensors of a safetensors file, by name.
pub(crate) struct TensorFile<'a> {
    path: &'a Path,
    tensors: SafeTensors<'a>,
    header: Option<String>,
}

impl<'a> TensorFile<'a> {
    /// Reads the table of contents; decodes no tensor yet.
    pub(crate) fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self, NetError> {
        let broken = |e: safetensors::SafeTensorError| NetError::Unreadable {
            path: path.into(),
            problem: format!("not a readable safetensors file ({e})"),
        };
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let header = metadata.metadata().as_ref().and_then(|m| m.get(KEY).cloned());
        Ok(TensorFile {
            path,
            tensors,
            header,
        })
    }

    /// The architecture in the metadata.
    pub(crate) fn header<H: serde::de::DeserializeOwned>(&self) -> Result<H, NetError> {
        let Some(header) = &self.header else {
            return Err(self.broken(format!("no architecture under \"{KEY}\" in its metadata")));
        };
        serde_json::from_str(header).map_err(|e| self.broken(format!("architecture not understood ({e})")))
    }

    /// An error about this file.
    pub(crate) fn broken(&self, problem: String) -> NetError {
        NetError::Unreadable {
            path: self.path.into(),
            problem,
        }
    }

    /// Names of all tensors, sorted.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = self.tensors.names();
        names.sort_unstable();
        names
    }

    /// Whether there is a tensor of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, NetError> {
        let tensor = self.tensors.tensor(name);
        let tensor = tensor.map_err(|_| self.broken(format!("no tensor \"{name}\"")))?;
        Ok(tensor.shape().to_vec())
    }

    /// The numbers of a tensor, which must have the given shape.
    pub(crate) fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, NetError> {
        let tensor = self
            .tensors
            .tensor(name)
            .map_err(|_| self.broken(format!("no tensor \"{name}\"")))?;
        if tensor.shape() != shape {
            let got = tensor.shape();
            return Err(self.broken(format!("tensor \"{name}\" has shape {got:?}, expected {shape:?}")));
        }
        let (chunks, words) = (tensor.data().as_chunks::<4>().0, tensor.data().as_chunks::<8>().0);
        let values: Vec<f64> = match tensor.dtype() {
            Dtype::F32 => chunks.iter().map(|&b| f64::from(f32::from_le_bytes(b))).collect(),
            Dtype::F64 => words.iter().map(|&b| f64::from_le_bytes(b)).collect(),
            other => {
                return Err(self.broken(format!(
                    "tensor \"{name}\" is of type {other:?}, expected F32 or F64"
                )));
            }
        };
        if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(NetError::TensorNotFinite {
                path: self.path.into(),
                tensor: name.into(),
                index,
                value,
            });
        }
        Ok(values)
    }
}

impl Stack {
    /// Saves the stack with its histories.
    ///
    /// ```
    /// use nets::{ignore_progress, Dataset, Stack, StackOptions, TrainOptions};
    /// let train = TrainOptions { epochs: 1, ..TrainOptions::default() };
    /// let options = StackOptions { widths: vec![4], train, ..StackOptions::default() };
    /// let stack = Stack::pretrain(&Dataset::digits(), &options, &mut ignore_progress)?;
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("stack.safetensors");
    /// stack.save(&path)?;
    /// assert_eq!(Stack::load(&path)?, stack);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be written; then there is no file.
    pub fn save(&self, path: &Path) -> Result<(), NetError> {
        let mut tensors = Vec::new();
        let mut layers = Vec::new();
        for (index, (autoencoder, history)) in self.autoencoders().iter().zip(self.histories()).enumerate() {
            let name = |part: &str| format!("autoencoder.{index}.{part}");
            let (encoder, decoder) = (autoencoder.encoder(), autoencoder.decoder());
            tensors.push(Tensor::matrix(name("encoder.weight"), encoder.weights()));
            tensors.push(Tensor::vector(name("encoder.bias"), encoder.bias()));
            if !autoencoder.is_tied() {
                tensors.push(Tensor::matrix(name("decoder.weight"), decoder.weights()));
            }
            tensors.push(Tensor::vector(name("decoder.bias"), decoder.bias()));
            layers.push(LayerHeader {
                input_width: encoder.input_width(),
                code_width: encoder.output_width(),
                activation: encoder.activation(),
                decoder_activation: decoder.activation(),
                tied: autoencoder.is_tied(),
                history: history.clone(),
            });
        }
        let header = StackHeader {
            format: "stack".into(),
            version: 1,
            layers,
        };
        write_whole(path, &to_bytes(&tensors, &header)?)
    }

    /// Loads what [`Stack::save`] wrote.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read, [`NetError::Unreadable`] if it is not such a file,
    /// [`NetError::TensorNotFinite`] for NaN or an infinity, with tensor and index.
    pub fn load(path: &Path) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        Stack::from_file(&TensorFile::new(path, &bytes)?)
    }

    fn from_file(file: &TensorFile<'_>) -> Result<Self, NetError> {
        let header: StackHeader = file.header()?;
        if header.format != "stack" || header.version != 1 {
            let (format, version) = (header.format, header.version);
            return Err(file.broken(format!(
                "holds a {format} of version {version}, expected a stack of version 1"
            )));
        }
        let mut autoencoders = Vec::new();
        let mut histories = Vec::new();
        for (index, layer) in header.layers.into_iter().enumerate() {
            let name = |part: &str| format!("autoencoder.{index}.{part}");
            let (input, code) = (layer.input_width, layer.code_width);
            let matrix = |part: &str, rows: usize, columns: usize| {
                let values = file.numbers(&name(part), &[rows, columns])?;
                Ok::<_, NetError>(DMatrix::from_row_slice(rows, columns, &values))
            };
            let vector = |part: &str, length: usize| {
                Ok::<_, NetError>(DVector::from_vec(file.numbers(&name(part), &[length])?))
            };
            let encoder = matrix("encoder.weight", code, input)?;
            let encoder = Dense::new(encoder, vector("encoder.bias", code)?, layer.activation)?;
            let bias = vector("decoder.bias", input)?;
            autoencoders.push(if layer.tied {
                Autoencoder::tied(encoder, bias, layer.decoder_activation)?
            } else {
                let weights = matrix("decoder.weight", input, code)?;
                Autoencoder::untied(encoder, Dense::new(weights, bias, layer.decoder_activation)?)?
            });
            histories.push(layer.history);
        }
        Stack::new(autoencoders, histories)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};

    fn stack() -> Stack {
        let encoder = Dense::new(dmatrix![0.5, 0.1], dvector![0.25], Activation::Sigmoid).unwrap();
        let tied = Autoencoder::tied(encoder, dvector![0.5, 1.0], Activation::Linear).unwrap();
        let encoder = Dense::new(dmatrix![2.0; 3.0], dvector![0.0, 1.0], Activation::Tanh).unwrap();
        let decoder = Dense::new(dmatrix![1.0, 0.5], dvector![0.0], Activation::Sigmoid).unwrap();
        let untied = Autoencoder::untied(encoder, decoder).unwrap();
        let history = vec![EpochError {
            epoch: 0,
            train: 0.1,
            held_out: None,
            loss: None,
            rate: None,
        }];
        Stack::new(vec![tied, untied], vec![history, vec![]]).unwrap()
    }

    #[test]
    fn a_stack_comes_back_to_the_bit_and_saves_to_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        stack().save(&a).unwrap();
        let loaded = Stack::load(&a).unwrap();
        assert_eq!(loaded, stack());
        loaded.save(&b).unwrap();
        assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
    }

    #[test]
    fn nan_is_refused_with_tensor_and_index() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nan.safetensors");
        stack().save(&path).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(8).rposition(|w| w == 0.1f64.to_le_bytes()).unwrap();
        bytes[at..at + 8].copy_from_slice(&f64::NAN.to_le_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let message = Stack::load(&path).unwrap_err().to_string();
        assert!(message.ends_with(
            "tensor \"autoencoder.0.encoder.weight\" at index 1 is NaN: expected a finite number"
        ));
    }

    #[test]
    fn broken_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        stack().save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for cut in [0, 4, 8, 30, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            assert!(
                matches!(Stack::load(&path), Err(NetError::Unreadable { .. })),
                "cut at {cut}"
            );
        }
        assert!(matches!(
            Stack::load(&folder.path().join("none")),
            Err(NetError::Io { .. })
        ));
        assert!(matches!(
            stack().save(&folder.path().join("no/folder")),
            Err(NetError::Io { .. })
        ));
    }
}
