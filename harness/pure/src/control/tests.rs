//! What is the product's, and what the world's.
