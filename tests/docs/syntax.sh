#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shell that a completion script is for has to be able to parse it.
# usage: syntax.sh SHELL SCRIPT
command -v "$1" >/dev/null || exit 77
"$1" -n "$2"
