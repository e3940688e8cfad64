/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, prefixes and names of interfaces as text: judged, and put down in one spelling. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

#define NET_NAME_MAX    16 /* IFNAMSIZ */
#define NET_MAC_MAX     64 /* InfiniBand's has 20 bytes */
#define NET_ADDRESS_MAX 46 /* INET6_ADDRSTRLEN */
#define NET_PREFIX_MAX  52

enum net_family { NET_INET, NET_INET6 };

/* A name that the kernel takes and that can stand in a list; not "." or "..". */
bool net_name_ok(const char *name);

/* All of these: 0, or -EINVAL; out is then unchanged. family may be NULL. */
int net_address_parse(const char *text, char out[NET_ADDRESS_MAX],
		      enum net_family *family) _must_check_;
/* "ADDRESS/LENGTH", or an address alone, which is a prefix of its own. */
int net_prefix_parse(const char *text, char out[NET_PREFIX_MAX],
		     enum net_family *family) _must_check_;
/* Pairs of hexadecimal digits parted by colons; made lower case. */
int net_mac_parse(const char *text, char out[NET_MAC_MAX]) _must_check_;
/* "24" or "255.255.255.0". */
int net_netmask_parse(const char *text, enum net_family family, unsigned int *length) _must_check_;
/* Decimal digits alone, from least to most. */
int net_number_parse(const char *text, unsigned int least, unsigned int most,
		     unsigned int *out) _must_check_;
/* Is the address within the prefix? Both as the parsers above spell them. */
bool net_prefix_has(const char *prefix, const char *address);
