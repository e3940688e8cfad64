/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ssh's configuration, ours or the system's, comes to for a server: the answer of ssh -G. */
#pragma once

#include "base/macros.h"
#include "target/target.h"
#include "target/url.h"

#include <stddef.h>
#include <stdint.h>

/* The lines of the answer, to be freed. deadline: absolute clock_ms(). 0 or -errno. */
int ssh_config_ask(const struct url *u, const struct target_env *env, int64_t deadline,
		   char **text) _must_check_;

/* The value of "KEY VALUE" in them; "" when it is not there, or is longer than size allows. */
void ssh_config_value(const char *text, const char *key, char *buf, size_t size);

/*
 * "A,B,C" with AES-GCM before the others, each in their order; "" when it is not among them. In at
 * least strlen(list) + 1 bytes nothing is left out.
 */
void ssh_config_prefer(const char *list, char *buf, size_t size);

/*
 * The ciphers to offer, AES-GCM first, into buf; "" when an administrator or the system's crypto
 * policy has chosen some, or ssh cannot be asked: then it offers what it offers. OpenSSH's own
 * first choice, ChaCha20-Poly1305, takes several times the CPU time wherever the processor helps
 * with AES, as every POWER since POWER8 does.
 */
void ssh_config_ciphers(const struct url *u, const struct target_env *env, int64_t deadline,
			char *buf, size_t size);
