// SPDX-License-Identifier: Apache-2.0
#include "symbol/mapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(int fd, struct span *bytes, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_set(err, "%s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, "not a regular file");
    if (st.st_size == 0)
        return err_set(err, "an empty file");
    // libelf notes in its own copies of pages where it has decompressed a section.
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return err_set(err, "%s", strerror(errno));
    *bytes = (struct span){at, (size_t)st.st_size};
    return 0;
}

int map_file(const char *path, struct span *bytes, struct err *err)
{
    // A pipe that nobody writes would never open.
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(err, "%s", strerror(errno));
    int status = map(fd, bytes, err);
    close(fd);
    return status;
}

void unmap_file(struct span bytes)
{
    if (bytes.n)
        munmap((void *)bytes.at, bytes.n);
}
