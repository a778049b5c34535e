//! Claims of the ledger at many seeds.

use serde_json::json;

use super::Line;
use crate::BridgeError;
use crate::claim::{Claim, ClaimContext, Correction, Level, Parameters, check as check_claim};
use crate::claims;
use crate::error::refuse;

/// Checks the claim and the seed that an item `ID@SEED` names, with the level of confidence of a run of all claims at one seed.
pub(super) fn check(
    item: &str,
    all: &[String],
    level: Level,
    parameters: &Parameters,
) -> Result<Line, BridgeError> {
    let parts = item.rsplit_once('@');
    let Some((id, seed)) = parts.and_then(|(id, seed)| Some((id, seed.parse().ok()?))) else {
        return refuse("item", item, "ID@SEED");
    };
    let together: Vec<&dyn Claim> = all.iter().map(|id| claims::find(id)).collect::<Result<_, _>>()?;
    let context = ClaimContext {
        level,
        parameters,
        confidence: Correction::over(&together).level,
        ..ClaimContext::with_seed(seed)
    };
    let report = check_claim(claims::find(id)?, &context)?;
    Ok(Line {
        item: item.to_owned(),
        outcome: report.verdict,
        as_expected: report.as_expected(),
        result: json!({
            "exact": report.exact.outcome,
            "approximate": report.approximate.outcome,
            "negative_control": report.control.outcome,
        }),
    })
}
