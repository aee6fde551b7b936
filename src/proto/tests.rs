//! Facts of the wire that the generated code has to keep.
