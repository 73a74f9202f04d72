//! Gradients of a step: of the network, of what the objective learns, and of rows of the table.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients as Graph, Tensor};

use crate::TrainingError;
use crate::sparse::RowGradients;
use crate::values::{Values, squares};

/// Gradients by parameter, summed over passes and batches.
#[derive(Debug, Default)]
pub(crate) struct Gradients {
    pub of: BTreeMap<u64, Values>,
    pub rows: Vec<RowGradients>,
}

impl Gradients {
    /// Adds what `graph` holds for the parameters of `module`.
    pub fn add<M: Module>(&mut self, graph: &mut Graph, module: &M) -> Result<(), TrainingError> {
        let mut collector = Collector { graph, into: &mut self.of, failed: None };
        module.visit(&mut collector);
        collector.failed.map_or(Ok(()), Err)
    }

    /// Sums what passes found for the same rows.
    pub fn merge_rows(&mut self) {
        if self.rows.len() > 1 {
            self.rows = vec![RowGradients::sum(&self.rows)];
        }
    }

    /// The norm of everything together, squared: what is on the host, and a tensor `[1]` of what
    /// is on the device.
    pub fn squared_norm(&self) -> (f64, Option<Tensor<1>>) {
        let mut host: f64 = self.rows.iter().map(|rows| squares(&rows.values)).sum();
        let mut device: Option<Tensor<1>> = None;
        for values in self.of.values() {
            match values {
                Values::Host(values) => host += squares(values),
                Values::Device(tensor) => {
                    let sum = tensor.clone().square().sum();
                    device = Some(device.map_or(sum.clone(), |all| all + sum));
                }
            }
        }
        (host, device)
    }
}

struct Collector<'a> {
    graph: &'a mut Graph,
    into: &'a mut BTreeMap<u64, Values>,
    failed: Option<TrainingError>,
}

impl ModuleVisitor for Collector<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        if !tensor.is_require_grad() {
            return;
        }
        let Some(gradient) = tensor.grad_remove(self.graph) else { return };
        match Values::new(gradient) {
            Ok(values) => match self.into.get_mut(&param.id.val()) {
                Some(kept) => kept.add(values),
                None => drop(self.into.insert(param.id.val(), values)),
            },
            Err(error) => self.failed = Some(error),
        }
    }
}
