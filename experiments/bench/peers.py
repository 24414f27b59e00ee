"""Training steps in PyTorch, as it is usually written, for `bench -peers`: the same nets, data and initial weights.

Standard input: `net NAME BATCH FILE RATE STEPS` makes a net, takes so many steps and answers with the loss of the next batch;
`run SECONDS` trains on and answers with steps per second.
"""

import os
import sys
import time

import numpy
import torch
from torch import nn

torch.set_num_threads(1)
folder = sys.argv[1]


def read(name, kind):
    return numpy.fromfile(os.path.join(folder, name), kind)


LABELS = torch.from_numpy(read("labels", "<i4").astype("int64"))
FEATURES = torch.from_numpy(read("features", "<f4").reshape(len(LABELS), -1))


def build(name):
    if name == "mlp":
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    if name == "softmax":
        return nn.Sequential(nn.Linear(784, 10))
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


@torch.no_grad()
def load(net, x):
    """Layer after layer: weights, then biases. Dense weights are (in, out), those of a convolution (y, plane, x) by plane."""
    x = torch.from_numpy(x)
    for layer in net:
        if not hasattr(layer, "weight"):
            continue
        w, b = layer.weight, layer.bias
        part, x = x[:w.numel()], x[w.numel():]
        if w.dim() == 2:
            w.copy_(part.reshape(w.shape[1], w.shape[0]).t())
        else:
            k, c, size, _ = w.shape
            w.copy_(part.reshape(size, c, size, k).permute(3, 1, 0, 2))
        b.copy_(x[:b.numel()])
        x = x[b.numel():]


class Training:
    def __init__(self, name, batch, file, rate):
        self.net = build(name)
        load(self.net, read(file, "<f4"))
        self.loss = nn.CrossEntropyLoss()
        self.rule = torch.optim.SGD(self.net.parameters(), lr=rate)
        self.batch, self.first = batch, 0
        self.calls = 0  # that take about as long as is asked for: clocks are not for free

    def step(self):
        x = FEATURES[self.first:self.first + self.batch]
        y = LABELS[self.first:self.first + self.batch]
        self.first += self.batch
        if self.first + self.batch > len(LABELS):
            self.first = 0
        self.rule.zero_grad()
        loss = self.loss(self.net(x), y)
        loss.backward()
        self.rule.step()
        return loss


for line in sys.stdin:
    command, *words = line.split()
    if command == "net":
        training = Training(words[0], int(words[1]), words[2], float(words[3]))
        for _ in range(int(words[4])):
            training.step()
        print(float(training.step()), flush=True)
        continue
    training.step()
    if training.calls == 0:
        start = time.process_time()
        training.step()
        training.calls = max(1, int(float(words[0]) / (time.process_time() - start)))
    start = time.process_time()
    for _ in range(training.calls):
        training.step()
    print(training.calls / (time.process_time() - start), flush=True)
