#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Completes some command lines with the script, called as readline calls it.
# usage: complete.bash SCRIPT

source "$1" || exit 1
status=0

compopt() # is there only while readline completes
{
    :
}

# The words of a command line, split as readline splits them, then what has to be offered.
check()
{
    local expected=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _cprof
    if [[ ${COMPREPLY[*]} != "$expected" ]]; then
        echo "'$*' gives '${COMPREPLY[*]}' in the place of '$expected'"
        status=1
    fi
}

check '-sample_index=' cprof -sa
check '-granularity=' cprof -top -granul
check 'files' cprof -granularity = files
check 'flat cum' cprof -sort =
check 'flat cum' cprof --sort ''
check '-sort=cum' cprof -sort=c # with another COMP_WORDBREAKS
check 'true false' cprof -mean =
check '' cprof -mean ''
check '' cprof -base ''
check '' cprof -base = x
check '' cprof -focus -sa
check '' cprof -- -sa
cd / && check 'etc' cprof -trim_path = et
exit $status
