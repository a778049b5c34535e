//! Local timing aid.
use groups::catalog::parse_group;
use groups::*;
use rand::*;
use std::time::Instant;
fn shuffled(degree: usize, rng: &mut impl Rng) -> Permutation {
    let mut images: Vec<u32> = (0..degree as u32).collect();
    for i in (1..degree).rev() {
        images.swap(i, rng.random_range(0..=i));
    }
    Permutation::from_images(images).unwrap()
}
fn cycle_and(degree: usize, first: usize, short: &[usize]) -> PermGroup {
    let long: Vec<usize> = (first..degree).collect();
    let c = |c: &[usize]| Permutation::from_cycles(degree, &[c]).unwrap();
    PermGroup::new(degree, vec![c(&long), c(short)]).unwrap()
}
fn main() {
    let rng = &mut rand_chacha::ChaCha8Rng::seed_from_u64(5);
    let n = |t: &str| parse_group(t).unwrap();
    let r500 = PermGroup::new(500, vec![shuffled(500, rng), shuffled(500, rng)]).unwrap();
    let mut fat = n("S117");
    for k in 0..40 {
        fat = direct_product(&fat, &n(["S3", "C4", "D5", "V4", "A5"][k % 5])).unwrap();
    }
    let w = |a: &str, b: &str| wreath_product(&n(a), &n(b)).unwrap();
    let filter = std::env::args().nth(1).unwrap_or_default();
    let big = std::env::args().nth(2).is_some();
    let mut all: Vec<(&str, PermGroup)> = vec![
        ("rubik", n("rubik")),
        ("M24", n("M24")),
        ("M11", n("M11")),
        ("S_100", cycle_and(100, 0, &[0, 1])),
        ("A_50", cycle_and(50, 1, &[0, 1, 2])),
        ("A_200", cycle_and(200, 1, &[0, 1, 2])),
        ("PSL(2,101)", n("PSL(2,101)")),
        ("S20wrS5", w("S20", "S5")),
        ("A5wrS20", w("A5", "S20")),
        ("S8wrPSL(2,125)", w("S8", "PSL(2,125)")),
        ("random500", r500),
        ("fat", fat),
        ("S5", n("S5")),
        ("C2^10", n("C2 x C2 x C2 x C2 x C2 x C2 x C2 x C2 x C2 x C2")),
        ("S5wrS40", w("S5", "S40")),
        ("D1000", n("D1000")),
        ("PSL(2,1009)", n("PSL(2,1009)")),
        ("S2wrS100", w("S2", "S100")),
        ("PSL(2,125)", n("PSL(2,125)")),
        ("C1000", n("C1000")),
        ("S5wrS5wrS5", n("S5 wr S5 wr S5")),
    ];
    if big {
        all.extend([
            ("S100000", n("S100000")),
            ("S50000xS50000", n("S50000 x S50000")),
            ("A100000", n("A100000")),
            ("C100000", n("C100000")),
            ("S2wrS1000", w("S2", "S1000")),
            ("S5wrS400", w("S5", "S400")),
            ("D10000", n("D10000")),
            ("PSL(2,10007)", n("PSL(2,10007)")),
        ]);
    }
    for (name, g) in all.iter().filter(|(name, _)| name.contains(&filter)) {
        let gens = g.generators().to_vec();
        let mut times = Vec::new();
        let t0 = Instant::now();
        let mut digits = 0;
        for _ in 0..200 {
            let fresh = PermGroup::new(g.degree(), gens.clone()).unwrap();
            let t = Instant::now();
            let o = std::hint::black_box(fresh.order());
            times.push(t.elapsed());
            digits = o.to_string().len();
            if t0.elapsed().as_secs_f64() > 1.0 {
                break;
            }
        }
        times.sort();
        println!(
            "{name:20} {:?} median {:?}  (digits {digits})",
            times[0],
            times[times.len() / 2]
        );
    }
}
