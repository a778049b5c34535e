#!/usr/bin/env bash
# GAP on the inputs of benches/permgroups.rs, beside the medians that `cargo bench --bench permgroups` left behind.
# Needs GAP (Debian: gap-core gap-libs gap-primgrp); takes about a minute.
set -euo pipefail
cd "$(dirname "$0")"
command -v gap >/dev/null || { echo "gap.sh: GAP is not installed (Debian: gap-core gap-libs)" >&2; exit 2; }
criterion=${CARGO_TARGET_DIR:-../../target}/criterion

# The median of a bench in nanoseconds, or nothing.
median() {
    local file=$criterion/$1/$2/new/estimates.json
    [ -f "$file" ] && sed -E 's/.*"median":\{[^}]*\}?,"point_estimate":([0-9.eE+-]+).*/\1/' "$file"
}

row() { printf '%-28s %14s %14s %10s\n' "$@"; }

row "input" "GAP ms (CPU)" "shadow ms" "ratio"
for pair in orders.g:schreier_sims_vs_gap orbits.g:orbit_cost_vs_size; do
    gap -q -o 8g "${pair%%:*}" </dev/null | while IFS=$'\t' read -r name gap; do
        ours=$(median "${pair##*:}" "$name" || true)
        if [ -z "$ours" ]; then
            row "$name" "$gap" "not run" "-"
        else
            row "$name" "$gap" "$(awk "BEGIN { printf \"%.4f\", $ours / 1e6 }")" \
                "$(awk "BEGIN { printf \"%.0f\", $gap / ($ours / 1e6) }")"
        fi
    done
done
