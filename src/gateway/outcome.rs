//! What an answer means for the message: there, to be tried again, or never taken (RFC 9110 §15).

use std::time::Duration;

use engine::outbox::Outcome;
use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};

/// 408, 425, 429 and the server's own trouble pass. So does 409: the gateway still works on an earlier try of the same key.
pub fn of(status: StatusCode, headers: &HeaderMap) -> Outcome {
    let why = || format!("the gateway answered {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Outcome::Delivered,
        408 | 409 | 425 | 429 | 500..=599 => Outcome::Failed { why: why(), wait: wait(headers) },
        300..=399 => Outcome::Refused { why: format!("{}: it points elsewhere, which is not followed", why()) },
        _ => Outcome::Refused { why: why() },
    }
}

/// No answer. What is told by the other side is cut short.
pub fn failed(why: &str) -> Outcome {
    let why = why.chars().filter(|letter| !letter.is_control()).take(MOST_LETTERS).collect();
    Outcome::Failed { why, wait: None }
}

/// Seconds alone: a date would be by the other side's clock (RFC 9110 §10.2.3).
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Who asks for more is asked again all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
const MOST_LETTERS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, after: &str) -> Outcome {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, after.parse().expect("a header"))]);
        of(StatusCode::from_u16(status).expect("a status"), &headers)
    }

    #[test]
    fn ag_06_only_what_may_pass_is_tried_again() {
        let is_failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
        let is_refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused { .. });
        assert!([200, 202, 204].iter().all(|status| answered(*status, "1") == Outcome::Delivered));
        assert!([408, 409, 425, 429, 500, 503].iter().all(|status| is_failed(&answered(*status, "1"))));
        assert!([101, 301, 302, 307, 400, 401, 403, 404, 422].iter().all(|status| is_refused(&answered(*status, "1"))));
    }

    #[test]
    fn ag_06_a_wait_is_believed_up_to_an_hour() {
        let wait = |after: &str| match answered(503, after) {
            Outcome::Failed { wait, .. } => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            ["1", "99999999", "-1", "soon", "18446744073709551616"].map(wait),
            [Some(1), Some(3_600), None, None, None]
        );
    }
}
