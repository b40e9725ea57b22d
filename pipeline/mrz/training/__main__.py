"""`python -m pipeline.mrz.training --out FOLDER`: trains the line network on drawn lines and writes weights as ONNX.

Every batch comes from the seed and its own number, so that the order of work of the makers does not matter. The last
weights are an average over the last steps. `make train-mrz` calls this in an environment of its own.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.mrz.training.makers import batches, numbered
from pipeline.mrz.training.network import CLASSES, STRIDE, LineNetwork
from pipeline.mrz.training.samples import Batch
from pipeline.mrz.training.scores import Scores, score
from pipeline.ocr.mrz_line import PITCH
from pipeline.types.mrz import ALPHABET

_INDEX = {character: index for index, character in enumerate(ALPHABET, start=1)}
#: Share of a pitch around a character's middle in which a step belongs to it, and beyond which it is blank.
_INSIDE, _OUTSIDE = 0.24, 0.36
_IGNORED = -100
#: Of each step's weights in the running average.
_DECAY = 0.998
#: Numbers of batches for validation begin here, far beyond those of training.
_VALIDATION = 1_000_000_000


def main() -> None:
    """Train, validate, write `mrz_line.onnx` and `training.json`."""
    given = _options()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    network = LineNetwork()
    if given.start is not None:
        network.load_state_dict(torch.load(given.start, weights_only=True))
    averaged = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), given.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, given.rate, given.steps, pct_start=0.15)
    given.out.mkdir(parents=True, exist_ok=True)
    started, curve = time.monotonic(), []
    for step, lines in enumerate(batches(given.seed, given.steps, given.batch, given.makers), start=1):
        loss = _loss(network, lines)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        _average(averaged, network, min(_DECAY, step / (step + 10)))
        if step % given.every == 0 or step == given.steps:
            seen = validate(averaged, given.seed, 8)
            curve.append({"step": step, "minutes": round((time.monotonic() - started) / 60, 1), **seen.figures()})
            print(json.dumps({**curve[-1], "loss": round(float(loss.detach()), 4)}), flush=True)
            torch.save(averaged.state_dict(), given.out / "weights.pt")
    export(averaged, given.out / "mrz_line.onnx")
    told = {"seed": given.seed, "steps": given.steps, "batch": given.batch, "rate": given.rate, "curve": curve}
    (given.out / "training.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.mrz.training", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and figures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--every", type=int, default=250, help="steps from one validation to the next")
    parser.add_argument("--makers", type=int, default=1, help="processes that make batches")
    parser.add_argument("--threads", type=int, default=1, help="of the network's arithmetic")
    parser.add_argument("--start", type=Path, help="weights.pt of an earlier run to go on from")
    return parser.parse_args()


def _loss(network: LineNetwork, lines: Batch) -> Tensor:
    """CTC over each text, and cross-entropy at the steps whose character is known from where it was drawn."""
    crops = torch.from_numpy(lines.crops).float()[:, None] / 255
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(crops)
    log = logits.float().log_softmax(2)
    steps = log.shape[1]
    target = np.stack([_steps(text, centres, steps) for text, centres in zip(lines.texts, lines.centres, strict=True)])
    frames = nn.functional.nll_loss(
        log.reshape(-1, CLASSES), torch.from_numpy(target).reshape(-1), ignore_index=_IGNORED
    )
    lengths = torch.tensor([len(text) for text in lines.texts])
    wanted = torch.tensor([_INDEX[character] for text in lines.texts for character in text], dtype=torch.long)
    whole = nn.functional.ctc_loss(
        log.transpose(0, 1), wanted, torch.full((len(lengths),), steps), lengths, reduction="sum", zero_infinity=True
    )
    return frames + 0.5 * whole / max(int(lengths.sum()), 1)


def _steps(text: str, centres: NDArray[np.float32], steps: int) -> NDArray[np.int64]:
    """Class of every step of the output; `_IGNORED` where two characters meet."""
    target = np.zeros(steps, np.int64)
    if not text:
        return target
    at = (np.arange(steps) + 0.5) * STRIDE
    away = np.abs(at[:, None] - centres[None, :]) / PITCH
    nearest = away.argmin(axis=1)
    distance = away[np.arange(steps), nearest]
    classes = np.array([_INDEX[character] for character in text])
    target[distance <= _OUTSIDE] = _IGNORED
    inside = distance <= _INSIDE
    target[inside] = classes[nearest[inside]]
    return target


def _average(averaged: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for mean, now in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - decay)
            else:
                mean.copy_(now)


def validate(network: LineNetwork, seed: int, count: int) -> Scores:
    """How lines made with other numbers than any of training are read."""
    network.eval()
    seen = Scores()
    with torch.no_grad():
        for number in range(count):
            lines = numbered(seed, _VALIDATION + number, 64)
            log = network(torch.from_numpy(lines.crops).float()[:, None] / 255).log_softmax(2)
            seen = score(seen, np.asarray(log.exp()), lines.texts)
    network.train()
    return seen


def export(network: LineNetwork, path: Path) -> None:
    """The network with probabilities as its output, any number of crops of any width."""
    network.eval()
    whole = nn.Sequential(network, nn.Softmax(dim=2))
    free = {"crops": {0: "batch", 3: "width"}, "probabilities": {0: "batch", 1: "steps"}}
    torch.onnx.export(
        whole,
        (torch.zeros(1, 1, 32, 640),),
        str(path),
        input_names=["crops"],
        output_names=["probabilities"],
        dynamic_axes=free,
        dynamo=False,
        opset_version=17,
    )


if __name__ == "__main__":
    main()
