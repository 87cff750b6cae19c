//! placeholder until the fixture branch lands
