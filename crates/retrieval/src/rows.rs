//! Independent work per row, on all cores where there are threads.

/// `work(0)`, `work(1)`, … `work(rows - 1)`, in that order.
///
/// Natively the rows are spread over the cores; the browser's build has no threads and takes them
/// one after the other. The result is the same.
#[cfg(not(target_arch = "wasm32"))]
pub fn map_rows<T: Send>(rows: usize, work: impl Fn(usize) -> T + Send + Sync) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    (0..rows).into_par_iter().map(work).collect()
}

/// `work(0)`, `work(1)`, … `work(rows - 1)`, in that order.
///
/// Natively the rows are spread over the cores; the browser's build has no threads and takes them
/// one after the other. The result is the same.
#[cfg(target_arch = "wasm32")]
pub fn map_rows<T: Send>(rows: usize, work: impl Fn(usize) -> T + Send + Sync) -> Vec<T> {
    (0..rows).map(work).collect()
}
