//! Repeatable chance: the same seed gives the same world, the same secret and the same requests.

/// A small generator (SplitMix64); a test needs no better one.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }

    /// True in `percent` of the cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.roll(from.len())]
    }

    /// One of `from`, if there is any.
    pub(crate) fn any<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        if from.is_empty() { None } else { Some(self.pick(from)) }
    }

    /// Some of `from`, in their order, at least one when there is one.
    pub(crate) fn some<T: Clone>(&mut self, from: &[T], percent: usize) -> Vec<T> {
        let some: Vec<T> = from.iter().filter(|_| self.chance(percent)).cloned().collect();
        if some.is_empty() { self.any(from).cloned().into_iter().collect() } else { some }
    }

    /// An id that nothing has.
    pub(crate) fn id(&mut self) -> String {
        uuid::Builder::from_random_bytes(
            (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes(),
        )
        .into_uuid()
        .to_string()
    }
}
