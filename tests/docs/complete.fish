#!/usr/bin/env fish
# SPDX-License-Identifier: Apache-2.0
# Completes some command lines with the script.
# usage: complete.fish SCRIPT

source $argv[1]; or exit 1
cd /
set -g failed 0

# A command line, then what has to be offered.
function check
    set -l offered (complete -C $argv[1] | string replace -r '\t.*' '')
    if test "$offered" != "$argv[2]"
        echo "'$argv[1]' gives '$offered' in the place of '$argv[2]'"
        set failed 1
    end
end

check 'cprof -sa' -sample_index
check 'cprof -top -granul' -granularity
check 'cprof -sort=' '-sort=cum -sort=flat'
check 'cprof -sort ' 'cum flat'
check 'cprof -mean=' '-mean=false -mean=true'
check 'cprof -mean et' etc/
check 'cprof -base=et' -base=etc/
check 'cprof -focus et' ''
check 'cprof -trim_path=et' -trim_path=etc/
exit $failed
