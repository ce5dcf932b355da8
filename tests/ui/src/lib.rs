//! Mistakes that do not compile, one file each below `cases`, with the messages beside them.
