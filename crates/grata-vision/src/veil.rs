//! The veil: smooth interpolation of one plane of samples from those just outside the mask.
