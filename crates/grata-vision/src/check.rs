//! The finished bytes, read again by another path before they count as done (PUB-1).
