//! A JPEG photo as quantised coefficients: what is not hidden leaves exactly as it came (PUB-12).
