//! The few statistics that telling slow, flaky and broken from chance takes: medians, a robust
//! spread, two tests, the correction for many comparisons, and the quantiles of a Beta
//! distribution. Pure, and without a crate of its own: fifty lines of it are used.

/// The middle of some values; `None` of none.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// How far values spread about their middle: the median absolute deviation, scaled so that it is
/// the standard deviation of what is normally distributed.
#[must_use]
pub fn spread(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let apart: Vec<f64> = values.iter().map(|it| (it - middle).abs()).collect();
    Some(median(&apart)? * 1.4826)
}

/// The chance of a value of Student's t at least as high as `t`, with `freedom` degrees.
#[must_use]
pub fn student_above(t: f64, freedom: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    if t >= 0.0 { tail } else { 1.0 - tail }
}

/// The regularised incomplete beta function, by its continued fraction (Numerical Recipes, 6.4).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

#[expect(clippy::many_single_char_names, reason = "they are those of the formula")]
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..200 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            value *= c * d;
        }
        if (value - before).abs() < 1e-14 * value.abs() {
            break;
        }
    }
    value
}

/// The logarithm of the gamma function (Lanczos).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        0.120_865_097_386_617_9e-2,
        -0.539_523_938_495_3e-5,
    ];
    let base = x + 5.5 - (x + 0.5) * (x + 5.5).ln();
    let series = TERMS.iter().zip(1_u32..).map(|(term, n)| term / (x + f64::from(n)));
    let sum: f64 = 1.000_000_000_190_015 + series.sum::<f64>();
    -base + (2.506_628_274_631_000_5 * sum / x).ln()
}

/// The value below which a share of a Beta distribution lies, by halving.
#[must_use]
pub fn beta_quantile(share: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if incomplete_beta(middle, a, b) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The chance that `high` lies as far above `low` as it does, were both of one kind: the exact
/// one-sided test of Mann and Whitney. Ties count against it.
#[must_use]
pub fn ranks_above(low: &[f64], high: &[f64]) -> f64 {
    let pairs = |high: &&f64| low.iter().filter(|low| *low >= *high).count();
    let wrong: usize = high.iter().map(|it| pairs(&it)).sum();
    let most = low.len() * high.len();
    // ways[k]: in how many orders of the values seen so far k pairs are the wrong way round.
    let mut ways = vec![0.0; most + 1];
    ways[0] = 1.0;
    for n in 1..=high.len() {
        // The Gaussian binomial, factor by factor: times (1 - q^(low + n)), by (1 - q^n).
        for k in (low.len() + n..=most).rev() {
            ways[k] -= ways[k - low.len() - n];
        }
        for k in n..=most {
            ways[k] += ways[k - n];
        }
    }
    let all: f64 = ways.iter().sum();
    ways.iter().take(wrong + 1).sum::<f64>() / all
}

/// What each chance is worth among the others (Benjamini and Hochberg), in their order.
#[must_use]
pub fn corrected(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]));
    let mut result = vec![0.0; chances.len()];
    let mut least = 1.0_f64;
    for (from_last, index) in order.into_iter().enumerate() {
        let rank = (chances.len() - from_last) as f64;
        least = least.min(chances[index] * chances.len() as f64 / rank);
        result[index] = least;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-4, "{actual} is not {expected}");
    }

    #[test]
    fn medians_and_spreads_do_not_move_with_one_odd_value() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 900.0]), Some(3.0));
        assert_eq!(median(&[1.0, 2.0, 3.0, 4.0]), Some(2.5));
        near(spread(&[1.0, 2.0, 3.0, 4.0, 500.0]).unwrap_or_default(), 1.4826);
    }

    #[test]
    fn students_t_is_as_in_the_tables() {
        near(student_above(0.0, 9.0), 0.5);
        near(student_above(1.833, 9.0), 0.05);
        near(student_above(2.821, 9.0), 0.01);
        near(student_above(-2.821, 9.0), 0.99);
        near(student_above(3.930, 11.0), 0.001_18);
    }

    #[test]
    fn quantiles_of_a_beta_distribution_are_as_in_the_tables() {
        near(beta_quantile(0.5, 1.0, 1.0), 0.5);
        near(beta_quantile(0.975, 3.0, 18.0), 0.316_98);
        near(beta_quantile(0.025, 3.0, 18.0), 0.032_07);
    }

    #[test]
    fn ranks_are_counted_exactly() {
        let low: Vec<f64> = (0..10).map(f64::from).collect();
        near(ranks_above(&low, &[20.0]), 1.0 / 11.0);
        near(ranks_above(&low, &[20.0, 21.0, 22.0]), 1.0 / 286.0);
        near(ranks_above(&low, &[8.5, 21.0, 22.0]), 2.0 / 286.0);
        near(ranks_above(&[1.0, 2.0], &[0.0]), 1.0);
        near(ranks_above(&[1.0, 2.0], &[2.0]), 2.0 / 3.0);
    }

    #[test]
    fn many_comparisons_make_each_worth_less() {
        let all = corrected(&[0.01, 0.5, 0.02]);
        near(all[0], 0.03);
        near(all[1], 0.5);
        near(all[2], 0.03);
        assert!(corrected(&[]).is_empty());
    }
}
