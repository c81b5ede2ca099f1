//! Pixels back to bytes: nothing but the picture and our own copy of its colour profile.
