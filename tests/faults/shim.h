/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the preloaded library share; shim.c says what it does. */
#pragma once

#include <dlfcn.h>
#include <stdbool.h>
#include <sys/types.h>

#define HIDDEN     __attribute__((visibility("hidden")))
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

HIDDEN extern long shim_error; /* the errno, a signal, or 0: only one byte goes through */
HIDDEN extern long shim_haste; /* how many times faster the clock runs */

/* Is this call of this kind the one? Then errno is set. */
HIDDEN bool shim_hit(const char *kind);
/* A line for the log; errno stays. */
HIDDEN void shim_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A device is about to be unmounted, by whoever. */
HIDDEN void shim_unmounting(void);
/* An fsync was called. */
HIDDEN void shim_synced(void);
/* The kernel's part: what was written where it counts. */
HIDDEN void shim_note_write(int fd, const void *buf, size_t len);
/* A file was renamed; r as of the call. */
HIDDEN void shim_note_name(const char *to, int r);
HIDDEN void shim_path_of(int fd, char *buf, size_t size);
