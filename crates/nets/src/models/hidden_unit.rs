//! What a hidden ±1 unit of a Boltzmann machine leaves between its visible neighbours when it is summed out.

use crate::NetError;
use crate::error::refuse;

/// The coupling between two ±1 visible units that one hidden ±1 unit with weights a and c makes:
/// J = artanh(tanh a tanh c) = ½ ln(cosh(a + c)/cosh(a − c)), the second form being computed.
///
/// # Errors
/// [`NetError::Option`] for weights that are not finite.
///
/// ```
/// let coupling = nets::models::hidden_unit::effective_coupling(0.7, 0.7)?;
/// assert!((coupling - (0.7f64.tanh() * 0.7f64.tanh()).atanh()).abs() < 1e-15);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn effective_coupling(a: f64, c: f64) -> Result<f64, NetError> {
    for weight in [a, c] {
        if !weight.is_finite() {
            return refuse("one_hidden_pm1_weights", weight, "finite numbers");
        }
    }
    // ln cosh x = |x| + ln(1 + e^(−2|x|)) − ln 2, without overflow.
    let ln_cosh = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p();
    if a.abs().max(c.abs()) < 0.5 {
        // The difference of logarithms would cancel.
        return Ok((a.tanh() * c.tanh()).atanh());
    }
    Ok((ln_cosh(a + c) - ln_cosh(a - c)) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marginal over h = ±1 against e^(J v₁ v₂) times a constant.
    #[test]
    fn the_marginal_is_a_coupling() {
        for (a, c) in [(0.7, 0.7), (1.0, 0.5), (-0.3, 2.0), (0.1, 0.05), (0.0, 3.0)] {
            let marginal = |v1: f64, v2: f64| (a * v1 + c * v2).exp() + (-a * v1 - c * v2).exp();
            let coupling = effective_coupling(a, c).unwrap();
            let ratio = marginal(1.0, 1.0) / marginal(1.0, -1.0);
            assert!((ratio.ln() / 2.0 - coupling).abs() < 1e-14, "{a} {c}");
            assert!((marginal(-1.0, -1.0) / marginal(1.0, 1.0) - 1.0).abs() < 1e-14);
        }
        assert!((effective_coupling(400.0, 500.0).unwrap() - 400.0).abs() < 1e-9);
        assert!(effective_coupling(f64::INFINITY, 0.0).is_err());
    }
}
