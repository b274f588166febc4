"""Whether a row of measurements grows: Theil and Sen's slope with its 95 % interval, and Mann and Kendall's
test with the variance of Hamed and Rao (1998, J. Hydrology 204) for rows whose neighbours resemble each other."""
import math


class Trend:
    """`values` over `times`; units of the slope are theirs, one for the other."""

    def __init__(self, times, values):
        self.n = len(values)
        pairs = [(i, k) for i in range(self.n) for k in range(i + 1, self.n)]
        slopes = sorted((values[k] - values[i]) / (times[k] - times[i]) for i, k in pairs)
        s = sum((values[k] > values[i]) - (values[k] < values[i]) for i, k in pairs)
        self.slope = middle(slopes)
        rest = [value - self.slope * at for at, value in zip(times, values)]
        deviation = math.sqrt(variance(values) * correction(rest))
        self.z = (s - (s > 0) + (s < 0)) / deviation if deviation > 0 else 0.0
        self.p = math.erfc(abs(self.z) / math.sqrt(2))
        reach = 1.96 * deviation
        self.low = slopes[max(0, math.floor((len(slopes) - reach) / 2))]
        self.high = slopes[min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))]

    def rises(self):
        """Distinguishable from a row that does not grow, at 5 % on both sides."""
        return self.p < 0.05 and self.slope > 0


def middle(row):
    return (row[(len(row) - 1) // 2] + row[len(row) // 2]) / 2


def variance(values):
    """Of Kendall's S for independent values, with ties."""
    n = len(values)
    ties = [values.count(value) for value in set(values)]
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def ranks(values):
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def correction(rest):
    """By how much the variance of S grows when neighbours resemble each other; those correlations that are
    no larger than chance makes them do not count."""
    n, row = len(rest), ranks(rest)
    mean = sum(row) / n
    row = [value - mean for value in row]
    whole = sum(value * value for value in row)
    if whole == 0 or n < 10:
        return 1.0
    total = 0.0
    for lag in range(1, n - 2):
        r = sum(a * b for a, b in zip(row, row[lag:])) / whole
        if abs(r) > 1.96 / math.sqrt(n):
            total += (n - lag) * (n - lag - 1) * (n - lag - 2) * r
    return max(1.0, 1 + 2 * total / (n * (n - 1) * (n - 2)))
