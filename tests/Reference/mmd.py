"""Values for MaximumMeanDiscrepancyTests, from the definition, in plain Python (float64)."""
from math import cos, dist, exp, sin
from statistics import median

x = [[sin(1 + 8 * i + j) for j in range(8)] for i in range(6)]
y = [[cos(.3 + .7 * (8 * i + j)) for j in range(8)] for i in range(5)]


def k(a, b, s):
    return exp(-dist(a, b) ** 2 / (2 * s * s))


def mmd2(x, y, s):
    m, n = len(x), len(y)
    xx = sum(k(x[i], x[j], s) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    yy = sum(k(y[i], y[j], s) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    return xx + yy - 2 * sum(k(a, b, s) for a in x for b in y) / (m * n)


print("median x", repr(median(dist(x[i], x[j]) for i in range(6) for j in range(i))))
print("median y", repr(median(dist(y[i], y[j]) for i in range(5) for j in range(i))))
for s in (.5, 1, 2.5):
    print("mmd2", s, repr(mmd2(x, y, s)))
