//! Ids as numbers.
//!
//! A run names each document again and again; a `String` for each line would be most of the time
//! that reading takes. All ids lie in one buffer, and a table of numbers finds them. The hash is
//! the standard library's, with its random key: ids come from files that others wrote.

use std::hash::{BuildHasher, RandomState};

/// Ids in the order in which they came, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    text: String,
    ends: Vec<usize>,
    /// A power of two long, at most half full.
    slots: Vec<Slot>,
    state: RandomState,
}

/// A place in the table. The lower half of the hash stands beside the number, because looking it
/// up elsewhere would be one more wait for the memory in each line of a run.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    /// Number of an id plus 1, or 0.
    next: u32,
}

impl Ids {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id of a number.
    pub(crate) fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.text[start..self.ends[number]]
    }

    /// All ids in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|number| self.get(number))
    }

    /// The number of an id that is known.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = self.slot(self.hash(id), id);
        self.slots[slot].next.checked_sub(1)
    }

    /// The number of an id, a new one if it is new.
    pub(crate) fn number(&mut self, id: &str) -> u32 {
        if self.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = self.hash(id);
        let slot = self.slot(hash, id);
        if let Some(number) = self.slots[slot].next.checked_sub(1) {
            return number;
        }
        // Lines are counted in 32 bits before they come here, and each brings one id at most.
        let number = self.len() as u32;
        self.text.push_str(id);
        self.ends.push(self.text.len());
        self.slots[slot] = Slot { hash, next: number + 1 };
        number
    }

    fn hash(&self, id: &str) -> u32 {
        self.state.hash_one(id.as_bytes()) as u32
    }

    /// Where an id is, or where it would go.
    fn slot(&self, hash: u32, id: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(number) = self.slots[slot].next.checked_sub(1) {
            if self.slots[slot].hash == hash && self.get(number) == id {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 2).max(16);
        let mask = length - 1;
        let mut slots = vec![Slot::default(); length];
        for &old in self.slots.iter().filter(|old| old.next != 0) {
            let mut slot = old.hash as usize & mask;
            while slots[slot].next != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = old;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn an_id_keeps_its_number_however_many_come() {
        let mut ids = Ids::default();
        assert_eq!(ids.find("d0"), None);
        for round in 0..2 {
            for number in 0..5000_u32 {
                assert_eq!(ids.number(&format!("d{number}")), number, "round {round}");
            }
        }
        assert_eq!(ids.len(), 5000);
        assert_eq!(ids.find("d4321"), Some(4321));
        assert_eq!((ids.get(4321), ids.find("d5000"), ids.find("")), ("d4321", None, None));
        assert_eq!(ids.iter().nth(7), Some("d7"));
    }
}
