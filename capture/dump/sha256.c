// SPDX-License-Identifier: GPL-2.0-or-later
/* Deprecated in 3.0 for what EVP adds, none of which is wanted here. */
#define OPENSSL_API_COMPAT 0x10101000L

#include "dump/sha256.h"

#include <openssl/sha.h>

_Static_assert(SHA256_SIZE == SHA256_DIGEST_LENGTH, "libcrypto's");

void sha256_of(const void *buf, size_t len, uint8_t out[SHA256_SIZE])
{
	SHA256_CTX ctx;

	(void)SHA256_Init(&ctx);
	(void)SHA256_Update(&ctx, buf, len);
	(void)SHA256_Final(out, &ctx);
}
