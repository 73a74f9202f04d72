//! Parameters of a module by name, for a module that is no part of a model file.
//!
//! What the objective learns goes into checkpoints alone. Its parameters get names from their place
//! in the module and ids made of the names, so that an optimiser finds them again after a restart.

use artifact::{Stored, Weights};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData};
use encoder::parameter_id;

use crate::TrainingError;
use crate::learner::read;

/// `module` with ids made of the names of its parameters.
pub(crate) fn with_ids<M: Module>(module: M, name: &str) -> M {
    module.map(&mut Namer { path: vec![name.to_owned()] })
}

struct Namer {
    path: Vec<String>,
}

impl ModuleMapper for Namer {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (_, tensor, mapper) = param.consume();
        let id = ParamId::from(parameter_id(&self.path.join(".")));
        Param::from_mapped_value(id, tensor, mapper)
    }
}

/// The values of the parameters, by id.
pub(crate) fn values<M: Module>(module: &M) -> Result<Weights, TrainingError> {
    let mut reader = Reader { weights: Weights::default(), failed: None };
    module.visit(&mut reader);
    reader.failed.map_or(Ok(reader.weights), Err)
}

struct Reader {
    weights: Weights,
    failed: Option<TrainingError>,
}

fn key(id: ParamId) -> String {
    format!("{:016x}", id.val())
}

impl ModuleVisitor for Reader {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        match read(tensor) {
            Ok(values) => {
                self.weights.insert(&key(param.id), shape, Stored::from_f32(&values));
            }
            Err(error) => self.failed = Some(error),
        }
    }
}

/// `module` with the values that [`values`] gave. None when one is missing or of another shape.
pub(crate) fn with_values<M: Module>(module: M, weights: &Weights) -> Option<M> {
    let mut writer = Writer { weights, fits: true };
    let module = module.map(&mut writer);
    writer.fits.then_some(module)
}

struct Writer<'a> {
    weights: &'a Weights,
    fits: bool,
}

impl ModuleMapper for Writer<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let shape = tensor.dims();
        let kept = self.weights.get(&key(id)).filter(|(kept, _)| *kept == shape.as_slice());
        let Some((_, stored)) = kept else {
            self.fits = false;
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let learned = tensor.is_require_grad();
        let data = TensorData::new(stored.to_f32(), shape);
        let value = Tensor::from_data(data, &tensor.device()).set_require_grad(learned);
        Param::from_mapped_value(id, value, mapper)
    }
}
