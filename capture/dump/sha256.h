/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 of one buffer after another, by OpenSSL's libcrypto. One struct a thread. */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

struct sha256 {
	struct evp_md_st *md;
	struct evp_md_ctx_st *ctx;
};

/* 0, or -ENOMEM: libcrypto does not say more. sha256_deinit() in every case. */
int sha256_init(struct sha256 *s) _must_check_;
void sha256_deinit(struct sha256 *s);
/* 0 or -EIO. */
int sha256_of(struct sha256 *s, const void *buf, size_t len, uint8_t out[SHA256_SIZE]) _must_check_;
