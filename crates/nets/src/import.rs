//! Networks that were not made here: ONNX files as [`Network`](crate::Network)s.

pub(crate) mod onnx;
