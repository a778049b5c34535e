//! One tensor of a safetensors file as rows.

use crate::checkpoint::TensorFile;
use crate::{Dataset, NetError};
use std::path::Path;

impl Dataset {
    /// Reads one tensor of a safetensors file (F32 or F64): the first axis counts the rows, the others make a row; the
    /// numbers are taken as they are. A tensor of three axes, or of four with one channel, is one of images.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read; [`NetError::Unreadable`] if it is not a safetensors file, or has no
    /// such tensor (those it has are named); [`NetError::TensorNotFinite`] for NaN or infinities; [`NetError::Shape`]
    /// for an empty tensor.
    pub fn read_safetensors(path: &Path, tensor: &str) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        parse(path, &bytes, tensor)
    }
}

/// The rows of a file; `path` is for messages.
pub(super) fn parse(path: &Path, bytes: &[u8], tensor: &str) -> Result<Dataset, NetError> {
    let file = TensorFile::new(path, bytes)?;
    if !file.has(tensor) {
        let names = file.names().join(", ");
        return Err(file.broken(format!("no tensor \"{tensor}\", expected one of: {names}")));
    }
    let shape = file.shape(tensor)?;
    let numbers = file.numbers(tensor, &shape)?;
    let width = shape.iter().skip(1).product();
    let values = numbers.into_iter().map(|v| v as f32).collect();
    let name = format!("{}#{tensor}", path.display());
    let data = Dataset::new(name, values, width)?.with_checksum(bytes);
    match shape[..] {
        [_, height, width] | [_, 1, height, width] => data.with_image_shape(height, width),
        _ => Ok(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Tensor, to_bytes};

    #[test]
    fn a_tensor_is_rows_and_a_missing_one_names_the_others() {
        let tensor = |name: &str, shape: &[usize], values: &[f64]| Tensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        let ones = [1.0; 8];
        let tensors = [tensor("images", &[2, 2, 2], &ones), tensor("empty", &[0, 3], &[])];
        let bytes = to_bytes(&tensors, &"no model").unwrap();
        let data = parse(Path::new("x"), &bytes, "images").unwrap();
        assert_eq!(
            (data.len(), data.width(), data.image_shape()),
            (2, 4, Some((2, 2)))
        );
        let message = parse(Path::new("x"), &bytes, "none").unwrap_err().to_string();
        assert_eq!(message, "x: no tensor \"none\", expected one of: empty, images");
        assert!(matches!(
            parse(Path::new("x"), &bytes, "empty"),
            Err(NetError::Shape { .. })
        ));
    }
}
