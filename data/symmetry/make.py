"""Trains the networks of this folder: five maps with known symmetry algebras, learned by small MLPs.

Run with PyTorch 2: python make.py. Rows are standard normal, outputs are standardised; SiLU; Adam.
  o5    x = (r1, r2) in R^5 + R^5: sin|r1| - |r2|^3/2 + r1.r2/(|r1||r2|)   so(5) on both alike (after LieGG, arXiv 2210.04345)
  so2, so3   sin|x| in the plane and in space                               so(2), so(3)
  so11  tanh(x^2 - y^2)                                                    so(1,1)
  none  x + sin(3y) + xy                                                   0
"""
import json
import math
import struct

import numpy as np
import torch

torch.set_num_threads(1)


def o5(x):
    a, b = x[:, :5], x[:, 5:]
    return torch.sin(a.norm(dim=1)) - 0.5 * b.norm(dim=1) ** 3 + (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1))


MAPS = {
    "o5": (10, o5, 64),
    "so2": (2, lambda x: torch.sin(x.norm(dim=1)), 32),
    "so3": (3, lambda x: torch.sin(x.norm(dim=1)), 32),
    "so11": (2, lambda x: torch.tanh(x[:, 0] ** 2 - x[:, 1] ** 2), 32),
    "none": (2, lambda x: x[:, 0] + torch.sin(3 * x[:, 1]) + x[:, 0] * x[:, 1], 32),
}


def train(width, target, hidden, steps=6000):
    torch.manual_seed(0)
    x = torch.randn(10000, width)
    y = target(x)
    y = (y - y.mean()) / y.std()
    net = torch.nn.Sequential(
        torch.nn.Linear(width, hidden), torch.nn.SiLU(), torch.nn.Linear(hidden, hidden), torch.nn.SiLU(),
        torch.nn.Linear(hidden, 1),
    )
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    generator = torch.Generator().manual_seed(1)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * (1 + math.cos(math.pi * step / steps)) + 1e-5
        rows = torch.randint(10000, (500,), generator=generator)
        loss = ((net(x[rows])[:, 0] - y[rows]) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        return net, float(((net(x)[:, 0] - y) ** 2).mean())


def save(path, tensors):
    header, blob = {}, b""
    for name, value in tensors.items():
        value = np.ascontiguousarray(value, dtype=np.float32)
        end = len(blob) + value.nbytes
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(blob), end]}
        blob += value.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + blob)


for name, (width, target, hidden) in MAPS.items():
    net, error = train(width, target, hidden)
    tensors = {}
    for layer, module in zip(("fc1", "fc2", "fc3"), net[::2]):
        tensors[f"{layer}.weight"] = module.weight.detach().numpy()
        tensors[f"{layer}.bias"] = module.bias.detach().numpy()
    save(f"{name}.safetensors", tensors)
    layers = [{"op": "linear", "name": "fc1"}, {"op": "silu"}, {"op": "linear", "name": "fc2"}, {"op": "silu"},
              {"op": "linear", "name": "fc3"}]
    with open(f"{name}.arch.json", "w") as file:
        json.dump({"format": "shadow.architecture/1", "input": [width], "layers": layers}, file)
        file.write("\n")
    print(f"{name}: mean squared error {error:.1e} of variance 1", flush=True)
