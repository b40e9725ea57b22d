"""The network that reads a line: convolutions over the picture, then along the line; 0.47 million weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.types.mrz import ALPHABET

#: px of a crop to one step of the output.
STRIDE = 4
CLASSES = 1 + len(ALPHABET)


class LineNetwork(nn.Module):
    """Crops (batch x 1 x 32 x width, 0-1) -> logits (batch x width / 4 x `CLASSES`), class 0 the blank."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Sequential(
            *_shrinking(1, 24, (2, 2)),
            *_shrinking(24, 48, (2, 2)),
            *_shrinking(48, 72, (2, 1)),
            *_shrinking(72, 112, (2, 1)),
            nn.Conv2d(112, 128, (2, 1), bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(inplace=True),
        )
        self.line = nn.Sequential(*(_Along(128, dilation) for dilation in (1, 2, 4, 1, 2)))
        self.head = nn.Conv1d(128, CLASSES, 1)

    def forward(self, crops: Tensor) -> Tensor:
        """Logits of every step."""
        # Light and contrast of each crop are taken out here, so that no reader can do it otherwise.
        mean = crops.mean(dim=(2, 3), keepdim=True)
        spread = ((crops - mean) ** 2).mean(dim=(2, 3), keepdim=True).sqrt()
        columns = self.picture((crops - mean) / (spread + 0.02)).squeeze(2)
        logits: Tensor = self.head(self.line(columns)).transpose(1, 2)
        return logits


class _Along(nn.Module):
    """Two convolutions along the line around a shortcut."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm1d(width),
            nn.ReLU(inplace=True),
            nn.Conv1d(width, width, 1, bias=False),
            nn.BatchNorm1d(width),
        )

    def forward(self, columns: Tensor) -> Tensor:
        """Columns, batch x width x steps, of the same shape again."""
        after: Tensor = torch.relu(columns + self.body(columns))
        return after


def _shrinking(before: int, after: int, stride: tuple[int, int]) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
