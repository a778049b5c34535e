use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::sweep::groups::check_within;

fn files(folder: &Path) -> (String, String) {
    let read = |name| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    (read(JOURNAL), read(SUMMARY))
}

fn on(_: &Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn small() -> Plan {
    Plan::Groups {
        max_order: 12,
        max_degree: 4,
    }
}

fn whole(plan: &Plan) -> (tempfile::TempDir, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let Finished::All(summary) = run(plan, None, folder.path(), &on).unwrap() else {
        panic!("nobody stopped it")
    };
    (folder, summary)
}

/// Orders and numbers of groups, of subgroups and of classes are GAP's (S4: 30 subgroups in 11 classes; Q8: 6 in 6).
#[test]
fn small_groups_come_out_well_and_with_the_right_counts() {
    let all = Plan::Groups {
        max_order: 100,
        max_degree: 8,
    };
    assert_eq!(all.items().unwrap().len(), 1048 + 86);
    for (item, subgroups, classes) in [
        ("small:24,12", 30, 11),
        ("small:8,4", 6, 6),
        ("small:8,3", 10, 8),
        ("small:60,5", 59, 9),
        ("small:64,267", 2825, 2825),
    ] {
        let line = groups::check(item).unwrap();
        assert_eq!(line.outcome, Verdict::Holds, "{line:?}");
        assert_eq!(line.result["subgroups"], subgroups, "{item}");
        assert_eq!(line.result["classes"], classes, "{item}");
        assert_eq!(
            line.result["false_statements"]["put"],
            line.result["false_statements"]["refuted"]
        );
    }
    assert_eq!(groups::check("transitive:6,16").unwrap().outcome, Verdict::Holds);
}

#[test]
fn a_limit_leaves_an_item_undecided() {
    let limits = ::groups::subgroups::SubgroupLimits {
        max_subgroups: 20,
        ..Default::default()
    };
    let line = check_within("small:24,12", &limits).unwrap();
    assert_eq!(line.outcome, Verdict::Undecided);
    assert!(!line.as_expected && line.result["undecided"].is_string());
}

#[test]
fn stopped_and_gone_on_equals_uninterrupted() {
    let (reference, summary) = whole(&small());
    assert_eq!(
        (summary.missing, summary.fails, summary.as_expected),
        (0, 0, summary.items)
    );
    let folder = tempfile::tempdir().unwrap();
    let count = AtomicUsize::new(0);
    let stop = |_: &Progress<'_>| {
        if count.fetch_add(1, Ordering::Relaxed) >= 4 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let stopped = run(&small(), None, folder.path(), &stop).unwrap();
    assert!(matches!(stopped, Finished::Stopped { done, of } if done >= 5 && done < of));
    // The machine went down in the middle of a line.
    let path = folder.path().join(JOURNAL);
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"item\":\"small:9,");
    std::fs::write(&path, text).unwrap();
    assert!(matches!(
        run(&small(), None, folder.path(), &on).unwrap(),
        Finished::All(_)
    ));
    assert_eq!(files(folder.path()), files(reference.path()));
}

#[test]
fn shards_merge_into_the_whole_again_and_again() {
    let (reference, _) = whole(&small());
    let folder = tempfile::tempdir().unwrap();
    let parts: Vec<_> = (1..=3)
        .map(|index| {
            let part = folder.path().join(format!("part-{index}"));
            run(&small(), Some(Shard { index, of: 3 }), &part, &on).unwrap();
            part
        })
        .collect();
    let out = folder.path().join("out");
    let early = merge(&parts[..2], &out).unwrap();
    assert!(early.missing > 0);
    for inputs in [&parts[..], &parts[..1], std::slice::from_ref(&out)] {
        assert_eq!(merge(inputs, &out).unwrap().missing, 0);
        assert_eq!(files(&out), files(reference.path()));
    }
}

#[test]
fn journals_that_disagree_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other, out] = ["one", "other", "out"].map(|name| folder.path().join(name));
    run(&small(), Some(Shard { index: 1, of: 9 }), &one, &on).unwrap();
    let larger = Plan::Groups {
        max_order: 13,
        max_degree: 4,
    };
    run(&larger, Some(Shard { index: 1, of: 9 }), &other, &on).unwrap();
    let message = |result: Result<Summary, BridgeError>| result.unwrap_err().to_string();
    assert!(message(merge(&[one.clone(), other.clone()], &out)).contains("another run"));
    assert!(message(run(&small(), None, &one, &on).map(|_| unreachable!())).contains("another run"));
    // The same item with another verdict.
    std::fs::create_dir_all(&out).unwrap();
    let text = std::fs::read_to_string(one.join(JOURNAL)).unwrap();
    std::fs::write(out.join(JOURNAL), text.replace("holds", "fails")).unwrap();
    assert!(message(merge(std::slice::from_ref(&one), &out)).contains("small:1,1"));
    assert!(message(merge(&[folder.path().join("none")], &out)).contains("none"));
    std::fs::write(other.join(JOURNAL), "not a journal\n").unwrap();
    assert!(message(merge(&[other], &folder.path().join("new"))).contains("header"));
}

#[test]
fn seeds_are_counted_with_their_false_alarms() {
    let plan = Plan::Seeds {
        claims: vec!["minimal-orbit-first".into(), "minimal-orbit-first-loose".into()],
        first: 1,
        last: 5,
        level: Level::Quick,
        parameters: Parameters::default(),
    };
    let (_, summary) = whole(&plan);
    assert_eq!((summary.items, summary.as_expected), (10, 10));
    let tally = &summary.claims["minimal-orbit-first-loose"];
    assert_eq!(tally.verdicts["fails"], 5);
    assert_eq!(tally.false_alarms.map(|rate| rate.estimate), Some(0.0));
    for (first, last) in [(3, 2), (0, u64::MAX)] {
        let Plan::Seeds { claims, .. } = plan.clone() else {
            unreachable!()
        };
        let bad = Plan::Seeds {
            claims,
            first,
            last,
            level: Level::Quick,
            parameters: Parameters::default(),
        };
        assert!(bad.items().unwrap_err().to_string().contains("seeds"));
    }
}
