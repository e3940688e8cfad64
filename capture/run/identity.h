/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which dump is this? One crash keeps its identity and its directory name however often its capture
 * is tried. */
#pragma once

#include "base/macros.h"
#include "config/config.h"
#include "base/root.h"
#include "crash/vmcore.h"

#include <stdint.h>

/* A number made of the core's headers and notes (registers of all CPUs, VMCOREINFO); never 0. 0 or
 * -errno. */
int identity_read(int fd, uint64_t *id) _must_check_;
/* The same for the active dump, /proc/vmcore. -ENOENT: there is none. */
int identity_active(const struct root *root, uint64_t *id) _must_check_;

/* The dump's directory name: host up to its first dot, time of the crash (of the capture when the
 * core does not say), id. */
void identity_name(const struct root *root, enum config_naming naming, const struct vmcore *core,
		   uint64_t id, char *buf, size_t size);

/* The whole host name, safe as part of a file name; "localhost" when it has none. */
void identity_host(const struct root *root, char *out, size_t size);

/* machine-id(5) of the system that an image is for; dracut's module copies it. */
#define MACHINE_ID_IMAGE "/etc/fadump-ng.machine-id"

/*
 * What tells this machine from others, the same in every boot: the UUID that firmware or hypervisor
 * gave it, else a number made of its machine-id. "" when it has neither.
 */
void identity_machine(const struct root *root, char *out, size_t size);
