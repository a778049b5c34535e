//! Operators that move, cut, join or sum up axes.

use super::super::graph::{Importer, Value};
use super::super::proto;
use super::super::tensor::Constant;
use super::Attributes;
use crate::layers::SparseMap;
use crate::{Layer, NetError};

impl Importer<'_> {
    /// An axis of the file (which counts the batch) as an axis of the example.
    pub(super) fn axis(&self, node: &proto::Node, axis: i64, rank: usize) -> Result<usize, NetError> {
        let full = rank as i64 + 1;
        let positive = if axis < 0 { axis.saturating_add(full) } else { axis };
        match positive {
            0 => Err(self.unsupported(node, "acts on the batch axis")),
            a if (1..full).contains(&a) => Ok(a as usize - 1),
            _ => Err(self.unsupported(node, &format!("axis {axis}, expected below {full}"))),
        }
    }

    /// Axes from an input (newer operator sets) or an attribute.
    fn axes(&self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Option<Vec<i64>>, NetError> {
        match (self.optional(node, 1)?, attributes.ints("axes")) {
            (Some(_), _) => self.integers(node, 1).map(Some),
            (None, axes) => Ok(axes.map(<[i64]>::to_vec)),
        }
    }

    pub(super) fn reshape(
        &mut self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<Value, NetError> {
        let shape = match self.value(node, 0)? {
            Value::Step(step) => self.shape(*step).to_vec(),
            Value::Constant(constant) => return self.reshape_constant(node, attributes, constant.clone()),
        };
        let step = self.step(node, 0)?;
        let width: usize = shape.iter().product();
        let new = match node.op_type.as_str() {
            "Flatten" if attributes.int("axis", 1) == 1 => vec![width],
            "Flatten" => return Err(self.unsupported(node, "expected axis 1")),
            "Squeeze" => {
                let rank = shape.len();
                let drop: Vec<usize> = match self.axes(node, attributes)? {
                    Some(axes) => axes
                        .iter()
                        .map(|&a| self.axis(node, a, rank))
                        .collect::<Result<_, _>>()?,
                    None => (0..rank).filter(|&a| shape[a] == 1).collect(),
                };
                if drop.iter().any(|&a| shape[a] != 1) {
                    return Err(self.unsupported(node, "squeezes an axis whose size is not 1"));
                }
                (0..rank)
                    .filter(|a| !drop.contains(a))
                    .map(|a| shape[a])
                    .collect()
            }
            "Unsqueeze" => {
                let axes = self.axes(node, attributes)?.unwrap_or_default();
                let rank = shape.len() + axes.len();
                let mut added: Vec<usize> = axes
                    .iter()
                    .map(|&a| self.axis(node, a, rank))
                    .collect::<Result<_, _>>()?;
                added.sort_unstable();
                let mut new = shape.clone();
                for axis in added {
                    if axis > new.len() {
                        return Err(self.unsupported(node, "axes repeat"));
                    }
                    new.insert(axis, 1);
                }
                new
            }
            _ => {
                let wanted = self.integers(node, 1)?;
                self.reshaped(node, &shape, &wanted)?
            }
        };
        self.push(Layer::Reshape(new), &[step])
    }

    /// The shape that a Reshape asks for, without the batch axis.
    fn reshaped(&self, node: &proto::Node, shape: &[usize], wanted: &[i64]) -> Result<Vec<usize>, NetError> {
        let width: usize = shape.iter().product();
        let wrong = || {
            self.unsupported(
                node,
                &format!("shape {wanted:?} for an example of shape {shape:?}"),
            )
        };
        let (&batch, rest) = wanted.split_first().ok_or_else(wrong)?;
        let mut new = Vec::new();
        let mut open = None;
        for (axis, &size) in rest.iter().enumerate() {
            new.push(match size {
                0 => *shape.get(axis).ok_or_else(wrong)?,
                -1 if open.is_none() => {
                    open = Some(axis);
                    1
                }
                size => usize::try_from(size).map_err(|_| wrong())?,
            });
        }
        let known = new
            .iter()
            .try_fold(1usize, |p, &d| p.checked_mul(d))
            .filter(|&p| p > 0)
            .ok_or_else(wrong)?;
        if let Some(axis) = open {
            // A -1 beside a fixed batch stands for what is left of one example.
            new[axis] = width / known;
        }
        let fits = new.iter().product::<usize>() == width && (batch != -1 || open.is_none());
        if fits { Ok(new) } else { Err(wrong()) }
    }

    fn reshape_constant(
        &self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
        mut constant: Constant,
    ) -> Result<Value, NetError> {
        let full = constant.values.len();
        let rank = constant.shape.len();
        let at = |axis: i64, rank: usize| if axis < 0 { axis + rank as i64 } else { axis };
        match node.op_type.as_str() {
            "Unsqueeze" => {
                let axes = self.axes(node, attributes)?.unwrap_or_default();
                let mut added: Vec<i64> = axes.iter().map(|&a| at(a, rank + axes.len())).collect();
                added.sort_unstable();
                for axis in added {
                    let axis = usize::try_from(axis).ok().filter(|&a| a <= constant.shape.len());
                    constant.shape.insert(
                        axis.ok_or_else(|| self.unsupported(node, "axis out of range"))?,
                        1,
                    );
                }
            }
            "Reshape" => {
                let wanted = self.integers(node, 1)?;
                let known: i64 = wanted.iter().filter(|&&d| d != -1).product();
                let size = |&d: &i64| if d == -1 { full as i64 / known.max(1) } else { d };
                let shape: Vec<usize> = wanted
                    .iter()
                    .map(|d| usize::try_from(size(d)).unwrap_or(0))
                    .collect();
                if shape.iter().product::<usize>() != full {
                    return Err(self.unsupported(node, &format!("shape {wanted:?} for {full} numbers")));
                }
                constant.shape = shape;
            }
            _ => return Err(self.unsupported(node, "not supported on a constant")),
        }
        Ok(Value::Constant(constant))
    }

    pub(super) fn transpose(
        &mut self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let shape = self.shape(step).to_vec();
        let Some((0, order)) = attributes
            .ints("perm")
            .and_then(|p| p.split_first())
            .map(|(b, o)| (*b, o))
        else {
            return Err(self.unsupported(node, "expected a perm that leaves the batch axis in its place"));
        };
        let order: Vec<usize> = order
            .iter()
            .map(|&a| self.axis(node, a, shape.len()))
            .collect::<Result<_, _>>()?;
        self.push(SparseMap::transpose(&shape, &order)?.into(), &[step])
    }

    pub(super) fn slice(
        &mut self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<Value, NetError> {
        let from_attributes = node.input.len() == 1;
        let list = |index: usize, name: &str| -> Result<Option<Vec<i64>>, NetError> {
            if from_attributes {
                return Ok(attributes.ints(name).map(<[i64]>::to_vec));
            }
            if self.optional(node, index)?.is_some() {
                self.integers(node, index).map(Some)
            } else {
                Ok(None)
            }
        };
        let missing = || self.unsupported(node, "expected starts and ends");
        let starts = list(1, "starts")?.ok_or_else(missing)?;
        let ends = list(2, "ends")?.ok_or_else(missing)?;
        let axes = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
        if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
            return Err(self.unsupported(node, "starts, ends, axes and steps of different lengths"));
        }
        let mut step = self.step(node, 0)?;
        for (((&start, &end), &axis), &stride) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
            let shape = self.shape(step).to_vec();
            let axis = self.axis(node, axis, shape.len())?;
            let size = shape[axis] as i64;
            let place = |at: i64, low: i64, high: i64| {
                (if at < 0 { at.saturating_add(size) } else { at }).clamp(low, high)
            };
            let positions: Vec<usize> = match stride {
                0 => return Err(self.unsupported(node, "a step of 0")),
                stride if stride > 0 => {
                    let (from, to) = (place(start, 0, size), place(end, 0, size));
                    (from..to).step_by(stride as usize).map(|p| p as usize).collect()
                }
                stride => {
                    let (from, to) = (place(start, 0, size - 1), place(end, -1, size - 1));
                    let back = stride.unsigned_abs() as usize;
                    (to + 1..=from).rev().step_by(back).map(|p| p as usize).collect()
                }
            };
            let Value::Step(next) = self.push(SparseMap::slice(&shape, axis, &positions)?.into(), &[step])?
            else {
                return Err(self.unsupported(node, "a slice is a step"));
            };
            step = next;
        }
        Ok(Value::Step(step))
    }

    pub(super) fn concat(
        &mut self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<Value, NetError> {
        let rank = (0..node.input.len())
            .find_map(|i| self.step(node, i).ok())
            .map(|s| self.shape(s).len());
        let Some(rank) = rank else {
            return Err(self.unsupported(node, "all inputs are constants"));
        };
        let steps: Vec<usize> = (0..node.input.len())
            .map(|i| self.as_step(node, i, rank))
            .collect::<Result<_, _>>()?;
        let axis = self.axis(node, attributes.int("axis", 1), rank)?;
        let shapes: Vec<&[usize]> = steps.iter().map(|&step| self.shape(step)).collect();
        self.push(SparseMap::concat(&shapes, axis)?.into(), &steps)
    }

    pub(super) fn reduce(
        &mut self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let shape = self.shape(step).to_vec();
        let keep = attributes.int("keepdims", 1) != 0;
        let Some(axes) = self.axes(node, attributes)?.filter(|axes| !axes.is_empty()) else {
            return Err(self.unsupported(node, "expected axes (all of them would include the batch)"));
        };
        let axes: Vec<usize> = axes
            .iter()
            .map(|&a| self.axis(node, a, shape.len()))
            .collect::<Result<_, _>>()?;
        let map = if node.op_type == "ReduceSum" {
            SparseMap::sum(&shape, &axes, keep)?
        } else {
            SparseMap::mean(&shape, &axes, keep)?
        };
        self.push(map.into(), &[step])
    }
}
