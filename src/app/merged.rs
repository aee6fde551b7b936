//! Several sorted lists as one.

use crate::{error::Result, store::Direction};
use std::collections::BTreeMap;

/// Lists that are each in the order of `key`, read as one list in that order.
pub struct Merged<I: Iterator<Item = Result<T>>, T, K> {
    lists: Vec<I>,
    /// The next of each list, by its place in the whole.
    heads: BTreeMap<(K, usize), T>,
    key: fn(&T) -> K,
    direction: Direction,
}

impl<I: Iterator<Item = Result<T>>, T, K: Ord> Merged<I, T, K> {
    pub fn new(lists: Vec<I>, key: fn(&T) -> K, direction: Direction) -> Result<Self> {
        let mut merged = Self { lists, heads: BTreeMap::new(), key, direction };
        (0..merged.lists.len()).try_for_each(|list| merged.draw(list))?;
        Ok(merged)
    }

    fn draw(&mut self, list: usize) -> Result<()> {
        if let Some(item) = self.lists.get_mut(list).and_then(Iterator::next).transpose()? {
            self.heads.insert(((self.key)(&item), list), item);
        }
        Ok(())
    }
}

impl<I: Iterator<Item = Result<T>>, T, K: Ord> Iterator for Merged<I, T, K> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let ((_, list), item) = match self.direction {
            Direction::Ascending => self.heads.pop_first()?,
            Direction::Descending => self.heads.pop_last()?,
        };
        Some(self.draw(list).map(|()| item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_merged_list_is_the_sorted_whole(mut lists: Vec<Vec<u8>>) {
            let mut all = lists.concat();
            all.sort_unstable();
            lists.iter_mut().for_each(|list| list.sort_unstable());
            let read = |lists: Vec<Vec<u8>>, direction| {
                let lists = lists.into_iter().map(|list| list.into_iter().map(Ok)).collect();
                Merged::new(lists, |item: &u8| *item, direction).and_then(Iterator::collect::<Result<Vec<_>>>).ok()
            };
            prop_assert_eq!(read(lists.clone(), Direction::Ascending), Some(all.clone()));
            lists.iter_mut().for_each(|list| list.reverse());
            all.reverse();
            prop_assert_eq!(read(lists, Direction::Descending), Some(all));
        }
    }
}
