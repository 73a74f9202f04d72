//! What the tests share: devices, tensors of random numbers and back.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::sync::LazyLock;

use burn::tensor::{Bool, Device, Gradients, Int, Tensor, TensorData};
use isogloss_objective::{Negatives, Sides, Teacher};

/// Devices under test, with gradients; opened once.
pub static DEVICES: LazyLock<Vec<(String, Device)>> = LazyLock::new(|| {
    device::for_tests().into_iter().map(|(name, device)| (name, device.autodiff())).collect()
});

pub fn matrix(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

pub fn mask<const D: usize>(
    values: Vec<bool>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D, Bool> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

pub fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.clone().into_data().convert::<f32>().try_to_vec().unwrap()
}

pub fn number(tensor: &Tensor<1>) -> f32 {
    values(tensor)[0]
}

/// Zeros where nothing was found.
pub fn gradient<const D: usize>(of: &Tensor<D>, gradients: &Gradients) -> Vec<f32> {
    let zeros = || vec![0.0; of.shape().num_elements()];
    of.grad(gradients).map_or_else(zeros, |gradient| values(&gradient))
}

/// The largest difference, relative where values are above 1.
pub fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let each = found.iter().zip(expected).map(|(f, e)| (f - e).abs() / e.abs().max(1.0));
    each.fold(0.0, |worst, x| if x.is_nan() { f32::INFINITY } else { worst.max(x) })
}

/// Numbers that a seed decides, about normal, in -3..3.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn uniform(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / 16_777_216.0
    }

    pub fn normal(&mut self) -> f32 {
        let sum: f32 = (0..6).map(|_| self.uniform()).sum();
        (sum - 3.0) * 2.0_f32.sqrt()
    }

    pub fn matrix(&mut self, rows: usize, dimension: usize, device: &Device) -> Tensor<2> {
        let values = (0..rows * dimension).map(|_| self.normal()).collect();
        matrix(values, [rows, dimension], device)
    }

    pub fn mask(&mut self, count: usize) -> Vec<bool> {
        (0..count).map(|_| self.uniform() < 0.3).collect()
    }

    /// A batch with everything a loss may ask for; leaves of the graph.
    pub fn sides(&mut self, rows: usize, dimension: usize, n: usize, device: &Device) -> Sides {
        let teacher = Teacher {
            queries: Some(self.matrix(rows, dimension, device)),
            passages: Some(self.matrix(rows, dimension, device)),
            scores: Some(self.matrix(rows, 1 + n, device)),
        };
        let mut same = self.mask(rows * rows);
        for i in 0..rows {
            for j in 0..i {
                same[i * rows + j] = same[j * rows + i];
            }
        }
        let absent = self.mask(rows * n);
        let false_negatives = self.mask(rows * rows * n);
        let negatives = Negatives {
            embeddings: leaf(&self.matrix(rows * n, dimension, device)),
            absent: Some(mask(absent, [rows * n], device)),
            same: Some(mask(false_negatives, [rows, rows * n], device)),
        };
        Sides {
            queries: leaf(&self.matrix(rows, dimension, device)),
            passages: leaf(&self.matrix(rows, dimension, device)),
            negatives: Some(negatives),
            translations: Some(leaf(&self.matrix(rows, dimension, device))),
            same: Some(mask(same, [rows, rows], device)),
            teacher: Some(teacher),
        }
    }
}

/// Unit vectors that gradients are asked for.
fn leaf(tensor: &Tensor<2>) -> Tensor<2> {
    isogloss_objective::normalise(tensor.clone()).detach().require_grad()
}

/// Gradients with respect to queries, passages, hard negatives and translations, one after another.
pub fn all_gradients(sides: &Sides, gradients: &Gradients) -> Vec<f32> {
    let mut all = gradient(&sides.queries, gradients);
    all.extend(gradient(&sides.passages, gradients));
    if let Some(negatives) = &sides.negatives {
        all.extend(gradient(&negatives.embeddings, gradients));
    }
    if let Some(translations) = &sides.translations {
        all.extend(gradient(translations, gradients));
    }
    all
}

/// The batch with its rows in another order.
pub fn permuted(sides: &Sides, order: &[usize]) -> Sides {
    let device = sides.queries.device();
    let n = sides.negatives_per_row();
    let wide: Vec<usize> = order.iter().flat_map(|&i| (0..n).map(move |k| i * n + k)).collect();
    let places = |order: &[usize]| {
        let places: Vec<i32> = order.iter().map(|&i| i32::try_from(i).unwrap()).collect();
        Tensor::<1, Int>::from_data(TensorData::new(places, [order.len()]), &device)
    };
    let rows = |x: Tensor<2>| x.select(0, places(order));
    let flags = |x: Tensor<2, Bool>, columns: &[usize]| {
        x.int().select(0, places(order)).select(1, places(columns)).bool()
    };
    Sides {
        queries: rows(sides.queries.clone()),
        passages: rows(sides.passages.clone()),
        translations: sides.translations.clone().map(rows),
        same: sides.same.clone().map(|x| flags(x, order)),
        negatives: sides.negatives.clone().map(|negatives| Negatives {
            embeddings: negatives.embeddings.select(0, places(&wide)),
            absent: negatives.absent.map(|x| x.int().select(0, places(&wide)).bool()),
            same: negatives.same.map(|x| flags(x, &wide)),
        }),
        teacher: sides.teacher.clone().map(|teacher| Teacher {
            queries: teacher.queries.map(rows),
            passages: teacher.passages.map(rows),
            scores: teacher.scores.map(rows),
        }),
    }
}
