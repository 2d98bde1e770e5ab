//! The benchmark is all there is; cargo wants a target besides.
