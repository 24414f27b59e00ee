#!/bin/sh
# The comparison with PyTorch: installs Debian's packages if they are missing, then measures.
set -eu
cd "$(dirname "$0")/../.."
python=/usr/bin/python3
if ! $python -c 'import torch, numpy' 2>/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-torch python3-numpy
fi
exec "${GO:-go}" run ./experiments/bench -peers $python "$@"
