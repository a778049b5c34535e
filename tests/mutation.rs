//! Defects planted in what the claims examine: at least one claim says no to each.

#![allow(clippy::unwrap_used, reason = "a claim that cannot be checked ends the test")]

use bridge::claim::{ClaimContext, Defect, Verdict, check};
use bridge::claims;

/// A claim that examines the object with the defect.
fn watchman(defect: Defect) -> &'static str {
    match defect {
        Defect::OrbitMissesPoint | Defect::StabilizerExtraElement | Defect::SwappedGenerator => {
            "orbit-stabilizer-finite"
        }
        Defect::BiasedSampler => "burnside-count",
        Defect::StaleSeed => "hitting-time-iid",
        Defect::JacobianSign => "shadow-closure-defect",
        Defect::EpsilonOff | Defect::UnnormalisedHaar => "eps-stabilizer-volume",
        Defect::UntiedDecoder => "linear-ae-pca",
        Defect::TruncatedPolynomial => "orbit-stabilizer-lie",
    }
}

#[test]
fn every_defect_makes_a_claim_fail() {
    for defect in Defect::ALL {
        let claim = claims::find(watchman(defect)).unwrap();
        let sound = ClaimContext::with_seed(3);
        let spoilt = ClaimContext {
            defect: Some(defect),
            ..sound
        };
        assert_eq!(
            check(claim, &sound).unwrap().verdict,
            Verdict::Holds,
            "{defect:?}: without it"
        );
        let report = check(claim, &spoilt).unwrap();
        let caught = [Verdict::Fails, Verdict::Undecided].contains(&report.verdict);
        assert!(caught, "{defect:?}: {} is {}", report.about.id, report.verdict);
    }
}
