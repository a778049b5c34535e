//! Networks that were not made here, as [`Network`](crate::Network)s: ONNX files, and safetensors with an architecture
//! file.

mod architecture;
pub(crate) mod onnx;
