#!/usr/bin/env bash
# perennial serve beside a server in Node.js (fastify, sharp, onnxruntime-node) with the same model, pictures and callers. Needs node and npm.
# loadtests/serving/compare.sh [options of 'perennial bench serve']
set -euo pipefail
modules=$(mktemp -d)
trap 'rm -rf "$modules"' EXIT
ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --no-audit --no-fund --prefix "$modules" fastify sharp onnxruntime-node
cd "$(dirname "$0")/../.."
dotnet build -c Release src/Perennial >/dev/null
src/Perennial/bin/Release/net10.0/linux-x64/perennial bench serve --node "$modules" "$@"
