"""Whether a figure changed for the better by more than chance: one-sided tests, each for its kind of figure.

Shares: Fisher's exact test of two independent shares, which is exact for any number of cases. Values of single
requests (days to resolve, scores): the Mann-Whitney test by ranks with the normal approximation, corrected for ties
and continuity, which is good from about twenty cases a side. Counts per working day: the exact conditional test of
two Poisson rates (given all events, those of one side are binomial).

Every look at new data has its own level: the first is judged at alpha/2, the second at alpha/4, and so on. Their sum
stays below alpha, so a measure that does nothing is called effective with a chance below alpha however often it is
judged (Bonferroni's inequality).

Sources: R. A. Fisher, Statistical Methods for Research Workers (5th ed. 1934), § 21.02; H. B. Mann, D. R. Whitney,
Annals of Mathematical Statistics 18 (1947) 50-60, ties after E. L. Lehmann, Nonparametrics (1975), § 1.4;
J. Przyborowski, H. Wilenski, Biometrika 31 (1940) 313-323, for two Poisson samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import erfc, exp, lgamma, log, sqrt


def fisher(hits_before: int, n_before: int, hits_after: int, n_after: int, more: bool) -> float:
    """P-value for the share of hits being higher (`more`) or lower after than before."""
    if not n_before or not n_after:
        return 1.0
    hits, n = hits_before + hits_after, n_before + n_after
    least, most = max(0, hits - n_before), min(hits, n_after)
    span = range(hits_after, most + 1) if more else range(least, hits_after + 1)
    whole = _log_choose(n, hits)
    total = sum(exp(_log_choose(n_after, k) + _log_choose(n_before, hits - k) - whole) for k in span)
    return min(1.0, total)


def poisson(
    events_before: int, time_before: float, events_after: int, time_after: float, more: bool
) -> float:
    """P-value for the rate of events being higher (`more`) or lower after than before; times in any one unit."""
    events = events_before + events_after
    if time_before <= 0 or time_after <= 0 or not events:
        return 1.0
    chance = time_after / (time_before + time_after)
    span = range(events_after, events + 1) if more else range(events_after + 1)
    total = sum(exp(_log_choose(events, k) + k * log(chance) + (events - k) * log(1 - chance)) for k in span)
    return min(1.0, total)


def mann_whitney(before: Mapping[float, int], after: Mapping[float, int], more: bool) -> float:
    """P-value for values after tending to be higher (`more`) or lower than before; each side as value → cases."""
    n_before, n_after = sum(before.values()), sum(after.values())
    n = n_before + n_after
    if not n_before or not n_after:
        return 1.0
    below, above_pairs, ties = 0, 0.0, 0.0
    for value in sorted(before.keys() | after.keys()):
        here, there = before.get(value, 0), after.get(value, 0)
        above_pairs += there * (
            below + here / 2
        )  # pairs in which the later value is the higher, ties by half
        below += here
        ties += (here + there) ** 3 - (here + there)
    centre = n_before * n_after / 2
    variance = n_before * n_after / 12 * (n + 1 - ties / (n * (n - 1)))
    if variance <= 0:
        return 1.0  # all values are one
    distance = above_pairs - centre if more else centre - above_pairs
    return 0.5 * erfc((distance - 0.5) / sqrt(2 * variance))


def level(alpha: float, judged: int) -> float:
    """The level of the next look after `judged` looks."""
    return float(alpha / 2 ** (judged + 1))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
