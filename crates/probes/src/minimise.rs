//! L-BFGS: the minimum of a smooth function of many variables.
//!
//! As in Nocedal and Wright, Numerical Optimization (2006), chapters 3 and 7: the two-loop
//! recursion over the last ten steps, and a line search for a step that meets the strong Wolfe
//! conditions. It stops where the L-BFGS-B of scikit-learn does: no part of the gradient above a tolerance, the
//! value falling by no more than rounding, or a number of iterations.

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 10;
/// Strong Wolfe: how far the value must fall, and how far the slope.
const FALL: f64 = 1e-4;
const SLOPE: f64 = 0.9;
/// Evaluations of one line search.
const TRIALS: usize = 30;
/// A relative fall of the value that counts as none.
const STILL: f64 = 64.0 * f64::EPSILON;

/// Where the search ended.
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) iterations: usize,
    /// Whether it ended for another reason than the number of iterations.
    pub(crate) converged: bool,
}

/// A point on the way.
struct Point {
    at: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// Minimises `function`, which gives the value and fills in the gradient.
pub(crate) fn minimise(
    start: Vec<f64>,
    (tolerance, iterations): (f64, usize),
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    let mut gradient = vec![0.0; start.len()];
    let value = function(&start, &mut gradient);
    let mut point = Point { at: start, value, gradient };
    let mut steps: VecDeque<Step> = VecDeque::new();
    for iteration in 0..iterations {
        let steepest = point.gradient.iter().fold(0f64, |most, part| most.max(part.abs()));
        if steepest <= tolerance {
            return Minimum { at: point.at, iterations: iteration, converged: true };
        }
        let direction = direction(&steps, &point.gradient);
        let first = if steps.is_empty() { 1.0 / length(&point.gradient) } else { 1.0 };
        let Some(next) = search(&point, &direction, first, &mut function) else {
            if steps.is_empty() {
                // Not even the steepest way goes down: rounding is all that is left.
                return Minimum { at: point.at, iterations: iteration, converged: true };
            }
            steps.clear();
            continue;
        };
        let scale = point.value.abs().max(next.value.abs()).max(1.0);
        let still = point.value - next.value <= STILL * scale;
        steps.extend(Step::between(&point, &next));
        if steps.len() > MEMORY {
            steps.pop_front();
        }
        point = next;
        if still {
            return Minimum { at: point.at, iterations: iteration + 1, converged: true };
        }
    }
    Minimum { at: point.at, iterations, converged: false }
}

/// What a step taught about the curvature.
struct Step {
    moved: Vec<f64>,
    turned: Vec<f64>,
    /// 1 / (moved · turned)
    scale: f64,
}

impl Step {
    fn between(from: &Point, to: &Point) -> Option<Self> {
        let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>();
        let (moved, turned) = (less(&to.at, &from.at), less(&to.gradient, &from.gradient));
        let curvature = dot(&moved, &turned);
        let enough = curvature > f64::EPSILON * dot(&turned, &turned);
        enough.then(|| Self { scale: curvature.recip(), moved, turned })
    }
}

/// The direction of a Newton step with the curvature of the last steps.
fn direction(steps: &VecDeque<Step>, gradient: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|part| -part).collect();
    let mut weights = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let weight = step.scale * dot(&step.moved, &direction);
        add(&mut direction, &step.turned, -weight);
        weights.push(weight);
    }
    if let Some(last) = steps.back() {
        let factor = 1.0 / (last.scale * dot(&last.turned, &last.turned));
        for part in &mut direction {
            *part *= factor;
        }
    }
    for (step, weight) in steps.iter().zip(weights.into_iter().rev()) {
        let other = step.scale * dot(&step.turned, &direction);
        add(&mut direction, &step.moved, weight - other);
    }
    direction
}

/// A point along `direction` that meets the strong Wolfe conditions; if the trials end before, the
/// lowest one found, as long as it is lower than `from`.
fn search(
    from: &Point,
    direction: &[f64],
    first: f64,
    function: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<Point> {
    let slope = dot(&from.gradient, direction);
    if slope >= 0.0 {
        return None;
    }
    let mut try_at = |length: f64| {
        let mut at = from.at.clone();
        add(&mut at, direction, length);
        let mut gradient = vec![0.0; at.len()];
        let value = function(&at, &mut gradient);
        let slope = dot(&gradient, direction);
        (Trial { length, value, slope }, Point { at, value, gradient })
    };
    // The minimum lies between `low`, the best so far, and `high`, once there is one.
    let mut low = Trial { length: 0.0, value: from.value, slope };
    let mut high: Option<Trial> = None;
    let mut best = None;
    let mut length = first;
    for _ in 0..TRIALS {
        let (trial, point) = try_at(length);
        let too_high = !trial.value.is_finite()
            || trial.value > from.value + FALL * length * slope
            || trial.value >= low.value;
        if too_high {
            high = Some(trial);
        } else {
            if trial.slope.abs() <= -SLOPE * slope {
                return Some(point);
            }
            let past = match high {
                Some(high) => trial.slope * (high.length - low.length) >= 0.0,
                None => trial.slope >= 0.0,
            };
            if past {
                high = Some(low);
            }
            low = trial;
            best = Some(point);
        }
        length = match high {
            Some(high) => low.between(high),
            None => length * 2.5,
        };
    }
    best
}

/// A step length that was tried.
#[derive(Clone, Copy)]
struct Trial {
    length: f64,
    value: f64,
    slope: f64,
}

impl Trial {
    /// The minimum of the cubic through both, kept away from the ends; else the middle.
    fn between(self, other: Self) -> f64 {
        let width = other.length - self.length;
        let middle = self.length + 0.5 * width;
        let bend = self.slope + other.slope - 3.0 * (self.value - other.value) / -width;
        let root = bend * bend - self.slope * other.slope;
        if !root.is_finite() || root < 0.0 {
            return middle;
        }
        let root = root.sqrt() * width.signum();
        let share = (other.slope + root - bend) / (other.slope - self.slope + 2.0 * root);
        let found = other.length - width * share;
        let inside = (found - self.length) / width;
        if (0.1..=0.9).contains(&inside) { found } else { middle }
    }
}

/// Sums in eight lanes, which the compiler keeps in registers; one sum it may not reorder.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut a, mut b) = (a.chunks_exact(8), b.chunks_exact(8));
    let mut lanes = [0.0; 8];
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}

/// `to += factor · from`
pub(crate) fn add(to: &mut [f64], from: &[f64], factor: f64) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

fn length(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

#[cfg(test)]
mod tests {
    use super::minimise;

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        // Rosenbrock's function, which has its minimum at (1, 1).
        let found = minimise(vec![-1.2, 1.0], (1e-10, 200), |x, gradient| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            gradient[0] = -2.0 * a - 400.0 * x[0] * b;
            gradient[1] = 200.0 * b;
            a * a + 100.0 * b * b
        });
        assert!(found.converged && found.iterations < 100, "{}", found.iterations);
        assert!(found.at.iter().all(|x| (x - 1.0).abs() < 1e-6), "{:?}", found.at);
    }
}
