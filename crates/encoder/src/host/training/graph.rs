//! Operations with gradients of our own in Burn's graph.
//!
//! An operation here reads plain slices and gives a vector; what it keeps for its gradient is one
//! value that implements [`Gradient`]. Burn sees one node with some parents, whatever happens
//! inside.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{DType, Shape, Tensor, TensorData};
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::NoCheckpointing;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};
use burn_flex::{Flex, FlexTensor};

/// A node of the graph with its values.
type Node = FloatTensor<Autodiff<Flex>>;

/// Values of a tensor, row by row, shared with it.
#[derive(Clone, Debug)]
pub(crate) struct Values(FlexTensor);

impl Values {
    fn new(tensor: FlexTensor) -> Self {
        // Transposed or expanded tensors are rare here: gradients of a sum, say.
        let plain = tensor.as_slice::<f32>().is_some();
        Self(if plain { tensor } else { tensor.to_contiguous() })
    }
}

impl Deref for Values {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // f32 is checked before an operation starts, and `new` made them contiguous.
        self.0.as_slice().unwrap_or_default()
    }
}

/// The gradients of one operation.
pub(crate) trait Gradient: fmt::Debug + Send + Sync + 'static {
    /// Adds the gradient of every input to `found`, in the order in which they were joined;
    /// `of_output` is the gradient of the output.
    fn gradients(&self, of_output: &[f32], found: &mut Found);
}

/// Gradients of inputs, as they are found.
#[derive(Debug)]
pub(crate) struct Found {
    wanted: Vec<bool>,
    values: Vec<Option<Vec<f32>>>,
}

impl Found {
    /// The gradient of the next input; `compute` runs only if it is wanted.
    pub fn next(&mut self, compute: impl FnOnce() -> Vec<f32>) {
        let wanted = self.wanted.get(self.values.len()).copied().unwrap_or(false);
        self.values.push(wanted.then(compute));
    }
}

/// The inputs of an operation.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    nodes: Vec<Node>,
}

impl Inputs {
    /// Joins a tensor of the CPU backend; gives its values.
    ///
    /// # Panics
    ///
    /// When the tensor is on another device or not of f32: the caller has asked `runs_on`.
    pub fn join<const D: usize>(&mut self, tensor: Tensor<D>) -> Values {
        // Weights without gradients, of a part that is not trained, are constants.
        let tensor =
            if tensor.device().is_autodiff() { tensor } else { Tensor::from_inner(tensor) };
        let node = tensor
            .try_into_primitive::<Autodiff<Flex>>()
            .unwrap_or_else(|error| panic!("no tensor of the CPU backend in training: {error:?}"));
        let values = Values::new(node.primitive().clone());
        assert_eq!(node.dtype(), DType::F32, "the CPU backend trains in f32");
        self.nodes.push(node);
        values
    }

    /// Records an operation of at most `N` inputs that gave `output`; `gradient` is asked for what
    /// it keeps if any input wants a gradient.
    pub fn record<const N: usize, const D: usize, G: Gradient>(
        self,
        output: Vec<f32>,
        shape: [usize; D],
        gradient: impl FnOnce() -> G,
    ) -> Tensor<D> {
        let mut nodes = self.nodes;
        // The graph wants a number of inputs that is known when compiling.
        nodes.resize_with(N, || Node::new(tensor(vec![0.0], [1].into())));
        let shapes = nodes.iter().map(TensorMetadata::shape).collect();
        let guards: [_; N] = std::array::from_fn(|at| nodes[at].node());
        let output = tensor(output, shape.into());
        let prepared = Operation.prepare::<NoCheckpointing>(guards).compute_bound().stateful();
        let recorded = match prepared {
            OpsKind::Tracked(prepared) => {
                prepared.finish(Kept { gradient: Arc::new(gradient()), shapes }, output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(output),
        };
        Tensor::from_primitive::<Autodiff<Flex>>(recorded)
    }
}

fn tensor(values: Vec<f32>, shape: Shape) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// Any operation of ours, as the graph knows it.
#[derive(Debug)]
struct Operation;

/// What an operation keeps until its gradient is asked for.
#[derive(Clone, Debug)]
struct Kept {
    gradient: Arc<dyn Gradient>,
    shapes: Arc<[Shape]>,
}

impl<const N: usize> Backward<Flex, N> for Operation {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let of_output = Values::new(gradients.consume::<Flex>(&ops.node));
        let wanted: Vec<bool> = ops.parents.iter().map(Option::is_some).collect();
        let mut found = Found { wanted, values: Vec::with_capacity(N) };
        ops.state.gradient.gradients(&of_output, &mut found);
        let shapes = ops.state.shapes.iter();
        for ((parent, values), shape) in ops.parents.iter().zip(found.values).zip(shapes) {
            if let (Some(parent), Some(values)) = (parent, values) {
                gradients.register::<Flex>(parent.id, tensor(values, shape.clone()));
            }
        }
    }
}
