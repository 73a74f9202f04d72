//! Which language an embedding is of, told by a linear classifier.
//!
//! The measure of how much language is left in embeddings: accuracy near 1 says that languages lie
//! apart, accuracy near [`Outcome::chance`] that no line parts them. Vectors are taken as they are,
//! without scaling: give those that are scored, of unit length where the score is a cosine.
//!
//! An accuracy far below chance is no better than chance: it comes of vectors whose languages' means
//! were made equal on the very rows that are dealt into folds, so that a language that lies high
//! outside of a fold lies low inside. Fit such a correction on other texts.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::scores::{accuracy, macro_f1, mean_and_deviation};
use crate::{Labelled, LogisticRegression, ProbeError};

/// How well languages are told apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Accuracy of each fold; one value where there was a split.
    pub accuracy: Vec<f64>,
    /// Macro F1 of each fold.
    pub macro_f1: Vec<f64>,
    /// Of each language, as its label, the share of its rows that were told, over all folds.
    /// Sorted by label.
    pub recall: Vec<(u32, f64)>,
    /// The share of the most frequent language: the accuracy of always naming it.
    pub chance: f64,
    /// Folds whose fit ended at the largest number of iterations.
    pub unconverged: usize,
}

impl Outcome {
    /// Mean and deviation of the accuracies.
    pub fn mean_accuracy(&self) -> (f64, f64) {
        mean_and_deviation(&self.accuracy)
    }
}

/// Fits on `train` and judges on `test`. Labels are languages.
///
/// # Errors
///
/// [`ProbeError::Labels`], [`ProbeError::NoTest`], [`ProbeError::Dimension`] and
/// [`ProbeError::Parameter`].
pub fn by_split(
    train: &Labelled,
    test: &Labelled,
    regression: LogisticRegression,
) -> Result<Outcome, ProbeError> {
    if test.is_empty() {
        return Err(ProbeError::NoTest { fold: None });
    }
    let mut tally = Tally::default();
    tally.judge(train, test, regression)?;
    Ok(tally.finish())
}

/// Fits and judges once for each fold, on the rows outside and inside of it. `folds` has one for
/// each row, from 0; see [`stratified_folds`].
///
/// # Errors
///
/// [`ProbeError::Folds`]; [`ProbeError::NoTest`] for a fold without rows; [`ProbeError::Labels`]
/// when all rows outside of a fold are of one language; and [`ProbeError::Parameter`].
pub fn by_folds(
    data: &Labelled,
    folds: &[u32],
    regression: LogisticRegression,
) -> Result<Outcome, ProbeError> {
    if folds.len() != data.len() {
        return Err(ProbeError::Folds { folds: folds.len(), rows: data.len() });
    }
    let Some(last) = folds.iter().max() else {
        return Err(ProbeError::NoTest { fold: None });
    };
    let mut tally = Tally::default();
    for fold in 0..=*last {
        let part = |inside: bool| {
            let rows = || (0..data.len()).filter(|row| (folds[*row] == fold) == inside);
            let vectors: Vec<f32> = rows().flat_map(|row| data.row(row)).copied().collect();
            let labels: Vec<u32> = rows().map(|row| data.labels()[row]).collect();
            (vectors, labels)
        };
        let ((train, train_labels), (test, test_labels)) = (part(false), part(true));
        if test_labels.is_empty() {
            return Err(ProbeError::NoTest { fold: Some(fold) });
        }
        let train = Labelled::new(&train, data.dimension(), &train_labels)?;
        let test = Labelled::new(&test, data.dimension(), &test_labels)?;
        tally.judge(&train, &test, regression)?;
    }
    Ok(tally.finish())
}

/// Deals the rows of each label over `count` folds, so that every fold has as many of each as can
/// be. The same seed gives the same folds.
///
/// # Panics
///
/// When `count` is 0.
pub fn stratified_folds(labels: &[u32], count: u32, seed: u64) -> Vec<u32> {
    assert!(count > 0, "at least one fold");
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<usize> = (0..labels.len()).collect();
    rows.shuffle(&mut generator);
    // Stable: within a label, the shuffled order stays; a label goes on where the last one ended.
    rows.sort_by_key(|row| labels[*row]);
    let mut folds = vec![0; labels.len()];
    for (fold, row) in (0..count).cycle().zip(rows) {
        folds[row] = fold;
    }
    folds
}

#[derive(Default)]
struct Tally {
    accuracy: Vec<f64>,
    macro_f1: Vec<f64>,
    unconverged: usize,
    /// Right and predicted labels of all rows that were judged.
    right: Vec<u32>,
    predicted: Vec<u32>,
}

impl Tally {
    fn judge(
        &mut self,
        train: &Labelled,
        test: &Labelled,
        regression: LogisticRegression,
    ) -> Result<(), ProbeError> {
        let classifier = regression.fit(train)?;
        let predicted = classifier.predict(test)?;
        self.accuracy.push(accuracy(test.labels(), &predicted));
        self.macro_f1.push(macro_f1(test.labels(), &predicted));
        self.unconverged += usize::from(!classifier.converged());
        self.right.extend(test.labels());
        self.predicted.extend(predicted);
        Ok(())
    }

    fn finish(self) -> Outcome {
        let mut labels = self.right.clone();
        labels.sort_unstable();
        labels.dedup();
        let (mut recall, mut most) = (Vec::new(), 0);
        for label in labels {
            let rows = || self.right.iter().zip(&self.predicted).filter(|(it, _)| **it == label);
            let count = rows().count();
            let told = rows().filter(|(right, predicted)| right == predicted).count();
            recall.push((label, told as f64 / count as f64));
            most = most.max(count);
        }
        let chance = most as f64 / self.right.len() as f64;
        let Self { accuracy, macro_f1, unconverged, .. } = self;
        Outcome { accuracy, macro_f1, recall, chance, unconverged }
    }
}
