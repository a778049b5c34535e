//! ONNX import: a model file as a [`Network`] graph.
//!
//! The first axis of the input is the batch; it is taken away, since a network maps one example. Operators become
//! layers; an activation after a dense layer that feeds nothing else is fused into it, and so is a bias added to a
//! matrix product, so that a perceptron comes in as a chain of dense layers. The file is parsed by `prost`, which
//! allocates no more than the bytes that are there; every shape is limited before a table of that size is made.
//!
//! Reference: <https://onnx.ai/onnx/operators/>, the default domain, operator sets 7 and up.

mod graph;
mod operators;
mod proto;
mod tensor;

use crate::{NetError, Network};
use graph::Importer;
use prost::Message;
use std::path::Path;

/// Most numbers in the value of one node.
pub(crate) const LARGEST_WIDTH: usize = 1 << 22;

impl Network {
    /// Reads an ONNX model with one input and one output.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read; [`NetError::Unreadable`] if it is not an ONNX file or has not one
    /// input and one output of known sizes (but for the batch); [`NetError::Unsupported`] naming the first node whose
    /// operator, attributes or shapes are not supported; [`NetError::TensorNotFinite`] for NaN among the weights.
    pub fn read_onnx(path: &Path) -> Result<Network, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        from_bytes(path, &bytes)
    }
}

/// A network from the bytes of a file; `path` is for messages.
pub(crate) fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Network, NetError> {
    let broken = |problem: String| NetError::Unreadable {
        path: path.into(),
        problem,
    };
    let model =
        proto::Model::decode(bytes).map_err(|e| broken(format!("not a readable ONNX model ({e})")))?;
    let opset = model
        .opset_import
        .iter()
        .find(|o| o.domain.is_empty() || o.domain == "ai.onnx")
        .map(|o| o.version);
    let graph = model
        .graph
        .ok_or_else(|| broken("no graph in this file, expected an ONNX model".into()))?;
    Importer::new(path, opset.unwrap_or(17), &graph)?.run(&graph)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::npy::read_npy;
    use crate::{Activation, Layer};
    use nalgebra::DMatrix;
    use std::path::PathBuf;

    fn models() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/models")
    }

    #[test]
    fn models_reproduce_the_outputs_of_pytorch() {
        let names = [
            "deepsets6",
            "digits_ae_tied",
            "digits_ae_untied",
            "digits_cnn",
            "digits_mlp_relu",
            "digits_mlp_relu_c4",
            "digits_mlp_sigmoid",
            "digits_mlp_tanh_cyclic",
            "lorentz_mlp",
            "patch_ae_untied",
            "so2_radial_mlp",
        ];
        for name in names {
            let network = Network::read_onnx(&models().join(format!("{name}.onnx"))).unwrap();
            let inputs = read_npy(&models().join(format!("{name}.in.npy"))).unwrap();
            let outputs = read_npy(&models().join(format!("{name}.out.npy"))).unwrap();
            let x = DMatrix::from_column_slice(network.input_width(), 256, &inputs.values);
            let y = network.forward_columns(&x);
            assert_eq!(y.len(), outputs.values.len(), "{name}");
            for (got, want) in y.iter().zip(&outputs.values) {
                assert!(
                    (got - want).abs() <= 1e-5 * want.abs().max(1.0),
                    "{name}: {got} {want}"
                );
            }
        }
    }

    #[test]
    fn perceptrons_come_in_as_chains_of_dense_layers() {
        let network = Network::read_onnx(&models().join("digits_mlp_relu.onnx")).unwrap();
        let activations: Vec<Activation> = network
            .layers()
            .iter()
            .map(|layer| match layer {
                Layer::Dense(dense) => dense.activation(),
                other => panic!("{}", other.kind()),
            })
            .collect();
        assert_eq!(
            activations,
            [Activation::Relu, Activation::Relu, Activation::Linear]
        );
        assert!(network.is_chain());
    }

    #[test]
    fn unknown_operators_are_named_with_their_node() {
        let bytes = std::fs::read(models().join("digits_mlp_relu.onnx")).unwrap();
        let mut model = proto::Model::decode(&bytes[..]).unwrap();
        let graph = model.graph.as_mut().unwrap();
        let node = graph.node.iter_mut().find(|node| node.op_type == "Relu").unwrap();
        node.op_type = "Mish".into();
        node.name = "/act".into();
        let error = from_bytes(Path::new("m.onnx"), &model.encode_to_vec())
            .unwrap_err()
            .to_string();
        assert_eq!(error, "m.onnx: node \"/act\" (Mish): operator not supported");
    }

    #[test]
    fn broken_files_are_errors_and_never_panic() {
        for name in ["digits_cnn", "deepsets6"] {
            let bytes = std::fs::read(models().join(format!("{name}.onnx"))).unwrap();
            for cut in (0..bytes.len()).step_by(97) {
                assert!(
                    from_bytes(Path::new("cut"), &bytes[..cut]).is_err(),
                    "{name} cut at {cut}"
                );
            }
            for at in 0..bytes.len().min(4000) {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << (at % 8);
                let _ = from_bytes(Path::new("flipped"), &flipped);
            }
        }
    }
}
