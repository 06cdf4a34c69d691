"""One SimCLR training loop in Python PyTorch, as its users write it, for 'perennial bench train' to compare with.

    python3 pytorch_step.py --backbone resnet18 --size 32 --batch 64 --steps 20 --device cpu [--views]

Prints one JSON line: {"images_per_second": ..., "torch": ...}. An image counts once, though two views of it are learned from.
Without --views the two views are ready-made random tensors; with it they are made by torchvision's transforms in a DataLoader with as many workers as cores.
"""
import argparse
import json
import os
import time

import torch
import torchvision
from PIL import Image
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--backbone", default="resnet18")
parser.add_argument("--size", type=int, default=32)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--warmup", type=int, default=2)
parser.add_argument("--device", default="cpu")
parser.add_argument("--amp", default="off", choices=["off", "bf16"])
parser.add_argument("--views", action="store_true")
args = parser.parse_args()
torch.backends.cudnn.benchmark = True
torch.backends.cuda.matmul.allow_tf32 = True
device = torch.device(args.device)
on_gpu = device.type == "cuda"

encoder = getattr(torchvision.models, args.backbone)()
features = encoder.fc.in_features
encoder.fc = torch.nn.Identity()
if args.size <= 64:
    encoder.conv1 = torch.nn.Conv2d(3, 64, 3, stride=1, padding=1, bias=False)
    encoder.maxpool = torch.nn.Identity()
head = torch.nn.Sequential(torch.nn.Linear(features, 512, bias=False), torch.nn.BatchNorm1d(512), torch.nn.ReLU(inplace=True), torch.nn.Linear(512, 128))
network = torch.nn.Sequential(encoder, head).to(device)
if on_gpu:
    network = network.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)


def nt_xent(z1, z2, temperature=0.5):
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    scores = z @ z.t() / temperature
    scores.fill_diagonal_(float("-inf"))
    n = z1.shape[0]
    return F.cross_entropy(scores, torch.cat([torch.arange(n) + n, torch.arange(n)]).to(z.device))


class Pictures(torch.utils.data.Dataset):
    def __init__(self, count):
        generator = torch.Generator().manual_seed(1)
        self.images = [Image.fromarray(torch.randint(0, 256, (args.size, args.size, 3), generator=generator, dtype=torch.uint8).numpy()) for _ in range(count)]
        jitter = torchvision.transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)
        self.transform = torchvision.transforms.Compose([
            torchvision.transforms.RandomResizedCrop(args.size, (0.08, 1)), torchvision.transforms.RandomHorizontalFlip(),
            torchvision.transforms.RandomApply([jitter], 0.8), torchvision.transforms.RandomGrayscale(0.2), torchvision.transforms.ToTensor()])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(self.images[index]), self.transform(self.images[index])


def batches():
    total = args.steps + args.warmup
    if args.views:
        yield from torch.utils.data.DataLoader(Pictures(args.batch * total), args.batch, num_workers=os.cpu_count(), pin_memory=on_gpu)
    else:
        pair = torch.rand(args.batch, 3, args.size, args.size), torch.rand(args.batch, 3, args.size, args.size)
        for _ in range(total):
            yield pair


for step, (first, second) in enumerate(batches()):
    if step == args.warmup:
        if on_gpu:
            torch.cuda.synchronize()
        began = time.perf_counter()
    first, second = first.to(device, non_blocking=True), second.to(device, non_blocking=True)
    if on_gpu:
        first, second = first.to(memory_format=torch.channels_last), second.to(memory_format=torch.channels_last)
    with torch.autocast(device.type, torch.bfloat16, enabled=args.amp == "bf16"):
        z1, z2 = network(first), network(second)
    loss = nt_xent(z1.float(), z2.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss.item()
if on_gpu:
    torch.cuda.synchronize()
print(json.dumps({"images_per_second": args.batch * args.steps / (time.perf_counter() - began), "torch": torch.__version__}))
