#!/usr/bin/env bash
# Pretraining beside PyTorch and scikit-learn, in one run: for 1 and 2 threads, the peers, then our bench, then the
# ratio of the medians (above 1: ours is faster). Needs a Python with the peers:
#
#     PYTHON=/path/to/python benches/compare/nets.sh [1 2]
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
for threads in "${@:-1}"; do
    peers=$(OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads "$python" benches/compare/nets.py "$threads")
    RAYON_NUM_THREADS=$threads cargo bench --bench nets -- --noplot --warm-up-time 1 --measurement-time 3 \
        'machine_epoch_vs_shape|autoencoder_epoch_vs_shape' >&2
    echo "$threads thread(s): peer, epoch of 4096 rows, peer's ms, ours in ms, ratio"
    while IFS=$'\t' read -r peer id ms; do
        estimates="target/criterion/${id// /_}/new/estimates.json"
        [ -f "$estimates" ] || estimates="target/criterion/$id/new/estimates.json"
        ours=$("$python" -c "import json,sys; print(json.load(open(sys.argv[1]))['median']['point_estimate'] / 1e6)" "$estimates")
        awk -v p="$peer" -v i="$id" -v a="$ms" -v b="$ours" \
            'BEGIN { printf "%-8s %-52s %9.2f %9.2f %6.2f\n", p, i, a, b, a / b }'
    done <<<"$peers"
done
