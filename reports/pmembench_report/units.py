"""Numbers as people read them: 4 KiB, 12.3 ns, 1.5 GiB/s. What is no number is an empty text."""

from __future__ import annotations

import math

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SUFFIXES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def finite(value: object) -> float | None:
    """`value` as a float, or None where it is missing, not a number, or not finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def significant(value: float, digits: int = 3) -> str:
    """12.345 -> "12.3", 1234.5 -> "1,234": at least `digits` digits, and all before the point."""
    if value == 0:
        return "0"
    if abs(value) < 10**digits:
        value = float(f"{value:.{digits}g}")  # 0.9999 is 1.00, which has a digit more to the left
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{value:,.{max(decimals, 0)}f}"


def _scaled(value: float, step: float, names: tuple[str, ...]) -> str:
    index = 0
    while abs(value) >= step * 0.9995 and index + 1 < len(names):
        value /= step
        index += 1
    return f"{significant(value)} {names[index]}"


def size(value: float | None) -> str:
    """64 -> "64 B", 4096 -> "4 KiB"; whole numbers stay whole."""
    number = finite(value)
    if number is None:
        return ""
    index = 0
    while abs(number) >= 1024 and index + 1 < len(_SIZES):
        number /= 1024
        index += 1
    text = f"{number:.0f}" if number == round(number) else significant(number)
    return f"{text} {_SIZES[index]}"


def duration(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else _scaled(number, 1000, ("ns", "µs", "ms", "s"))


def bytes_rate(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else _scaled(number, 1024, tuple(f"{n}/s" for n in _SIZES))


def rate(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else _scaled(number, 1000, ("/s", "k/s", "M/s", "G/s", "T/s"))


def count(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else f"{number:,.0f}"


def percent(value: float | None, signed: bool = False) -> str:
    number = finite(value)
    if number is None:
        return ""
    text = f"{100 * number:+.2f}" if signed else f"{100 * number:.2f}"
    return f"{text.rstrip('0').rstrip('.')} %"


def half_width(estimate: float | None, low: float | None, high: float | None) -> float | None:
    """Of an interval, relative to its estimate: the longer side."""
    if not estimate or low is None or high is None:
        return None
    return max(high - estimate, estimate - low) / abs(estimate)


def parse_size(text: object) -> float | None:
    """A size as a parameter has it ("4096", "4K", "4KiB"), in bytes."""
    words = str(text).strip().removesuffix("iB").removesuffix("B").strip()
    if not words:
        return None
    suffix = words[-1].upper() if words[-1].isalpha() else ""
    try:
        number = finite(float(words[: len(words) - len(suffix)]))
    except ValueError:
        return None
    factor = _SUFFIXES.get(suffix)
    return None if number is None or factor is None else number * factor
