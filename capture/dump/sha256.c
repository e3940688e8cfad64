// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/sha256.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

int sha256_init(struct sha256 *s)
{
	*s = (struct sha256){0};
	/* A broken openssl.cnf costs no digest, and none is looked for outside --root. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return -ENOMEM;
	s->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	s->ctx = EVP_MD_CTX_new();
	return s->md && s->ctx ? 0 : -ENOMEM;
}

void sha256_deinit(struct sha256 *s)
{
	EVP_MD_CTX_free(s->ctx);
	EVP_MD_free(s->md);
	*s = (struct sha256){0};
}

int sha256_of(struct sha256 *s, const void *buf, size_t len, uint8_t out[SHA256_SIZE])
{
	if (EVP_DigestInit_ex2(s->ctx, s->md, NULL) != 1 ||
	    EVP_DigestUpdate(s->ctx, buf, len) != 1 || EVP_DigestFinal_ex(s->ctx, out, NULL) != 1)
		return -EIO;
	return 0;
}
