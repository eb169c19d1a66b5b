//! Placeholder until grown.

use super::Tree;

pub static TREES: [Tree; 0] = [];
