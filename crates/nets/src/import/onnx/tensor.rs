//! Constant tensors of an ONNX file.

use super::LARGEST_WIDTH;
use super::proto;
use crate::NetError;
use std::path::Path;

/// A constant tensor, row-major.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f64>,
}

impl Constant {
    /// Decodes a tensor; integers are exact in f64 up to 2⁵³, which sizes and axes never exceed.
    pub(super) fn decode(path: &Path, tensor: &proto::Tensor) -> Result<Self, NetError> {
        let broken = |problem: String| NetError::Unreadable {
            path: path.into(),
            problem: format!("tensor \"{}\" {problem}", tensor.name),
        };
        if tensor.data_location != 0 {
            return Err(broken("lies in another file, expected its data here".into()));
        }
        let shape: Option<Vec<usize>> = tensor.dims.iter().map(|&d| usize::try_from(d).ok()).collect();
        let count = shape
            .as_ref()
            .and_then(|s| s.iter().try_fold(1usize, |p, &d| p.checked_mul(d)));
        let (Some(shape), Some(count)) = (shape, count.filter(|&c| c <= LARGEST_WIDTH * 64)) else {
            return Err(broken(format!("has an impossible shape {:?}", tensor.dims)));
        };
        let raw = &tensor.raw_data[..];
        let four = || raw.as_chunks::<4>().0.iter();
        let eight = || raw.as_chunks::<8>().0.iter();
        let from_raw = !raw.is_empty();
        let (values, size): (Vec<f64>, usize) = match tensor.data_type {
            1 if from_raw => (four().map(|&b| f64::from(f32::from_le_bytes(b))).collect(), 4),
            1 => (tensor.float_data.iter().map(|&v| f64::from(v)).collect(), 0),
            6 if from_raw => (four().map(|&b| f64::from(i32::from_le_bytes(b))).collect(), 4),
            6 => (tensor.int32_data.iter().map(|&v| f64::from(v)).collect(), 0),
            7 if from_raw => (eight().map(|&b| i64::from_le_bytes(b) as f64).collect(), 8),
            7 => (tensor.int64_data.iter().map(|&v| v as f64).collect(), 0),
            11 if from_raw => (eight().map(|&b| f64::from_le_bytes(b)).collect(), 8),
            11 => (tensor.double_data.clone(), 0),
            other => {
                return Err(broken(format!(
                    "is of type {other}, expected float, double, int32 or int64"
                )));
            }
        };
        if values.len() != count || (from_raw && raw.len() != size * count) {
            return Err(broken(format!(
                "holds {} numbers, expected {count} for {shape:?}",
                values.len()
            )));
        }
        if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(NetError::TensorNotFinite {
                path: path.into(),
                tensor: tensor.name.clone(),
                index,
                value,
            });
        }
        Ok(Constant { shape, values })
    }
}
