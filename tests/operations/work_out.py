"""Writes arithmetic.md: what each operation comes to, by exact fractions, rounded once as the numbers of the language are.

A number is m * 10^-s with |m| < 2^96 and s <= 28: the exact result is rounded half to even at the largest s that fits. An
inexact result nearer to zero than 10^-18 is refused (FR-E003), one that fits at no s, too (FR-E002). A report is then rounded
half to even at its decimals. Run it here, and compare: python3 work_out.py > arithmetic.md
"""
from fractions import Fraction as F
from math import isqrt


def half_even(x):
    n = x.numerator // x.denominator
    d = x - n
    return n + (1 if d > F(1, 2) or (d == F(1, 2) and n % 2) else 0)


def rnd(x):
    for s in range(28, -1, -1):
        c = half_even(abs(x) * 10**s)
        if c < 2**96:
            if F(c, 10**s) != abs(x) and abs(x) < F(1, 10**18):
                return "FR-E003"
            return F(c, 10**s) * (-1 if x < 0 else 1)
    return "FR-E002"


def shown(x, digits):
    if isinstance(x, str):
        return x
    c = half_even(abs(x) * 10**digits)
    text = str(c).rjust(digits + 1, "0")
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return ("-" if x < 0 and c else "") + text


def root(x):
    """To 40 digits, far more than are shown."""
    if x < 0:
        return "FR-E004"
    return F(isqrt(x.numerator * 10**80 // x.denominator), 10**40)


def power(x, n):
    if x == 0 and n < 0:
        return "FR-E001"
    return rnd(x**n)


def div(a, b):
    return "FR-E001" if b == 0 else rnd(a / b)


NUMBERS = ["0", "1", "-1", "0.1", "0.2", "3", "7", "-12.5", "0.0000005", "999999.999999", "123456789012"]
PAIRS = [(a, b) for i, a in enumerate(NUMBERS) for j, b in enumerate(NUMBERS) if (3 * i + j) % 4 == 0]
ONE = NUMBERS + ["0.0000015", "2.5", "-2.5", "2", "0.000001", "44.000001"]
ADMITTED = ["3", "7", "12.5", "0.1"]

print("# Arithmetic\n")
print("Operations: Const, Input, Add, Sub, Mul, Div, Neg, Convert, Affine, Abs, Floor, Ceil, Power, Sqrt, Min, Max, Round.\n")
print("Each operation is the exact result rounded once; a report is rounded half to even. The rows were worked out by")
print("`work_out.py` beside this page, by exact fractions. All values are illustrative.\n")


def page(title, rule, names, rows, sure=False):
    print(f"## {title}\n\n```pcr\n{rule}\n```\n```rows{' sure' if sure else ''}\n{names} => r")
    for values, result in rows:
        print(f"{' | '.join(values)} => {result}")
    print("```\n")


TWO = "input a: number\ninput b: number\n"


def two(title, text, f, sure=False):
    rows = [((a, b), shown(f(F(a), F(b)), 6)) for a, b in PAIRS]
    page(title, f"{TWO}report r = {text} round 6 decimals", "a | b", rows, sure)


def one(title, text, f, digits=6):
    page(title, f"input a: number\nreport r = {text} round {digits} decimals", "a", [((a,), shown(f(F(a)), digits)) for a in ONE])


two("Sum", "a + b", lambda a, b: rnd(a + b))
two("Difference", "a - b", lambda a, b: rnd(a - b))
two("Product", "a * b", lambda a, b: rnd(a * b))
two("Quotient", "a / b", div)
two("The lesser", "min(a, b)", min)
two("The greater", "max(a, b)", max)
one("Negation", "-a", lambda a: -a)
one("Absolute value", "abs(a)", abs)
one("Largest integer not above", "floor(a)", lambda a: F(a.numerator // a.denominator))
one("Smallest integer not below", "ceil(a)", lambda a: F(-((-a.numerator) // a.denominator)))
one("Half to even at six decimals", "a", lambda a: a)
one("Half to even inside a formula", "round(a, 0) + 0.5", lambda a: half_even(a) + F(1, 2), 1)
one("Square root", "sqrt(a)", root)
one("Square", "a ^ 2", lambda a: power(a, 2))
one("Cube", "a ^ 3", lambda a: power(a, 3))
one("A negative power", "a ^ -2", lambda a: power(a, -2))
page(
    "Between kinds of a unit",
    "input a: kWh\nlet m: MJ = a\nreport r: MJ = m round 6 decimals",
    "a",
    [((a,), shown(rnd(F(a) * F(36, 10)), 6)) for a in ONE],
)
page(
    "A temperature on another scale",
    "input a: °C\nlet k: K = a\nreport r: K = k round 6 decimals",
    "a",
    [((a,), shown(rnd(F(a) + F(27315, 100)), 6)) for a in ONE],
)
page(
    "Sums of what cannot tie are certain",
    "input a: number where 0 .. 100\ninput b: number where 0 .. 100\nreport r = a + b round 6 decimals",
    "a | b",
    [((a, b), shown(F(a) + F(b), 6)) for a in ADMITTED for b in ADMITTED],
    True,
)
page(
    "Quotients away from a tie are certain",
    "input a: number where 0 .. 100\ninput b: number where > 0\nreport r = a / b round 6 decimals",
    "a | b",
    [((a, b), shown(rnd(F(a) / F(b)), 6)) for a in ADMITTED for b in ADMITTED if (a, b) != ("12.5", "0.1")],
    True,
)
