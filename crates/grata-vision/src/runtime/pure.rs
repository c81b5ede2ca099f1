//! The pure-Rust runtime (`rten`): where ONNX Runtime is not to be had, and in the browser.
