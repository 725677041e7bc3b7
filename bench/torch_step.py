#!/usr/bin/python3
"""PyTorch's side of bench/compare: how fast it trains the models of winnow on this CPU.

    bench/torch_step.py --model resnet8 --precision bf16 --layout channels_last --threads 2

A step is forward, cross-entropy, backward and SGD with momentum and weight decay, on made-up
pictures. Prints one JSON object a line: images/s by the median step, and of the forward pass alone
(no gradients, evaluation mode) with --eval pictures at once. bfloat16 is torch.autocast, which
keeps the weights and the update in float32, as winnow does.

With --serve it reads such options from stdin, a line a measurement, and answers with a line each,
so that a program can take measurements in turns with another's; networks stay as they are in
between. The environment decides much of the speed; bench/compare sets it before it starts this.
"""

import argparse
import json
import resource
import shlex
import statistics
import sys
import time

import torch

import torch_models

WARM_UP_STEPS, WARM_UP_SECONDS = 3, 1.0
WAYS = ["train", "forward"]


def read_input(text):
    height, width, channels = (int(part) for part in text.split("x"))
    return height, width, channels


def read_model(text):
    """'convnet(depth=2 width=32)', as winnow writes it -> ('convnet', {'depth': 2, 'width': 32})"""
    name, _, rest = text.partition("(")
    options = {}
    for part in rest.rstrip(")").replace(",", " ").split():
        key, _, value = part.partition("=")
        try:
            options[key] = float(value) if "." in value else int(value)
        except ValueError:
            options[key] = value
    return name, options


class Trainer:
    """One network with its data, ready for steps."""

    def __init__(self, model, shape, precision, layout, batch, eval_batch, compiled):
        name, options = read_model(model)
        channels_last = layout == "channels_last"
        kind = torch.channels_last if channels_last else torch.contiguous_format
        self.net = torch_models.build(name, shape, **options).to(memory_format=kind)
        if compiled:
            self.net = torch.compile(self.net)
        self.bfloat16 = precision == "bf16"
        self.batch, self.eval_batch = batch, eval_batch
        pictures = torch.randn(max(batch, eval_batch), shape[2], shape[0], shape[1])
        self.pictures = pictures.to(memory_format=kind)
        self.labels = torch.randint(0, 10, (batch,))
        self.optimiser = torch.optim.SGD(
            self.net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
        self.loss = torch.nn.CrossEntropyLoss()
        self.warm = set()

    def outputs(self, count):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            return self.net(self.pictures[:count])

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        self.loss(self.outputs(self.batch).float(), self.labels).backward()
        self.optimiser.step()

    def look(self):
        with torch.no_grad():
            self.outputs(self.eval_batch)

    def median(self, work, seconds):
        """Of the seconds that work takes, over so many seconds."""
        times = []
        start = now = time.perf_counter()
        while now - start < seconds or not times:
            work()
            times.append(time.perf_counter() - now)
            now += times[-1]
        return statistics.median(times)

    def warm_up(self, way, work):
        start = time.perf_counter()
        for _ in range(WARM_UP_STEPS):
            if way not in self.warm:
                work()
            if time.perf_counter() - start > WARM_UP_SECONDS:
                break
        self.warm.add(way)

    def measure(self, way, seconds):
        """Images/s of a way."""
        training = way == "train"
        work, count = (self.step, self.batch) if training else (self.look, self.eval_batch)
        self.net.train(training)
        self.warm_up(way, work)
        return count / self.median(work, seconds)


def options_parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="resnet8", help="name or name(option=value ...)")
    parser.add_argument("--input", type=read_input, default=(32, 32, 3), metavar="HxWxC")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--layout", choices=["nchw", "channels_last"], default="channels_last")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="by torch.compile, of PyTorch 2")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--eval", type=int, default=512, help="pictures of a forward pass")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help="read options from stdin, a line each")
    return parser


def answer(options, trainers):
    torch.set_num_threads(options.threads)
    key = (options.model, options.input, options.precision, options.layout, options.batch,
           options.eval, options.compile)
    if key not in trainers:
        trainers[key] = Trainer(*key)
    result = {"model": options.model, "precision": options.precision, "layout": options.layout,
              "threads": options.threads, "batch": options.batch}
    for way in options.ways:
        result[way + "_images_per_s"] = trainers[key].measure(way, options.seconds)
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result["peak_memory_bytes"] = kibibytes * 1024
    return result


def serve(parser, trainers):
    for line in sys.stdin:
        try:
            result = answer(parser.parse_args(shlex.split(line)), trainers)
        except Exception as error:  # compiling raises what it likes
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


def main():
    parser = options_parser()
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    trainers = {}
    if options.serve:
        serve(parser, trainers)
    else:
        for _ in range(options.rounds):
            print(json.dumps(answer(options, trainers)), flush=True)


if __name__ == "__main__":
    main()
