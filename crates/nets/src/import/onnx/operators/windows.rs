//! Convolutions and pools: operators that move a window over an image.

use super::super::graph::{Importer, Value};
use super::super::proto;
use super::super::tensor::Constant;
use super::Attributes;
use crate::NetError;
use crate::layers::{Conv2d, Padding, Window};

impl Importer<'_> {
    /// Channels, height and width of an input.
    fn image(&self, node: &proto::Node) -> Result<(usize, [usize; 3]), NetError> {
        let step = self.step(node, 0)?;
        match self.shape(step) {
            &[channels, height, width] => Ok((step, [channels, height, width])),
            other => Err(self.unsupported(
                node,
                &format!("input of shape {other:?}, expected (channels, rows, columns)"),
            )),
        }
    }

    fn window(
        &self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
        image: [usize; 3],
        size: (usize, usize),
    ) -> Result<Window, NetError> {
        let pair = |name: &str| -> Result<(usize, usize), NetError> {
            match attributes.ints(name) {
                None => Ok((1, 1)),
                Some(&[a, b]) if a > 0 && b > 0 => Ok((a as usize, b as usize)),
                Some(other) => {
                    Err(self.unsupported(node, &format!("{name} {other:?}, expected two positive numbers")))
                }
            }
        };
        let (stride, dilation) = (pair("strides")?, pair("dilations")?);
        let mut padding = match attributes.ints("pads") {
            None => [0; 4],
            Some(&[a, b, c, d]) if [a, b, c, d].iter().all(|p| (0..1 << 20).contains(p)) => {
                [a as usize, b as usize, c as usize, d as usize]
            }
            Some(other) => {
                return Err(self.unsupported(node, &format!("pads {other:?}, expected four numbers")));
            }
        };
        match attributes.text("auto_pad").unwrap_or(b"NOTSET") {
            b"NOTSET" | b"" => {}
            b"VALID" => padding = [0; 4],
            same @ (b"SAME_UPPER" | b"SAME_LOWER") => {
                let total = |input: usize, size: usize, stride: usize, dilation: usize| {
                    ((input.div_ceil(stride) - 1) * stride + (size - 1) * dilation + 1).saturating_sub(input)
                };
                let down = total(image[1], size.0, stride.0, dilation.0);
                let across = total(image[2], size.1, stride.1, dilation.1);
                let first = |total: usize| {
                    if same == b"SAME_UPPER" {
                        total / 2
                    } else {
                        total.div_ceil(2)
                    }
                };
                padding = [
                    first(down),
                    first(across),
                    down - first(down),
                    across - first(across),
                ];
            }
            other => {
                let other = String::from_utf8_lossy(other);
                return Err(self.unsupported(node, &format!("auto_pad {other} not supported")));
            }
        }
        Ok(Window {
            size,
            stride,
            dilation,
            padding,
            ceil: attributes.int("ceil_mode", 0) != 0,
        })
    }

    pub(super) fn pool_window(
        &self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<(usize, [usize; 3], Window), NetError> {
        let (step, image) = self.image(node)?;
        let Some(&[height, width]) = attributes.ints("kernel_shape") else {
            return Err(self.unsupported(node, "expected a kernel_shape of two numbers"));
        };
        if !(1..1 << 12).contains(&height) || !(1..1 << 12).contains(&width) {
            return Err(self.unsupported(node, "kernel_shape out of range"));
        }
        let window = self.window(node, attributes, image, (height as usize, width as usize))?;
        Ok((step, image, window))
    }

    pub(super) fn conv(
        &mut self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<Value, NetError> {
        let (step, image) = self.image(node)?;
        let Constant { shape, values } = self.constant(node, 1)?;
        let (&[channels, _, height, width], values) = (&shape[..], values.clone()) else {
            return Err(self.unsupported(node, "expected weights with four axes"));
        };
        if height == 0 || width == 0 {
            return Err(self.unsupported(node, "empty kernel"));
        }
        let window = self.window(node, attributes, image, (height, width))?;
        let bias = match self.optional(node, 2)? {
            None => vec![0.0; channels],
            Some(_) => self.constant(node, 2)?.values.clone(),
        };
        let groups = usize::try_from(attributes.int("group", 1)).unwrap_or(0);
        let conv = Conv2d::new(image, channels, values, bias, groups, window, Padding::Zero)?;
        self.push(conv.into(), &[step])
    }
}
