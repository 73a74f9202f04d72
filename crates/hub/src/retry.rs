//! How often and how long after a failure.
//!
//! Waits grow exponentially and are spread by chance, so that many clients of a server that
//! failed do not return together. A server that says when to return (`Retry-After`) is obeyed,
//! up to a limit. Only attempts without progress count: a long file over a poor line arrives.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The rules of repetition.
#[derive(Clone, Debug)]
pub struct Retries {
    /// Attempts without progress before giving up, at least 1.
    pub attempts: u32,
    /// The first wait.
    pub base: Duration,
    /// The longest wait of our own choice.
    pub cap: Duration,
    /// The longest wait that a server may ask for.
    pub retry_after_cap: Duration,
    /// How long a connection may take to open.
    pub connect: Duration,
    /// How long a connection may be silent.
    pub silence: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: 5,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(20),
            retry_after_cap: Duration::from_mins(5),
            connect: Duration::from_secs(15),
            silence: Duration::from_mins(1),
        }
    }
}

impl Retries {
    /// The wait after failure number `failure` (from 0); `asked` is the server's wish.
    pub(crate) fn wait(&self, failure: u32, asked: Option<Duration>) -> Duration {
        if let Some(asked) = asked {
            return asked.min(self.retry_after_cap);
        }
        let full = self.base.saturating_mul(1 << failure.min(16)).min(self.cap);
        // A freshly keyed hasher is the standard library's one source of chance.
        let chance = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
        full.mul_f64(0.5 + chance / 2.0)
    }
}

/// Reads `Retry-After`: seconds, or a date relative to `now`.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = UNIX_EPOCH + Duration::from_secs(http_date(value)?);
    Some(at.duration_since(now).unwrap_or_default())
}

/// Seconds since 1970 of an RFC 9110 date, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(value: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = value.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
    let zone = words.next()?;
    let in_range = (1970..10_000).contains(&year)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    if zone != "GMT" || !in_range {
        return None;
    }
    // Days of the civil calendar, with years that begin in March so that leap days come last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_seconds_are_read() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now),
            Some(Duration::ZERO),
            "a date that has passed asks for no wait"
        );
        assert_eq!(retry_after(" 12 ", now), Some(Duration::from_secs(12)));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("Sun, 99 Nov 1994 08:49:00 GMT", now), None);
    }

    #[test]
    fn waits_grow_to_their_caps() {
        let rules = Retries { attempts: 9, ..Retries::default() };
        assert!(rules.wait(0, None) <= rules.base);
        assert!(rules.wait(3, None) >= rules.base * 4);
        assert!(rules.wait(40, None) <= rules.cap);
        let asked = Some(Duration::from_hours(24));
        assert_eq!(rules.wait(0, asked), rules.retry_after_cap);
    }
}
