"""How backbones.json was made: torchvision's networks with weights that a formula gives, so that no weights need to travel.

    python3 backbones.py > backbones.json        (Debian 12: python3-torch, python3-torchvision)

The test suite does not run this; it fills our networks by the same formula and compares.
"""
import json
import math

import numpy
import torch
import torchvision


def wave(name, count):
    phase = sum(name.encode()) % 1000 / 10
    return numpy.sin(0.37 * numpy.arange(count, dtype=numpy.float64) + phase)


def fill(network):
    for name, tensor in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        values = wave(name, tensor.numel())
        if tensor.dim() > 1:
            values = values * math.sqrt(2 / (tensor.numel() / tensor.shape[0]))
        elif name.endswith("running_var"):
            values = 1 + 0.5 * values
        elif name.endswith("weight"):
            values = 1 + 0.2 * values
        else:
            values = 0.1 * values
        tensor.copy_(torch.from_numpy(values.astype(numpy.float32)).reshape(tensor.shape))


def image(size):
    values = 0.5 + 0.5 * numpy.sin(0.05 * numpy.arange(2 * 3 * size * size, dtype=numpy.float64) * 1.618)
    return torch.from_numpy(values.astype(numpy.float32)).reshape(2, 3, size, size)


def features(name, size):
    network = getattr(torchvision.models, name)()
    network.fc = torch.nn.Identity()
    if size <= 64:
        network.conv1 = torch.nn.Conv2d(3, 64, 3, stride=1, padding=1, bias=False)
        network.maxpool = torch.nn.Identity()
    network.eval()
    with torch.no_grad():
        fill(network)
        out = network(image(size)).double()
    return {"backbone": name, "size": size, "norm": out.norm(dim=1).tolist(), "first": out[:, :16].tolist(), "last": out[:, -16:].tolist()}


cases = [features(name, size) for name in ("resnet18", "resnet34", "resnet50") for size in (32, 224)]
print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": cases}, indent=1))
