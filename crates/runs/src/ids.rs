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
        let (start, end) = self.place(number);
        &self.text[start..end]
    }

    /// Where the text of an id lies.
    fn place(&self, number: u32) -> (usize, usize) {
        let number = number as usize;
        (if number == 0 { 0 } else { self.ends[number - 1] }, self.ends[number])
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
        self.make_room(1);
        self.number_of(self.hash(id), id)
    }

    /// The numbers of some ids, as [`number`](Self::number) gives them one by one.
    ///
    /// Looking an id up is three waits for the memory: its slot, its place, its text. One id after
    /// the other, that is most of the time that reading a run takes. Here each wait is that of all
    /// ids together, because the processor fetches what does not depend on each other at once.
    pub(crate) fn numbers(&mut self, ids: &Texts, numbers: &mut Vec<u32>) {
        self.make_room(ids.len());
        let mask = self.slots.len() - 1;
        let hashes: Vec<u32> = ids.iter().map(|id| self.hash(id)).collect();
        let first: Vec<Slot> =
            hashes.iter().map(|&hash| self.slots[hash as usize & mask]).collect();
        let places: Vec<(usize, usize)> = first
            .iter()
            .map(|slot| slot.next.checked_sub(1).map_or((0, 0), |number| self.place(number)))
            .collect();
        numbers.clear();
        for (((id, hash), slot), (start, end)) in ids.iter().zip(hashes).zip(first).zip(places) {
            // Slots are only ever added before there must be more room, so what was read is so still.
            let known = slot.next != 0 && slot.hash == hash && &self.text[start..end] == id;
            numbers.push(if known { slot.next - 1 } else { self.number_of(hash, id) });
        }
    }

    /// Makes the table fit for so many more ids.
    fn make_room(&mut self, more: usize) {
        while (self.len() + more) * 2 > self.slots.len() {
            self.grow();
        }
    }

    /// As [`number`](Self::number), in a table that has room.
    fn number_of(&mut self, hash: u32, id: &str) -> u32 {
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

/// Texts in one buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.text[std::mem::replace(&mut start, end)..end])
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, Texts};

    #[test]
    fn many_at_once_have_the_numbers_that_they_have_one_by_one() {
        let (mut together, mut single) = (Ids::default(), Ids::default());
        let mut numbers = Vec::new();
        let mut texts = Texts::default();
        for batch in 0..200_u32 {
            texts.clear();
            let ids: Vec<String> =
                (0..=batch % 67).map(|at| format!("d{}", (batch * 31 + at * 7) % 997)).collect();
            ids.iter().chain(&ids[..1]).for_each(|id| texts.push(id));
            together.numbers(&texts, &mut numbers);
            let expected: Vec<u32> =
                ids.iter().chain(&ids[..1]).map(|id| single.number(id)).collect();
            assert_eq!(numbers, expected);
        }
        assert!(together.iter().eq(single.iter()));
    }

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
