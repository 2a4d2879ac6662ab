"""Numbers as people read them: 4 KiB, 12.3 ns, 1.5 GiB/s. NaN is an empty text."""

from __future__ import annotations

import math

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def finite(value: object) -> float | None:
    """`value` as a float, or None where it is missing, not a number, or not finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON's whole numbers have no end
        return None
    return number if math.isfinite(number) else None


def significant(value: float) -> str:
    """Three significant digits without zeros at the end, as the terminal prints them: 12.345 -> "12.3",
    12.0 -> "12"; all digits before the point: 1234.5 -> "1234"."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def _scaled(value: float, step: float, names: tuple[str, ...]) -> str:
    index = 0
    while value >= step * 0.9995 and index + 1 < len(names):
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
    return "" if number is None else _scaled(number, 1000, ("ns", "us", "ms", "s"))


def bytes_rate(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else _scaled(number, 1024, tuple(f"{n}/s" for n in _SIZES[:5]))


def rate(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else _scaled(number, 1000, ("/s", "k/s", "M/s", "G/s"))


def count(value: float | None) -> str:
    number = finite(value)
    return "" if number is None else f"{number:,.0f}"


def percent(value: float | None, signed: bool = False) -> str:
    number = finite(value)
    if number is None:
        return ""
    text = f"{100 * number:+.2f}" if signed else f"{100 * number:.2f}"
    return f"{text.rstrip('0').rstrip('.')} %"
