#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual page has to format without a warning.
command -v man >/dev/null && command -v groff >/dev/null || exit 77
warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null)
status=$?
[ -z "$warnings" ] || printf '%s\n' "$warnings"
[ $status -eq 0 ] && [ -z "$warnings" ]
