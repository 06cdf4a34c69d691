"""Exact search by FAISS IndexFlatIP, for 'perennial bench search' to compare with.

    python3 faiss_flat.py VECTORS QUERIES DIMENSIONS K

Both files are float32 rows. Prints {"faiss": version, "threads": ..., "neighbours": [[row, ...], ...]}; then, for every line on stdin, one query at a time
over all queries, {"milliseconds": [...]}.
"""
import json
import sys
import time

import faiss
import numpy

dimensions, k = int(sys.argv[3]), int(sys.argv[4])
queries = numpy.fromfile(sys.argv[2], dtype="float32").reshape(-1, dimensions)
index = faiss.IndexFlatIP(dimensions)
index.add(numpy.fromfile(sys.argv[1], dtype="float32").reshape(-1, dimensions))
neighbours = index.search(queries, k)[1]
print(json.dumps({"faiss": faiss.__version__, "threads": faiss.omp_get_max_threads(), "neighbours": neighbours.tolist()}), flush=True)
for _ in sys.stdin:
    milliseconds = []
    for query in queries:
        began = time.perf_counter()
        index.search(query[None], k)
        milliseconds.append(1000 * (time.perf_counter() - began))
    print(json.dumps({"milliseconds": milliseconds}), flush=True)
