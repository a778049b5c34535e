//! Variational autoencoders as files, and files of whichever model.
//!
//! Tensors of a variational autoencoder are `encoder.I.weight`, `encoder.I.bias`, `decoder.I.weight`, `decoder.I.bias`.

use super::{Tensor, TensorFile, to_bytes, write_whole};
use crate::optimizer::option;
use crate::{Activation, Dense, EpochError, NetError, Network, Stack, Variational};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use std::path::Path;

const FORMAT: &str = "variational autoencoder";
const VERSION: u32 = 1;

/// What the metadata hold of a variational autoencoder.
#[derive(Serialize, Deserialize)]
struct VariationalHeader {
    format: String,
    version: u32,
    encoder: Vec<DenseHeader>,
    decoder: Vec<DenseHeader>,
    history: Vec<EpochError>,
}

#[derive(Serialize, Deserialize)]
struct DenseHeader {
    inputs: usize,
    outputs: usize,
    activation: Activation,
}

/// The part of any header that says what the file is.
#[derive(Deserialize)]
struct FormatHeader {
    format: String,
}

impl Variational {
    /// Saves the model with the history of its training.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be written; then there is no file.
    pub fn save(&self, history: &[EpochError], path: &Path) -> Result<(), NetError> {
        let mut tensors = Vec::new();
        let mut headers = |part: &str, layers: &[Dense]| -> Vec<DenseHeader> {
            let mut header = |(index, dense): (usize, &Dense)| {
                let name = |what: &str| format!("{part}.{index}.{what}");
                tensors.push(Tensor::matrix(name("weight"), dense.weights()));
                tensors.push(Tensor::vector(name("bias"), dense.bias()));
                DenseHeader {
                    inputs: dense.input_width(),
                    outputs: dense.output_width(),
                    activation: dense.activation(),
                }
            };
            layers.iter().enumerate().map(&mut header).collect()
        };
        let header = VariationalHeader {
            format: FORMAT.into(),
            version: VERSION,
            encoder: headers("encoder", self.encoder()),
            decoder: headers("decoder", self.decoder()),
            history: history.to_vec(),
        };
        write_whole(path, &to_bytes(&tensors, &header)?)
    }

    fn from_file(file: &TensorFile<'_>) -> Result<(Self, Vec<EpochError>), NetError> {
        let header: VariationalHeader = file.header()?;
        if header.version != VERSION {
            let version = header.version;
            return Err(file.broken(format!(
                "holds a {FORMAT} of version {version}, expected version {VERSION}"
            )));
        }
        let layers = |part: &str, headers: &[DenseHeader]| -> Result<Vec<Dense>, NetError> {
            let layer = |(index, header): (usize, &DenseHeader)| {
                let (rows, columns) = (header.outputs, header.inputs);
                let weights = file.numbers(&format!("{part}.{index}.weight"), &[rows, columns])?;
                let bias = file.numbers(&format!("{part}.{index}.bias"), &[rows])?;
                let weights = DMatrix::from_row_slice(rows, columns, &weights);
                Dense::new(weights, DVector::from_vec(bias), header.activation)
            };
            headers.iter().enumerate().map(layer).collect()
        };
        let model = Variational::new(
            layers("encoder", &header.encoder)?,
            layers("decoder", &header.decoder)?,
        )?;
        Ok((model, header.history))
    }
}

/// A trained model of either kind, as a file holds it.
///
/// ```
/// use nets::*;
/// let train = TrainOptions { epochs: 1, ..TrainOptions::default() };
/// let options = VariationalOptions { hidden: vec![5], latent: 2, train, ..VariationalOptions::default() };
/// let digits = Dataset::digits();
/// let mut trainer = VariationalTrainer::variational(&digits, options)?;
/// trainer.run(&mut ignore_progress)?;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("model.safetensors");
/// trainer.model().save(trainer.history(), &path)?;
/// let checkpoint = Checkpoint::load(&path)?;
/// assert!(matches!(&checkpoint, Checkpoint::Variational(model, _) if *model == trainer.model()));
/// assert_eq!(checkpoint.encoder_network().output_width(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Checkpoint {
    /// A stack of autoencoders, or of machines as their mean-field autoencoders.
    Stack(Stack),
    /// A variational autoencoder, with the history of its training.
    Variational(Variational, Vec<EpochError>),
}

