//! Putting a network together, node by node.

use super::Network;
use crate::layers::{Arithmetic, Elementwise};
use crate::{Layer, NetError};

/// A node of a network under construction: its input or the output of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Node(pub(super) usize);

/// Builds a [`Network`] as an acyclic graph: a layer may only take inputs that exist already.
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, NetworkBuilder};
/// let mut builder = NetworkBuilder::new(&[1]);
/// let double = Dense::new(dmatrix![2.0], dvector![0.0], Activation::Linear)?;
/// let out = builder.residual(builder.input(), vec![double.into()])?; // x + 2x
/// assert_eq!(builder.finish(out)?.forward(&dvector![5.0]), dvector![15.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone)]
pub struct NetworkBuilder {
    layers: Vec<Layer>,
    wires: Vec<Vec<usize>>,
    shapes: Vec<Vec<usize>>,
}

impl NetworkBuilder {
    /// A network whose input has the given shape, and no layers yet.
    pub fn new(input_shape: &[usize]) -> Self {
        NetworkBuilder {
            layers: Vec::new(),
            wires: Vec::new(),
            shapes: vec![input_shape.to_vec()],
        }
    }

    /// The network's input.
    pub fn input(&self) -> Node {
        Node(0)
    }

    /// Shape of a node's output.
    ///
    /// # Panics
    /// If the node belongs to another builder that has more nodes.
    pub fn shape(&self, node: Node) -> &[usize] {
        &self.shapes[node.0]
    }

    /// Adds a layer that takes the given inputs.
    ///
    /// # Errors
    /// [`NetError::Layer`] with the layer's number and kind if the inputs are not as many, or not of the shapes, that
    /// it takes.
    pub fn add(&mut self, layer: Layer, inputs: &[Node]) -> Result<Node, NetError> {
        let (index, kind) = (self.layers.len(), layer.kind());
        let at_layer = |source: NetError| NetError::Layer {
            index,
            kind: kind.into(),
            source: Box::new(source),
        };
        if inputs.len() != layer.arity() {
            let what = "number of inputs".into();
            let (expected, got) = (layer.arity(), inputs.len());
            return Err(at_layer(NetError::Shape { what, expected, got }));
        }
        if let Some(node) = inputs.iter().find(|node| node.0 >= self.shapes.len()) {
            let what = "wire to a node that comes before".into();
            return Err(at_layer(NetError::Shape {
                what,
                expected: self.shapes.len() - 1,
                got: node.0,
            }));
        }
        let shapes: Vec<&[usize]> = inputs.iter().map(|node| &self.shapes[node.0][..]).collect();
        let shape = layer.map().output_shape(&shapes).map_err(at_layer)?;
        self.shapes.push(shape);
        self.wires.push(inputs.iter().map(|node| node.0).collect());
        self.layers.push(layer);
        Ok(Node(self.layers.len()))
    }

    /// Adds x ↦ x + (the layers applied in turn to x).
    ///
    /// # Errors
    /// [`NetError::Layer`] if a layer does not fit, or the last one's output is not of the shape of x.
    pub fn residual(&mut self, from: Node, layers: Vec<Layer>) -> Result<Node, NetError> {
        let mut node = from;
        for layer in layers {
            node = self.add(layer, &[node])?;
        }
        let sum = Elementwise::new(Arithmetic::Add, self.shape(from), self.shape(node))?;
        self.add(sum.into(), &[from, node])
    }

    /// The finished network, with the output of a node as its own; layers that it does not depend on are left out.
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] if there is no layer, [`NetError::Shape`] if there is no such node.
    pub fn finish(self, output: Node) -> Result<Network, NetError> {
        let NetworkBuilder {
            layers,
            wires,
            shapes,
        } = self;
        if output.0 >= shapes.len() {
            let what = "output of a network (a node)".into();
            return Err(NetError::Shape {
                what,
                expected: shapes.len() - 1,
                got: output.0,
            });
        }
        let mut needed = vec![false; shapes.len()];
        needed[output.0] = true;
        for (index, wires) in wires.iter().enumerate().rev() {
            if needed[index + 1] {
                wires.iter().for_each(|&wire| needed[wire] = true);
            }
        }
        needed[0] = true;
        let mut renumbered = vec![0; shapes.len()];
        let mut count = 0;
        for (node, &needed) in needed.iter().enumerate() {
            renumbered[node] = count;
            count += usize::from(needed);
        }
        let keep = |node: &usize| needed[*node];
        let pick = |node: usize| renumbered[node];
        let kept_layers: Vec<Layer> = layers
            .into_iter()
            .enumerate()
            .filter(|(i, _)| keep(&(i + 1)))
            .map(|(_, layer)| layer)
            .collect();
        if kept_layers.is_empty() {
            return Err(NetError::EmptyNetwork);
        }
        let wires = wires.into_iter().enumerate().filter(|(i, _)| keep(&(i + 1)));
        let wires = wires
            .map(|(_, wires)| wires.into_iter().map(pick).collect())
            .collect();
        let shapes = shapes
            .into_iter()
            .enumerate()
            .filter(|(i, _)| keep(i))
            .map(|(_, shape)| shape)
            .collect();
        Ok(Network {
            layers: kept_layers,
            wires,
            shapes,
            output: pick(output.0),
        })
    }
}
