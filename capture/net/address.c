// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEX "0123456789abcdefABCDEF"

bool net_name_ok(const char *name)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@~";
	size_t n = strlen(name);

	return n > 0 && n < NET_NAME_MAX && name[strspn(name, plain)] == '\0' && name[0] != '-' &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int net_address_parse(const char *text, char out[NET_ADDRESS_MAX], enum net_family *family)
{
	unsigned char bytes[16];
	int af = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(af, text, bytes) != 1 || !inet_ntop(af, bytes, out, NET_ADDRESS_MAX))
		return -EINVAL;
	if (family)
		*family = af == AF_INET ? NET_INET : NET_INET6;
	return 0;
}

int net_number_parse(const char *text, unsigned int least, unsigned int most, unsigned int *out)
{
	size_t n = strspn(text, "0123456789"), i;
	uint64_t value = 0;

	if (n == 0 || n > 10 || text[n])
		return -EINVAL;
	for (i = 0; i < n; i++)
		value = value * 10 + (unsigned int)(text[i] - '0');
	if (value < least || value > most)
		return -EINVAL;
	*out = (unsigned int)value;
	return 0;
}

int net_netmask_parse(const char *text, enum net_family family, unsigned int *length)
{
	struct in_addr mask;
	uint32_t bits;

	if (family == NET_INET && strchr(text, '.')) {
		if (inet_pton(AF_INET, text, &mask) != 1)
			return -EINVAL;
		bits = ntohl(mask.s_addr);
		/* Ones, then zeros, and nothing else. */
		if (~bits & (~bits + 1))
			return -EINVAL;
		*length = (unsigned int)__builtin_popcount(bits);
		return 0;
	}
	return net_number_parse(text, 0, family == NET_INET ? 32 : 128, length);
}

int net_prefix_parse(const char *text, char out[NET_PREFIX_MAX], enum net_family *family)
{
	char address[NET_ADDRESS_MAX], spelled[NET_ADDRESS_MAX];
	size_t n = strcspn(text, "/");
	enum net_family f;
	unsigned int length;

	if (n >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, n);
	address[n] = '\0';
	if (net_address_parse(address, spelled, &f) < 0)
		return -EINVAL;
	length = f == NET_INET ? 32 : 128;
	if (text[n] && net_netmask_parse(text + n + 1, f, &length) < 0)
		return -EINVAL;
	(void)snprintf(out, NET_PREFIX_MAX, "%s/%u", spelled, length);
	if (family)
		*family = f;
	return 0;
}

int net_mac_parse(const char *text, char out[NET_MAC_MAX])
{
	size_t n = strlen(text), i;

	if (n < 17 || n >= NET_MAC_MAX || n % 3 != 2)
		return -EINVAL;
	for (i = 0; i < n; i++)
		if (i % 3 == 2 ? text[i] != ':' : !strchr(HEX, text[i]))
			return -EINVAL;
	for (i = 0; i <= n; i++) {
		out[i] = text[i];
		if (text[i] >= 'A' && text[i] <= 'F')
			out[i] = (char)(text[i] + ('a' - 'A'));
	}
	return 0;
}

bool net_prefix_has(const char *prefix, const char *address)
{
	char text[NET_PREFIX_MAX], *slash;
	unsigned char a[16] = {0}, b[16] = {0};
	unsigned int length, i;
	int af = strchr(address, ':') ? AF_INET6 : AF_INET;

	(void)snprintf(text, sizeof(text), "%s", prefix);
	slash = strchr(text, '/');
	if (!slash)
		return false;
	*slash++ = '\0';
	if (inet_pton(af, text, a) != 1 || inet_pton(af, address, b) != 1 ||
	    net_number_parse(slash, 0, af == AF_INET ? 32 : 128, &length) < 0)
		return false;
	for (i = 0; i < length; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80U >> i % 8))
			return false;
	return true;
}
