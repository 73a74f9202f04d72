//! Products in another type than that of the weights.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor};

use crate::Network;

/// What Burn calls the container of a linear layer's weights.
const LINEAR: &str = "Struct:Linear";

impl Network {
    /// The same network with the weights of its linear layers in `dtype`, for a forward pass in
    /// mixed precision.
    ///
    /// Gradients flow through the cast: they arrive at the weights of `self`, in their type.
    #[must_use]
    pub fn in_dtype(&self, dtype: DType) -> Self {
        self.clone().map(&mut Caster { dtype, within: Vec::new() })
    }
}

struct Caster {
    dtype: DType,
    /// Whether each of the modules around is a linear layer.
    within: Vec<bool>,
}

impl ModuleMapper for Caster {
    fn enter_module(&mut self, _name: &str, container_type: &str) {
        self.within.push(container_type == LINEAR);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.within.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self.within.contains(&true) {
            return param;
        }
        let (id, tensor, mapper) = param.consume();
        Param::from_mapped_value(id, tensor.cast(self.dtype), mapper)
    }
}
