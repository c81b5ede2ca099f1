//! Model files made ready for the runtimes: free input sizes, weights as constants.
