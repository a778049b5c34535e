use super::*;
use nalgebra::DVector;
use nets::{Activation, Conv2d, Dense, Layer, MaxPool2d, NetworkBuilder, Padding, SparseMap, Window};

fn dense(outputs: usize, inputs: usize, activation: Activation) -> Layer {
    let weights = DMatrix::from_fn(outputs, inputs, |i, j| (i * inputs + j) as f64);
    Dense::new(weights, DVector::zeros(outputs), activation)
        .unwrap()
        .into()
}

fn hidden(space: &WeightSpace) -> Vec<&Axis> {
    space
        .axes()
        .iter()
        .skip(1)
        .filter(|axis| axis.is_hidden())
        .collect()
}

#[test]
fn a_residual_sum_makes_one_axis_of_input_and_output() {
    let mut builder = NetworkBuilder::new(&[3]);
    let blocks = vec![dense(5, 3, Activation::Relu), dense(3, 5, Activation::Linear)];
    let first = builder.residual(builder.input(), blocks.clone()).unwrap();
    let second = builder.residual(first, blocks).unwrap();
    let space = WeightSpace::of(&builder.finish(second).unwrap());
    let stream: Vec<_> = space.axes().iter().filter(|axis| axis.input).collect();
    assert_eq!(stream.len(), 1);
    assert!(stream[0].output && stream[0].size == 3);
    assert_eq!(
        hidden(&space).iter().map(|axis| axis.size).collect::<Vec<_>>(),
        [5, 5]
    );
    assert!(
        hidden(&space)
            .iter()
            .all(|axis| axis.homogeneous && !axis.odd && !axis.linear)
    );
    assert_eq!(space.parameters(), 2 * (15 + 5 + 15 + 3));
}

#[test]
fn channels_keep_their_pixels_through_pooling_and_flattening() {
    let conv = Conv2d::new(
        [1, 4, 4],
        2,
        (0..18).map(f64::from).collect(),
        vec![0.0; 2],
        1,
        Window::new((3, 3), 1, 1),
        Padding::Zero,
    );
    let pool = MaxPool2d::new([2, 4, 4], Window::new((2, 2), 2, 0)).unwrap();
    let mut builder = NetworkBuilder::new(&[1, 4, 4]);
    let layers: Vec<Layer> = vec![
        conv.unwrap().into(),
        Layer::Activation(Activation::Relu),
        pool.into(),
        Layer::flatten(8),
        dense(3, 8, Activation::Linear),
    ];
    let mut node = builder.input();
    for layer in layers {
        node = builder.add(layer, &[node]).unwrap();
    }
    let space = WeightSpace::of(&builder.finish(node).unwrap());
    let axis = hidden(&space)[0];
    assert_eq!((axis.size, axis.homogeneous, axis.odd), (2, true, false));
    let last = space
        .blocks()
        .iter()
        .find(|block| block.layer == 4 && block.name == "weights")
        .unwrap();
    assert_eq!((last.slots.len(), last.slots[0].shape()), (4, (3, 2)));
    // Output 1, channel 1, second pixel: column 4 + 1 of row 1.
    assert_eq!(last.slots[1][(1, 1)], 13.0);
    let first = &space.blocks()[0];
    assert_eq!((first.slots.len(), first.slots[3][(1, 0)]), (9, 12.0));
}

#[test]
fn what_treats_units_differently_fixes_them() {
    let mut builder = NetworkBuilder::new(&[2]);
    let h = builder
        .add(dense(4, 2, Activation::Tanh), &[builder.input()])
        .unwrap();
    let part = builder
        .add(SparseMap::slice(&[4], 0, &[0, 1]).unwrap().into(), &[h])
        .unwrap();
    let out = builder.add(dense(1, 2, Activation::Linear), &[part]).unwrap();
    let space = WeightSpace::of(&builder.finish(out).unwrap());
    assert!(hidden(&space).iter().all(|axis| axis.fixed_by.is_some()));
    assert!(space.free_axes(false, false).is_empty());
}

#[test]
fn what_is_not_finite_or_empty_is_refused() {
    assert!(WeightSpace::of_matrix(&DMatrix::zeros(0, 3)).is_err());
    let matrix = DMatrix::from_row_slice(1, 2, &[0.0, f64::NAN]);
    assert!(matches!(
        WeightSpace::of_matrix(&matrix),
        Err(BridgeError::NotFinite { index: 1, .. })
    ));
}
