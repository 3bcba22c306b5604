#!/bin/sh
# Install the acceptance toolkit, offline: ./install.sh [FOLDER]    PYTHON=... chooses the interpreter
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
python="${PYTHON:-python@PYTHON@}"
if ! command -v "$python" >/dev/null; then
  echo "Python @PYTHON@ is needed: install it, or name it: PYTHON=/path/to/python@PYTHON@ ./install.sh" >&2
  echo "需要 Python @PYTHON@：请先安装，或指定：PYTHON=/path/to/python@PYTHON@ ./install.sh" >&2
  exit 1
fi
exec "$python" "$here/install.py" "$@"
