//! ONNX Runtime, loaded from a library file at run time.