impl Checkpoint {
    /// Loads what [`Stack::save`] or [`Variational::save`] wrote.
    ///
    /// # Errors
    /// As [`Stack::load`].
    pub fn load(path: &Path) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        let file = TensorFile::new(path, &bytes)?;
        let header: FormatHeader = file.header()?;
        match header.format.as_str() {
            "stack" => Stack::from_file(&file).map(Checkpoint::Stack),
            FORMAT => {
                Variational::from_file(&file).map(|(model, history)| Checkpoint::Variational(model, history))
            }
            other => Err(file.broken(format!("holds a {other}, expected a stack or a {FORMAT}"))),
        }
    }

    /// Input → code: of a variational autoencoder, the mean of the code.
    pub fn encoder_network(&self) -> Network {
        match self {
            Checkpoint::Stack(stack) => stack.encoder_network(),
            Checkpoint::Variational(model, _) => model.mean_network(),
        }
    }

    /// Input → reconstruction.
    pub fn reconstruction_network(&self) -> Network {
        match self {
            Checkpoint::Stack(stack) => stack.reconstruction_network(),
            Checkpoint::Variational(model, _) => model.reconstruction_network(),
        }
    }

    /// The receptive fields of the units of a layer (counted from 1), one a row: their weights in the first layer; above
    /// it, products of the weights from there down, which is what the units would see were the layers below linear (Lee,
    /// Ekanadham, Ng 2008). The last layer of a variational autoencoder gives means, then log-variances.
    ///
    /// # Errors
    /// [`NetError::Option`] if there is no such layer.
    pub fn receptive_fields(&self, layer: usize) -> Result<DMatrix<f64>, NetError> {
        let layers: Vec<&Dense> = match self {
            Checkpoint::Stack(stack) => stack.autoencoders().iter().map(|a| a.encoder()).collect(),
            Checkpoint::Variational(model, _) => model.encoder().iter().collect(),
        };
        let expected = format!("a number in 1..={}", layers.len());
        option((1..=layers.len()).contains(&layer), "layer", layer, &expected)?;
        let fields = layers[0].weights().clone();
        Ok(layers[1..layer]
            .iter()
            .fold(fields, |fields, dense| dense.weights() * fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Autoencoder;
    use nalgebra::{dmatrix, dvector};

    #[test]
    fn receptive_fields_are_products_of_weights() {
        let layer = |weights: DMatrix<f64>| {
            let (rows, columns) = weights.shape();
            let encoder = Dense::new(weights, DVector::zeros(rows), Activation::Sigmoid).unwrap();
            Autoencoder::tied(encoder, DVector::zeros(columns), Activation::Sigmoid).unwrap()
        };
        let layers = vec![
            layer(dmatrix![1.0, 2.0, 0.0; 0.0, 1.0, 3.0]),
            layer(dmatrix![2.0, -1.0]),
        ];
        let stack = Checkpoint::Stack(Stack::new(layers, vec![vec![], vec![]]).unwrap());
        assert_eq!(
            stack.receptive_fields(1).unwrap().row(1),
            dmatrix![0.0, 1.0, 3.0].row(0)
        );
        assert_eq!(stack.receptive_fields(2).unwrap(), dmatrix![2.0, 3.0, -3.0]);
        assert!(stack.receptive_fields(0).is_err() && stack.receptive_fields(3).is_err());
    }

    #[test]
    fn files_of_other_kinds_and_wrong_shapes_are_refused() {
        let up = Dense::new(
            dmatrix![1.0, 2.0; 0.5, 0.25],
            dvector![0.0, 1.0],
            Activation::Linear,
        )
        .unwrap();
        let down = Dense::new(dmatrix![1.0; 3.0], dvector![0.5, 0.0], Activation::Sigmoid).unwrap();
        let model = Variational::new(vec![up], vec![down]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        model.save(&[], &path).unwrap();
        assert_eq!(
            Checkpoint::load(&path).unwrap(),
            Checkpoint::Variational(model, vec![])
        );
        let bytes = std::fs::read(&path).unwrap();
        let tampered = |from: &str, to: &str| {
            assert_eq!(from.len(), to.len());
            let mut bytes = bytes.clone();
            let at = bytes
                .windows(from.len())
                .position(|w| w == from.as_bytes())
                .unwrap();
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
            std::fs::write(&path, bytes).unwrap();
            Checkpoint::load(&path).unwrap_err().to_string()
        };
        assert!(tampered("variational auto", "Variational auto").contains("expected a stack or a"));
        assert!(
            tampered("\\\"inputs\\\":2", "\\\"inputs\\\":9").contains("has shape [2, 2], expected [2, 9]")
        );
    }
}
