//! A photo of any format behind one door: look at it, hide regions, get finished bytes.
