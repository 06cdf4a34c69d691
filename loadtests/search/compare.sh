#!/usr/bin/env bash
# The embedded index beside FAISS IndexFlatIP on the same vectors, in turn. Needs Debian's python3-faiss, which root installs here when it is missing.
# loadtests/search/compare.sh [options of 'perennial bench search']
set -euo pipefail
python=/usr/bin/python3
if ! "$python" -c 'import faiss' 2>/dev/null; then
    if [ "$(id -u)" != 0 ] || ! apt-get install -y -q python3-faiss >/dev/null; then
        echo "FAISS is missing: install it with 'apt-get install python3-faiss' and run this again." >&2
        exit 1
    fi
fi
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Perennial >/dev/null
src/Perennial/bin/Release/net10.0/linux-x64/perennial bench search --python "$python" "$@"
