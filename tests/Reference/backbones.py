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


def fill(network, named=lambda name: name):
    for key, tensor in network.state_dict().items():
        name = named(key)
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


def timm(key):
    """The name that timm gives to what torchvision's VisionTransformer calls key."""
    for ours, theirs in (
        ("class_token", "cls_token"), ("conv_proj", "patch_embed.proj"), ("encoder.pos_embedding", "pos_embed"), ("encoder.ln", "norm"),
        ("encoder.layers.encoder_layer_", "blocks."), (".ln_1", ".norm1"), (".ln_2", ".norm2"), (".self_attention.in_proj_", ".attn.qkv."),
        (".self_attention.out_proj", ".attn.proj"), (".mlp.0", ".mlp.fc1"), (".mlp.3", ".mlp.fc2"),
    ):
        key = key.replace(ours, theirs)
    return key


def tokens(name, heads, size, patch):
    width = 64 * heads
    network = torchvision.models.VisionTransformer(size, patch, 12, heads, width, 4 * width)
    network.heads = torch.nn.Identity()
    network.eval()
    with torch.no_grad():
        fill(network, timm)
        out = network(image(size)).double()
    return {"backbone": name, "size": size, "norm": out.norm(dim=1).tolist(), "first": out[:, :16].tolist(), "last": out[:, -16:].tolist()}


cases = [features(name, size) for name in ("resnet18", "resnet34", "resnet50") for size in (32, 224)]
cases += [tokens("vit_tiny", 3, 32, 4), tokens("vit_tiny", 3, 224, 16), tokens("vit_small", 6, 32, 4), tokens("vit_base", 12, 32, 4)]
print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": cases}, indent=1))
