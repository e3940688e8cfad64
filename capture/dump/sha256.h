/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 of a buffer, by libcrypto. Its older interface, which needs no memory and cannot fail:
 * EVP of OpenSSL 3.0 makes more than a thousand allocations before the first byte, and the program
 * dies where one of them fails.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

void sha256_of(const void *buf, size_t len, uint8_t out[SHA256_SIZE]);
