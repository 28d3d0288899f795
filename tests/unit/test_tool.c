// SPDX-License-Identifier: Apache-2.0
#include "symbol/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "support.h"

static void put_program(const struct temp_dir *dir, const char *name)
{
    const char *path = temp_path(dir, name);
    file_put(path, SPAN("#!/bin/sh\n"));
    CHECK_INT(chmod(path, 0755), 0);
}

static bool is_there(const char *tools, const char *name)
{
    return tool_is_there(span_of(tools), span_of(name));
}

static void directories_go_before_path(void)
{
    struct temp_dir dir;
    char named[128], plain[128], other[128];
    temp_dir_init(&dir);
    put_program(&dir, "objdump");
    snprintf(named, sizeof named, "objdump:%s", dir.path);
    snprintf(plain, sizeof plain, "/nonexistent,%s", dir.path);
    snprintf(other, sizeof other, "nm:%s,objdump:/nonexistent", dir.path);
    CHECK_INT(setenv("PATH", dir.path, 1), 0);
    CHECK(is_there("", "objdump"));
    CHECK(!is_there("", "nm"));
    CHECK(is_there("nm:/nonexistent", "objdump")); // PATH: none is given for it
    CHECK(!is_there(other, "objdump"));
    CHECK_INT(setenv("PATH", "/nonexistent", 1), 0);
    CHECK(!is_there("", "objdump"));
    CHECK(is_there(named, "objdump"));
    CHECK(!is_there(named, "nm"));
    CHECK(is_there(plain, "objdump"));
    unsetenv("PATH");
    CHECK(!is_there("", "objdump"));
    temp_dir_release(&dir);
}

CHECK_MAIN(CASE(directories_go_before_path))
