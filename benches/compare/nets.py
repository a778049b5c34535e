"""The peers of `cargo bench --bench nets`: the same shapes, batch 128, rows of uniform noise.

    python nets.py THREADS [torch|sklearn]

Prints `bench id<TAB>milliseconds` for the median of seven epochs of 4096 rows. PyTorch's machine is written out by
hand, without automatic differentiation; its autoencoders use it. scikit-learn counts one `fit` of one iteration.
"""

import statistics
import sys
import time

THREADS = int(sys.argv[1])
PEERS = sys.argv[2:] or ["torch", "sklearn"]
BATCH, ROWS, RUNS = 128, 4096, 7


def report(name, epoch):
    epoch()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - start)
    print(f"{name}\t{1e3 * statistics.median(times):.2f}", flush=True)


def torch_peers():
    import torch

    torch.set_num_threads(THREADS)
    torch.manual_seed(0)

    def machine(width, hidden):
        rows = torch.rand(ROWS, width)
        w = torch.randn(width, hidden) * 0.01
        b, c, velocity = torch.zeros(width), torch.zeros(hidden), torch.zeros(width, hidden)

        def epoch():
            with torch.no_grad():
                for i in range(0, ROWS, BATCH):
                    v = rows[i : i + BATCH]
                    h = torch.sigmoid(torch.addmm(c, v, w))
                    v1 = torch.sigmoid(torch.addmm(b, torch.bernoulli(h), w.t()))
                    h1 = torch.sigmoid(torch.addmm(c, v1, w))
                    g = torch.mm(v.t(), h)
                    g.addmm_(v1.t(), h1, alpha=-1)
                    velocity.mul_(0.5).add_(g, alpha=0.05 / BATCH)
                    w.add_(velocity)
                    b.add_((v - v1).mean(0), alpha=0.05)
                    c.add_((h - h1).mean(0), alpha=0.05)

        return epoch

    def autoencoder(width, code, adam, noise):
        rows = torch.rand(ROWS, width)
        encoder, decoder = torch.nn.Linear(width, code), torch.nn.Linear(code, width)
        parameters = [*encoder.parameters(), *decoder.parameters()]
        if adam:
            optimizer = torch.optim.Adam(parameters, lr=1e-3)
        else:
            optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)

        def epoch():
            for i in range(0, ROWS, BATCH):
                v = rows[i : i + BATCH]
                u = v * (torch.rand_like(v) > noise) if noise else v
                y = torch.sigmoid(decoder(torch.sigmoid(encoder(u))))
                loss = ((y - v) ** 2).sum(1).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

        return epoch

    for width, hidden in [(784, 64), (784, 256), (784, 500), (64, 64), (64, 256), (144, 256)]:
        report(f"torch\tmachine_epoch_vs_shape/{width}-{hidden}", machine(width, hidden))
    for name, width, code, adam, noise in [
        ("784-500 momentum", 784, 500, False, 0),
        ("784-500 adam", 784, 500, True, 0),
        ("784-500 momentum masking", 784, 500, False, 0.25),
        ("500-250 momentum masking", 500, 250, False, 0.25),
        ("250-30 momentum masking", 250, 30, False, 0.25),
        ("144-256 momentum masking", 144, 256, False, 0.25),
    ]:
        report(f"torch\tautoencoder_epoch_vs_shape/{name}", autoencoder(width, code, adam, noise))


def sklearn_peers():
    import numpy
    from sklearn.neural_network import BernoulliRBM

    random = numpy.random.RandomState(0)
    for width, hidden in [(784, 64), (784, 256), (784, 500), (64, 64), (64, 256), (144, 256)]:
        rows = random.rand(ROWS, width).astype(numpy.float32)
        model = BernoulliRBM(n_components=hidden, learning_rate=0.05, batch_size=BATCH, n_iter=1, random_state=0)
        report(f"sklearn\tmachine_epoch_vs_shape/{width}-{hidden}", lambda m=model, r=rows: m.fit(r))


for peer in PEERS:
    {"torch": torch_peers, "sklearn": sklearn_peers}[peer]()
