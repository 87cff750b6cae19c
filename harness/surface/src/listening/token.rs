//! [`token`]: what must be brought by who asks a server of ours; [`same`] compares it.

use std::io::Read as _;

/// 128 bits that nobody can guess, in 32 digits.
///
/// # Errors
/// The system has no randomness.
pub fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Compares without telling by the time how much is right.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_another_each_time_and_is_compared_as_a_whole() {
        let (one, other) = (token().expect("randomness"), token().expect("randomness"));
        assert_eq!((one.len(), other.len()), (32, 32));
        assert!(same(&one, &one) && !same(&one, &other));
        assert!(!same(&one, &one[..31]) && !same(&one[..31], &one) && !same("", &one));
    }
}
