//! A queue serves its items in shuffled order, each once per pass. An item that conflicts with
//! the batch in the making is passed over, keeps its place and comes first in the next batch.
//!
//! When all that is left of a pass conflicts with the batch, a new pass begins, with the left
//! items at its head: a passage that many queries share fits into a batch only once, so waiting
//! for the pass to end would leave the batch short. No item repeats while an unvisited one fits.

use crate::draws::{generator, shuffle};

/// Items of one source in one language or one ordered pair of languages.
#[derive(Debug, Clone)]
pub struct Queue {
    /// `..next` visited in this pass, `next..` to come.
    items: Vec<u32>,
    next: usize,
    /// Items in `next..scan` conflict with the batch `batch`; conflicts only grow within a batch,
    /// so none is looked at twice.
    scan: usize,
    batch: u64,
    /// A pass has begun within this batch.
    wrapped: bool,
    /// Passes begun; 0 before the first draw.
    pass: u32,
    /// High half of the number of the random stream that shuffles this queue.
    stream: u64,
}

impl Queue {
    /// A queue over `items`; `stream` numbers its random stream, at least 1.
    pub fn new(items: Vec<u32>, stream: u32) -> Self {
        Self {
            items,
            next: 0,
            scan: 0,
            batch: 0,
            wrapped: false,
            pass: 0,
            stream: u64::from(stream) << 32,
        }
    }

    pub fn items(&self) -> &[u32] {
        &self.items
    }

    /// The first item to come for which `fit` gives a row, in batch number `batch` (from 1), or
    /// `None` when no item of the queue fits into the batch any more.
    pub fn draw<T>(
        &mut self,
        batch: u64,
        seed: u64,
        mut fit: impl FnMut(u32) -> Option<T>,
    ) -> Option<T> {
        if self.pass == 0 {
            self.begin_pass(seed);
        }
        if self.batch != batch {
            self.batch = batch;
            self.scan = self.next;
            self.wrapped = false;
        }
        loop {
            while let Some(&item) = self.items.get(self.scan) {
                self.scan += 1;
                if let Some(row) = fit(item) {
                    self.items[self.next..self.scan].rotate_right(1);
                    self.next += 1;
                    return Some(row);
                }
            }
            if self.wrapped {
                return None;
            }
            self.wrapped = true;
            self.begin_pass(seed);
        }
    }

    fn begin_pass(&mut self, seed: u64) {
        let left = if self.pass == 0 { 0 } else { self.items.len() - self.next };
        self.pass += 1;
        self.items.rotate_left(self.next);
        shuffle(&mut generator(seed, self.stream | u64::from(self.pass)), &mut self.items[left..]);
        self.next = 0;
        self.scan = left;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_item_comes_once_per_pass_in_a_new_order() {
        let mut queue = Queue::new((0..50).collect(), 1);
        let mut pass = || (0..50).map(|i| queue.draw(1 + i / 10, 7, Some).unwrap()).collect();
        let (mut first, mut second): (Vec<u32>, Vec<u32>) = (pass(), pass());
        assert_ne!(first, second);
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!(first, (0..50).collect::<Vec<_>>());
        assert_eq!(second, first);
    }

    #[test]
    fn what_does_not_fit_comes_first_in_the_next_batch() {
        let mut queue = Queue::new((0..10).collect(), 1);
        let odd = |item| (item % 2 == 1).then_some(item);
        let first: Vec<_> = (0..3).map(|_| queue.draw(1, 7, odd).unwrap()).collect();
        let skipped: Vec<_> =
            queue.items[queue.next..queue.scan].iter().copied().filter(|i| i % 2 == 0).collect();
        assert!(first.iter().all(|i| i % 2 == 1) && !skipped.is_empty());
        let second: Vec<_> = skipped.iter().map(|_| queue.draw(2, 7, Some).unwrap()).collect();
        assert_eq!(second, skipped);
    }

    #[test]
    fn a_new_pass_begins_with_what_the_old_one_left_and_ends_when_nothing_fits() {
        let mut queue = Queue::new((0..6).collect(), 1);
        let mut used = Vec::new();
        let mut batch_one = || {
            queue.draw(1, 7, |item| {
                let fits = item != 5 && !used.contains(&item);
                fits.then(|| used.push(item)).map(|()| item)
            })
        };
        let drawn: Vec<_> = std::iter::from_fn(&mut batch_one).collect();
        assert_eq!(drawn.len(), 5);
        assert_eq!(batch_one(), None);
        assert_eq!(queue.draw(2, 7, Some), Some(5));
    }
}
